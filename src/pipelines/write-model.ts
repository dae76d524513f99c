// The last stage of training: writes every file of the model folder from the fits and the recordings.

import type { CvReport } from "../learning/training/cv-report.ts";
import type { NetworkSource } from "../learning/training/network-source.ts";
import { snakeKeys } from "../letter-case.ts";
import { storedBaselineStats } from "../monitoring/drift/baseline-stats.ts";
import { emptyRollingReference } from "../monitoring/streams/rolling-reference.ts";
import { toDeviceJson } from "../monitoring/summaries/device-json.ts";
import { configToRecord } from "../options/recorded-options.ts";
import { Rng } from "../random.ts";
import { choiceSection } from "../report/choice-section.ts";
import { conversionsSection } from "../report/conversions-section.ts";
import { fineTuningSection } from "../report/fine-tuning-section.ts";
import type { HistoryRow } from "../report/history-row.ts";
import type { Section } from "../report/page.ts";
import type { ModelMade } from "../report/train-log.ts";
import type { StoredConversion } from "../signals/data/convert-units.ts";
import { windowsPerClass } from "../signals/data/windows.ts";
import { writeTable } from "../signals/files/write-table.ts";
import { jsonFileText } from "../storage/json-file.ts";
import type { Manifest } from "../storage/manifest.ts";
import { mlflowModelFiles } from "../storage/mlflow-model.ts";
import {
  examplesFile,
  type FileContent,
  modelFiles,
  ownNetworkFiles,
  trackingFile,
  writeModelFolder,
} from "../storage/model-folder.ts";
import type { Staging } from "../storage/staging.ts";
import { currentVersions, gitCommit, tidemarkVersion } from "../versions.ts";
import type { BuiltModel } from "./build-model.ts";
import { exampleWindows, rotatedExampleWindows } from "./example-windows.ts";
import { predictionColumns, predictionWindowColumns } from "./prediction-columns.ts";
import { reportedPredictions } from "./reported-predictions.ts";
import type { TrainedModel } from "./trained-model.ts";

/** Optional parts of a model. */
export interface ModelExtras {
  readonly files?: Readonly<Record<string, FileContent>>;
  /** Sections to show at the top of the report. */
  readonly sections?: readonly Section[];
  readonly retrainedFrom?: Manifest["retrained_from"];
}

export interface WriteOptions {
  readonly staging: Staging;
  /** Returns the tracking log for the folder. */
  readonly seal: (report: CvReport, history: readonly HistoryRow[], made: ModelMade) => Promise<string>;
  readonly extras?: ModelExtras;
}

/** Writes the complete model folder or nothing at all. */
export async function writeModel(
  model: TrainedModel,
  built: BuiltModel,
  { staging, seal, extras = {} }: WriteOptions,
): Promise<{ manifest: Manifest; report: string; summary: CvReport["summary"] }> {
  const { data, config, crossValidation, createdAt } = model;
  const { recordings, windows } = data;
  const { modelVersion, cvReport, history } = built;
  const changing = {
    [modelFiles.rollingReference]: jsonFileText(emptyRollingReference(windows.channels, config.referenceBatches)),
  };
  const files = { ...changing, ...(await filesOfWrittenModel(model, built, staging, extras)) };
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
        ...(data.conversions.length > 0 && { conversions: data.conversions.map(conversionOfWrittenModel) }),
      },
      ...(extras.retrainedFrom !== undefined && { retrained_from: extras.retrainedFrom }),
      versions: currentVersions(),
      git_commit: await gitCommit(),
    },
    files,
    {
      staging: staging.path("model"),
      unlisted: {
        [trackingFile]: trackingLog,
        [examplesFile]: await writeModelExamplesPage(data, config, modelVersion),
      },
    },
  );
  return { manifest, report: `${config.out}/${modelFiles.report}`, summary: crossValidation.summary };
}

/** The files that never change. */
async function filesOfWrittenModel(
  { data, config, crossValidation, scaler: finalScaler }: TrainedModel,
  { modelVersion, network, scaler, baseline, cvReport, history }: BuiltModel,
  staging: Staging,
  extras: ModelExtras,
): Promise<Record<string, FileContent>> {
  const { windows, sensors, conversions } = data;
  const { channels, classes, samplingRateHz } = windows;
  const device = toDeviceJson({
    modelVersion,
    config,
    channels,
    sensors,
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
  return {
    [modelFiles.network]: network,
    [modelFiles.scaler]: scaler,
    [modelFiles.labels]: jsonFileText({ schema_version: 1, classes }),
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
        ...conversionsSection(conversions),
      ],
    }),
    [modelFiles.confusionMatrix]: confusionMatrixPicture(cvReport),
    [modelFiles.learningCurves]: learningCurvesPicture(history),
    ...(await mlflowModelFiles({
      windowSize: config.window,
      samplingRateHz,
      channels,
      classes,
    })),
    ...networkFileOfWrittenModel(data.network),
    ...extras.files,
  };
}

/** Drawings of windows from each class, and of one window with its augmented forms. */
async function writeModelExamplesPage(
  { windows, sensors }: TrainedModel["data"],
  { augment, seed }: TrainedModel["config"],
  modelVersion: string,
): Promise<string> {
  const { examplesHtml } = await import("../report/examples-html.ts");
  return examplesHtml({
    modelVersion,
    sensors,
    seconds: windows.windowSize / windows.samplingRateHz,
    classes: windowsPerClass(windows),
    windows: exampleWindows(windows),
    augmented:
      augment === "rotate" ? rotatedExampleWindows(windows, sensors, Rng.fromSeed(seed).split("examples")) : [],
  });
}

/** The source of a user's own network, kept as a record; this copy is never executed. */
function networkFileOfWrittenModel(network: NetworkSource): Record<string, string> {
  if (typeof network === "string") return {};
  return { [ownNetworkFiles[network.file.endsWith("ts") ? "ts" : "js"]]: network.text };
}

function conversionOfWrittenModel({ channels, people, ...units }: StoredConversion) {
  return { channels: [...channels], ...units, ...(people !== undefined && { people: [...people] }) };
}
