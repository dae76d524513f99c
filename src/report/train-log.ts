// The log of a training run for a tracking server: a parent run with the configuration and the cross-validated figures, and
// nested runs with curves over the epochs for each fold and the final fit.

import { userInfo } from "node:os";
import { basename } from "node:path";
import type { ClassificationMetrics, CvReport, MetricsSummary } from "../learning/training/cv-report.ts";
import type { FinalEvent, FitName, FoldEvent } from "../learning/training/fit-events.ts";
import type { RetrainReport } from "../learning/training/retrain-report.ts";
import { snakeCase } from "../letter-case.ts";
import { modelFiles } from "../storage/model-folder.ts";
import { modelArtifact, type TrackingEvent } from "../storage/tracking-event.ts";
import { tidemarkVersion } from "../versions.ts";
import type { HistoryRow } from "./history-row.ts";
import { trainLogNote } from "./train-log-note.ts";

/** Properties of the run, recorded at the start of the log. */
export interface TrackerStart {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly gitCommit: string | null;
}

/** A run that has not started yet. */
export interface TrackedRun {
  /** The model folder that the run will create. */
  readonly out: string;
  readonly experiment: string;
  /** The options. */
  readonly params: object;
}

/** The training events that are logged, except epochs. */
export type LoggedEvent = FoldEvent | FinalEvent | { type: "cycle"; report: RetrainReport["cycles"][number] };

/** The properties that identify a run's recordings. */
export interface Dataset {
  readonly files: readonly string[];
  readonly fingerprint: string;
  readonly channels: readonly string[];
}

/** The recordings of a run, and the number of rows that are used. */
export interface LoggedData {
  readonly recordings: Dataset;
  readonly rows: number;
}

/** Name of the parent run in the log. */
export const trainRun = "train";

/** Files at the top level of the run's artifacts, outside the model. */
const frontFiles: readonly string[] = [modelFiles.report, modelFiles.confusionMatrix, modelFiles.learningCurves];

/** The parent run, containing everything known before the first epoch. */
export function beginTrainLog(data: LoggedData, run: TrackedRun, start: TrackerStart): TrackingEvent[] {
  return beginTrackedRun("tidemark train", {}, data, run, start);
}

/**
 * The parent run of a command that trains.
 * @param tags in addition to those of every run
 */
export function beginTrackedRun(
  source: string,
  tags: Readonly<Record<string, string>>,
  { recordings, rows }: LoggedData,
  { out, experiment, params }: TrackedRun,
  { id, at, gitCommit }: TrackerStart,
): TrackingEvent[] {
  return [
    { type: "log", id, experiment },
    {
      type: "run",
      run: trainRun,
      name: basename(out),
      parent: null,
      at,
      tags: { ...trainLogTags(source, gitCommit), ...tags, "tidemark.data_fingerprint": recordings.fingerprint },
    },
    { type: "params", run: trainRun, params: trainLogParams(params) },
    trainLogDataset(recordings, rows),
  ];
}

export function trainLogTags(source: string, gitCommit: string | null): Record<string, string> {
  return {
    "mlflow.user": trainLogUserName(),
    "mlflow.source.name": source,
    "mlflow.source.type": "LOCAL",
    ...(gitCommit === null ? {} : { "mlflow.source.git.commit": gitCommit }),
    "tidemark.version": tidemarkVersion,
  };
}

function trainLogDataset({ files, fingerprint, channels }: Dataset, rows: number): TrackingEvent {
  return {
    type: "dataset",
    run: trainRun,
    dataset: {
      name: files.length === 1 ? basename(files[0]!) : `${files.length} files`,
      files,
      rows,
      digest: fingerprint.replace(/^sha256:/, "").slice(0, 16),
      columns: channels.map((name) => ({ name, type: "float" as const })),
    },
  };
}

/** The nested run for one fit. */
export function beginTrainLogFit(fit: FitName, at: number): TrackingEvent {
  const name = fit === "final" ? "final fit" : fit.replace("-", " ");
  return { type: "run", run: fit, name, parent: trainRun, at, tags: { "tidemark.fit": fit } };
}

/** The epoch's entry in the fit's own run, and the curves that can be watched on the training run's page. */
export function trainLogEpoch(row: Omit<HistoryRow, "fit" | "best">, fit: string, at: number): TrackingEvent[] {
  const { epoch, loss, accuracy, val_loss, val_accuracy, val_macro_f1, learning_rate, penalty = null, seconds } = row;
  const values = {
    loss,
    accuracy,
    val_loss,
    val_accuracy,
    val_macro_f1,
    learning_rate,
    penalty,
    epoch_seconds: seconds,
  };
  const watched = { [`loss/${fit}`]: loss, [`val_loss/${fit}`]: val_loss, [`val_macro_f1/${fit}`]: val_macro_f1 };
  return [
    { type: "metrics", run: fit, at, step: epoch, values: nonNullTrainLogMetrics(values) },
    { type: "metrics", run: trainRun, at, step: epoch, values: nonNullTrainLogMetrics(watched) },
  ];
}

