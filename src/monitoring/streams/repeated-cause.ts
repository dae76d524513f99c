// Detects a fault that a stream has had from the start. Before a stream has a past, an unfamiliar batch alone does not raise an
// alarm, because a new person may differ from the training data. But undoing a fault rarely makes such a person's batches
// ordinary. So a stream has a fault if two of its batches are further from the training data than those of almost any other
// person, and undoing the same fault brings both back into the normal range. Batches that are merely unfamiliar are not enough,
// because a watch worn the other way round looks like a flipped axis.

import type { Comparison } from "../drift/comparison.ts";
import type { Culprit } from "../drift/culprit.ts";
import type { DriftState } from "../drift/drift-state.ts";
import { raiseAlarm } from "../drift/raise-alarm.ts";
import { doubtfulP, type Judgement } from "../drift/verdict.ts";
import type { StreamState } from "./stream-state.ts";

/** Number of batches that must show the same cause; arbitrary. */
const batchesToAlarm = 2;
/**
 * Causes that can be undone exactly. A wrong sampling rate cannot be undone exactly, and some movements look like a wrong rate.
 */
const exact: readonly Culprit["kind"][] = ["unit", "flipped axis", "swapped axes"];

/**
 * The last cause that can be undone exactly, and how many batches have shown it since any other such cause, in a stream that
 * has no past yet.
 */
export type RepeatedCause = NonNullable<StreamState["cause"]>;

/**
 * @param causes the batch's causes, most likely first
 * @param comparisons the batch's comparisons
 * @returns this batch's most likely cause, and how many batches have shown it since any other such cause; undefined if it
 * cannot be undone exactly or the batch is not far enough from the training data
 */
export function repeatedCause(
  causes: readonly Culprit[],
  comparisons: readonly Pick<Comparison, "reference" | "pValue">[],
  before: StreamState,
): RepeatedCause | undefined {
  const [first] = causes;
  const pValue = comparisons.find(({ reference }) => reference === "baseline")?.pValue ?? null;
  // With few rehearsed batches, no p-value is as small as `doubtfulP`.
  if (pValue !== null && pValue.p > Math.max(doubtfulP, pValue.resolution)) return undefined;
  if (first === undefined || !exact.includes(first.kind)) return undefined;
  const name = [first.kind, ...first.channels].join(" ");
  return { name, batches: before.cause?.name === name ? before.cause.batches + 1 : 1 };
}

/**
 * Keeps a batch whose cause can be undone out of the references, and raises an alarm if an earlier batch had the same cause.
 */
export function judgeByRepeatedCause(
  judged: { readonly judgement: Judgement; readonly state: DriftState },
  cause: RepeatedCause,
  before: DriftState,
): { readonly judgement: Judgement; readonly state: DriftState } {
  const { judgement, state } = judged;
  if (judgement.alarm !== null) return judged;
  if (cause.batches < batchesToAlarm) return { state, judgement: { ...judgement, doubtful: true } };
  const raised = raiseAlarm(judgement, before);
  return { judgement: { ...raised, verdict: raised.alarm.verdict }, state: { ...state, alarm: raised.alarm } };
}
