// Chooses whether an `auto` ensemble averages its members or uses only `compact` or `minirocket`, by the log loss on people
// that no member has learned from.

import { isLossSurelyLower, lossDifference, lossesByPerson } from "../evaluation/losses-by-person.ts";
import {
  type EnsembleMixture,
  type HeldOutPredictions,
  measureEnsembleMixture,
  mixEnsemblePredictions,
  type TriedMixture,
} from "./ensemble-mixture.ts";
import type { FitPlan } from "./fit-plan.ts";
import type { FitOutcome } from "./fit-runner.ts";
import { optionOfFittedNetwork } from "./fitted-network.ts";

/** The members that `auto` may choose alone; the others are too similar to `minirocket` to be worth choosing. */
export const membersChosenAlone = ["compact", "minirocket"] as const;

/** Evaluates the average of all members, and each member that may be chosen alone. */
export function tryMixtures(held: HeldOutPredictions, { temperatures, weights }: EnsembleMixture): TriedMixture[] {
  const alone = membersChosenAlone.map((_, m) => temperatures.map((_, other) => (other === m ? 1 : 0)));
  return [weights, ...alone].map((tried) => {
    const mixed = mixEnsemblePredictions(held, { temperatures, weights: tried });
    return { weights: tried, losses: lossesByPerson(held, mixed) };
  });
}

/**
 * Returns the plan's mixture if it has one. Otherwise, temperatures are measured on held-out people, on which `auto` also
 * chooses the members' weights. If the fit starts from a model, the members keep equal weights, because there are too few
 * people in fine-tuning for that choice.
 */
export function mixtureForFit(
  { network, mixture }: FitPlan,
  held: HeldOutPredictions | null,
  fromModel: boolean,
): { mixture: EnsembleMixture; tried?: TriedMixture[] } {
  if (mixture !== undefined) return { mixture };
  if (held === null) throw new RangeError("plan: expected a mixture or validation rows, got neither");
  const average = measureEnsembleMixture(held);
  if (optionOfFittedNetwork(network) !== "auto" || fromModel) return { mixture: average };
  const tried = tryMixtures(held, average);
  return { mixture: { ...average, weights: chooseMixture(tried) }, tried };
}

/**
 * Returns the weights of the first mixture, unless the mixture with the lowest mean loss is better by more than one standard
 * error of the paired loss differences.
 * @param tried the mixtures, simplest first, with losses for the same people in the same order
 */
export function chooseMixture(tried: readonly TriedMixture[]): readonly number[] {
  const [first] = tried;
  const best = tried.reduce((a, b) => (meanMixtureLoss(b) < meanMixtureLoss(a) ? b : a));
  return isLossSurelyLower(first!.losses, best.losses) ? best.weights : first!.weights;
}

/** Joins the losses from all folds; each fold held out different people. */
export function joinTriedMixtures(folds: readonly (readonly TriedMixture[])[]): TriedMixture[] {
  return folds[0]!.map(({ weights }, i) => ({ weights, losses: folds.flatMap((tried) => tried[i]!.losses) }));
}

/** Returns the mixtures tried in each fold; empty unless the network is `auto`. */
export function triedMixtures(folds: readonly Pick<FitOutcome, "epochs">[]): (readonly TriedMixture[])[] {
  return folds.flatMap(({ epochs }) => epochs.flatMap(({ tried }) => (tried === undefined ? [] : [tried])));
}

/** The chosen mixture, and the losses that the choice is based on. */
export interface MixtureChoice {
  /** Name of a member, or "average". */
  readonly chosen: string;
  /** Mean log loss over the people held out, by mixture name. */
  readonly losses: Readonly<Record<string, number>>;
  /** Loss of the average minus loss of the better member, over the people held out. */
  readonly difference: {
    /** Mean over people. */
    readonly mean: number;
    /** Standard error of the mean. */
    readonly error: number;
  };
}

/** @param folds the mixtures tried in each fold */
export function describeMixtureChoice(folds: readonly (readonly TriedMixture[])[]): MixtureChoice {
  const tried = joinTriedMixtures(folds);
  const [average, ...alone] = tried;
  const better = alone.reduce((a, b) => (meanMixtureLoss(b) < meanMixtureLoss(a) ? b : a));
  const { difference: mean, error } = lossDifference(average!.losses, better.losses);
  return {
    chosen: chosenMixtureName(chooseMixture(tried)),
    losses: Object.fromEntries(tried.map((own) => [chosenMixtureName(own.weights), meanMixtureLoss(own)])),
    difference: { mean, error },
  };
}

/** Returns the name of the only member with a non-zero weight, or "average" if there are several. */
function chosenMixtureName(weights: readonly number[]): string {
  return membersChosenAlone[weights.indexOf(1)] ?? "average";
}

function meanMixtureLoss({ losses }: TriedMixture): number {
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}
