/** Stands for an infinite penalty on the distance from a head that exists, so it leaves this head as it is. */
export const unchangedPenalty = 1e15;

/** For example "300". */
export function penaltyText(penalty: number): string {
  return penalty === unchangedPenalty ? "unchanged" : String(penalty);
}
