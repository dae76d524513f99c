// `tidemark train`: turns recordings into a model folder. The training stages follow in order, each in its own file.

import { resolve } from "node:path";
import { Interrupted, UserError } from "../errors.ts";
import { Diverged } from "../learning/training/diverged.ts";
import { explainWriteFailure } from "../learning/training/write-failure.ts";
import { configToRecord, recordedConfigOfResult, type SampledTrainConfig } from "../options/recorded-options.ts";
import type { TrainConfig, TrainOptions } from "../options/resolve-config.ts";
import { resolveTrainConfig } from "../options/resolve-train-config.ts";
import { Rng } from "../random.ts";
import { tellTracked } from "../report/tell-tracked.ts";
import type { TrackedRun, TrackerStart } from "../report/train-log.ts";
import { beginTrainLog } from "../report/train-log.ts";
import { TrainingTracker, trackerServer } from "../report/training-tracker.ts";
import { type Reporter, reporterOf } from "../reporter.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import { openStaging, shownStaging } from "../storage/staging.ts";
import type { TrackingEvent } from "../storage/tracking-event.ts";
import { addModel, checkModelToAdd, type JoinedLine } from "./add-model.ts";
import type { FitStart } from "./begin-fits.ts";
import type { TrainingData } from "./prepare-training.ts";
import { readNetworkIdentity } from "./read-network.ts";
import { enterResumableRun } from "./resumable-run.ts";
import { resumeCommand } from "./resume-command.ts";
import type { StartingModel } from "./starting-model.ts";
import type { TrainEvent, TrainSummary } from "./train-events.ts";

export type { ReliabilityBin } from "../learning/evaluation/calibration-error.ts";
export type { ClassificationMetrics } from "../learning/evaluation/classification-metrics.ts";
export type { FoldLeakage, LeakageReport, TestSetLeakage } from "../learning/evaluation/leakage.ts";
export type { MetricsSummary, Spread } from "../learning/evaluation/metrics-summary.ts";
export type { SplitKind } from "../learning/evaluation/split.ts";
export type { MixtureChoice } from "../learning/training/choose-mixture.ts";
export type {
  CvReport,
  FineTunedPerson,
  FineTuningGain,
  FineTuningReport,
  FoldReport,
  TestSetReport,
  UserReport,
} from "../learning/training/cv-report.ts";
export type {
  EpochEvent,
  FinalEvent,
  FitEvent,
  FitName,
  FitStage,
  FoldEvent,
  MemoryEvent,
} from "../learning/training/fit-events.ts";
export type {
  Conv1dOptions,
  Initializer,
  Layers,
  Network,
  NetworkFunction,
  Operators,
  Tensor,
} from "../learning/training/network-source.ts";
export type { TrackedEvent } from "../report/tell-tracked.ts";
export type { ResolvedColumns, TimeUnit } from "../signals/data/column-roles.ts";
export type { UnitConversion } from "../signals/data/convert-units.ts";
export type {
  Axes,
  DecidedSensor,
  FoundSensors,
  Sensor,
  SensorKind,
  SensorUnit,
} from "../signals/data/find-sensors.ts";
export type { LabelChanges } from "../signals/data/label-purity.ts";
export type { DroppedSamples } from "../signals/data/plan-windows.ts";
export type { ChannelQuality, QualityReport, RowsAndSeconds } from "../signals/data/quality-report.ts";
export type { Scaler, ScalingMethod } from "../signals/data/scaler.ts";
export type { UnlabelledReport } from "../signals/data/unlabelled-time.ts";
export type { TrainEvent, TrainSummary } from "./train-events.ts";

/** The result of `train`. */
export interface TrainResult {
  /** The model folder. */
  out: string;
  /** Path of the HTML report. */
  report: string;
  /** Version of the model: its folder's name, the time of the training, and a hash. */
  modelVersion: string;
  /** Total duration of the run across all its sessions. */
  seconds: number;
  /** The cross-validated figures. */
  summary: TrainSummary;
}

/** Parameters that let callers of `train` and `retrain` follow or stop a run. */
export interface TrainRunOptions {
  /** Receives warnings and events; both are optional. */
  reporter?: Partial<Reporter<TrainEvent>>;
  /** Stops the run at its next step, after writing a checkpoint. */
  signal?: AbortSignal;
  /** The clock for the times in the model's files. */
  now?: () => Date;
}

/**
 * Cross-validates a network on labelled recordings, fits it on all of them, and writes a model folder: network, scaler, labels,
 * frozen baseline, empty rolling reference, report and out-of-fold predictions. The same data, options and seed produce the
 * same network, byte for byte, even if the run was interrupted and resumed.
 *
 * @param options the same as on the command line; `files` and `out` are required
 * @throws UserError if an option is invalid, the data cannot be trained on, or the loss is not finite
 * @throws Interrupted if `run.signal` is aborted; its advice is the command that resumes the run
 */
