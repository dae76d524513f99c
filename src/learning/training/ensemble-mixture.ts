// Measures how an ensemble should combine its members, on people from whom no member has learned. N windows, K classes.

import { applyTemperature, fitTemperature } from "./temperature-scaling.ts";

/** Each list has one number per member. */
export interface EnsembleMixture {
  /** Temperatures to divide the members' logits by. */
  readonly temperatures: readonly number[];
  /** Weights of the members' probabilities; their sum is 1. */
  readonly weights: readonly number[];
}

/** A choice of weights for the members, and its log loss for each held-out person. */
export interface TriedMixture {
  readonly weights: readonly number[];
  /** One loss per held-out person, in nats. */
  readonly losses: readonly number[];
}

/** Windows from people from whom no member has learned, and the members' predictions. */
export interface HeldOutPredictions {
  readonly labels: Int32Array;
  /** Each window's person, as a number. */
  readonly people: Int32Array;
  readonly classCount: number;
  /** Probabilities [N, K] per member. */
  readonly members: readonly Float32Array[];
}

/** Fits a temperature for each member, and gives all members equal weights. */
export function measureEnsembleMixture({
  labels,
  classCount,
  members,
}: Omit<HeldOutPredictions, "people">): EnsembleMixture {
  return {
    temperatures: members.map((own) => ensembleMixtureTemperature(own, labels, classCount)),
    weights: members.map(() => 1 / members.length),
  };
}

/** Probabilities [N, K] of the ensemble. */
export function mixEnsemblePredictions(
  { classCount, members }: Pick<HeldOutPredictions, "classCount" | "members">,
  { temperatures, weights }: EnsembleMixture,
): Float32Array {
  const calibrated = members.map((own, m) => applyTemperature(own, classCount, temperatures[m]!));
  return calibrated[0]!.map((_, i) => calibrated.reduce((sum, own, m) => sum + weights[m]! * own[i]!, 0));
}

/**
 * A temperature of at least 1, which never makes a member more confident. The few held-out people may be easy to classify, and
 * the epoch of a member that stops early was chosen on them. If a member makes no mistakes on these people, they do not show
 * how confident it may be.
 */
function ensembleMixtureTemperature(probabilities: Float32Array, labels: Int32Array, classCount: number): number {
  return Math.max(1, fitTemperature(probabilities, labels, classCount));
}
