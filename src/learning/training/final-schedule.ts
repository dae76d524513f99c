import { median } from "../../stats/median.ts";
import { chooseMixture, joinTriedMixtures } from "./choose-mixture.ts";
import type { EnsembleMixture } from "./ensemble-mixture.ts";
import { type FitEpoch, fitStateEpochsInMiniBatches } from "./fit-state.ts";

/**
 * Number of shards that each batch is divided into when a fit runs alone. It must not depend on the machine, because the
 * weights depend on it.
 */
export const finalShards = 2;

/**
 * Epochs and learning rates for the final fit, which has no validation part. It runs for the median of the folds' best epochs,
 * and each epoch uses the median of the folds' learning rates in that epoch. A fold that has already stopped contributes its
 * last learning rate.
 */
export function finalSchedule(folds: readonly (readonly FitEpoch[])[]): { epochs: number; learningRate: number[] } {
  const inMiniBatches = folds.map(fitStateEpochsInMiniBatches);
  const bestEpochs = inMiniBatches.map((epochs) => epochs.findLast(({ best }) => best)?.epoch ?? epochs.length);
  const epochs = Math.max(1, Math.round(median(bestEpochs)));
  const learningRate = Array.from({ length: epochs }, (_, epoch) =>
    median(inMiniBatches.map((fold) => fold[Math.min(epoch, fold.length - 1)]!.learningRate ?? 0)),
  );
  return { epochs, learningRate };
}

/** The learning rates of a final fit, stretched or shortened to another number of epochs. */
export function stretchFinalSchedule(learningRates: readonly number[], epochs: number): number[] {
  const count = learningRates.length;
  return Array.from({ length: epochs }, (_, epoch) => learningRates[Math.floor(((epoch + 0.5) * count) / epochs)]!);
}

/** The final fit's penalty: the geometric median of the folds' best penalties. */
export function finalSchedulePenalty(folds: readonly (readonly FitEpoch[])[]): number {
  const best = folds.map((epochs) =>
    Math.log(epochs.findLast((epoch) => epoch.best && epoch.penalty !== undefined)!.penalty!),
  );
  return Number(Math.exp(median(best)).toPrecision(6));
}

/**
 * How the final fit combines an ensemble's members: with the geometric medians of the folds' temperatures, and with the folds'
 * weights or, for `auto`, the weights chosen by the same rule from the mixtures tried in all folds.
 */
export function finalScheduleMixture(folds: readonly (readonly FitEpoch[])[]): EnsembleMixture {
  const rows = folds.map((epochs) => epochs.findLast(({ mixture }) => mixture !== undefined)!);
  const found = rows.map(({ mixture }) => mixture!);
  const members = Array.from(found[0]!.weights.keys());
  const tried = rows.flatMap((row) => (row.tried === undefined ? [] : [row.tried]));
  return {
    temperatures: members.map((m) => Math.exp(median(found.map(({ temperatures }) => Math.log(temperatures[m]!))))),
    weights: tried.length > 0 ? chooseMixture(joinTriedMixtures(tried)) : found[0]!.weights,
  };
}
