import type { FitEpoch } from "./fit-state.ts";

/** A fit that runs alone has its batches divided, for all cores: into as many parts on every machine. */
export const finalShards = 2;

/**
 * How long, and at which learning rates, the final fit runs, which has nothing to validate on: for the median of the folds'
 * best epochs, each at the median of the rates the folds had in that epoch (a fold that had stopped counts with its last).
 */
export function finalSchedule(folds: readonly (readonly FitEpoch[])[]): { epochs: number; learningRate: number[] } {
  const bestEpochs = folds.map((epochs) => epochs.findLast(({ best }) => best)?.epoch ?? epochs.length);
  const epochs = Math.max(1, Math.round(median(bestEpochs)));
  const learningRate = Array.from({ length: epochs }, (_, epoch) =>
    median(folds.map((fold) => fold[Math.min(epoch, fold.length - 1)]!.learningRate)),
  );
  return { epochs, learningRate };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
