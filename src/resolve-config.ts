// Validates and completes every command's options, and enforces the rules that involve two options. The *-options.ts files
// define the options; the types are generated from them.
import { checkOptions, driftBenchOptions, evaluateOptions, predictOptions } from "./batch-options.ts";
import type {
  CheckConfig,
  CompactConfig,
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
  StreamConfig,
  StreamsChangeConfig,
  StreamsEraseConfig,
  StreamsListConfig,
  StreamsRenameConfig,
  StreamsShowConfig,
  SyncConfig,
  TrainConfig,
  TuneConfig,
} from "./config-types.ts";
import { convertOptions } from "./convert-options.ts";
import { parseDay } from "./day.ts";
import { UserError } from "./errors.ts";
import {
  compactOptions,
  comparedRecordings,
  compareOptions,
  recalibrateOptions,
  simulateOptions,
  streamOptions,
  syncOptions,
} from "./folder-options.ts";
import { inspectOptions } from "./inspect-options.ts";
import { kebabCase } from "./letter-case.ts";
import { pushOptions } from "./push-options.ts";
import { optionsOfModel, unusedRecordedOptions } from "./recorded-options.ts";
import { type ConfigFile, givenOptionNames, resolveOptions } from "./resolve-options.ts";
import { retrainOptions } from "./retrain-options.ts";
import { serveOptions } from "./serve-options.ts";
import { labelOptions } from "./shared-options.ts";
import {
  streamsChangeOptions,
  streamsEraseOptions,
  streamsListOptions,
  streamsRenameOptions,
  streamsShowOptions,
} from "./streams-options.ts";
import { trainOptions } from "./train-options.ts";
import { tuneOptions } from "./tune-options.ts";

export type * from "./config-types.ts";
export { readConfigFile } from "./read-config-file.ts";
export type { ConfigFile } from "./resolve-options.ts";

/**
 * Validates and completes the options of `train`.
 *
 * @param options options of `train`; they take precedence over `file`
 * @throws UserError for an unknown name, a value out of range, or a missing required value
 */
export function resolveTrainConfig(options: unknown, file?: ConfigFile): TrainConfig {
  const resolved = resolveOptions(trainOptions, options, file);
  const given = givenOptionNames(trainOptions, options, file);
  const config = {
    ...resolved,
    ...(resolved.from !== undefined &&
      !given.has("learningRate") &&
      !unusedRecordedOptions(resolved.network).includes("learningRate") && { learningRate: fineTuningRate }),
  };
  checkConfigAlias(config);
  parseDay(config.day);
  checkConfigWindow(config);
  refuseStepConfig(config);
  refuseConfigOfModel(config);
  return config;
}

/** A tenth of the default, because large steps would quickly undo what the model has learned. */
const fineTuningRate = 0.0001;

/** A config that was resolved before has these options, too, with their defaults. */
function refuseConfigOfModel({ from, ...config }: TrainConfig): void {
  if (from === undefined) return;
  const refused = optionsOfModel.filter((name) => config[name] !== trainOptions[name].default);
  if (refused.length === 0) return;
  const names = refused.map((name) => `--${kebabCase(name)}`).join(" and ");
  throw new UserError(`--from ${from}: its weights fit only its own windows and scaling, so ${names} cannot be given`, {
    advice: `Leave out ${names}, or train from scratch.`,
  });
}

/**
 * Resolves the options of a run that uses the network of an existing model.
 * @throws UserError if the network does not use one of them
 */
export function resolveConfigOfNetwork<C extends TrainConfig>(config: C, network: TrainConfig["network"]): C {
  if (network === config.network) return config;
  const { learningRate } = config;
  const hasRate = !unusedRecordedOptions(network).includes("learningRate");
  const own = {
    ...config,
    network,
    learningRate: hasRate || learningRate !== fineTuningRate ? learningRate : trainOptions.learningRate.default,
  };
  refuseStepConfig(own, `the network of --from ${config.from}, ${network},`);
  return own;
}

/** A config that was resolved before has these options, too, with their defaults. */
function refuseStepConfig(config: TrainConfig, subject = `--network ${config.network}`): void {
  const { network } = config;
  const refused = unusedRecordedOptions(network).filter((name) => config[name] !== trainOptions[name].default);
  if (refused.length === 0) return;
  const names = refused.map((name) => `--${kebabCase(name)}`).join(" and ");
  throw new UserError(`${subject} has no training epochs, so it does not use ${names}`, {
    advice: `Leave out ${names}, or choose another --network.`,
  });
}

/** Length of a window if `--window` is not given. */
const defaultWindowSeconds = 4;

/**
 * Decides the rate and the window that the options leave open.
 *
 * @param rateHz the rate that the recordings share
 * @throws UserError if the window is too short
 */
