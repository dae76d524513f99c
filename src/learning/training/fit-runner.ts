// Defines what runs a fit: a worker thread or another machine. Fits receive and return plain data, but read the windows
// themselves.

import type { WindowSet } from "../../signals/data/windows.ts";
import type { FitStage } from "./fit-events.ts";
import type { FitPlan } from "./fit-plan.ts";
import type { FitEpoch, NetworkWeights } from "./fit-state.ts";

/**
 * Runs one fit, in a thread of this process or elsewhere. The same task yields the same outcome wherever it runs.
 * @throws Diverged if the loss is not finite
 */
export type FitRunner = (task: FitTask, handlers: FitHandlers) => Promise<FitOutcome>;

/** @throws RangeError if there are no windows with this fingerprint */
export type FindWindows = (fingerprint: string) => WindowSet | Promise<WindowSet>;

export interface FitTask {
  readonly plan: FitPlan;
  /**
   * Bytes from `encodeFitState`, for an interrupted fit or for initial weights; if null, the fit starts from fresh weights or
   * from those in `start`.
   */
  readonly checkpoint: Uint8Array | null;
  /**
   * Weights of the model that the fit starts from. A linear head is pulled towards the model's head, so even a resumed fit
   * needs these weights.
   */
  readonly start?: NetworkWeights;
  /** Threads for the shards of a step; the outcome does not depend on their number. */
  readonly threads: number;
}

export interface StepProgress {
  readonly epoch: number;
  readonly step: number;
  readonly steps: number;
  /** Mean loss over the epoch so far; null unless the epoch consists of mini-batches. */
  readonly loss: number | null;
  /**
   * Current stage of a network, or of an ensemble's member, that is not trained in mini-batches or is trained a second time;
   * otherwise absent. A step of the stage `features` is one window, a step of `layer` is one product of all windows' features
   * with weights, and a step of `refit` is a mini-batch.
   */
  readonly stage?: FitStage;
  readonly windowsPerSecond: number;
}

export interface FitOutcome {
  /** False if the abort signal ended the fit, in which case a checkpoint was delivered. */
  readonly finished: boolean;
  readonly epochs: readonly FitEpoch[];
  /** The weights kept: [P], [S]. */
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
  /** [N, K] in the order of the plan's `testIndex`. */
  readonly probabilities: Float32Array | null;
}

export interface FitHandlers {
  readonly signal?: AbortSignal;
  /** Called at most a few times per second. */
  readonly onStep?: (progress: StepProgress) => void;
  readonly onEpoch?: (epoch: FitEpoch) => void;
  /** Called after each epoch, and when the signal ends the fit. */
  readonly onCheckpoint?: (bytes: Uint8Array) => void;
}

/** Finds windows in memory, given their fingerprint. */
export function windowsForFitRunner(fingerprint: string, windows: WindowSet): FindWindows {
  return (wanted) => {
    if (wanted === fingerprint) return windows;
    throw new RangeError(`windows: expected the fingerprint of the windows in memory, ${fingerprint}, got ${wanted}`);
  };
}
