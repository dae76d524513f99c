import { expect, it } from "vitest";
import {
  type BatchHeadline,
  batchHeadline,
  batchHeadlineSchema,
} from "../../../src/monitoring/streams/batch-headline.ts";
import type { CheckResult } from "../../../src/monitoring/streams/check-result.ts";

const at = (day: number): string => `2026-11-${String(day).padStart(2, "0")}T05:00:00.000Z`;

/** The fields of an answer that a headline uses. */
function judged(verdict: string, evidence: object, leading: string | null = "anchor"): CheckResult {
  const comparisons = [
    { reference: "baseline", channel: "Gx" },
    { reference: "anchor", channel: "Ay" },
  ];
  return { verdict, confirmed: verdict !== "gradual_drift", leading, comparisons, evidence } as never;
}

it("says since when the stream has been in alarm, or out of it, across rejected batches and changes of the alarm's name", () => {
  const rejected = { verdict: "rejected" } as CheckResult;
  const steps: readonly (readonly [CheckResult, string | null, number | null])[] = [
    [rejected, null, null],
    [judged("normal", { value: 1, alarm_at: 500, share: 0.002 }), "normal", 2],
    [judged("normal", { value: 1, alarm_at: 500, share: 0.002 }), "normal", 2],
    [judged("gradual_drift", { value: 600, alarm_at: 500, share: 1.2 }), "gradual_drift", 4],
    [rejected, "gradual_drift", 4],
    [judged("sudden_change", { value: 600, alarm_at: 500, share: 1.2 }), "sudden_change", 4],
    [judged("normal", { value: 0, alarm_at: 500, share: 0 }), "normal", 7],
    [rejected, "normal", 7],
  ];
  let before: BatchHeadline | null = null;
  for (const [i, [result, state, since]] of steps.entries()) {
    before = batchHeadline(result, before, at(i + 1));
    expect(batchHeadlineSchema.parse(before)).toEqual(before);
    expect(before).toMatchObject({ verdict: result.verdict, state, since: since && at(since) });
  }
});

it("has the evidence as a share of the alarm level, and the channel of the leading reference", () => {
  const alarm = judged("gradual_drift", { value: 617.28395, alarm_at: 500, share: 1.2345679 });
  expect(batchHeadline(alarm, null, at(1))).toEqual({
    verdict: "gradual_drift",
    state: "gradual_drift",
    since: at(1),
    confirmed: false,
    evidence: 1.235,
    reference: "anchor",
    channel: "Ay",
  });
  const nothing = judged("normal", { value: 0, alarm_at: 500, share: 0 }, null);
  expect(batchHeadline(nothing, null, at(1))).toMatchObject({ evidence: 0, reference: null, channel: null });
});

it("reads results of earlier versions, which had no share, and no evidence during an alarm by a single batch", () => {
  const evidenceOf = (verdict: string, value: number): number | null =>
    batchHeadline(judged(verdict, { value, alarm_at: 500 }), null, at(1)).evidence;
  expect([evidenceOf("normal", 100), evidenceOf("sudden_change", 0), evidenceOf("sudden_change", 1000)]).toEqual([
    0.2, 1, 2,
  ]);
});
