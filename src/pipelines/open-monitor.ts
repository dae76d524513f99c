// A model folder as its monitor needs it, after every check of its frozen side.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BaselineStats } from "../baseline/baseline-stats.ts";
import { validateBaseline } from "../baseline/validate-baseline.ts";
import { resolveTrainConfig, type TrainConfig } from "../config.ts";
import type { DriftModel } from "../drift/comparison.ts";
import { type DriftBaseline, driftBaselineFaults, driftBaselineSchema, driftModel } from "../drift/drift-baseline.ts";
import { UserError } from "../errors.ts";
import { canonicalJson, sha256Bytes, sha256File } from "../store/hash.ts";
import { type ModelFolder, modelFiles, openModelFolder } from "../store/model-folder.ts";
import { resolveModel } from "../store/registry.ts";
import type { MonitoredModel } from "./publish-reference.ts";

export interface Monitor {
  readonly folder: ModelFolder;
  /** What the model was trained with. */
  readonly config: TrainConfig;
  readonly baseline: BaselineStats;
  readonly drift: DriftBaseline;
  readonly model: DriftModel;
  readonly monitored: MonitoredModel;
}

/** @throws UserError where the folder was changed, or its baseline cannot be used: all faults are named */
export async function openMonitor(model: string): Promise<Monitor> {
  const directory = await resolveModel(model);
  const folder = await openModelFolder(directory);
  const { manifest } = folder;
  const path = folder.path(modelFiles.baseline);
  const value = await readJson(path);
  const faults = baselineFaults(value, {
    modelVersion: manifest.model_version,
    scalerHash: await sha256File(folder.path(modelFiles.scaler)),
  });
  if (faults.length > 0) {
    throw new UserError(`${path} cannot be used:\n${faults.map((fault) => `  ${fault}`).join("\n")}`, {
      advice: "It is made once, by train. Restore the model folder from a copy, or train again.",
    });
  }
  const baseline = value as BaselineStats;
  const drift = driftBaselineSchema.parse(baseline.drift);
  const config = resolveTrainConfig(manifest.config);
  return {
    ...{ folder, config, baseline, drift },
    model: driftModel(drift),
    monitored: {
      directory,
      modelVersion: manifest.model_version,
      channels: manifest.data.channels,
      windowSize: drift.calibration.reference_batches,
    },
  };
}

/** The file's hash of itself: of its canonical JSON without the key that holds the hash. */
export function contentHash(baseline: Omit<BaselineStats, "content_hash">): string {
  const { content_hash: _, ...content } = baseline as BaselineStats;
  return sha256Bytes(canonicalJson(content));
}

/**
 * What is wrong with a baseline_stats.json: one message a fault, none where it can be used.
 * @param expected of the model that it lies beside
 */
export function baselineFaults(value: unknown, expected: { modelVersion: string; scalerHash: string }): string[] {
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
    ...(drift.success
      ? driftBaselineFaults(drift.data, baseline.sensor_columns)
      : drift.error.issues.map(({ path, message }) => `drift.${path.join(".")}: ${message}`)),
  ];
}

/** The faults of the baseline in a model folder, whatever became of the folder's other files. */
export async function validateBaselineFile(model: string): Promise<string[]> {
  const directory = await resolveModel(model);
  const value = await readJson(join(directory, modelFiles.baseline)).catch((error: unknown) => {
    if (error instanceof UserError) return error;
    throw error;
  });
  if (value instanceof UserError) return [value.message];
  const { readManifest } = await import("../store/manifest.ts");
  const manifest = await readManifest(directory);
  return baselineFaults(value, {
    modelVersion: manifest.model_version,
    scalerHash: await sha256File(join(directory, modelFiles.scaler)),
  });
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new UserError(`${path}: expected a readable JSON file: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}
