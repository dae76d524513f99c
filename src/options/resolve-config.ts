// Validates and completes the options of all commands except `train` and those for streams, which have files of their own, and
// enforces the rules that involve two options. The *-options.ts files define the options; the types are generated from them.

import { parseDay } from "../day.ts";
import { UserError } from "../errors.ts";
import { kebabCase } from "../letter-case.ts";
import { checkOptions, driftBenchOptions, evaluateOptions, predictOptions } from "./batch-options.ts";
import type {
  CheckConfig,
  CompareConfig,
  ConvertConfig,
  DriftBenchConfig,
  EvaluateConfig,
  InspectConfig,
  PredictConfig,
  PushConfig,
  RecalibrateConfig,
  RetrainConfig,
  ServeConfig,
  SimulateConfig,
  SyncConfig,
  TuneConfig,
} from "./config-types.ts";
import { convertOptions } from "./convert-options.ts";
import {
  comparedRecordings,
  compareOptions,
  recalibrateOptions,
  simulateOptions,
  syncOptions,
} from "./folder-options.ts";
import { inspectOptions } from "./inspect-options.ts";
import { pushOptions } from "./push-options.ts";
import { labelOptions } from "./reading-options.ts";
import { type ConfigFile, isOptionsRecord, resolveOptions } from "./resolve-options.ts";
import { checkConfigAlias } from "./resolve-train-config.ts";
import { retrainOptions } from "./retrain-options.ts";
import { serveOptions } from "./serve-options.ts";
import { checkConfigWindow } from "./training-window.ts";
import { tuneOptions } from "./tune-options.ts";

export type * from "./config-types.ts";
export { readConfigFile } from "./read-config-file.ts";
export type { ConfigFile } from "./resolve-options.ts";

/**
 * Validates and completes the options of `inspect`.
 *
 * @throws UserError if an option is unknown, missing or invalid, or if options do not go together
 */
export function resolveInspectConfig(options: unknown, file?: ConfigFile): InspectConfig {
  const config = resolveOptions(inspectOptions, options, file);
  checkConfigWindow(config);
  return config;
}

/**
 * Validates and completes the options of `convert`.
 *
 * @throws UserError if an option is unknown, missing or invalid
 */
export function resolveConvertConfig(options: unknown, file?: ConfigFile): ConvertConfig {
  return resolveOptions(convertOptions, options, file);
}

/**
 * Validates and completes the options of `tune`.
 *
 * @throws UserError if an option is unknown, missing or invalid, or if options do not go together
 */
export function resolveTuneConfig(options: unknown, file?: ConfigFile): TuneConfig {
  const config = resolveOptions(tuneOptions, options, file);
  checkConfigWindow(config);
  return config;
}

/**
 * Validates and completes the options of `predict`.
 *
 * @throws UserError if an option is unknown, missing or invalid, or if options do not go together
 */
export function resolvePredictConfig(options: unknown): PredictConfig {
  const config = resolveOptions(predictOptions, options);
  if (config.spreadsheetSafe && !/\.[ct]sv(\.gz)?$/i.test(config.out)) {
    throw new UserError(`--spreadsheet-safe: expected --out to end in .csv or .tsv (also .gz), got ${config.out}`, {
      advice: "Omit the option: spreadsheets do not run text in a Parquet file as formulas.",
    });
  }
  return config;
}

/**
 * Validates and completes the options of `evaluate`.
 *
 * @throws UserError if an option is unknown, missing or invalid
 */
export function resolveEvaluateConfig(options: unknown): EvaluateConfig {
  return resolveOptions(evaluateOptions, options);
}

/**
 * Validates and completes the options of `check`.
 *
 * @throws UserError if an option is unknown, missing or invalid, or if options do not go together
 */
export function resolveCheckConfig(options: unknown): CheckConfig {
  const config = resolveOptions(checkOptions, options);
  if (config.streamFrom !== undefined && config.stream !== checkOptions.stream.default) {
    throw new UserError("--stream and --stream-from: expected one of them, got both", {
      advice: "--stream gives the name of the batch's only stream; --stream-from finds the names of several streams.",
    });
  }
  if (config.streamFrom !== undefined && config.out !== undefined) {
    throw new UserError("--out: a page shows the result for one stream, but --stream-from finds several streams", {
      advice: "Leave out --out.",
    });
  }
  const [unused] = (["reason", "by"] as const).filter((name) => config[name] !== undefined);
  if (unused !== undefined && !config.accept) {
    throw new UserError(`--${unused} describes the decision made with --accept, so it needs --accept`, {
      advice: `Add --accept, or leave out --${unused}.`,
    });
  }
  return config;
}

