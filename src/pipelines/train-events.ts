// What `train` reports while it runs: one discriminated union, the source of the live line, the plain lines, the tables
// and of `--json`, where each event is one line. Times are seconds; everything is JSON-able.

import type { ClassificationMetrics } from "../learning/evaluation/classification-metrics.ts";
import type { CycleReport, StopReason } from "../learning/pseudo-labeling/curriculum.ts";
import type { GateRule } from "../learning/pseudo-labeling/gate.ts";
import type { CvReport, UserReport } from "../learning/training/cv-report.ts";
import type { FinalEvent, FitEvent, FoldEvent, MemoryEvent } from "../learning/training/fit-events.ts";
import type { TrackedEvent } from "../report/tell-tracked.ts";
import type { ResolvedColumns } from "../signals/data/column-roles.ts";
import type { QualityReport } from "../signals/data/quality.ts";
import type { DroppedSamples } from "../signals/preprocessing/make-windows.ts";

/** Cross-validated figures: mean and sd over folds and over people, and who is served worst. */
export type TrainSummary = CvReport["summary"];

export type TrainEvent =
  | MemoryEvent
  | FitEvent
  | FoldEvent
  | FinalEvent
  | TrackedEvent
  | {
      type: "data";
      files: readonly string[];
      rows: number;
      users: number;
      recordings: number;
      /** Windows by class name. */
      classes: Record<string, number>;
      channels: readonly string[];
      /** Which column plays which part. */
      columns: ResolvedColumns;
      quality: QualityReport;
      windows: number;
      /** Samples that no window covers; rows that were left out before are in `quality`. */
      dropped: DroppedSamples;
    }
  | {
      type: "split";
      split: string;
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
  | { type: "cross-validation"; summary: TrainSummary; pooled: ClassificationMetrics; users: readonly UserReport[] }
  | {
      /** Of a retraining, before its first cycle. */
      type: "retrain-data";
      labelled: { people: readonly string[]; windows: number };
      /** Labelled recordings that the model's manifest names; none if the user named them. */
      filesOfModel: readonly string[];
      holdout: { people: readonly string[]; windows: number };
      unlabelled: { people: number; windows: number; rows: number };
      /** Each fit runs so many. */
      epochs: number;
      warnings: readonly string[];
    }
  | { type: "cycle"; cycles: number; report: CycleReport }
  | {
      type: "gate";
      winner: number;
      stopped: StopReason | "adabn";
      /** Why no further cycle was run, in words. */
      because: string;
      rules: readonly GateRule[];
      passed: boolean;
    }
  | {
      type: "retrained";
      adopted: boolean;
      /** The model folder, or where the report of a refused candidate lies. */
      out: string;
      report: string;
      seconds: number;
      /** As "walk-v2 is the champion of walk"; null where nothing was promoted. */
      promoted: string | null;
    }
  | { type: "checkpoint"; path: string; resumeCommand: string }
  | { type: "done"; out: string; report: string; seconds: number; summary: TrainSummary };
