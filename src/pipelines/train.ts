// `tidemark train`: turns recordings into a model folder. The stages appear here in order; each has its own file.

import { resolve } from "node:path";
import {
  configAffectingResult,
  configWithoutTracking,
  resolveTrainConfig,
  type SampledTrainConfig,
  type TrainConfig,
  type TrainOptions,
} from "../config.ts";
import { Interrupted } from "../errors.ts";
import { crossValidate } from "../learning/evaluation/cross-validate.ts";
import { balancedClassWeights } from "../learning/training/class-weights.ts";
import type { FoldReport } from "../learning/training/cv-report.ts";
import { Diverged } from "../learning/training/diverged.ts";
import { finalSchedule, finalShards } from "../learning/training/final-schedule.ts";
import type { FitName } from "../learning/training/fit-events.ts";
import type { FitPlan } from "../learning/training/fit-plan.ts";
import { type FitOutcome, windowsForFitRunner } from "../learning/training/fit-runner.ts";
import { fitSeconds } from "../learning/training/fit-state.ts";
import { fitWorkerRunner } from "../learning/training/fit-worker.ts";
import { type FitRun, runFit } from "../learning/training/run-fit.ts";
import { describeFold, summarizeFolds } from "../learning/training/summarize-folds.ts";
import { TimeLeft } from "../learning/training/time-left.ts";
import { windowsFingerprint } from "../learning/training/windows-fingerprint.ts";
import { explainWriteFailure } from "../learning/training/write-failure.ts";
import { calibratedDay, type MeasuredRunLength, type RehearsedDay } from "../monitoring/drift/calibration.ts";
import { tellTracked } from "../report/tell-tracked.ts";
import type { TrackedRun, TrackerStart } from "../report/train-log.ts";
import { beginTrainLog, endTrainLog } from "../report/train-log.ts";
import { TrainingTracker, trackerServer } from "../report/training-tracker.ts";
import { type Reporter, reporterOf, teeReporter } from "../reporter.ts";
import { fitScaler } from "../signals/preprocessing/scaler.ts";
import { Rng } from "../stats/random.ts";
import { openStaging, type Staging, shownStaging } from "../storage/store/staging.ts";
import type { TrackingEvent } from "../storage/tracking/tracking-event.ts";
import { prepareTraining, type TrainingData } from "./prepare-training.ts";
import { enterResumableRun, resumableCheckpoints } from "./resumable-run.ts";
import { resumeCommand } from "./resume-command.ts";
import type { TrainEvent, TrainSummary } from "./train-events.ts";
import { buildModel, writeModel } from "./write-model.ts";

export type { ReliabilityBin } from "../learning/evaluation/calibration-error.ts";
export type { ClassificationMetrics } from "../learning/evaluation/classification-metrics.ts";
export type { FoldLeakage, LeakageReport, TestSetLeakage } from "../learning/evaluation/leakage.ts";
export type { MetricsSummary, Spread } from "../learning/evaluation/metrics-summary.ts";
export type { SplitKind } from "../learning/evaluation/split.ts";
export type { CvReport, FoldReport, TestSetReport, UserReport } from "../learning/training/cv-report.ts";
export type {
  EpochEvent,
  FinalEvent,
  FitEvent,
  FitName,
  FoldEvent,
  MemoryEvent,
} from "../learning/training/fit-events.ts";
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
export type { ChannelQuality, QualityReport, RowsAndSeconds } from "../signals/data/quality-report.ts";
export type { UnlabelledReport } from "../signals/data/unlabelled-time.ts";
export type { LabelChanges } from "../signals/preprocessing/label-purity.ts";
export type { DroppedSamples } from "../signals/preprocessing/plan-windows.ts";
export type { Scaler, ScalingMethod } from "../signals/preprocessing/scaler.ts";
export type { TrainEvent, TrainSummary } from "./train-events.ts";

/** The result of `train`. */
export interface TrainResult {
  /** The model folder. */
  out: string;
  /** Path of the HTML report. */
  report: string;
  /** Name and time of the training. */
  modelVersion: string;
  /** Duration of the run in all its sessions. */
  seconds: number;
  /** The cross-validated figures. */
  summary: TrainSummary;
}

