/** The part of a check's result that says how strong the evidence for drift is. */
interface WeighedBatch {
  readonly verdict: string;
  readonly evidence: { readonly value: number; readonly alarm_at: number; readonly share?: number };
}

/**
 * Evidence as a fraction of the alarm level; at least 1 during an alarm. Results of earlier versions have no `share`, and their
 * `value` may be 0 during an alarm.
 */
export function alarmShare({ verdict, evidence: { value, alarm_at, share } }: WeighedBatch): number {
  if (share !== undefined) return share;
  return verdict === "normal" ? value / alarm_at : Math.max(1, value / alarm_at);
}
