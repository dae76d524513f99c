// How far a stream is from an alarm: its evidence as a share of the alarm level, and this share in words.

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

/**
 * Formats the share as "12 % of", "less than 1 % of", "3 times" or "more than 100 times", rounded down, because 100 % is an
 * alarm.
 */
export function alarmShareText(share: number): string {
  if (share > 0 && share < 0.01) return "less than 1 % of";
  if (share > 100) return "more than 100 times";
  if (share >= 2) return `${Math.floor(share)} times`;
  return `${wholePercent(share)} of`;
}

/** Formats the share in a few characters: "12 %", "< 1 %", "3 ×", "> 100 ×". */
export function shortAlarmShare(share: number): string {
  if (share > 0 && share < 0.01) return "< 1 %";
  if (share > 100) return "> 100 ×";
  return share >= 2 ? `${Math.floor(share)} ×` : wholePercent(share);
}

/** Rounds down, but takes 100 * 0.29, which is slightly less than 29, for 29. */
function wholePercent(share: number): string {
  return `${Math.floor(Number((100 * share).toPrecision(12)))} %`;
}
