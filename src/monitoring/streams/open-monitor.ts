// A model folder as its monitor needs it, after every check of its frozen side.

import { UserError } from "../../errors.ts";
import { readJson } from "../../storage/store/atomic-file.ts";
import { neededFile } from "../../storage/store/file-inside.ts";
import { canonicalJson, sha256Bytes, sha256File } from "../../storage/store/hash.ts";
import type { Manifest } from "../../storage/store/manifest.ts";
import { type ModelFolder, modelFiles, unfitFile } from "../../storage/store/model-folder.ts";
import { resolveModel } from "../../storage/store/registry.ts";
import type { StoredConfig } from "../../storage/store/stored-config.ts";
import type { BaselineStats } from "../drift/baseline-stats.ts";
import type { DriftModel } from "../drift/comparison.ts";
import { type DriftBaseline, driftBaselineFaults, driftBaselineSchema, driftModel } from "../drift/drift-baseline.ts";
import { type StoredSensor, sensorsOfModel } from "../drift/model-sensors.ts";
import { validateBaseline } from "../drift/validate-baseline.ts";
import type { MeasurementShape } from "../summaries/measurement-codec.ts";
import type { MonitoredModel } from "./model-ledger.ts";
import { openModel } from "./open-model.ts";

export interface Monitor {
  readonly folder: ModelFolder;
  /** What the model was trained with. */
  readonly config: StoredConfig;
  readonly baseline: BaselineStats;
  readonly drift: DriftBaseline;
  readonly model: DriftModel;
  /** Of the channels. */
  readonly sensors: ReturnType<typeof sensorsOfModel>;
  readonly monitored: MonitoredModel;
}

/** What a decision takes. */
export type Judge = Pick<Monitor, "drift" | "model" | "monitored" | "sensors">;

/** @throws UserError where the folder was changed, or its baseline cannot be used: all faults are named */
export async function openMonitor(model: string): Promise<Monitor> {
  const folder = await openModel(model);
  const { directory, manifest } = folder;
  const { config } = manifest;
  const path = folder.path(modelFiles.baseline);
  const value = await readJson(path);
  const faults = baselineFaults(value, {
    ...expectedBaseline(manifest),
    scalerHash: await sha256File(folder.path(modelFiles.scaler)),
  });
  if (faults.length > 0) throw unfitFile(path, faults);
  const baseline = value as BaselineStats;
  const drift = driftBaselineSchema.parse(baseline.drift);
  return {
    ...{ folder, config, baseline, drift },
    model: driftModel(drift, manifest.data.channels),
    sensors: sensorsOfModel(manifest.data),
    monitored: {
      directory,
      modelVersion: manifest.model_version,
      channels: manifest.data.channels,
      referenceBatches: drift.calibration.reference_batches,
      shape: measurementShape(drift),
    },
  };
}

/** What every batch of the model is measured by. */
export function measurementShape({ edges, classes }: DriftBaseline): MeasurementShape {
  const bins = Object.entries(edges).map(([name, { length }]) => [name, length + 1]);
  return { bins: Object.fromEntries(bins), classes: classes.length };
}

/** The file's hash of itself: of its canonical JSON without the key that holds the hash. */
export function contentHash(baseline: Omit<BaselineStats, "content_hash">): string {
  const { content_hash: _, ...content } = baseline as BaselineStats;
  return sha256Bytes(canonicalJson(content));
}

/** Of the model that a baseline lies beside. */
export interface ExpectedBaseline {
  readonly modelVersion: string;
  readonly scalerHash: string;
  readonly channels: readonly string[];
  /** Undefined of a model that an earlier version wrote. */
  readonly sensors?: readonly StoredSensor[];
  readonly classes: readonly string[];
  readonly samplingRateHz: number;
}

/** But for the scaler's hash. */
export function expectedBaseline({ model_version, data, config }: Manifest): Omit<ExpectedBaseline, "scalerHash"> {
  const { channels, sensors, classes } = data;
  return {
    ...{ modelVersion: model_version, channels, classes, samplingRateHz: config.rate },
    ...(sensors !== undefined && { sensors }),
  };
}

/** What is wrong with a baseline_stats.json: one message a fault, none where it can be used. */
export function baselineFaults(value: unknown, expected: ExpectedBaseline): string[] {
  const faults = validateBaseline(value);
  if (faults.length > 0) return faults;
  const baseline = value as BaselineStats;
  const differs = (key: string, wanted: string, found: string | undefined): string[] =>
    wanted === found ? [] : [`${key}: expected ${wanted}, got ${found ?? "none"}`];
  if (baseline.drift === undefined) {
    return ["drift: missing; the model was trained before check existed, and has nothing to compare batches with"];
  }
  const drift = driftBaselineSchema.safeParse(baseline.drift);
  return [
    ...differs("content_hash", contentHash(baseline), baseline.content_hash),
    ...differs("scaler_hash", expected.scalerHash, baseline.scaler_hash),
    ...differs("model_version", expected.modelVersion, baseline.model_version),
    ...differs("sensor_columns", expected.channels.join(", "), baseline.sensor_columns.join(", ")),
    ...(drift.success
      ? [
          ...differs("drift.classes", expected.classes.join(", "), drift.data.classes.join(", ")),
          ...differs("drift.sampling_rate_hz", `${expected.samplingRateHz}`, `${drift.data.sampling_rate_hz}`),
          ...driftBaselineFaults(drift.data, baseline.sensor_columns, sensorsOfModel(expected)),
        ]
      : drift.error.issues.map(({ path, message }) => `drift.${path.join(".")}: ${message}`)),
  ];
}

/** The faults of the baseline in a model folder, whatever became of the folder's other files. */
export async function validateBaselineFile(model: string): Promise<string[]> {
  const directory = await resolveModel(model);
  const value = await neededFile(directory, modelFiles.baseline)
    .then(readJson)
    .catch((error: unknown) => {
      if (error instanceof UserError) return error;
      throw error;
    });
  if (value instanceof UserError) return [value.message];
  const { readManifest } = await import("../../storage/store/manifest.ts");
  const manifest = await readManifest(directory);
  const scalerHash = await sha256File(await neededFile(directory, modelFiles.scaler));
  return baselineFaults(value, { ...expectedBaseline(manifest), scalerHash });
}
