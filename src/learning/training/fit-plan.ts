// What is to be fitted, as plain JSON: any machine that has the windows can run it. Rows are numbers of windows.

import type { Scaler } from "../../signals/preprocessing/scaler.ts";
import type { RngState } from "../../stats/random.ts";
import type { NetworkName } from "../networks/presets.ts";

export interface FitPlan {
  /** For messages: "fold 2". */
  readonly name: string;
  /** `windowsFingerprint` of the windows that the rows are of. */
  readonly windows: string;
  readonly network: NetworkName;
  readonly scaler: Scaler;
  readonly trainIndex: readonly number[];
  /** What early stopping and the learning rate look at; null: all epochs are run and the last weights are kept. */
  readonly validationIndex: readonly number[] | null;
  /** Windows whose classes are wanted from the weights that were kept. */
  readonly testIndex: readonly number[] | null;
  /**
   * Rows of `trainIndex` with a class each, in place of the windows' labels. They are spread evenly over the batches: each
   * batch holds their share of all, to one window.
   */
  readonly pseudoLabels: { readonly rows: readonly number[]; readonly labels: readonly number[] } | null;
  readonly epochs: number;
  readonly batchSize: number;
  /** Parts of a batch that can be computed side by side, each with batch-norm statistics of its own; a divisor of it. */
  readonly shards: number;
  /** Adam's; without validation, one for each epoch may be given. */
  readonly learningRate: number | readonly number[];
  /** Epochs without improvement after which the fit stops. */
  readonly patience: number;
  /** One per class, or null for ones. */
  readonly classWeights: readonly number[] | null;
  /** Channels x, y, z of the sensors that are turned at random with each training window, all alike; null: none is turned. */
  readonly turned: readonly (readonly string[])[] | null;
  readonly rng: RngState;
}
