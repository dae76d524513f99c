// A fault that was there from the start. Before a stream has a past, a batch that only looks unfamiliar raises no alarm. But if
// undoing the same fault makes it ordinary, and does so again in another batch, the fault is beyond doubt: of 420 healthy
// batches of half 1 of MotionSense and WISDM, none had such a cause.

import type { Culprit } from "../drift/culprit.ts";
import type { AlarmState, DriftState } from "../drift/drift-state.ts";
import type { Judgement } from "../drift/verdict.ts";
import type { StreamState } from "./stream-state.ts";

/** Batches that have to show the same cause. */
const batchesToAlarm = 2;
/** Causes that are undone exactly. A rate is not, and other movements resemble one. */
const exact: readonly Culprit["kind"][] = ["unit", "flipped axis", "swapped axes"];

/** Batches of a stream without a past that showed the same cause. */
export type RepeatedCause = NonNullable<StreamState["cause"]>;

/**
 * @param causes of the batch, likeliest first
 * @returns how often the batch's cause was seen, including this time; undefined if it has no such cause
 */
export function repeatedCause(causes: readonly Culprit[], before: StreamState): RepeatedCause | undefined {
  const [first] = causes;
  if (first === undefined || !exact.includes(first.kind)) return undefined;
  const name = [first.kind, ...first.channels].join(" ");
  return { name, batches: before.cause?.name === name ? before.cause.batches + 1 : 1 };
}

/** Keeps a batch with such a cause out of the references, and raises an alarm if the cause was seen before. */
export function judgeByRepeatedCause(
  judged: { readonly judgement: Judgement; readonly state: DriftState },
  cause: RepeatedCause,
  before: DriftState,
): { readonly judgement: Judgement; readonly state: DriftState } {
  const { judgement, state } = judged;
  if (judgement.verdict !== "normal") return judged;
  if (cause.batches < batchesToAlarm) return { state, judgement: { ...judgement, doubtful: true } };
  const { value, alarmAt } = judgement.strength;
  const since = before.alarm?.since ?? before.batches;
  const alarm: AlarmState = { since, verdict: "sudden_change", confirmed: cause.batches > 5, changePoint: null };
  const strength = { value: Math.max(value, alarmAt), alarmAt, raisedBy: "evidence" } as const;
  return { judgement: { ...judgement, verdict: alarm.verdict, alarm, strength }, state: { ...state, alarm } };
}