export async function train(options: TrainOptions, run: TrainRunOptions = {}): Promise<TrainResult> {
  const started = performance.now();
  const resolved = withNamedTrainOut(resolveTrainConfig(options));
  // Loaded only when training begins, because many programs that import the package never train.
  const [{ prepareTraining }, { fitAndWriteModel }] = await Promise.all([
    import("./prepare-training.ts"),
    import("./fit-and-write-model.ts"),
  ]);
  const { start, given } = await startOfTraining(resolved);
  const reporter = reporterOf(run.reporter);
  const now = run.now ?? (() => new Date());
  let tracker: TrainingTracker | undefined;
  const server = trackerServer(given.tracking, reporter);
  if (given.as !== undefined) await checkModelToAdd(given.out, given.as);
  const staging = await openStaging(given.out, { resume: given.resume }).catch((error: unknown) => {
    throw explainWriteFailure(error, given.out);
  });
  try {
    const data = await prepareTraining(given, reporter, start?.network);
    const from = start && { model: start, start: await startOfTrainFits(start, data, given, reporter) };
    const { samplingRateHz: rate, windowSize: window } = data.windows;
    const config: SampledTrainConfig = { ...given, rate, window };
    const identity = {
      ...recordedConfigOfResult(config),
      network: readNetworkIdentity(data.network),
      ...(start !== undefined && { from: start.opened.folder.manifest.model_version }),
    };
    await enterResumableRun(staging, identity, data.recordings.fingerprint);
    const begin = (start: TrackerStart): TrackingEvent[] =>
      beginTrainLog({ recordings: data.recordings, rows: data.quality.rows.kept }, trackedRunOfTrain(config), start);
    tracker = await TrainingTracker.open(begin, { ...config, server }, staging, {
      reporter,
      now: () => now().getTime(),
    });
    const { manifest, report, summary, measured } = await fitAndWriteModel(data, config, from, staging, tracker, {
      ...run,
      reporter,
    });
    await staging.discard();
    const joined = given.as === undefined ? null : await joinModelLineAfterTrain(config.out, given.as, reporter);
    const seconds = (performance.now() - started) / 1000;
    reporter.event({ type: "done", out: config.out, report, ...measured, seconds, summary, joined });
    tellTracked(await tracker.finish(), server, reporter, config.out);
    return { out: config.out, report, modelVersion: manifest.model_version, seconds, summary };
  } catch (error) {
    const outcome = await tracker?.stop(error instanceof Interrupted ? "KILLED" : "FAILED");
    if (outcome !== undefined) tellTracked(outcome, server, reporter, error instanceof Diverged ? null : given.out);
    if (error instanceof Diverged) await staging.discard();
    if (!(error instanceof Interrupted)) throw explainWriteFailure(error, given.out);
    const command = resumeCommand("train", resolved);
    reporter.event({ type: "checkpoint", path: staging.directory, resumeCommand: command });
    throw new Interrupted(
      `stopped; all completed work is kept in ${shownStaging(staging.out)}`,
      `Continue with: ${command}`,
    );
  } finally {
    await staging.release();
  }
}

/**
 * The model given by `--from`, and the options, completed with those of that model. Without `--from`, the code that reads a
 * model is not even imported, because it imports the network layers, which takes time.
 */
async function startOfTraining(resolved: TrainConfig): Promise<{ start?: StartingModel; given: TrainConfig }> {
  if (resolved.from === undefined) return { given: resolved };
  const { configFromStartingModel, openStartingModel } = await import("./starting-model.ts");
  const start = await openStartingModel(resolved, resolved.from);
  return { start, given: configFromStartingModel(resolved, start) };
}

/** The model's weights for the windows' classes, and its scaler. */
async function startOfTrainFits(
  model: StartingModel,
  data: TrainingData,
  { seed }: Pick<TrainConfig, "seed">,
  reporter: Pick<Reporter, "warn">,
): Promise<FitStart> {
  const { startingModelWeights } = await import("./starting-model.ts");
  const rng = Rng.fromSeed(seed).split("added-classes");
  return { weights: await startingModelWeights(model, data, rng, reporter), scaler: model.scaler };
}

/** The model is complete, so the run does not fail if the registry cannot be changed at present. */
async function joinModelLineAfterTrain(out: string, line: string, reporter: Reporter): Promise<JoinedLine | null> {
  try {
    return await addModel(out, line, { reporter });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const command = shellCommand("tidemark", "models", "add", shellPath(out), "--as", line);
    reporter.warn(`The model has not joined the line ${line}: ${error.headline}. Add it later: ${command}`);
    return null;
  }
}

/** The information that a tracking server receives about a run before the run starts. */
function trackedRunOfTrain(config: TrainConfig): TrackedRun {
  return { out: config.out, experiment: config.experiment, params: configToRecord(config) };
}

/**
 * The names of related folders are formed by appending a suffix to `out`. Names that do not end in a file name, such as
 * "walk/", "." and "..", are therefore made absolute.
 */
function withNamedTrainOut(config: TrainConfig): TrainConfig {
  return /(?:^|[\\/])\.{0,2}$/.test(config.out) ? { ...config, out: resolve(config.out) } : config;
}
