// What `train` reports while it runs: one discriminated union, the source of the live line, the plain lines, the tables
// and of `--json`, where each event is one line. Times are seconds; everything is JSON-able.
import type { ResolvedColumns } from "../../signals/data/column-roles.ts";
import type { QualityReport } from "../../signals/data/quality.ts";
import type { DroppedSamples } from "../../signals/preprocessing/make-windows.ts";
import type { ClassificationMetrics } from "../evaluation/classification-metrics.ts";
import type { CycleReport, StopReason } from "../pseudo-labeling/curriculum.ts";
import type { GateRule } from "../pseudo-labeling/gate.ts";
import type { CvReport, UserReport } from "./cv-report.ts";

/** A training fits the network once a fold and once more on everything; a retraining once a cycle, then once a fold. */
export type FitName = `fold-${number}` | `cycle-${number}` | "final";

/** Cross-validated figures: mean and sd over folds and over people, and who is served worst. */
export type TrainSummary = CvReport["summary"];

export type TrainEvent =
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
      /** Before any fit: about how much the training takes, and what the machine or the container has. */
      type: "memory";
      neededBytes: number;
      totalBytes: number;
      availableBytes: number;
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
  | {
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
  | {
      type: "fold";
      fold: number;
      folds: number;
      bestEpoch: number;
      epochs: number;
      seconds: number;
      metrics: ClassificationMetrics;
    }
  | { type: "cross-validation"; summary: TrainSummary; pooled: ClassificationMetrics; users: readonly UserReport[] }
  | { type: "final"; epochs: number; seconds: number }
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
  | { type: "done"; out: string; report: string; seconds: number; summary: TrainSummary }
  | {
      /** After `done`: what the tracking server has. */
      type: "tracked";
      /** The run's page; null where the server has none. */
      page: string | null;
      /** What was registered, as "walk version 3 (champion)". */
      versions: readonly string[];
      /** Events that only the model folder has. */
      unsent: number;
    }
  | { type: "warning"; message: string };

/** What receives the events; it must not throw. */
export type OnTrainEvent = (event: TrainEvent) => void;
