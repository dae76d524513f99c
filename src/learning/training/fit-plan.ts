// Describes a fit as plain JSON, so any machine that has the windows can run it. Rows are window numbers.

import type { RngState } from "../../random.ts";
import type { Scaler } from "../../signals/data/scaler.ts";
import type { EnsembleMixture } from "./ensemble-mixture.ts";
import type { NetworkSource } from "./network-source.ts";

export interface FitPlan {
  /** Name for messages, such as "fold 2". */
  readonly name: string;
  /** `windowsFingerprint` of the windows that the rows refer to. */
  readonly windows: string;
  readonly network: NetworkSource;
  readonly scaler: Scaler;
  readonly trainIndex: readonly number[];
  /** Rows that every epoch is validated on; if null, no epoch is validated. */
  readonly validationIndex: readonly number[] | null;
  /** Windows to predict with the weights that were kept. */
  readonly testIndex: readonly number[] | null;
  /**
   * Rows of `trainIndex`, and the classes that replace the labels of their windows. The rows are spread evenly over the
   * batches: each batch contains their overall share, to within one window.
   */
  readonly pseudoLabels: { readonly rows: readonly number[]; readonly labels: readonly number[] } | null;
  readonly epochs: number;
  readonly batchSize: number;
  /**
   * Number of parts that a batch is split into for parallel computation, each with its own batch-norm statistics. A batch that
   * cannot be split evenly stays whole.
   */
  readonly shards: number;
  /**
   * Adam's learning rate, which is reduced if the validation does not improve, or a list with one rate per epoch. With a list,
   * or without validation, all epochs run and the last weights are kept.
   */
  readonly learningRate: number | readonly number[];
  /** Number of steps at the beginning over which the learning rate rises linearly (default: 0). */
  readonly warmupSteps?: number;
  /** Number of epochs without improvement after which a fit that can stop early stops. */
  readonly patience: number;
  /** One weight per class; if null, all weights are 1. */
  readonly classWeights: readonly number[] | null;
  /** Channels x, y, z of each sensor. */
  readonly sensors: readonly (readonly string[])[];
  /**
   * Channels x, y, z of the sensors that are rotated at random with each training window, all by the same rotation; if null,
   * nothing is rotated.
   */
  readonly turned: readonly (readonly string[])[] | null;
  readonly rng: RngState;
  /**
   * Penalties to choose from, for networks that consist of a fixed part and one trained layer, and for ensembles with such a
   * member; null for others.
   */
  readonly penalties: PenaltyPlan | null;
  /** For an ensemble: how its members are combined. If absent, the mixture is measured on the validation rows. */
  readonly mixture?: EnsembleMixture;
}

/** How strongly a linear layer's weights are penalised. */
export interface PenaltyPlan {
  /**
   * Penalties to try, strongest first: each multiplies the sum of squared weights (or of squared differences from an existing
   * head) that is added to the sum of squared errors.
   */
  readonly strengths: readonly number[];
  /** Splits of the plan's `trainIndex` for choosing among the penalties; none if there is only one penalty. */
  readonly parts: readonly { readonly trainIndex: readonly number[]; readonly heldOut: readonly number[] }[];
}

export function fitLearningRate(learningRate: FitPlan["learningRate"], epoch: number): number {
  if (typeof learningRate === "number") return learningRate;
  return learningRate[Math.min(epoch, learningRate.length - 1)]!;
}

/** Whether the validation decides when the fit stops, and which of its weights are kept. */
export function canStopEarly({
  validationIndex,
  learningRate,
}: Pick<FitPlan, "validationIndex" | "learningRate">): boolean {
  return validationIndex !== null && typeof learningRate === "number";
}
