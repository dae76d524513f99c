// What fits report while they run. Times are seconds; everything is JSON-able.
import type { ClassificationMetrics } from "../evaluation/classification-metrics.ts";

/** A training fits the network once per fold and once more on everything; a retraining once per cycle, then once per fold. */
export type FitName = `fold-${number}` | `cycle-${number}` | "final";

export interface EpochEvent {
  type: "epoch";
  fit: FitName;
  epoch: number;
  /** The most there can be; early stopping may end the fit before. */
  epochs: number;
  loss: number;
  accuracy: number;
  /** Null in the final fit, which holds nothing out. */
  valLoss: number | null;
  valAccuracy: number | null;
  valMacroF1: number | null;
  learningRate: number;
  seconds: number;
  windowsPerSecond: number;
  /** The best epoch of this fit so far. */
  best: boolean;
  /** For the whole run, an estimate from the epochs so far; null while there is none. */
  secondsLeft: number | null;
}

export type FitEvent =
  | {
      /** A fit goes on from its checkpoint. */
      type: "resumed";
      fit: FitName;
      /** Finished in earlier sittings. */
      epochs: number;
    }
  | {
      /** Within an epoch, a few times a second at most. */
      type: "batch";
      fit: FitName;
      epoch: number;
      epochs: number;
      step: number;
      steps: number;
      loss: number;
      windowsPerSecond: number;
    }
  | EpochEvent;

/** A fold was fitted and tested. */
export interface FoldEvent {
  type: "fold";
  fold: number;
  folds: number;
  bestEpoch: number;
  epochs: number;
  seconds: number;
  metrics: ClassificationMetrics;
}

/** The final fit has ended. */
export interface FinalEvent {
  type: "final";
  epochs: number;
  seconds: number;
}

/** Before any fit: about how much the training takes, and what the machine or the container has. */
export interface MemoryEvent {
  type: "memory";
  neededBytes: number;
  totalBytes: number;
  availableBytes: number;
}
