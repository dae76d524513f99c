import { describe, expect, it } from "vitest";
import { admit, decideByHand, type JudgedBatch } from "../../../src/monitoring/streams/update-rules.ts";

describe("admit", () => {
  it("keeps a doubtful batch out, unless a person says otherwise", () => {
    expect(admit("normal", { doubtful: true })).toEqual({ status: "doubtful", inWindow: false });
    expect(admit("normal", { doubtful: true, accept: true })).toEqual({ status: "accepted", inWindow: true });
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
  ] as const)("a batch that is %s (accepted by a person: %s) is %s", (verdict, accept, status, inWindow) => {
    expect(admit(verdict, { accept })).toEqual({ status, inWindow });
  });
});

describe("decideByHand", () => {
  const entered: JudgedBatch = { status: "accepted", inWindow: true, hasSummary: true };
  const alarmed: JudgedBatch = { status: "alarmed", inWindow: false, hasSummary: true };
  const excluded: JudgedBatch = { status: "excluded", inWindow: false, hasSummary: true };
  const rejected: JudgedBatch = { status: "rejected", inWindow: false, hasSummary: false };
  const beforeReset: JudgedBatch = { status: "accepted", inWindow: false, hasSummary: false };
  const into = { change: { status: "accepted", inWindow: true } };
  const out = { change: { status: "excluded", inWindow: false } };
  const none = { change: null };
  const refused = (why: RegExp) => ({ refused: expect.stringMatching(why) });

  it.each([
    ["accept", entered, none],
    ["accept", alarmed, into],
    ["accept", excluded, into],
    ["accept", rejected, refused(/quality gate/)],
    ["accept", beforeReset, refused(/before the stream was reset/)],
    ["exclude", entered, out],
    ["exclude", alarmed, refused(/never entered/)],
    ["exclude", excluded, none],
    ["exclude", rejected, refused(/never entered/)],
    ["exclude", beforeReset, refused(/reset/)],
  ] as const)("%s %j", (action, batch, expected) => {
    expect(decideByHand(action, batch)).toEqual(expected);
  });
});
