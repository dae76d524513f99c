// What a cycle of a retraining run selected and learned, as `RetrainReport` and events show it.

import type { ClassificationMetrics } from "../evaluation/classification-metrics.ts";

/** One cycle of a retraining run. */
export interface CycleReport {
  /** Number of the cycle; cycle 0 learns only from the labelled windows. */
  readonly cycle: number;
  /** Requested share of the unlabelled windows. */
  readonly share: number;
  /** The pseudo-labels that the cycle learned from; null for cycle 0. */
  readonly selection: {
    /** Number of selected windows. */
    readonly total: number;
    /** Number of selected windows per pseudo-label. */
    readonly per_class: Readonly<Record<string, number>>;
    /** Lowest confidence selected, per class; null for a class without selected windows. */
    readonly thresholds: Readonly<Record<string, number | null>>;
    /** 0 to 1: total variation distance between the class shares of the selection and of the labelled windows. */
    readonly share_shift: number;
    /** How many pseudo-labels are correct; null if no true labels are known. */
    readonly truth: PseudoLabelTruth | null;
  } | null;
  /** Metrics on the holdout. */
  readonly holdout: Pick<
    ClassificationMetrics,
    "n" | "accuracy" | "macro_f1" | "expected_calibration_error" | "log_loss"
  >;
  /** Output of the cycle's network for the unlabelled windows. */
  readonly unlabelled: {
    /** Mean probability of the predicted class. */
    readonly mean_confidence: number;
    /** Mean entropy as a fraction of its maximum. */
    readonly mean_entropy: number;
    /** Number of windows per predicted class. */
    readonly predicted: Readonly<Record<string, number>>;
    /** Share of windows whose label differs from the previous cycle's; null for cycle 0. */
    readonly flipped: number | null;
    /** Macro-F1 over all windows with a known true label; null if there are none. */
    readonly macro_f1: number | null;
    /** Accuracy over the same windows; null if no true labels are known. */
    readonly accuracy: number | null;
  };
}

/** Accuracy of pseudo-labels, if true labels are known. */
export interface PseudoLabelTruth {
  /** Share of correct pseudo-labels. */
  readonly accuracy: number;
  /** Figures per class; recall is computed over all unlabelled windows in the class. */
  readonly per_class: Readonly<
    Record<
      string,
      {
        /** Share of correct pseudo-labels among those of this class; null if there are none. */
        readonly precision: number | null;
        /** Share of the windows in this class that were selected with this label; null if there are no such windows. */
        readonly recall: number | null;
      }
    >
  >;
}
