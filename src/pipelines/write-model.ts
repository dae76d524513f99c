// The last stage of training: writes every file of the model folder from the fits and the recordings.

import { basename } from "node:path";
import { parseDay } from "../day.ts";
import { describeMixtureChoice, triedMixtures } from "../learning/training/choose-mixture.ts";
import type { CvReport, FineTuningReport, TestSetReport } from "../learning/training/cv-report.ts";
import type { FitOutcome } from "../learning/training/fit-runner.ts";
import { fitSeconds, fitStatePenalty, steppedEpochs } from "../learning/training/fit-state.ts";
import type { NetworkSource } from "../learning/training/network-source.ts";
import type { CrossValidation } from "../learning/training/summarize-folds.ts";
import { snakeKeys } from "../letter-case.ts";
import { type BaselineStats, storedBaselineStats } from "../monitoring/drift/baseline-stats.ts";
import { baselineFromDescribedValues } from "../monitoring/drift/describe-values.ts";
import type { DriftBaseline } from "../monitoring/drift/drift-baseline.ts";
import { baselineContentHash } from "../monitoring/streams/baseline-content-hash.ts";
import { baselineFaults, type ExpectedBaseline } from "../monitoring/streams/baseline-faults.ts";
import { emptyRollingReference } from "../monitoring/streams/rolling-reference.ts";
import { toDeviceJson } from "../monitoring/summaries/device-json.ts";
import { sensorsForSignals } from "../monitoring/summaries/sensor-signals.ts";
import { Rng } from "../random.ts";
import { configToRecord, type SampledTrainConfig } from "../recorded-options.ts";
import { choiceSection } from "../report/choice-section.ts";
import { conversionsSection } from "../report/conversions-section.ts";
import { fineTuningSection } from "../report/fine-tuning-section.ts";
import type { HistoryRow } from "../report/history-row.ts";
import type { Section } from "../report/page.ts";
import type { ModelMade } from "../report/train-log.ts";
import type { Reporter } from "../reporter.ts";
import type { TrainConfig } from "../resolve-config.ts";
import type { StoredConversion } from "../signals/data/convert-units.ts";
import { writeTable } from "../signals/files/write-table.ts";
import { droppedWithReasons } from "../signals/preprocessing/dropped-reasons.ts";
import type { Scaler } from "../signals/preprocessing/scaler.ts";
import { countWindowsByName, type WindowSet, windowsPerClass } from "../signals/preprocessing/windows.ts";
import { sha256Bytes } from "../storage/store/hash.ts";
import { jsonFileText } from "../storage/store/json-file.ts";
import type { Manifest } from "../storage/store/manifest.ts";
import { mlflowModelFiles } from "../storage/store/mlflow-model.ts";
import {
  type FileContent,
  modelFiles,
  ownNetworkFiles,
  trackingFile,
  writeModelFolder,
} from "../storage/store/model-folder.ts";
import type { Staging } from "../storage/store/staging.ts";
import { currentVersions, gitCommit, tidemarkVersion } from "../versions.ts";
import { type CalibrationEvent, calibrationProgress } from "./calibration-progress.ts";
import { freezeInThreads, freezeThreads } from "./freeze-in-threads.ts";
import { predictionColumns, predictionWindowColumns } from "./prediction-columns.ts";
import type { TrainingData } from "./prepare-training.ts";
import { reportedPredictions } from "./reported-predictions.ts";
import { testSetReport } from "./test-set.ts";
import type { TrainEvent } from "./train-events.ts";

type TestSetEvent = Extract<TrainEvent, { type: "test-set" }>;

export interface TrainedModel {
  readonly data: TrainingData;
  readonly config: SampledTrainConfig;
  readonly crossValidation: CrossValidation;
  /** Outcomes of the fits, one per fold. */
  readonly outcomes: readonly FitOutcome[];
  readonly final: FitOutcome;
  /** Scaler of the final fit. */
  readonly scaler: Scaler;
  /** Pseudo-labelled windows that the final fit learned from, in addition to `data`. */
  readonly also?: WindowSet;
  /** For a network that started from another model's weights. */
  readonly fineTuning?: FineTuningReport | undefined;
  readonly createdAt: Date;
}