export function resolveRateAndWindow<C extends Pick<TrainConfig, "rate" | "window" | "overlap" | "network">>(
  config: C,
  rateHz: number,
): C & { rate: number; window: number } {
  const rate = config.rate ?? rateHz;
  if (!(rate >= 1)) {
    throw new UserError(`the recordings have ${rate} samples per second; expected at least 1`, {
      advice: "Check the time column and its unit, or give a --rate.",
    });
  }
  const least = leastWindow[config.network] ?? leastWindowOfAll;
  const sampled = {
    ...config,
    rate,
    window: config.window ?? Math.max(least, Math.round(defaultWindowSeconds * rate)),
  };
  checkConfigWindow(sampled);
  return sampled;
}

/**
 * Validates and completes the options of `inspect`.
 *
 * @throws UserError under the same conditions as `resolveTrainConfig`
 */
export function resolveInspectConfig(options: unknown, file?: ConfigFile): InspectConfig {
  const config = resolveOptions(inspectOptions, options, file);
  checkConfigWindow(config);
  return config;
}

/**
 * Validates and completes the options of `convert`.
 *
 * @throws UserError under the same conditions as `resolveTrainConfig`
 */
export function resolveConvertConfig(options: unknown, file?: ConfigFile): ConvertConfig {
  return resolveOptions(convertOptions, options, file);
}

/**
 * Validates and completes the options of `tune`.
 *
 * @throws UserError under the same conditions as `resolveTrainConfig`
 */
export function resolveTuneConfig(options: unknown, file?: ConfigFile): TuneConfig {
  const config = resolveOptions(tuneOptions, options, file);
  checkConfigWindow(config);
  return config;
}

/** Minimum length of a window in samples. */
const leastWindowOfAll = 8;
/** Minimum length for networks that need more, because a shorter window leaves their last layers without input. */
const leastWindow: Readonly<Partial<Record<TrainConfig["network"], number>>> = {
  compact: 16,
  minirocket: 9,
  ensemble: 16,
  auto: 16,
};

function checkConfigWindow({
  window,
  overlap,
  network,
}: Pick<TrainConfig, "window" | "overlap"> & { network?: TrainConfig["network"] }): void {
  if (window === undefined) return;
  if (!(Math.round(window * (1 - overlap)) >= 1)) {
    throw new UserError(
      `--overlap: expected each window to start at least one sample after the previous one, got ${overlap}`,
    );
  }
  const least = network === undefined ? 0 : (leastWindow[network] ?? 0);
  if (window < least) {
    throw new UserError(`--window: expected at least ${least} samples for the ${network} network, got ${window}`, {
      advice: `Windows of ${leastWindowOfAll} samples or more can be used with --network 1dcnn-bilstm.`,
    });
  }
}

function checkConfigAlias({ alias, register }: { alias?: string; register?: string }): void {
  if (alias === undefined || register !== undefined) return;
  throw new UserError("--alias names a version of a registered model, so it needs --register NAME");
}

/**
 * Validates and completes the options of `predict`.
 *
 * @throws UserError under the same conditions as `resolveTrainConfig`
 */
export function resolvePredictConfig(options: unknown): PredictConfig {
  const config = resolveOptions(predictOptions, options);
  if (config.spreadsheetSafe && !/\.[ct]sv(\.gz)?$/i.test(config.out)) {
    throw new UserError(`--spreadsheet-safe: expected --out to end in .csv or .tsv (also .gz), got ${config.out}`, {
      advice: "Omit the option: spreadsheets do not run the contents of a Parquet file.",
    });
  }
  return config;
}

/**
 * Validates and completes the options of `evaluate`.
 *
 * @throws UserError under the same conditions as `resolveTrainConfig`
 */
export function resolveEvaluateConfig(options: unknown): EvaluateConfig {
  return resolveOptions(evaluateOptions, options);
}

/**
 * Validates and completes the options of `check`.
 *
 * @throws UserError under the same conditions as `resolveTrainConfig`
 */
export function resolveCheckConfig(options: unknown): CheckConfig {
  const config = resolveOptions(checkOptions, options);
  if (config.streamFrom !== undefined && config.stream !== checkOptions.stream.default) {
    throw new UserError("--stream and --stream-from: expected one of them, got both", {
      advice: "--stream names the only stream of the batch; --stream-from finds the names of many.",
    });
  }
  if (config.streamFrom !== undefined && config.out !== undefined) {
    throw new UserError("--out: a page shows the answer about one stream, but --stream-from finds many", {
      advice: "Leave out --out.",
    });
  }
  return config;
}

/**
 * Validates and completes the options of `serve`.
 *
 * @throws UserError under the same conditions as `resolveTrainConfig`
 */
export function resolveServeConfig(options: unknown, file?: ConfigFile): ServeConfig {
  return resolveOptions(serveOptions, options, file);
}

