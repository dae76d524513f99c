// Decides whether a fault is over. During an alarm, no batch enters the references, so every batch is compared with the
// stream's past before the alarm. Two explanations compete: the batch is ordinary, so -ln p is exponentially distributed with
// mean 1, or it is like the other batches during this alarm, with their larger mean (Wald's sequential test in Page's form).
// After a strong fault, one or two ordinary batches suffice. After a subtle fault, more are needed, because batches that have
// the fault often look ordinary. The test uses the reference with the stronger evidence of the fault, because the other one may
// contain batches that have the fault. If the fault has clearly moved the mean or the spread of a signal, the alarm does not
// end before that mean or spread is back (fault-effect.ts).

import { z } from "zod";
import type { Comparison } from "./comparison.ts";
import { type OwnPast, ownPast } from "./own-past.ts";

/** The values of -ln p during an alarm: their sum and their number. */
interface FaultSize {
  readonly sum: number;
  readonly batches: number;
}

export interface Recovery extends Readonly<Record<OwnPast, FaultSize>> {
  /** Log likelihood ratio of the latest batches (without the fault versus with it), summed since its minimum; at least 0. */
  readonly odds: number;
}

const faultSizeSchema = z.object({ sum: z.number().min(0), batches: z.number().min(0) });
export const recoverySchema: z.ZodType<Recovery> = z.object({
  anchor: faultSizeSchema,
  rolling: faultSizeSchema,
  odds: z.number().min(0),
});

/**
 * Mean of -ln p that is assumed when an alarm begins, with the weight of one batch; like `leadAtAlarm`, `enough` and
 * `gainWithoutEffect`, chosen on one half of the people in WISDM and MotionSense.
 */
const usualFault = 3;
/** Added to that mean for the reference that raised the alarm. */
const leadAtAlarm = 2;
/** Log likelihood ratio at which the fault counts as over: the batches are then 7.4 times as likely if it is over as if not. */
const enough = 2;
/** Added to the log likelihood ratio for a batch that no longer shows the effect of the fault. */
const gainWithoutEffect = 1;
/**
 * The fault's mean is assumed to be at least this value, because a mean close to that of ordinary batches could not be
 * distinguished from theirs.
 */
const faintestFault = 2;
/** Assumed -ln p of a batch that is further away than chance can explain. */
const beyondChance = 15;

/** @param leading the reference that raised the alarm */
export function beginRecovery(leading: Comparison["reference"] | undefined): Recovery {
  const size = (kind: OwnPast): FaultSize => ({ sum: usualFault + (kind === leading ? leadAtAlarm : 0), batches: 1 });
  return { anchor: size("anchor"), rolling: size("rolling"), odds: 0 };
}

/**
 * Updates the test with one batch during the alarm; a batch that could not be compared cannot bring the end any closer.
 * @param effect whether the batch shows the effect of the fault; null if this is unclear
 */
export function addToRecovery(
  recovery: Recovery,
  comparisons: readonly Comparison[],
  effect: "lasts" | "gone" | null = null,
): Recovery {
  const isBeyond = comparisons.some(({ beyond }) => beyond);
  const sizes = ownPast.map((kind): readonly [OwnPast, number | null] => [
    kind,
    isBeyond ? beyondChance : surpriseDuringRecovery(comparisons.find(({ reference }) => reference === kind)),
  ]);
  const mean = ({ sum, batches }: FaultSize): number => sum / batches;
  const decisive = mean(recovery.anchor) >= mean(recovery.rolling) ? "anchor" : "rolling";
  const [, size] = sizes.find(([kind]) => kind === decisive)!;
  if (size === null) return effect === "lasts" ? { ...recovery, odds: 0 } : recovery;
  const fault = Math.max(faintestFault, mean(recovery[decisive]));
  const gain = Math.log(fault) - size * (1 - 1 / fault) + (effect === "gone" ? gainWithoutEffect : 0);
  const likely = isBeyond ? 0 : Math.max(0, recovery.odds + gain);
  const odds = effect === "lasts" ? 0 : likely;
  if (likely > 0) return { ...recovery, odds };
  const learned = sizes.map(([kind, own]) => {
    const { sum, batches } = recovery[kind];
    return [kind, own === null ? recovery[kind] : { sum: sum + own, batches: batches + 1 }] as const;
  });
  return { ...recovery, ...Object.fromEntries(learned), odds };
}

export function hasRecovered({ odds }: Recovery): boolean {
  return odds >= enough;
}

/** Returns -ln p; beyond the highest rehearsed score, it grows with the distance. */
function surpriseDuringRecovery(comparison: Comparison | undefined): number | null {
  if (comparison === undefined || comparison.pValue === null) return null;
  const { pValue, excess } = comparison;
  const size = -Math.log(pValue.p);
  return excess === null || excess <= 1 || pValue.resolution === 0
    ? size
    : Math.max(size, -excess * Math.log(pValue.resolution));
}