/** A complete model, before its folder is written. */
export interface BuiltModel {
  readonly modelVersion: string;
  readonly network: Uint8Array;
  readonly scaler: string;
  readonly baseline: BaselineStats & { readonly drift: DriftBaseline };
  readonly cvReport: CvReport;
  readonly history: readonly HistoryRow[];
}

/**
 * Computes everything that depends on the fits, but writes nothing.
 * @throws Interrupted if `signal` ends the calibration
 */
export async function buildModelToWrite(
  model: TrainedModel,
  reporter: Pick<Reporter<CalibrationEvent | TestSetEvent>, "event">,
  signal?: AbortSignal,
): Promise<BuiltModel> {
  const { data, config, crossValidation, outcomes, final, also, createdAt } = model;
  const { recordings, windows } = data;
  const { temperature } = crossValidation;
  const fitted = { ...final, network: data.network, scaler: model.scaler, temperature };
  const { exportNetwork } = await import("../learning/training/export-network.ts");
  const network = await exportNetwork(fitted, windows);
  const modelVersion = writtenModelVersion(config.out, createdAt, network);
  const testSet = data.testSet === undefined ? undefined : await testSetReport(data.testSet, network, config.jobs);
  if (testSet !== undefined) reporter.event({ type: "test-set", report: testSet });
  const scaler = jsonFileText(model.scaler);
  const scalerHash = sha256Bytes(scaler);
  const described = {
    ...baselineFromDescribedValues(data.described, {
      sourceFile: recordings.files,
      scalerPath: modelFiles.scaler,
      scalerHash,
      modelVersion,
      createdAt,
    }),
    drift: await freezeWrittenModelDrift(
      windows,
      crossValidation.calibrated,
      { ...config, sensors: data.sensors },
      { reporter, signal, also },
    ),
  };
  const baseline = sealModelBaseline(described, {
    modelVersion,
    scalerHash,
    channels: windows.channels,
    sensors: data.sensors,
    classes: windows.classes,
    samplingRateHz: config.rate,
  });
  const history = writtenModelHistory(outcomes, final);
  return {
    modelVersion,
    network,
    scaler,
    baseline,
    cvReport: writtenModelReport(model, modelVersion, testSet),
    history,
  };
}

/**
 * What `check` compares batches with.
 * @param calibrated [W, K] out of fold, after temperature scaling
 * @param options.signals see `freezeDriftBaseline`
 * @param run.reporter receives the progress of the calibration
 * @param run.also pseudo-labelled windows
 * @throws Interrupted if `signal` ends the calibration
 */
export function freezeWrittenModelDrift(
  windows: WindowSet,
  calibrated: Float32Array,
  {
    overlap,
    referenceBatches,
    day,
    seed,
    jobs,
    sensors,
    signals,
  }: Pick<TrainConfig, "overlap" | "referenceBatches" | "day" | "seed" | "jobs"> &
    Pick<TrainingData, "sensors"> & { readonly signals?: readonly string[] },
  run: {
    reporter: Pick<Reporter<CalibrationEvent>, "event">;
    signal?: AbortSignal | undefined;
    also?: WindowSet | undefined;
  },
): Promise<DriftBaseline> {
  const options = {
    overlap,
    referenceBatches,
    day: parseDay(day),
    rng: Rng.fromSeed(seed).split("drift").state,
    ...(signals !== undefined && { signals }),
  };
  const { signal } = run;
  return freezeInThreads(
    {
      windows,
      sensors: sensorsForSignals(sensors),
      probabilities: calibrated,
      options,
      ...(run.also !== undefined && { also: run.also }),
    },
    { threads: freezeThreads(windows, jobs), progress: calibrationProgress(run.reporter), signal },
  );
}

/** Fills in `content_hash`. @throws Error if the baseline does not fit the model */
export function sealModelBaseline<Baseline extends BaselineStats>(
  baseline: Baseline,
  expected: ExpectedBaseline,
): Baseline {
  const sealed = { ...baseline, content_hash: baselineContentHash(storedBaselineStats(baseline)) };
  const faults = baselineFaults(JSON.parse(JSON.stringify(storedBaselineStats(sealed))), expected);
  if (faults.length > 0) throw new Error(`the baseline is not valid:\n${faults.join("\n")}`);
  return sealed;
}