/** Parameters that let callers of `train` and `retrain` follow or stop a run. */
export interface TrainRunOptions {
  /** Receives warnings and events; both are optional. */
  reporter?: Partial<Reporter<TrainEvent>>;
  /** Stops the run at its next step, with a checkpoint. */
  signal?: AbortSignal;
  /** The clock for the times in the model's files. */
  now?: () => Date;
}

/**
 * Cross-validates a network on labelled recordings, fits it on all of them, and writes a model folder: network, scaler,
 * labels, frozen baseline, empty rolling reference, report and out-of-fold predictions. Equal data, options and seed give
 * an equal network, byte for byte, even if the run was interrupted and resumed.
 *
 * @param options the same as on the command line; `files` and `out` are required
 * @throws UserError if an option is invalid, the data cannot be trained on, or the loss is not finite
 * @throws Interrupted if `signal` ended the run; its advice is the command that resumes it
 */
export async function train(options: TrainOptions, run: TrainRunOptions = {}): Promise<TrainResult> {
  const started = performance.now();
  const given = withNamedTrainOut(resolveTrainConfig(options));
  const reporter = reporterOf(run.reporter);
  const now = run.now ?? (() => new Date());
  let tracker: TrainingTracker | undefined;
  const server = trackerServer(given.tracking, reporter);
  const staging = await openStaging(given.out, { resume: given.resume }).catch((error: unknown) => {
    throw explainWriteFailure(error, given.out);
  });
  try {
    const data = await prepareTraining(given, reporter);
    const { samplingRateHz: rate, windowSize: window } = data.windows;
    const config: SampledTrainConfig = { ...given, rate, window };
    await enterResumableRun(staging, configAffectingResult(config), data.recordings.fingerprint);
    const begin = (start: TrackerStart): TrackingEvent[] =>
      beginTrainLog({ recordings: data.recordings, rows: data.quality.rows.kept }, trainConfigToTrack(config), start);
    tracker = await TrainingTracker.open(begin, { ...config, server }, staging, {
      reporter,
      now: () => now().getTime(),
    });
    const { manifest, report, summary, day, runLength } = await trainOn(data, config, staging, tracker, {
      ...run,
      reporter,
    });
    await staging.discard();
    const seconds = (performance.now() - started) / 1000;
    reporter.event({ type: "done", out: config.out, report, day, runLength, seconds, summary });
    tellTracked(await tracker.finish(), server, reporter, config.out);
    return { out: config.out, report, modelVersion: manifest.model_version, seconds, summary };
  } catch (error) {
    const outcome = await tracker?.stop(error instanceof Interrupted ? "KILLED" : "FAILED");
    if (outcome !== undefined) tellTracked(outcome, server, reporter, error instanceof Diverged ? null : given.out);
    if (error instanceof Diverged) await staging.discard();
    if (!(error instanceof Interrupted)) throw explainWriteFailure(error, given.out);
    const command = resumeCommand("train", given);
    reporter.event({ type: "checkpoint", path: staging.directory, resumeCommand: command });
    throw new Interrupted(
      `stopped; everything so far is kept in ${shownStaging(staging.out)}`,
      `Continue with: ${command}`,
    );
  } finally {
    await staging.release();
  }
}