/**
 * Validates and completes the options of `push`.
 *
 * @throws UserError under the same conditions as `resolveTrainConfig`
 */
export function resolvePushConfig(options: unknown, file?: ConfigFile): PushConfig {
  const config = resolveOptions(pushOptions, options, file);
  if (config.streamFrom !== undefined && config.stream !== pushOptions.stream.default) {
    throw new UserError("--stream and --stream-from: expected one of them, got both", {
      advice: "--stream names the stream of all files; --stream-from finds the names of many.",
    });
  }
  return config;
}

/**
 * Validates and completes the options of `compactLedger`.
 *
 * @throws UserError under the same conditions as `resolveTrainConfig`
 */
export function resolveCompactConfig(options: unknown): CompactConfig {
  return resolveOptions(compactOptions, options);
}

/**
 * Checks and completes the options that name a stream.
 *
 * @throws UserError under the same conditions as `resolveTrainConfig`
 */
export function resolveStreamConfig(options: unknown): StreamConfig {
  return resolveOptions(streamOptions, options);
}

/**
 * Validates and completes the options of `driftBench`.
 *
 * @throws UserError under the same conditions as `resolveTrainConfig`
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
 * @throws UserError under the same conditions as `resolveTrainConfig`
 */
export function resolveRecalibrateConfig(options: unknown): RecalibrateConfig {
  const config = resolveOptions(recalibrateOptions, options);
  if (config.day !== undefined) parseDay(config.day);
  return config;
}

/**
 * Validates and completes the options of `retrain`.
 *
 * @throws UserError under the same conditions as `resolveTrainConfig`
 */
export function resolveRetrainConfig(options: unknown, file?: ConfigFile): RetrainConfig {
  const config = resolveOptions(retrainOptions, options, file);
  checkConfigAlias(config);
  const ofLabels = Object.keys(labelOptions) as (keyof typeof labelOptions)[];
  const given = ofLabels.find((name) => config[name] !== undefined);
  if (given !== undefined && config.labelled === undefined) {
    const option = `--${kebabCase(given)}`;
    throw new UserError(`${option} is about other labelled recordings, so it needs --labelled FILES`, {
      advice:
        "The recordings that the model learned from are read as in training. For true labels of unlabelled recordings, use --truth.",
    });
  }
  return config;
}

/**
 * Validates and completes the options of `compareModels`.
 *
 * @throws UserError under the same conditions as `resolveTrainConfig`
 */
export function resolveCompareConfig(options: unknown): CompareConfig {
  const config = resolveOptions(compareOptions, options);
  const { jobs: _, ...reading } = comparedRecordings;
  const given = (Object.keys(reading) as (keyof typeof reading)[]).find((name) => config[name] !== undefined);
  if (given !== undefined && config.on === undefined) {
    throw new UserError(`--${kebabCase(given)} is about labelled recordings, so it needs --on FILES`);
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
 * @throws UserError under the same conditions as `resolveTrainConfig`
 */
export function resolveSyncConfig(options: unknown): SyncConfig {
  const config = resolveOptions(syncOptions, options);
  checkConfigAlias(config);
  return config;
}

/**
 * Validates and completes the options of `listStreams`.
 *
 * @throws UserError under the same conditions as `resolveTrainConfig`
 */
export function resolveStreamsListConfig(options: unknown): StreamsListConfig {
  return resolveOptions(streamsListOptions, options);
}

/**
 * Validates and completes the options of `showStream`.
 *
 * @throws UserError under the same conditions as `resolveTrainConfig`
 */
export function resolveStreamsShowConfig(options: unknown): StreamsShowConfig {
  return resolveOptions(streamsShowOptions, options);
}

/**
 * Validates and completes the options of `renameStream`.
 *
 * @throws UserError under the same conditions as `resolveTrainConfig`
 */
export function resolveStreamsRenameConfig(options: unknown): StreamsRenameConfig {
  return resolveOptions(streamsRenameOptions, options);
}

/**
 * Validates and completes the options of `retireStream`.
 *
 * @throws UserError under the same conditions as `resolveTrainConfig`
 */
export function resolveStreamsChangeConfig(options: unknown): StreamsChangeConfig {
  return resolveOptions(streamsChangeOptions, options);
}

/**
 * Validates and completes the options of `eraseStream`.
 *
 * @throws UserError under the same conditions as `resolveTrainConfig`
 */
export function resolveStreamsEraseConfig(options: unknown): StreamsEraseConfig {
  return resolveOptions(streamsEraseOptions, options);
}

/**
 * Validates and completes the options of `simulate`.
 *
 * @throws UserError under the same conditions as `resolveTrainConfig`
 */
export function resolveSimulateConfig(options: unknown): SimulateConfig {
  return resolveOptions(simulateOptions, options);
}