/** Optional parts of a model. */
export interface ModelExtras {
  readonly files?: Readonly<Record<string, FileContent>>;
  /** Sections at the top of the report. */
  readonly sections?: readonly Section[];
  readonly retrainedFrom?: Manifest["retrained_from"];
}

export interface WriteOptions {
  readonly staging: Staging;
  /** Returns the tracking log that the folder should contain. */
  readonly seal: (report: CvReport, history: readonly HistoryRow[], made: ModelMade) => Promise<string>;
  readonly extras?: ModelExtras;
}

/** Writes the complete model folder, or nothing. */
export async function writeModel(
  { data, config, crossValidation, createdAt, scaler: finalScaler }: TrainedModel,
  built: BuiltModel,
  { staging, seal, extras = {} }: WriteOptions,
): Promise<{ manifest: Manifest; report: string; summary: CvReport["summary"] }> {
  const { recordings, windows } = data;
  const { modelVersion, network, scaler, baseline, cvReport, history } = built;
  const { channels } = windows;
  const device = toDeviceJson({
    modelVersion,
    config,
    channels,
    sensors: data.sensors,
    scaler: finalScaler,
    drift: baseline.drift,
    baseline: baseline.per_channel,
  });
  const outOfFold = staging.path(modelFiles.outOfFold);
  await writeTable(outOfFold, [
    ...predictionWindowColumns(windows),
    { name: "label", type: "string", values: Array.from(windows.labels, (label) => windows.classes[label]!) },
    { name: "fold", type: "integer", values: crossValidation.foldOfWindow },
    ...predictionColumns("predicted", crossValidation.probabilities, windows.classes),
  ]);
  const [{ trainHtml }, { confusionMatrixPicture, learningCurvesPicture }] = await Promise.all([
    import("../report/train-html.ts"),
    import("../report/pictures.ts"),
  ]);
  const changing = {
    [modelFiles.rollingReference]: jsonFileText(emptyRollingReference(windows.channels, config.referenceBatches)),
  };
  const files = {
    ...changing,
    [modelFiles.network]: network,
    [modelFiles.scaler]: scaler,
    [modelFiles.labels]: jsonFileText({ schema_version: 1, classes: windows.classes }),
    [modelFiles.baseline]: jsonFileText(storedBaselineStats(baseline)),
    [modelFiles.device]: `${JSON.stringify(device)}\n`,
    [modelFiles.cvReport]: jsonFileText(cvReport),
    [modelFiles.outOfFold]: { path: outOfFold },
    [modelFiles.history]: history.map((row) => `${JSON.stringify(row)}\n`).join(""),
    [modelFiles.report]: trainHtml({
      cvReport,
      baseline,
      history,
      predictions: reportedPredictions(windows, crossValidation.calibrated),
      sections: [
        ...(extras.sections ?? []),
        ...choiceSection(history),
        ...fineTuningSection(cvReport.fine_tuning),
        ...conversionsSection(data.conversions),
      ],
    }),
    [modelFiles.confusionMatrix]: confusionMatrixPicture(cvReport),
    [modelFiles.learningCurves]: learningCurvesPicture(history),
    ...(await mlflowModelFiles({
      windowSize: config.window,
      channels: windows.channels.length,
      classes: windows.classes.length,
    })),
    ...writtenModelNetwork(data.network),
    ...extras.files,
  };
  const trackingLog = await seal(cvReport, history, {
    files: [...Object.keys(files), modelFiles.manifest],
    changing,
  });
  const manifest = await writeModelFolder(
    config.out,
    {
      tidemark_version: tidemarkVersion,
      model_version: modelVersion,
      created_at: createdAt.toISOString(),
      config: snakeKeys(configToRecord(config)),
      data: {
        files: [...recordings.files],
        fingerprint: recordings.fingerprint,
        rows: data.quality.rows.kept,
        users: [...windows.users],
        classes: [...windows.classes],
        channels: [...windows.channels],
        sensors: data.sensors.map(({ name, kind, channels, unit, gravity }) => ({
          name,
          kind,
          channels: [...channels],
          unit,
          gravity,
        })),
        ...(data.labelMap !== undefined && { label_map: { ...data.labelMap } }),
        ...(data.conversions.length > 0 && { conversions: data.conversions.map(writtenModelConversion) }),
      },
      ...(extras.retrainedFrom !== undefined && { retrained_from: extras.retrainedFrom }),
      versions: currentVersions(),
      git_commit: await gitCommit(),
    },
    files,
    { staging: staging.path("model"), unlisted: { [trackingFile]: trackingLog } },
  );
  return { manifest, report: `${config.out}/${modelFiles.report}`, summary: crossValidation.summary };
}