async function trainOn(
  data: TrainingData,
  config: SampledTrainConfig,
  staging: Staging,
  tracker: TrainingTracker,
  { reporter: heard, signal, now }: TrainRunOptions & { reporter: Reporter<TrainEvent> },
): Promise<Awaited<ReturnType<typeof writeModel>> & { day: RehearsedDay | null; runLength: MeasuredRunLength | null }> {
  const { windows, folds } = data;
  const reporter = teeReporter(heard, tracker);
  const foldNames = folds.map((_, fold): FitName => `fold-${fold + 1}`);
  const timeLeft = new TimeLeft([...foldNames, "final"], config.epochs, config.jobs);
  const failed = new AbortController();
  const fingerprint = windowsFingerprint(windows);
  const run: FitRun = {
    runner: fitWorkerRunner(windowsForFitRunner(fingerprint, windows)),
    checkpoints: resumableCheckpoints(staging),
    timeLeft,
    reporter,
    signal: signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]),
  };
  const rng = Rng.fromSeed(config.seed);

  const results = await crossValidate(
    folds,
    async ({ testIndex }, fold): Promise<{ outcome: FitOutcome; report: FoldReport }> => {
      const { trainIndex, validationIndex } = folds[fold]!;
      const plan: FitPlan = {
        ...trainFitSettings(config, { ...data, fingerprint }, foldNames[fold]!, trainIndex, rng),
        validationIndex: Array.from(validationIndex),
        testIndex: Array.from(testIndex),
        epochs: config.epochs,
        learningRate: config.learningRate,
        shards: 1,
      };
      const task = { plan, checkpoint: null, threads: 1 };
      const outcome = await runFit(foldNames[fold]!, task, run).catch((error: unknown) => {
        failed.abort();
        throw error;
      });
      const report = describeFold(data, fold, outcome);
      reporter.event({
        type: "fold",
        fold: fold + 1,
        folds: folds.length,
        bestEpoch: report.best_epoch,
        epochs: report.epochs,
        seconds: report.seconds,
        metrics: report.metrics,
      });
      return { outcome, report };
    },
    config.jobs,
  );
  const outcomes = results.map(({ outcome }) => outcome);
  const reports = results.map(({ report }) => report);
  const crossValidation = summarizeFolds(data, outcomes, reports);
  const { summary, pooled, users } = crossValidation;
  reporter.event({ type: "cross-validation", summary, pooled, users });

  const { epochs, learningRate } = finalSchedule(outcomes.map((outcome) => outcome.epochs));
  timeLeft.finalPlanned(epochs);
  const all = Int32Array.from(windows.starts.keys());
  const plan: FitPlan = {
    ...trainFitSettings(config, { ...data, fingerprint }, "final", all, rng),
    validationIndex: null,
    testIndex: null,
    epochs,
    learningRate,
    shards: finalShards,
  };
  const final = await runFit("final", { plan, checkpoint: null, threads: config.jobs }, run);
  reporter.event({ type: "final", epochs, seconds: fitSeconds(final.epochs) });

  const createdAt = now?.() ?? new Date();
  const model = { data, config, crossValidation, outcomes, final, scaler: plan.scaler, createdAt };
  const { register, alias } = config;
  const built = await buildModel(model, reporter, signal);
  const written = await writeModel(model, built, {
    staging,
    seal: (report, history, made) =>
      tracker.seal(history, (at) => endTrainLog(report, { ...made, at, register, alias })),
  });
  const { calibration } = built.baseline.drift;
  return { ...written, day: calibratedDay(calibration), runLength: calibration.run_length ?? null };
}

/** The information that a tracking server receives about a run before the run starts. */
function trainConfigToTrack(config: TrainConfig): TrackedRun {
  return { out: config.out, experiment: config.experiment, params: configWithoutTracking(config) };
}

/** Other names are formed by appending to `out`. So "walk/", "." and "..", which do not end in a name, are made absolute. */
function withNamedTrainOut(config: TrainConfig): TrainConfig {
  return /(?:^|[\\/])\.{0,2}$/.test(config.out) ? { ...config, out: resolve(config.out) } : config;
}

/**
 * The settings that all fits share. The scaler and the class weights are computed only from the windows that a fit learns
 * from.
 */
function trainFitSettings(
  config: Pick<TrainConfig, "network" | "normalize" | "batchSize" | "patience" | "classWeights" | "augment">,
  { windows, sensors, fingerprint }: Pick<TrainingData, "windows" | "sensors"> & { fingerprint: string },
  name: FitName,
  trainIndex: Int32Array,
  rng: Rng,
): Omit<FitPlan, "validationIndex" | "testIndex" | "epochs" | "learningRate" | "shards"> {
  const { network, normalize, batchSize, patience, classWeights, augment } = config;
  return {
    name: name.replace("-", " "),
    windows: fingerprint,
    network,
    batchSize,
    patience,
    turned: augment === "rotate" ? sensors.map(({ channels }) => channels) : null,
    trainIndex: Array.from(trainIndex),
    pseudoLabels: null,
    scaler: fitScaler(normalize, windows, trainIndex),
    classWeights:
      classWeights === "balanced" ? balancedClassWeights(windows.labels, trainIndex, windows.classes.length) : null,
    rng: rng.split(name).state,
  };
}
