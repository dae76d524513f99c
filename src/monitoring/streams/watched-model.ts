// Opens a model folder from any source. The folder's hashes reveal accidental changes; the checks in this module ensure that
// the files in it are consistent and usable, even if someone has also replaced the hashes. Code that judges or predicts with
// the opened model does not read the folder again.

import { readFile } from "node:fs/promises";
import type { UnitsOfModel } from "../../signals/data/batch-units.ts";
import { parseUnitChoice } from "../../signals/data/unit-choice.ts";
import { sha256File } from "../../storage/hash.ts";
import { readJson } from "../../storage/json-file.ts";
import { type ModelFolder, modelFiles, openModelFolder, unfitFileInModelFolder } from "../../storage/model-folder.ts";
import { resolveModel } from "../../storage/resolve-model.ts";
import { scalerFaults } from "../../storage/scaler-file.ts";
import type { StoredConfig } from "../../storage/stored-config.ts";
import { explainSystemErrorOnRead } from "../../system-error.ts";
import type { BaselineStats, ChannelBaseline } from "../drift/baseline-stats.ts";
import { baselineStatsFaults } from "../drift/baseline-stats-faults.ts";
import type { DriftModel } from "../drift/comparison.ts";
import { type DriftBaseline, driftBaselineOf, modelOfDriftBaseline } from "../drift/drift-baseline.ts";
import { sensorsOfModel } from "../drift/model-sensors.ts";
import type { MeasurementShape } from "../summaries/measurement-codec.ts";
import { baselineFaults, expectedBaseline } from "./baseline-faults.ts";
import type { MonitoredModel } from "./model-ledger.ts";

/** The parts of a model needed to read recordings, check them, and predict their classes. */
export interface OpenedModel {
  readonly folder: ModelFolder;
  /** Options that the model was trained with. */
  readonly config: StoredConfig;
  readonly baseline: ChannelBaseline;
  /** The part of the baseline for drift; null if an earlier version of Tidemark wrote the model, or if it does not fit. */
  readonly drift: DriftBaseline | null;
  /** The content of model.onnx. */
  readonly network: Uint8Array;
}

/** The parts of a model needed to judge a batch. */
export interface Judge {
  readonly drift: DriftBaseline;
  readonly model: DriftModel;
  /** Sensors that the channels belong to. */
  readonly sensors: ReturnType<typeof sensorsOfModel>;
  readonly monitored: MonitoredModel;
}

/** The units of a model's channels and the conversions that `train` applied. */
export function unitsOfWatchedModel({
  folder: { manifest },
  config,
}: Pick<OpenedModel, "folder" | "config">): UnitsOfModel {
  const { channels, conversions = [] } = manifest.data;
  const keeps = config.units === undefined || parseUnitChoice(String(config.units)).mode === "keep";
  return { channels, sensors: sensorsOfModel(manifest.data), conversions, keeps };
}

/** A model that can judge batches. */
export interface WatchedModel extends OpenedModel, Judge {
  readonly baseline: BaselineStats;
  readonly drift: DriftBaseline;
}

/**
 * Opens a model for prediction only; works for models of every version.
 * @param model a model folder, DIR/LINE@champion or DIR/LINE@3
 * @throws UserError if a file cannot be used; the message names the file and lists all its faults
 */
export async function openWatchedModelForPrediction(model: string): Promise<OpenedModel> {
  const folder = await openModelFolder(await resolveModel(model));
  const { config, data } = folder.manifest;
  const { channels, classes } = data;
  const scaler = folder.path(modelFiles.scaler);
  refuseFileOfWatchedModel(scaler, scalerFaults(await readJson(scaler), { channels, method: config.normalize }));
  const path = folder.path(modelFiles.network);
  const network = await readFile(path).catch((error: unknown) => {
    throw explainSystemErrorOnRead(error, path);
  });
  const { exportedNetworkFaults } = await import("../../storage/exported-network.ts");
  const expected = { channels, classes, windowSize: config.window, samplingRateHz: config.rate };
  refuseFileOfWatchedModel(path, exportedNetworkFaults(network, expected));
  const stats = folder.path(modelFiles.baseline);
  const baseline = (await readJson(stats)) as ChannelBaseline;
  refuseFileOfWatchedModel(stats, baselineStatsFaults(baseline));
  return {
    folder,
    config,
    baseline,
    drift: driftBaselineOf(baseline.drift, { classes, channels, sensors: sensorsOfModel(data) }),
    network,
  };
}

/** @throws UserError if the folder was modified or its baseline cannot be used; the message lists all faults */
export async function openWatchedModel(model: string): Promise<WatchedModel> {
  const opened = await openWatchedModelForPrediction(model);
  const { folder } = opened;
  const { directory, manifest } = folder;
  const scalerHash = await sha256File(folder.path(modelFiles.scaler));
  const faults = baselineFaults(opened.baseline, { ...expectedBaseline(manifest), scalerHash });
  refuseFileOfWatchedModel(folder.path(modelFiles.baseline), faults);
  const sensors = sensorsOfModel(manifest.data);
  // It is not null, because a baseline without faults contains one that fits the model.
  const drift = opened.drift!;
  return {
    ...opened,
    baseline: { ...opened.baseline, drift },
    drift,
    model: modelOfDriftBaseline(drift, manifest.data.channels, sensors),
    sensors,
    monitored: {
      directory,
      modelVersion: manifest.model_version,
      channels: manifest.data.channels,
      referenceBatches: drift.calibration.reference_batches,
      shape: watchedMeasurementShape(drift),
    },
  };
}

/** The shape that every measurement of a batch must have. */
export function watchedMeasurementShape({ edges, classes }: DriftBaseline): MeasurementShape {
  const bins = Object.entries(edges).map(([name, { length }]) => [name, length + 1]);
  return { bins: Object.fromEntries(bins), classes: classes.length };
}

function refuseFileOfWatchedModel(path: string, faults: readonly string[]): void {
  if (faults.length > 0) throw unfitFileInModelFolder(path, faults);
}
