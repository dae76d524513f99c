// What fits report while they run. Times are seconds; everything is JSON-able.
import type { ClassificationMetrics } from "../evaluation/classification-metrics.ts";

/** A training fits the network once per fold and once more on everything; a retraining once per cycle, then once per fold. */
export type FitName = `fold-${number}` | `cycle-${number}` | "final";

/** An epoch has ended. */
export interface EpochEvent {
  type: "epoch";
  /** Which fit. */
  fit: FitName;
  /** From 1. */
  epoch: number;
  /** The most there can be; early stopping may end the fit before. */
  epochs: number;
  /** Mean training loss, nats. */
  loss: number;
  /** On the training part, 0 to 1. */
  accuracy: number;
  /** Null in the final fit, which holds nothing out. */
  valLoss: number | null;
  /** On the validation part; null in the final fit. */
  valAccuracy: number | null;
  /** On the validation part; null in the final fit. */
  valMacroF1: number | null;
  /** Of this epoch. */
  learningRate: number;
  /** Time that the epoch took. */
  seconds: number;
  /** Windows trained on or validated, per second. */
  windowsPerSecond: number;
  /** The best epoch of this fit so far. */
  best: boolean;
  /** For the whole run, an estimate from the epochs so far; null while there is none. */
  secondsLeft: number | null;
}

/** What one fit reports. */
export type FitEvent =
  | {
      /** A fit goes on from its checkpoint. */
      type: "resumed";
      /** Which fit. */
      fit: FitName;
      /** Finished in earlier sittings. */
      epochs: number;
    }
  | {
      /** Within an epoch, a few times a second at most. */
      type: "batch";
      /** Which fit. */
      fit: FitName;
      /** From 1. */
      epoch: number;
      /** The most there can be. */
      epochs: number;
      /** Steps of the epoch that are done. */
      step: number;
      /** Steps per epoch. */
      steps: number;
      /** Mean training loss of the epoch so far, nats. */
      loss: number;
      /** Windows trained on, per second. */
      windowsPerSecond: number;
    }
  | EpochEvent;

/** A fold was fitted and tested. */
export interface FoldEvent {
  type: "fold";
  /** From 1. */
  fold: number;
  /** How many there are. */
  folds: number;
  /** The epoch that was kept. */
  bestEpoch: number;
  /** Epochs that it ran. */
  epochs: number;
  /** Time that it took. */
  seconds: number;
  /** On the test part. */
  metrics: ClassificationMetrics;
}

/** The final fit has ended. */
export interface FinalEvent {
  type: "final";
  /** Epochs that it ran. */
  epochs: number;
  /** Time that it took. */
  seconds: number;
}

/** Before any fit: about how much the training takes, and what the machine or the container has. */
export interface MemoryEvent {
  type: "memory";
  /** What the training will take, about. */
  neededBytes: number;
  /** What the machine has. */
  totalBytes: number;
  /** What is free of it. */
  availableBytes: number;
}
