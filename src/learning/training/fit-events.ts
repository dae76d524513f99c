// Events reported by fits while they run. Times are in seconds; everything can be stored as JSON.
import type { ClassificationMetrics } from "../evaluation/classification-metrics.ts";

/**
 * `train` fits the network once per fold and then once on all data; with `--from`, it also fits it once per fold from scratch.
 * `retrain` fits it once per cycle and then once per fold.
 */
export type FitName = `fold-${number}` | `scratch-${number}` | `cycle-${number}` | "final";

/**
 * A network that is not trained in mini-batches first computes the features of all windows (`features`) and then fits its last
 * layer to them (`layer`). In an ensemble, `compact` is fitted a second time, on the validation people as well (`refit`).
 */
export type FitStage = "features" | "layer" | "refit";

/** An epoch has ended. */
export interface EpochEvent {
  type: "epoch";
  /** Name of the fit. */
  fit: FitName;
  /** Counted from 1. */
  epoch: number;
  /** Maximum number of epochs; early stopping may end the fit sooner. */
  epochs: number;
  /** Mean training loss, nats. */
  loss: number;
  /** Accuracy on the training part, 0 to 1. */
  accuracy: number;
  /** Loss on the validation part, in nats; null in the final fit, which has no validation part. */
  valLoss: number | null;
  /** Accuracy on the validation part; null in the final fit. */
  valAccuracy: number | null;
  /** Macro-F1 on the validation part; null in the final fit. */
  valMacroF1: number | null;
  /** Learning rate of this epoch; null unless the epoch consists of mini-batches. */
  learningRate: number | null;
  /**
   * Penalty on the weights of the linear layer, 1e15 if the layer stays unchanged; absent if the epoch consists of
   * mini-batches.
   */
  penalty?: number;
  /** How the members of an ensemble are combined; present only in the epoch that stands for the ensemble as a whole. */
  mixture?: {
    /** Temperatures that the logits of `compact`, `minirocket` and, if there is one, `minirocket-magnitudes` are divided by. */
    readonly temperatures: readonly number[];
    /** Weights of their probabilities; their sum is 1. */
    readonly weights: readonly number[];
  };
  /** The mixtures tried by `auto`: the weights of the members, and the log loss for each person held out. */
  tried?: readonly {
    /** Weights of the probabilities. */
    readonly weights: readonly number[];
    /** Log loss for each person, in nats. */
    readonly losses: readonly number[];
  }[];
  /** Duration of the epoch. */
  seconds: number;
  /** Windows trained on or validated, per second. */
  windowsPerSecond: number;
  /** Whether this is the best epoch of the fit so far; in a fit that cannot stop early, whether its weights are kept. */
  best: boolean;
  /** Estimated time left for the whole run, including calibration and writing; null until there is an estimate. */
  secondsLeft: number | null;
}

/** Events of one fit. */
export type FitEvent =
  | {
      /** A fit has resumed from its checkpoint. */
      type: "resumed";
      /** Name of the fit. */
      fit: FitName;
      /** Number of epochs finished before the interruption. */
      epochs: number;
      /** The penalty chosen by a finished fit, or null if the fit starts over; absent for a network trained in mini-batches. */
      penalty?: number | null;
    }
  | {
      /** Progress within an epoch, at most a few times per second. */
      type: "batch";
      /** Name of the fit. */
      fit: FitName;
      /** Counted from 1. */
      epoch: number;
      /** Maximum number of epochs. */
      epochs: number;
      /** Number of steps completed in this epoch. */
      step: number;
      /** Steps per epoch. */
      steps: number;
      /** Mean training loss in the epoch so far, in nats; null unless the epoch consists of mini-batches. */
      loss: number | null;
      /**
       * Current stage of a network, or of an ensemble's member, that is not trained in mini-batches or is trained a second
       * time; otherwise absent.
       */
      stage?: FitStage;
      /** Windows trained on, per second. */
      windowsPerSecond: number;
    }
  | EpochEvent;

/** A fold has been fitted and tested. */
export interface FoldEvent {
  type: "fold";
  /** Counted from 1. */
  fold: number;
  /** Number of folds. */
  folds: number;
  /** The epoch whose weights were kept. */
  bestEpoch: number;
  /** Number of epochs run. */
  epochs: number;
  /** The chosen penalty, 1e15 if the layer stays unchanged; absent for a network trained in mini-batches. */
  penalty?: number;
  /** Duration in seconds. */
  seconds: number;
  /** Metrics on the test part. */
  metrics: ClassificationMetrics;
}

/** The final fit has ended. */
export interface FinalEvent {
  type: "final";
  /** Number of epochs run. */
  epochs: number;
  /** Penalty on the layer, 1e15 if it stays unchanged; absent for a network trained in mini-batches. */
  penalty?: number;
  /** Duration in seconds. */
  seconds: number;
  /** The choice that `auto` made, and the losses that it is based on; absent for other networks. */
  choice?: {
    /** `compact`, `minirocket`, or `average` of all members. */
    readonly chosen: string;
    /** Mean log loss over the people held out by the folds, by mixture name. */
    readonly losses: Readonly<Record<string, number>>;
    /** How much lower the loss of the better single network is than that of the average. */
    readonly difference: {
      /** Mean over people; negative if the average is better. */
      readonly mean: number;
      /** Standard error of the mean. */
      readonly error: number;
    };
  };
}

/** Sent before any fit: roughly how much memory the training run needs, and how much the machine or container has. */
export interface MemoryEvent {
  type: "memory";
  /** Estimated memory that the training run needs. */
  neededBytes: number;
  /** Total memory of the machine or container. */
  totalBytes: number;
  /** Available memory. */
  availableBytes: number;
}
