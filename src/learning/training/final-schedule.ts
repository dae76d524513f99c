import type { EnsembleMixture } from "./ensemble-mixture.ts";
import type { FitEpoch } from "./fit-state.ts";

/** Shards per batch of a fit that runs alone. The number is the same on every machine, so that the results are, too. */
export const finalShards = 2;

/**
 * Epochs and learning rates of the final fit, which has no validation part. It runs for the median of the folds' best
 * epochs, and each epoch uses the median of the folds' learning rates in that epoch. A fold that has already stopped counts
 * with its last rate.
 */
export function finalSchedule(folds: readonly (readonly FitEpoch[])[]): { epochs: number; learningRate: number[] } {
  const stepped = folds.map((epochs) => epochs.filter(({ learningRate }) => learningRate !== null));
  const bestEpochs = stepped.map((epochs) => epochs.findLast(({ best }) => best)?.epoch ?? epochs.length);
  const epochs = Math.max(1, Math.round(medianForFinalSchedule(bestEpochs)));
  const learningRate = Array.from({ length: epochs }, (_, epoch) =>
    medianForFinalSchedule(stepped.map((fold) => fold[Math.min(epoch, fold.length - 1)]!.learningRate ?? 0)),
  );
  return { epochs, learningRate };
}

/** The final fit's penalty: the geometric median of the folds' best ones. */
export function finalPenalty(folds: readonly (readonly FitEpoch[])[]): number {
  const best = folds.map((epochs) =>
    Math.log(epochs.findLast((epoch) => epoch.best && epoch.penalty !== undefined)!.penalty!),
  );
  return Number(Math.exp(medianForFinalSchedule(best)).toPrecision(6));
}

/** How the final fit combines an ensemble's members: the folds' geometric median temperatures and mean weights. */
export function finalMixture(folds: readonly (readonly FitEpoch[])[]): EnsembleMixture {
  const found = folds.map((epochs) => epochs.findLast(({ mixture }) => mixture !== undefined)!.mixture!);
  const members = Array.from(found[0]!.weights.keys());
  return {
    temperatures: members.map((m) =>
      Math.exp(medianForFinalSchedule(found.map(({ temperatures }) => Math.log(temperatures[m]!)))),
    ),
    weights: members.map((m) => found.reduce((sum, { weights }) => sum + weights[m]!, 0) / found.length),
  };
}

function medianForFinalSchedule(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
