// Finds faults in the baseline_stats.json of a model folder.

import { UserError } from "../../errors.ts";
import { neededFileInside } from "../../storage/file-inside.ts";
import { sha256File } from "../../storage/hash.ts";
import { readJson } from "../../storage/json-file.ts";
import type { Manifest } from "../../storage/manifest.ts";
import { modelFiles } from "../../storage/model-folder.ts";
import { resolveModel } from "../../storage/resolve-model.ts";
import type { BaselineStats } from "../drift/baseline-stats.ts";
import { baselineStatsFaults } from "../drift/baseline-stats-faults.ts";
import { driftBaselineFaults, driftBaselineSchema } from "../drift/drift-baseline.ts";
import { type StoredSensor, sensorsOfModel } from "../drift/model-sensors.ts";
import { baselineContentHash } from "./baseline-content-hash.ts";

/** Properties of the model that the baseline in the same folder must match. */
export interface ExpectedBaseline {
  readonly modelVersion: string;
  readonly scalerHash: string;
  readonly channels: readonly string[];
  /** Sensors in the manifest; undefined if an earlier version wrote the model. */
  readonly sensors?: readonly StoredSensor[];
  readonly classes: readonly string[];
  readonly samplingRateHz: number;
}

/** The properties recorded in a manifest, which do not include the scaler's hash. */
export function expectedBaseline({ model_version, data, config }: Manifest): Omit<ExpectedBaseline, "scalerHash"> {
  const { channels, sensors, classes } = data;
  return {
    modelVersion: model_version,
    channels,
    classes,
    samplingRateHz: config.rate,
    ...(sensors !== undefined && { sensors }),
  };
}

/** Finds the faults in a baseline_stats.json: one message per fault; empty if the file can be used. */
export function baselineFaults(value: unknown, expected: ExpectedBaseline): string[] {
  const faults = baselineStatsFaults(value);
  if (faults.length > 0) return faults;
  const baseline = value as BaselineStats;
  const differs = (key: string, wanted: string, found: string | undefined): string[] =>
    wanted === found ? [] : [`${key}: expected ${wanted}, got ${found ?? "none"}`];
  if (baseline.drift === undefined) {
    return [
      "drift: missing, because the model was trained by a version without check; retrain it to compare " +
        "batches with its training data",
    ];
  }
  const drift = driftBaselineSchema.safeParse(baseline.drift);
  return [
    ...differs("content_hash", baselineContentHash(baseline), baseline.content_hash),
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

/** Finds the faults in a model folder's baseline. Needs the manifest and the scaler, but not the network. */
export async function baselineFileFaults(model: string): Promise<string[]> {
  const directory = await resolveModel(model);
  const value = await neededFileInside(directory, modelFiles.baseline)
    .then(readJson)
    .catch((error: unknown) => {
      if (error instanceof UserError) return error;
      throw error;
    });
  if (value instanceof UserError) return [value.message];
  const { readManifest } = await import("../../storage/manifest.ts");
  const manifest = await readManifest(directory);
  const scalerHash = await sha256File(await neededFileInside(directory, modelFiles.scaler));
  return baselineFaults(value, { ...expectedBaseline(manifest), scalerHash });
}
