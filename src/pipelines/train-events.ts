// The events that `train` reports while it runs, as one discriminated union. The events feed the live progress line, the plain
// lines, the tables and the output of `--json`, which has one event per line. Times are in seconds; all values can be
// serialised as JSON.

import type { ClassificationMetrics } from "../learning/evaluation/classification-metrics.ts";
import type { StopReason } from "../learning/training/curriculum.ts";
import type { CvReport, FineTuningReport, TestSetReport, UserReport } from "../learning/training/cv-report.ts";
import type { CycleReport } from "../learning/training/cycle-report.ts";
import type { FinalEvent, FitEvent, FoldEvent, MemoryEvent } from "../learning/training/fit-events.ts";
import type { GateRule } from "../learning/training/promotion-gate.ts";
import type { LargestChanges, MeasuredRunLength, RehearsedDay } from "../monitoring/drift/calibration.ts";
import type { TrackedEvent } from "../report/tell-tracked.ts";
import type { ResolvedColumns } from "../signals/data/column-roles.ts";
import type { UnitConversion } from "../signals/data/convert-units.ts";
import type { FoundSensors } from "../signals/data/find-sensors.ts";
import type { LabelChanges } from "../signals/data/label-purity.ts";
import type { DroppedSamples } from "../signals/data/plan-windows.ts";
import type { QualityReport } from "../signals/data/quality-report.ts";
import type { JoinedLine } from "./add-model.ts";
import type { CalibrationEvent } from "./calibration-progress.ts";
import type { TestSetSize } from "./test-set.ts";

/** Cross-validated figures: mean and sd over folds and over people, and the person with the lowest score. */
export type TrainSummary = CvReport["summary"];

/** The events that `train` and `retrain` report while they run. */
export type TrainEvent =
  | MemoryEvent
  | FitEvent
  | FoldEvent
  | FinalEvent
  | CalibrationEvent
  | TrackedEvent
  | {
      type: "data";
      /** Files that were read. */
      files: readonly string[];
      /** Number of rows kept. */
      rows: number;
      /** Number of people. */
      users: number;
      /** Number of uninterrupted recordings. */
      recordings: number;
      /** Windows by class name. */
      classes: Record<string, number>;
      /** The channels in the order of the network's inputs. */
      channels: readonly string[];
      /** The sensors with their channels, and how they were recognised. */
      sensors: FoundSensors["sensors"];
      /** Unit conversions that were applied to the values in the files. */
      conversions: readonly UnitConversion[];
      /** Sampling rate of the windows, in Hz. */
      samplingRateHz: number;
      /** Samples per window. */
      windowSize: number;
      /** The role of each column. */
      columns: ResolvedColumns;
      /** Quality of the recordings. */
      quality: QualityReport;
      /** Total number of windows. */
      windows: number;
      /** Samples that belong to no window; `quality` counts the rows that were left out before. */
      dropped: DroppedSamples;
      /** Windows in which the label changes; null if labels change only at gaps. */
      labelChanges: LabelChanges | null;
    }
  | {
      type: "split";
      /** How the recordings are split into folds. */
      split: string;
      /** For each fold, the people tested and the number of windows in each part. */
      folds: readonly {
        /** Number of the fold. */
        fold: number;
        /** The people in the test set. */
        testUsers: readonly string[];
        /** Number of windows for training. */
        trainWindows: number;
        /** Number of windows for validation. */
        validationWindows: number;
        /** Number of windows in the test set. */
        testWindows: number;
      }[];
      /** The people, rows and windows of the test set of a fixed split; null for other splits. */
      testSet: TestSetSize | null;
      /** Warnings to consider when reading the figures. */
      warnings: readonly string[];
    }
  | {
      type: "cross-validation";
      /** Means and spreads of the metrics, over folds and over people. */
      summary: TrainSummary;
      /** The metrics of all tested windows, pooled across folds. */
      pooled: ClassificationMetrics;
      /** Figures for each tested person. */
      users: readonly UserReport[];
    }
  | {
      /** Only with --from. */
      type: "fine-tuning";
      /** The gain from starting with a model's weights. */
      report: FineTuningReport;
    }
  | {
      type: "test-set";
      /** Metrics of the final network on the test set of a fixed split. */
      report: TestSetReport;
    }
  | {
      /** The data of a retraining run, before its first cycle. */
      type: "retrain-data";
      /** Labelled and unlabelled recordings that were read. */
      files: readonly string[];
      /** Labelled people for training, and their windows. */
      labelled: {
        /** Names of the people. */
        people: readonly string[];
        /** Number of their windows. */
        windows: number;
      };
      /** Labelled recordings listed in the model's manifest; empty if the user specified the recordings. */
      filesOfModel: readonly string[];
      /** The people in the holdout, and their windows. */
      holdout: {
        /** Names of the people. */
        people: readonly string[];
        /** Number of their windows. */
        windows: number;
      };
      /** The unlabelled recordings. */
      unlabelled: {
        /** Number of people. */
        people: number;
        /** Number of windows. */
        windows: number;
        /** Number of rows. */
        rows: number;
      };
      /** Epochs per fit. */
      epochs: number;
      /** Penalty on the linear layer of each fit; absent for a network that is trained in mini-batches. */
      penalty?: number;
      /** Warnings to consider when reading the figures. */
      warnings: readonly string[];
    }
  | {
      type: "cycle";
      /** Maximum number of cycles. */
      cycles: number;
      /** The data of the cycle, and its results. */
      report: CycleReport;
    }
  | {
      type: "gate";
      /** Number of the best cycle. */
      winner: number;
      /** Why the cycles ended. */
      stopped: StopReason | "adabn";
      /** Why the cycles ended, in words. */
      because: string;
      /** Every rule, with its measured value. */
      rules: readonly GateRule[];
      /** Whether the candidate passed all rules. */
      passed: boolean;
    }
  | {
      type: "retrained";
      /** Whether the candidate passed and became a model. */
      adopted: boolean;
      /** The model folder, or the folder with a rejected candidate's report. */
      out: string;
      /** Path of the HTML report. */
      report: string;
      /** Duration of the run. */
      seconds: number;
      /** The new champion in words, such as "walk-v2 is the champion of walk"; null if nothing was promoted. */
      promoted: string | null;
    }
  | {
      type: "checkpoint";
      /** Folder of the checkpoints. */
      path: string;
      /** The command that resumes the run, quoted for a shell. */
      resumeCommand: string;
    }
  | {
      type: "done";
      /** The model folder. */
      out: string;
      /** Path of the HTML report. */
      report: string;
      /** The days on which `check` was calibrated; null if there were too few recordings to rehearse any. */
      day: RehearsedDay | null;
      /** Number of batches between false alarms; null if too few people could be rehearsed. */
      runLength: MeasuredRunLength | null;
      /** The largest changes of the sensors that the training data seems to show, as multiples of the usual limits. */
      largestChanges: LargestChanges | null;
      /** Total duration of the run across all its sessions. */
      seconds: number;
      /** The cross-validated figures. */
      summary: TrainSummary;
      /** The line to which the model has been added; null without --as. */
      joined: JoinedLine | null;
    };

/** The events of one type. */
export type EventOf<T extends TrainEvent["type"]> = Extract<TrainEvent, { type: T }>;