/** The text of a user's own network, as a record: nothing runs this copy. */
function writtenModelNetwork(network: NetworkSource): Record<string, string> {
  if (typeof network === "string") return {};
  return { [ownNetworkFiles[network.file.endsWith("ts") ? "ts" : "js"]]: network.text };
}

function writtenModelConversion({ channels, people, ...units }: StoredConversion) {
  return { channels: [...channels], ...units, ...(people !== undefined && { people: [...people] }) };
}

/**
 * A readable and unique name of a version, made from the folder's name, the time and the content, such as
 * walk-20260504-0302-1f2e3d4c.
 */
function writtenModelVersion(out: string, createdAt: Date, network: Uint8Array): string {
  const name = basename(out).replace(/[^A-Za-z0-9._-]+/g, "-") || "model";
  const time = createdAt.toISOString();
  const stamp = `${time.slice(0, 10).replaceAll("-", "")}-${time.slice(11, 16).replace(":", "")}`;
  return `${name}-${stamp}-${sha256Bytes(network).slice("sha256:".length).slice(0, 8)}`;
}

function writtenModelReport(
  { data, config, crossValidation, outcomes, final, createdAt, fineTuning }: TrainedModel,
  modelVersion: string,
  testSet: TestSetReport | undefined,
): CvReport {
  const { windows, quality, leakage, recordings, dropped, labelChanges } = data;
  const { folds, users, pooled, pooledCalibrated, summary, temperature } = crossValidation;
  const penalty = fitStatePenalty(final.epochs);
  const tried = triedMixtures(outcomes);
  return {
    schema_version: 1,
    created_at: createdAt.toISOString(),
    model_version: modelVersion,
    data_fingerprint: recordings.fingerprint,
    config: snakeKeys(configToRecord(config)),
    classes: [...windows.classes],
    channels: [...windows.channels],
    quality,
    windows: {
      total: windows.starts.length,
      per_class: windowsPerClass(windows),
      per_user: countWindowsByName(windows.groups, windows.users),
      dropped: droppedWithReasons(dropped),
      ...(labelChanges !== null && { label_changes: labelChanges }),
    },
    leakage,
    folds: [...folds],
    users: [...users],
    pooled,
    pooled_calibrated: pooledCalibrated,
    summary,
    ...(testSet !== undefined && { test_set: testSet }),
    ...(fineTuning !== undefined && { fine_tuning: fineTuning }),
    temperature,
    final_fit: {
      epochs: steppedEpochs(final.epochs).length,
      ...(penalty !== undefined && { penalty }),
      seconds: fitSeconds(final.epochs),
      n_windows: windows.starts.length,
      ...(tried.length > 0 && { choice: describeMixtureChoice(tried) }),
    },
    warnings: [...data.warnings, ...crossValidation.warnings],
  };
}

function writtenModelHistory(folds: readonly FitOutcome[], final: FitOutcome): HistoryRow[] {
  return [
    ...folds.flatMap((fold, i) => writtenHistoryRows(`fold-${i + 1}`, fold)),
    ...writtenHistoryRows("final", final),
  ];
}

export function writtenHistoryRows(fit: string, { epochs }: Pick<FitOutcome, "epochs">): HistoryRow[] {
  return epochs.map((epoch) => ({
    fit,
    epoch: epoch.epoch,
    loss: epoch.loss,
    accuracy: epoch.accuracy,
    val_loss: epoch.valLoss,
    val_accuracy: epoch.valAccuracy,
    val_macro_f1: epoch.valMacroF1,
    learning_rate: epoch.learningRate,
    ...(epoch.penalty !== undefined && { penalty: epoch.penalty }),
    ...(epoch.mixture !== undefined && { mixture: epoch.mixture }),
    ...(epoch.tried !== undefined && { tried: epoch.tried }),
    seconds: epoch.seconds,
    best: epoch.best,
  }));
}
