// Chooses whether an ensemble averages its members or uses only one of them, by the log loss on people from whom no member has
// learned. N people.

import { logLoss } from "../evaluation/log-loss.ts";
import {
  type EnsembleMixture,
  type HeldOutPredictions,
  mixEnsemblePredictions,
  type TriedMixture,
} from "./ensemble-mixture.ts";
import { ensembleMembers } from "./ensemble-weights.ts";
import type { FitOutcome } from "./fit-runner.ts";

/** The average of all members, and each member alone. */
export function tryMixtures(held: HeldOutPredictions, { temperatures, weights }: EnsembleMixture): TriedMixture[] {
  const rowsOf = [...Map.groupBy(held.people.keys(), (row) => held.people[row]!).values()];
  const alone = temperatures.map((_, m) => temperatures.map((_, other) => (other === m ? 1 : 0)));
  return [weights, ...alone].map((tried) => {
    const mixed = mixEnsemblePredictions(held, { temperatures, weights: tried });
    return { weights: tried, losses: rowsOf.map((rows) => mixtureLossOfPerson(held, mixed, rows)) };
  });
}

function mixtureLossOfPerson(
  { labels, classCount }: HeldOutPredictions,
  mixed: Float32Array,
  rows: readonly number[],
): number {
  const own = Float32Array.from(
    rows.flatMap((row) => Array.from(mixed.subarray(row * classCount, (row + 1) * classCount))),
  );
  return logLoss(
    Int32Array.from(rows, (row) => labels[row]!),
    own,
    classCount,
  );
}

/**
 * Returns the weights of the first mixture, unless another has a mean loss that is lower by more than one standard error. This is
 * the standard error of the difference between people.
 * @param tried the simplest first; all with the same people
 */
export function chooseMixture(tried: readonly TriedMixture[]): readonly number[] {
  const [first] = tried;
  const best = tried.reduce((a, b) => (meanMixtureLoss(b) < meanMixtureLoss(a) ? b : a));
  const { difference, error } = mixtureLossDifference(first!, best);
  return difference > error ? best.weights : first!.weights;
}

/** By how much the mean loss of `second` is lower, and the standard error of that over people; Infinity for one person. */
export function mixtureLossDifference(
  first: Pick<TriedMixture, "losses">,
  second: Pick<TriedMixture, "losses">,
): { readonly difference: number; readonly error: number } {
  const differences = first.losses.map((loss, person) => loss - second.losses[person]!);
  const count = differences.length;
  const difference = differences.reduce((sum, own) => sum + own, 0) / count;
  const squares = differences.reduce((sum, own) => sum + (own - difference) ** 2, 0);
  return { difference, error: count < 2 ? Number.POSITIVE_INFINITY : Math.sqrt(squares / (count - 1) / count) };
}

/** The folds' evidence together: each fold held out other people. */
export function joinTriedMixtures(folds: readonly (readonly TriedMixture[])[]): TriedMixture[] {
  return folds[0]!.map(({ weights }, i) => ({ weights, losses: folds.flatMap((tried) => tried[i]!.losses) }));
}

/** What each fold tried; empty unless the network is `auto`. */
export function triedMixtures(folds: readonly Pick<FitOutcome, "epochs">[]): (readonly TriedMixture[])[] {
  return folds.flatMap(({ epochs }) => epochs.flatMap(({ tried }) => (tried === undefined ? [] : [tried])));
}

/** The figures behind a choice, and the choice. */
export interface MixtureChoice {
  /** Name of a member, or "average". */
  readonly chosen: string;
  /** Mean log loss over the people held out, by what was tried. */
  readonly losses: Readonly<Record<string, number>>;
  /** Mean and standard error of the difference in loss between the average and the better member. */
  readonly difference: { readonly mean: number; readonly error: number };
}

/** @param folds what each fold tried */
export function describeMixtureChoice(folds: readonly (readonly TriedMixture[])[]): MixtureChoice {
  const tried = joinTriedMixtures(folds);
  const [average, ...alone] = tried;
  const better = alone.reduce((a, b) => (meanMixtureLoss(b) < meanMixtureLoss(a) ? b : a));
  const { difference: mean, error } = mixtureLossDifference(average!, better);
  return {
    chosen: mixtureName(chooseMixture(tried)),
    losses: Object.fromEntries(tried.map((own) => [mixtureName(own.weights), meanMixtureLoss(own)])),
    difference: { mean, error },
  };
}

/** "average", or the name of the only member with a weight. */
export function mixtureName(weights: readonly number[]): string {
  return ensembleMembers[weights.indexOf(1)] ?? "average";
}

function meanMixtureLoss({ losses }: TriedMixture): number {
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}
