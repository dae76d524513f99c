import { describe, expect, it } from "vitest";
import {
  admitByUpdateRules,
  type DecidableBatch,
  decideByUpdateRules,
} from "../../../src/monitoring/streams/update-rules.ts";

describe("admit", () => {
  it("keeps a doubtful batch out, unless a person says otherwise", () => {
    expect(admitByUpdateRules("normal", { doubtful: true })).toEqual({ status: "doubtful", inReferences: false });
    expect(admitByUpdateRules("normal", { doubtful: true, accept: true })).toEqual({
      status: "accepted",
      inReferences: true,
    });
  });

  it.each([
    ["normal", false, "accepted", true],
    ["gradual_drift", false, "alarmed", false],
    ["sudden_change", false, "alarmed", false],
    ["rejected", false, "rejected", false],
    ["normal", true, "accepted", true],
    ["gradual_drift", true, "accepted", true],
    ["sudden_change", true, "accepted", true],
    ["rejected", true, "rejected", false],
  ] as const)("a batch that is %s (accepted by a person: %s) is %s", (verdict, accept, status, inReferences) => {
    expect(admitByUpdateRules(verdict, { accept })).toEqual({ status, inReferences });
  });
});

describe("decideByHand", () => {
  const entered: DecidableBatch = { status: "accepted", inReferences: true, hasSummary: true };
  const alarmed: DecidableBatch = { status: "alarmed", inReferences: false, hasSummary: true };
  const excluded: DecidableBatch = { status: "excluded", inReferences: false, hasSummary: true };
  const rejected: DecidableBatch = { status: "rejected", inReferences: false, hasSummary: false };
  const beforeReset: DecidableBatch = { status: "accepted", inReferences: false, hasSummary: false };
  const into = { change: { status: "accepted", inReferences: true } };
  const out = { change: { status: "excluded", inReferences: false } };
  const none = { change: null };
  const refused = (why: RegExp) => ({ refused: expect.stringMatching(why) });

  it.each([
    ["accept", entered, none],
    ["accept", alarmed, into],
    ["accept", excluded, into],
    ["accept", rejected, refused(/quality gate/)],
    ["accept", beforeReset, refused(/because the stream was reset/)],
    ["exclude", entered, out],
    ["exclude", alarmed, refused(/never entered/)],
    ["exclude", excluded, none],
    ["exclude", rejected, refused(/never entered/)],
    ["exclude", beforeReset, refused(/reset/)],
  ] as const)("%s %j", (action, batch, expected) => {
    expect(decideByUpdateRules(action, batch)).toEqual(expected);
  });
});
