// Accumulates evidence over time. Each batch's p-value is converted to an e-value: a bet whose expectation is at most 1 as long
// as nothing has changed. The Shiryaev-Roberts e-detector adds up the capital of gamblers, one of whom starts betting at each
// batch (Shin, Ramdas and Rinaldo, "E-detectors", 2024). It raises an alarm when that sum reaches the requested average run
// length:
//
//   M_t = (M_{t-1} + 1) e_t, alarm when M_t >= arl.
//
// The mean number of batches between false alarms is then at least arl, whatever the distribution of the p-values, as long as
// each is valid given the earlier ones. The cost is a delay: a lasting shift with p-values around p raises an alarm after about
// ln(arl) / ln(e(p)) batches. P-values from a finite calibration set are valid on average over such sets, not for any
// particular one. The run length for a particular set is measured, not guaranteed, and `check` raises an alarm only at a
// multiple of arl (evidence-factor.ts).

import { z } from "zod";

export interface EvidenceState {
  /** M_t. */
  readonly value: number;
  /** Batches since the evidence was last reset. */
  readonly batches: number;
  /**
   * The bet on the bout of one activity that the most recent batches belong to; absent if `boutActivity` found no activity in the
   * last batch.
   */
  readonly bout?: {
    readonly activity: number;
    /** Value of M before the bet. */
    readonly before: number;
    /** Sum of the e-values of the bet's batches. */
    readonly sum: number;
    readonly batches: number;
  };
}

export const evidenceStateSchema: z.ZodType<EvidenceState> = z.object({
  value: z.number().min(0),
  batches: z.int().min(0),
  bout: z
    .object({ activity: z.int().min(0), before: z.number().min(0), sum: z.number().min(0), batches: z.int().min(1) })
    .exactOptional(),
});

export const noEvidence: EvidenceState = { value: 0, batches: 0 };

/**
 * The e-value of a p-value: the evenly weighted mixture of all bets k p^(k-1), k in [0, 1] (Vovk and Wang 2021), which is
 * (1 - p + p ln p) / (p ln^2 p). It needs no assumption about the strength of a change.
 * @param p in (0, 1]
 */
export function evidenceOf(p: number): number {
  if (!(p > 0 && p <= 1)) throw new RangeError(`evidence: expected a p-value in (0, 1], got ${p}`);
  const log = Math.log(p);
  // The formula loses precision if p is near 1; its series there is 1/2 + l/6 + ..., with l = -ln p.
  if (log > -1e-3) return 0.5 - log / 6;
  return (1 - p + p * log) / (p * log * log);
}

/** Number of batches in one bout after which the next bet begins; arbitrary. */
export const mostBatchesPerBet = 5;
/**
 * Upper limit for a batch's e-value. The limit keeps a bout's sum finite, so that it can be stored as JSON, and is far above
 * every alarm level.
 */
const mostPerBatch = 1e150;

/**
 * Returns the evidence after one more batch. Batches in one bout are not independent evidence: a person who sits differently
 * today may do so for an hour. Up to `mostBatchesPerBet` batches of a bout therefore count as one bet. Its e-value is the mean
 * of its batches' e-values, which is itself an e-value no matter how the batches depend on each other.
 * @param eValue of the batch
 * @param activity the result of `boutActivity`
 */
export function addEvidence(state: EvidenceState, eValue: number, activity: number | null = null): EvidenceState {
  const e = Math.min(eValue, mostPerBatch);
  const batches = state.batches + 1;
  if (activity === null) return { value: (state.value + 1) * e, batches };
  const { bout } = state;
  const goesOn = bout !== undefined && bout.activity === activity && bout.batches < mostBatchesPerBet;
  const { before, sum, batches: n } = goesOn ? bout : { before: state.value, sum: 0, batches: 0 };
  const next = { activity, before, sum: sum + e, batches: n + 1 };
  return { value: ((before + 1) * next.sum) / next.batches, batches, bout: next };
}

/**
 * Whether the evidence raises an alarm.
 * @param arl the evidence needed for an alarm: the requested average number of batches between false alarms, or a multiple of
 * it; more than 1
 */
export function evidenceReachesLevel(state: EvidenceState, arl: number): boolean {
  if (!(arl > 1)) throw new RangeError(`average run length: expected more than 1 batch, got ${arl}`);
  return state.value >= arl;
}
