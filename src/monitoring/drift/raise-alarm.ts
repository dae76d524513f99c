// Raises or sustains alarms that are based neither on evidence nor on constants. If a stream is faulty from its first batch,
// the alarm is raised as if the stream had changed before that batch. A batch that neither adds evidence nor enters the
// references leaves the stream's alarm unchanged.

import type { AlarmState, DriftState } from "./drift-state.ts";
import type { WeighedEvidence } from "./weigh-evidence.ts";

/** Number of batches after an alarm before its verdict is confirmed; arbitrary. */
export const defaultConfirmAfter = 5;

/** @param state the stream's state before the batch */
export function raiseAlarm<T extends Pick<WeighedEvidence, "alarm" | "strength">>(
  weighed: T,
  state: Pick<DriftState, "alarm" | "batches">,
  confirmAfter: number = defaultConfirmAfter,
): T & { readonly alarm: AlarmState } {
  const since = state.alarm?.since ?? state.batches;
  const confirmed = state.alarm?.confirmed === true || state.batches - since >= confirmAfter;
  return keepAlarm(weighed, { since, verdict: "sudden_change", confirmed, changePoint: null });
}

/** Returns the judgement with this alarm, and with at least the strength needed to raise one. */
export function keepAlarm<T extends Pick<WeighedEvidence, "alarm" | "strength">>(
  weighed: T,
  alarm: AlarmState,
): T & { readonly alarm: AlarmState } {
  const { value, alarmAt } = weighed.strength;
  return { ...weighed, alarm, strength: { value: Math.max(value, alarmAt), alarmAt, raisedBy: "evidence" } };
}