/** The log entries for one event of a training run. */
export function trainLogEvents(event: LoggedEvent, at: number): TrackingEvent[] {
  switch (event.type) {
    case "fold": {
      const run: FitName = `fold-${event.fold}`;
      const { macro_f1 } = event.metrics;
      const test = prefixTrainLogMetrics("test_", trainLogScores(event.metrics));
      return [
        { type: "metrics", run, at, step: event.bestEpoch, values: { ...test, best_epoch: event.bestEpoch } },
        { type: "status", run, status: "FINISHED", at },
        { type: "metrics", run: trainRun, at, step: event.fold, values: { fold_macro_f1: macro_f1 } },
      ];
    }
    case "cycle": {
      const { cycle, holdout, unlabelled, selection } = event.report;
      const run: FitName = `cycle-${cycle}`;
      const values = nonNullTrainLogMetrics({
        holdout_macro_f1: holdout.macro_f1,
        holdout_accuracy: holdout.accuracy,
        mean_confidence: unlabelled.mean_confidence,
        mean_entropy: unlabelled.mean_entropy,
        flipped: unlabelled.flipped,
        unlabelled_macro_f1: unlabelled.macro_f1,
        selected: selection?.total ?? 0,
        pseudo_label_accuracy: selection?.truth?.accuracy ?? null,
      });
      return [
        { type: "metrics", run, at, step: 0, values },
        { type: "status", run, status: "FINISHED", at },
        { type: "metrics", run: trainRun, at, step: cycle, values: prefixTrainLogMetrics("cycle_", values) },
      ];
    }
    case "final":
      return [{ type: "status", run: "final", status: "FINISHED", at }];
  }
}

export interface ModelMade {
  /** Files of the model folder. */
  readonly files: readonly string[];
  /** Content of the files that later checks will change, so that the log reports their state at the end of training. */
  readonly changing: Readonly<Record<string, string>>;
}

/** The log entries that can be made only once the model's files exist: figures, note, files, and the registered version. */
export function endTrainLog(
  report: CvReport,
  {
    files,
    changing,
    register,
    alias,
    at,
  }: ModelMade & { register: string | undefined; alias: string | undefined; at: number },
): TrackingEvent[] {
  const { summary, pooled, pooled_calibrated, temperature, final_fit, folds } = report;
  const values = {
    ...trainLogSpreads("cv", summary.over_folds),
    ...trainLogSpreads("people", summary.over_users),
    worst_person_macro_f1: summary.worst_user.macro_f1,
    ...prefixTrainLogMetrics("pooled_", trainLogScores(pooled)),
    pooled_calibrated_expected_calibration_error: pooled_calibrated.expected_calibration_error,
    ...Object.fromEntries(Object.entries(pooled.per_class).map(([name, { f1 }]) => [`f1/${name}`, f1])),
    ...(report.test_set !== undefined && prefixTrainLogMetrics("test_set_", trainLogScores(report.test_set.pooled))),
    temperature,
    final_epochs: final_fit.epochs,
    windows: final_fit.n_windows,
  };
  const note = trainLogNote(report);
  const tags = { [versionTag]: report.model_version, [noteTag]: note };
  return [
    {
      type: "model",
      run: trainRun,
      path: modelArtifact,
      status: "PENDING",
      tags: { [versionTag]: report.model_version },
    },
    { type: "metrics", run: trainRun, at, step: 0, values, model: true },
    { type: "tags", run: trainRun, tags },
    ...folds.map(({ fold, test_users }): TrackingEvent => {
      return { type: "params", run: `fold-${fold}`, params: { test_people: test_users.join(", ") } };
    }),
    ...files
      .filter((file) => frontFiles.includes(file))
      .map((file): TrackingEvent => ({ type: "artifact", run: trainRun, file, path: file })),
    ...files.map((file): TrackingEvent => {
      const content = changing[file];
      const path = `${modelArtifact}/${file}`;
      return { type: "artifact", run: trainRun, file, path, ...(content !== undefined && { content }) };
    }),
    { type: "model", run: trainRun, path: modelArtifact, status: "READY" },
    { type: "status", run: trainRun, status: "FINISHED", at },
    ...(register === undefined ? [] : [trainLogRegistration(register, alias, tags)]),
    { type: "complete", run: trainRun },
  ];
}

const versionTag = "tidemark.model_version";

const noteTag = "mlflow.note.content";

/** @param tags the training run's tags, which also describe the version */
export function trainLogRegistration(
  name: string,
  alias: string | undefined,
  tags: Readonly<Record<string, string>>,
): TrackingEvent {
  const [modelVersion, note] = [tags[versionTag], tags[noteTag]];
  return {
    type: "version",
    run: trainRun,
    name,
    alias: alias ?? null,
    path: modelArtifact,
    ...(note !== undefined && { description: note }),
    ...(modelVersion !== undefined && { tags: { [versionTag]: modelVersion } }),
  };
}

function trainLogScores(metrics: ClassificationMetrics): Record<string, number> {
  const { accuracy, macro_f1, weighted_f1, kappa, log_loss, expected_calibration_error } = metrics;
  return nonNullTrainLogMetrics({ accuracy, macro_f1, weighted_f1, kappa, log_loss, expected_calibration_error });
}

function trainLogSpreads(prefix: string, summary: MetricsSummary): Record<string, number> {
  return nonNullTrainLogMetrics(
    Object.fromEntries(
      Object.entries(summary).flatMap(([name, { mean, sd }]) => [
        [`${prefix}_${name}_mean`, mean],
        [`${prefix}_${name}_sd`, sd],
      ]),
    ),
  );
}

function prefixTrainLogMetrics(prefix: string, values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}

function nonNullTrainLogMetrics(values: Readonly<Record<string, number | null>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== null));
}

/** Options as MLflow params, with names in snake_case. */
export function trainLogParams(config: object): Record<string, string> {
  const named = Object.entries(config).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    named.map(([name, value]) => [snakeCase(name), Array.isArray(value) ? value.join(", ") : String(value)]),
  );
}

/** The user's name, taken from the environment if possible, as in MLflow, because the user database may be on a server. */
function trainLogUserName(): string {
  try {
    return process.env.LOGNAME || process.env.USER || userInfo().username;
  } catch {
    return "unknown";
  }
}
