// What `train` reports while it runs: one discriminated union, the source of the live line, the plain lines, the tables
// and of `--json`, where each event is one line. Times are seconds; everything is JSON-able.

import type { ClassificationMetrics } from "../learning/evaluation/classification-metrics.ts";
import type { CycleReport, StopReason } from "../learning/pseudo-labeling/curriculum.ts";
import type { GateRule } from "../learning/pseudo-labeling/gate.ts";
import type { CvReport, UserReport } from "../learning/training/cv-report.ts";
import type { FinalEvent, FitEvent, FoldEvent, MemoryEvent } from "../learning/training/fit-events.ts";
import type { TrackedEvent } from "../report/tell-tracked.ts";
import type { ResolvedColumns } from "../signals/data/column-roles.ts";
import type { FoundSensors } from "../signals/data/find-sensors.ts";
import type { QualityReport } from "../signals/data/quality.ts";
import type { DroppedSamples } from "../signals/preprocessing/make-windows.ts";

/** Cross-validated figures: mean and sd over folds and over people, and who is served worst. */
export type TrainSummary = CvReport["summary"];

/** What `train` and `retrain` report while they run. */
export type TrainEvent =
  | MemoryEvent
  | FitEvent
  | FoldEvent
  | FinalEvent
  | TrackedEvent
  | {
      type: "data";
      /** That were read. */
      files: readonly string[];
      /** Rows that were kept. */
      rows: number;
      /** People. */
      users: number;
      /** Uninterrupted recordings. */
      recordings: number;
      /** Windows by class name. */
      classes: Record<string, number>;
      /** In the order of the network's input. */
      channels: readonly string[];
      /** Which channels form a sensor, and what says so. */
      sensors: FoundSensors["sensors"];
      /** Which column plays which part. */
      columns: ResolvedColumns;
      /** Of the recordings. */
      quality: QualityReport;
      /** Windows in all. */
      windows: number;
      /** Samples that no window covers; rows that were left out before are in `quality`. */
      dropped: DroppedSamples;
    }
  | {
      type: "split";
      /** How people or windows are split. */
      split: string;
      /** Who is tested in which fold, and windows of its parts. */
      folds: readonly {
        fold: number;
        testUsers: readonly string[];
        trainWindows: number;
        validationWindows: number;
        testWindows: number;
      }[];
      /** What a reader of the figures must know. */
      warnings: readonly string[];
    }
  | {
      type: "cross-validation";
      /** Over folds and over people. */
      summary: TrainSummary;
      /** Over all tested windows together. */
      pooled: ClassificationMetrics;
      /** Each person who was tested. */
      users: readonly UserReport[];
    }
  | {
      /** Of a retraining, before its first cycle. */
      type: "retrain-data";
      /** Labelled people that are learned from, and their windows. */
      labelled: { people: readonly string[]; windows: number };
      /** Labelled recordings that the model's manifest names; none if the user named them. */
      filesOfModel: readonly string[];
      /** Labelled people that judge, and their windows. */
      holdout: { people: readonly string[]; windows: number };
      /** People, windows and rows without labels. */
      unlabelled: { people: number; windows: number; rows: number };
      /** Each fit runs so many. */
      epochs: number;
      /** What a reader of the figures must know. */
      warnings: readonly string[];
    }
  | {
      type: "cycle";
      /** The most there can be. */
      cycles: number;
      /** What it learned from, and how it did. */
      report: CycleReport;
    }
  | {
      type: "gate";
      /** Number of the best cycle. */
      winner: number;
      /** Why no further cycle was run. */
      stopped: StopReason | "adabn";
      /** Why no further cycle was run, in words. */
      because: string;
      /** Every rule with its number. */
      rules: readonly GateRule[];
      /** All rules did. */
      passed: boolean;
    }
  | {
      type: "retrained";
      /** The candidate passed, and is a model. */
      adopted: boolean;
      /** The model folder, or where the report of a refused candidate lies. */
      out: string;
      /** The page with all figures. */
      report: string;
      /** Time that the run took. */
      seconds: number;
      /** As "walk-v2 is the champion of walk"; null where nothing was promoted. */
      promoted: string | null;
    }
  | {
      type: "checkpoint";
      /** What makes the run resumable. */
      path: string;
      /** Continues it, quoted for a shell. */
      resumeCommand: string;
    }
  | {
      type: "done";
      /** The model folder. */
      out: string;
      /** The page with all figures. */
      report: string;
      /** Time that the run took, in all sittings. */
      seconds: number;
      /** The cross-validated figures. */
      summary: TrainSummary;
    };