/**
 * Validates and completes the options of `serve`.
 *
 * @throws UserError if an option is unknown, missing or invalid
 */
export function resolveServeConfig(options: unknown, file?: ConfigFile): ServeConfig {
  // If the config file itself contains the rules for alerts, it is also the file of --alerts.
  const hasRules = file !== undefined && isOptionsRecord(file.options.alerts);
  const read = hasRules ? { ...file, options: { ...file.options, alerts: file.path } } : file;
  return resolveOptions(serveOptions, options, read);
}

/**
 * Validates and completes the options of `push`.
 *
 * @throws UserError if an option is unknown, missing or invalid, or if options do not go together
 */
export function resolvePushConfig(options: unknown, file?: ConfigFile): PushConfig {
  const config = resolveOptions(pushOptions, options, file);
  if (config.streamFrom !== undefined && config.stream !== pushOptions.stream.default) {
    throw new UserError("--stream and --stream-from: expected one of them, got both", {
      advice: "--stream gives the stream of all files; --stream-from finds the names of several streams.",
    });
  }
  return config;
}

/**
 * Validates and completes the options of `driftBench`.
 *
 * @throws UserError if an option is unknown, missing or invalid, or if options do not go together
 */
export function resolveDriftBenchConfig(options: unknown): DriftBenchConfig {
  const config = resolveOptions(driftBenchOptions, options);
  if (config.changeAt >= config.batches) {
    throw new UserError(`--change-at: expected a number less than --batches ${config.batches}, got ${config.changeAt}`);
  }
  parseDay(config.day);
  return config;
}

/**
 * Validates and completes the options of `recalibrateBaseline`.
 *
 * @throws UserError if an option is unknown, missing or invalid
 */
export function resolveRecalibrateConfig(options: unknown): RecalibrateConfig {
  const config = resolveOptions(recalibrateOptions, options);
  if (config.day !== undefined) parseDay(config.day);
  return config;
}

/**
 * Validates and completes the options of `retrain`.
 *
 * @throws UserError if an option is unknown, missing or invalid, or if options do not go together
 */
export function resolveRetrainConfig(options: unknown, file?: ConfigFile): RetrainConfig {
  const config = resolveOptions(retrainOptions, options, file);
  checkConfigAlias(config);
  const ofLabels = Object.keys(labelOptions) as (keyof typeof labelOptions)[];
  const given = ofLabels.find((name) => config[name] !== undefined);
  if (given !== undefined && config.labelled === undefined) {
    const option = `--${kebabCase(given)}`;
    throw new UserError(`${option} describes other labelled recordings, so it needs --labelled FILES`, {
      advice:
        "The recordings that the model learned from are read as in training. For true labels of unlabelled recordings, use --truth.",
    });
  }
  return config;
}

/**
 * Validates and completes the options of `compareModels`.
 *
 * @throws UserError if an option is unknown, missing or invalid, or if options do not go together
 */
export function resolveCompareConfig(options: unknown): CompareConfig {
  const config = resolveOptions(compareOptions, options);
  const { jobs: _, ...reading } = comparedRecordings;
  const given = (Object.keys(reading) as (keyof typeof reading)[]).find((name) => config[name] !== undefined);
  if (given !== undefined && config.on === undefined) {
    throw new UserError(`--${kebabCase(given)} describes labelled recordings, so it needs --on FILES`);
  }
  if (config.models.length < 2) {
    throw new UserError(`expected at least two models to compare, got ${config.models.length}`, {
      advice: "To see a single model, use: tidemark models show MODEL",
    });
  }
  return config;
}

/**
 * Validates and completes the options of `sync`.
 *
 * @throws UserError if an option is unknown, missing or invalid, or if options do not go together
 */
export function resolveSyncConfig(options: unknown): SyncConfig {
  const config = resolveOptions(syncOptions, options);
  checkConfigAlias(config);
  return config;
}

/**
 * Validates and completes the options of `simulate`.
 *
 * @throws UserError if an option is unknown, missing or invalid
 */
export function resolveSimulateConfig(options: unknown): SimulateConfig {
  return resolveOptions(simulateOptions, options);
}
