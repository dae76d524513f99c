/** Stands for an infinite penalty on the distance from an existing head, which leaves that head unchanged. */
export const unchangedPenalty = 1e15;

/** For example "300". */
export function penaltyOrUnchangedText(penalty: number): string {
  return penalty === unchangedPenalty ? "unchanged" : String(penalty);
}
