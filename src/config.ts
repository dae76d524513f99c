// What users write -> what the code relies on; every default, once. Options come as `unknown` from a config file, the
// command line or the API, with names as on the command line (`batch-size`) or as in code (`batchSize`), and go out
// complete and checked. A message names the option, what was expected and what came; a misspelt name gets its nearest.
import { availableParallelism } from "node:os";
import { z } from "zod";
import { UserError } from "./errors.ts";
import { type ConfigFile, renameFormer, resolveOptions, showValue } from "./options.ts";

export { type ConfigFile, readConfigFile } from "./options.ts";

export interface TrainConfig {
  /** Paths, globs or s3:// urls. */
  files: string[];
  /** The model folder to be made. */
  out: string;
  /** Column names; found by their usual names where not given. */
  label?: string;
  group?: string;
  recording?: string;
  time?: string;
  channels?: string[];
  /** Columns taken from the names of folders (`user=ann`), not from the files. */
  pathColumns?: string[];
  /** Sampling rate the network sees, Hz; recordings of another rate are resampled. */
  rate: number;
  /** Samples a window. */
  window: number;
  /** Share of a window that the next one repeats, [0, 1). */
  overlap: number;
  network: "1dcnn-bilstm" | "compact";
  normalize: "zscore" | "robust" | "none";
  split: "group" | "leave-one-group-out" | "stratified" | "blocks";
  folds: number;
  /** At most so many a fit. */
  epochs: number;
  batchSize: number;
  learningRate: number;
  /** Epochs without improvement after which a fit stops. */
  patience: number;
  classWeights: "none" | "balanced";
  /** Training windows as they are, or each turned at random, since sensors never sit alike on two people. */
  augment: "none" | "rotate";
  seed: number;
  /** Batches that the rolling reference holds, and the anchor; `windowSize` is its former name. */
  referenceBatches: number;
  /** Worker threads. */
  jobs: number;
  /** Goes on with the interrupted run of the same `out`. */
  resume: boolean;
  /** Address of an MLflow server, or "none"; the environment's MLFLOW_TRACKING_URI where not given. */
  tracking?: string;
  /** MLflow's, in which the run appears. */
  experiment: string;
  /** The registered model of which this becomes a version. */
  register?: string;
  /** Of that version. */
  alias?: string;
}

export interface PredictConfig {
  /** Paths, globs or s3:// urls. */
  files: string[];
  /** A model folder. */
  model: string;
  /** A file whose name ends in .parquet, .csv or .tsv, the latter two also with .gz. */
  out: string;
  /** Replaces an existing `out`. */
  overwrite: boolean;
  /** Puts a single quote before each text that a spreadsheet would take for a formula; not for Parquet. */
  spreadsheetSafe: boolean;
  group?: string;
  recording?: string;
  time?: string;
  /** In the order of the model's channels. */
  channels?: string[];
  /** Columns taken from the names of folders (`user=ann`), not from the files. */
  pathColumns?: string[];
  /** Worker threads. */
  jobs: number;
}

export interface CheckConfig {
  /** Paths, globs or s3:// urls: one batch. */
  files: string[];
  /** A model folder. */
  model: string;
  /** Whose batch it is: a device, a person, a site. */
  stream: string;
  /** The first file's name where not given. */
  batchId?: string;
  group?: string;
  recording?: string;
  time?: string;
  /** In the order of the model's channels. */
  channels?: string[];
  /** Columns taken from the names of folders (`user=ann`), not from the files. */
  pathColumns?: string[];
  /** What was calibrated on left-out people, or the textbook's constants. */
  thresholds: "calibrated" | "fixed";
  /** A batch is unfamiliar where at most this share of left-out people's batches are as far from the training data. */
  alpha: number;
  /** Batches between false alarms, on average at least. */
  arl: number;
  /** The batch enters the references even where it alarms. */
  accept: boolean;
  /** Whole answers stay so long, and the summaries of batches that are in no reference. */
  keepDays: number;
  /** Of the ledger; above it the oldest batches are shortened whatever their age. */
  keepMegabytes: number;
  /** Address of an MLflow server, or "none"; the environment's MLFLOW_TRACKING_URI where not given. */
  tracking?: string;
  /** MLflow's; streams appear in `<experiment>/monitoring`. The one that train named where not given. */
  experiment?: string;
  /** Worker threads. */
  jobs: number;
}

export interface DriftBenchConfig {
  /** Paths, globs or s3:// urls: recordings of people whom the model does not know. */
  files: string[];
  /** A model folder. */
  model: string;
  /** The report, a file whose name ends in .html; none is written where not given. */
  out?: string;
  /** Replaces an existing `out`. */
  overwrite: boolean;
  /** Length of a batch. */
  seconds: number;
  /** A stream. */
  batches: number;
  /** Number of the first changed batch, from 0. */
  changeAt: number;
  /** For each person and change. */
  streams: number;
  arl: number;
  alpha: number;
  label?: string;
  group?: string;
  recording?: string;
  time?: string;
  /** In the order of the model's channels. */
  channels?: string[];
  /** Columns taken from the names of folders (`user=ann`), not from the files. */
  pathColumns?: string[];
  seed: number;
  /** Worker threads. */
  jobs: number;
}

export interface RetrainConfig {
  /** Paths, globs or s3:// urls: recordings that nobody labelled. */
  files: string[];
  /** The champion: a model folder. */
  model: string;
  /** The model folder to be made. */
  out: string;
  /** Labelled recordings; those that the champion learned from where not given. */
  labelled?: string[];
  /** After the one without pseudo-labels, at most. */
  cycles: number;
  /** Share of the unlabelled windows by which a cycle learns from more than the one before. */
  step: number;
  select: "percentile-per-class" | "percentile-global" | "fixed";
  /** Least confidence of the selector `fixed`. */
  threshold: number;
  restart: "scratch" | "pretrained" | "none";
  /** `adabn`: only the statistics of batch normalization are taken from the unlabelled windows, in place of cycles. */
  adapt?: "adabn";
  /** Share of the labelled people that decide, and are never learned from. */
  holdout: number;
  /** Column of the unlabelled recordings with their true labels, for the report alone. */
  truth?: string;
  /** Of each fit; those of the champion's final one where not given. */
  epochs?: number;
  label?: string;
  group?: string;
  recording?: string;
  time?: string;
  /** In the order of the model's channels. */
  channels?: string[];
  /** Columns taken from the names of folders (`user=ann`), not from the files. */
  pathColumns?: string[];
  /** The candidate becomes the champion of its line at once, if it passes. */
  promote: boolean;
  seed: number;
  jobs: number;
  resume: boolean;
  tracking?: string;
  experiment: string;
  register?: string;
  alias?: string;
}

export interface SyncConfig {
  /** A model folder, or that of an interrupted training. */
  directory: string;
  tracking?: string;
  /** Instead of the one that the training named. */
  experiment?: string;
  register?: string;
  alias?: string;
}

export interface SimulateConfig {
  /** A file whose name ends in .parquet, .csv or .tsv, the latter two also with .gz. */
  out: string;
  /** Replaces an existing `out`. */
  overwrite: boolean;
  users: number;
  /** Number in the first one's name: other numbers are other people. */
  firstPerson: number;
  /** Minutes a person. */
  minutes: number;
  /** Sampling rate, Hz. */
  rate: number;
  /** Names known to the simulator; all of them where not given. */
  activities?: string[];
  seed: number;
}

export type CompactConfig = Pick<CheckConfig, "model" | "keepDays" | "keepMegabytes">;

/** What a caller may write: everything that has a default may be left out. */
export type TrainOptions = Partial<TrainConfig> & Pick<TrainConfig, "files" | "out">;
export type PredictOptions = Partial<PredictConfig> & Pick<PredictConfig, "files" | "model" | "out">;
export type CheckOptions = Partial<CheckConfig> & Pick<CheckConfig, "files" | "model">;
export type DriftBenchOptions = Partial<DriftBenchConfig> & Pick<DriftBenchConfig, "files" | "model">;
export type RetrainOptions = Partial<RetrainConfig> & Pick<RetrainConfig, "files" | "model" | "out">;
export type CompactOptions = Partial<CompactConfig> & Pick<CompactConfig, "model">;
export type SyncOptions = SyncConfig;
export type SimulateOptions = Partial<SimulateConfig> & Pick<SimulateConfig, "out">;

const text = (what: string): z.ZodString => z.string(what).min(1, what);
const names = (what: string): z.ZodType<string[]> => z.array(z.string(what).min(1, what), what).min(1, what);
const whole = (low: number, high: number): z.ZodNumber => {
  const what = `a whole number from ${low} to ${high}`;
  return z.int(what).min(low, what).max(high, what);
};
const oneOf = <const T extends string>(...values: T[]): z.ZodType<T> =>
  z.literal(values, `one of ${values.join(", ")}`);
const range = (test: (value: number) => boolean, what: string): z.ZodType<number> => z.number(what).refine(test, what);

/** Also written as one text with commas, as on the command line. */
const list = <T>(items: z.ZodType<T>): z.ZodType<T> =>
  z.preprocess((value) => (typeof value === "string" ? value.split(",").map((name) => name.trim()) : value), items);

const files = z.preprocess(
  (value) => (typeof value === "string" ? [value] : value),
  names("at least one file, glob or s3:// url"),
);
const column = text("the name of a column").exactOptional();
const differing = (what: string): z.ZodType<string[]> =>
  names(what).refine((items) => new Set(items).size === items.length, `${what}, each once`);
const channels = list(differing("a list of column names, as Ax,Ay,Az")).exactOptional();
const pathColumns = list(differing("a list of column names, as user,activity")).exactOptional();
const rate = range((value) => value >= 1 && value <= 10_000, "a sampling rate from 1 to 10000 Hz");
const seed = whole(0, Number.MAX_SAFE_INTEGER);
const jobs = whole(1, 256).default(() => Math.min(availableParallelism(), 256));
const tableName = "a file name that ends in .parquet, .csv, .tsv, .csv.gz or .tsv.gz";
const table = text(tableName).regex(/\.(parquet|(csv|tsv)(\.gz)?)$/i, tableName);

const overwrite = z.boolean("true or false").default(false);

const trackingServer = text("the address of an MLflow server, or none").exactOptional();
const experiment = text("the name of an experiment").default("tidemark");
const modelName = "the name of a registered model, without / and :";
const aliasName = "an alias of letters, digits, _ and -, as champion";

const networkName = oneOf("1dcnn-bilstm", "compact");
const normalization = oneOf("zscore", "robust", "none");

/** Former name -> present one. */
const formerNames = { windowSize: "referenceBatches" } as const;

const trainShape = {
  files,
  out: text("the directory that the model becomes"),
  label: column,
  group: column,
  recording: column,
  time: column,
  channels,
  pathColumns,
  rate: rate.default(50),
  window: whole(8, 100_000).default(200),
  overlap: range((value) => value >= 0 && value < 1, "a number from 0 to less than 1").default(0.5),
  network: networkName.default("1dcnn-bilstm"),
  normalize: normalization.default("zscore"),
  split: oneOf("group", "leave-one-group-out", "stratified", "blocks").default("group"),
  folds: whole(2, 1000).default(5),
  epochs: whole(1, 100_000).default(100),
  batchSize: whole(2, 65_536).default(64),
  learningRate: range((value) => value > 0 && value <= 1, "a number greater than 0, at most 1").default(0.001),
  patience: whole(1, 100_000).default(15),
  classWeights: oneOf("none", "balanced").default("none"),
  augment: oneOf("none", "rotate").default("rotate"),
  seed: seed.default(42),
  referenceBatches: whole(1, 1000).default(5),
  jobs,
  resume: z.boolean("true or false").default(false),
  tracking: trackingServer,
  experiment,
  register: text(modelName)
    .regex(/^[^/:]+$/, modelName)
    .exactOptional(),
  alias: text(aliasName)
    .regex(/^(?!(?:v\d+|latest)$)[\w-]+$/i, aliasName)
    .exactOptional(),
};

const predictShape = {
  files,
  model: text("a model folder"),
  out: table,
  overwrite,
  spreadsheetSafe: z.boolean("true or false").default(false),
  group: column,
  recording: column,
  time: column,
  channels,
  pathColumns,
  jobs,
};

/** A month of second thoughts, and less than a disk; arbitrary choices. */
const keepShape = {
  keepDays: whole(0, 36_500).default(30),
  keepMegabytes: whole(1, 1_000_000).default(1000),
};

const checkShape = {
  files,
  model: text("a model folder"),
  stream: text("the name of a stream").default("default"),
  batchId: text("the name of a batch").exactOptional(),
  group: column,
  recording: column,
  time: column,
  channels,
  pathColumns,
  thresholds: oneOf("calibrated", "fixed").default("calibrated"),
  alpha: range((value) => value > 0 && value < 1, "a number greater than 0, less than 1").default(0.05),
  arl: range((value) => value > 1 && value <= 1e9, "a number of batches greater than 1").default(500),
  accept: z.boolean("true or false").default(false),
  ...keepShape,
  tracking: trackingServer,
  experiment: text("the name of an experiment").exactOptional(),
  jobs,
};

const compactShape = { model: text("a model folder"), ...keepShape };

const driftBenchShape = {
  files,
  model: text("a model folder"),
  out: text("a file name that ends in .html")
    .regex(/\.html?$/i, "a file name that ends in .html")
    .exactOptional(),
  overwrite,
  seconds: range((value) => value >= 15 && value <= 86_400, "seconds of a batch from 15 to 86400").default(60),
  batches: whole(2, 10_000).default(60),
  changeAt: whole(1, 9999).default(20),
  streams: whole(1, 1000).default(1),
  arl: checkShape.arl,
  alpha: checkShape.alpha,
  label: column,
  group: column,
  recording: column,
  time: column,
  channels,
  pathColumns,
  seed: seed.default(42),
  jobs,
};

const retrainShape = {
  files,
  model: text("a model folder"),
  out: text("the directory that the model becomes"),
  labelled: z
    .preprocess((value) => (typeof value === "string" ? [value] : value), names("at least one file, glob or s3:// url"))
    .exactOptional(),
  cycles: whole(1, 100).default(5),
  step: range((value) => value > 0 && value <= 1, "a share greater than 0, at most 1").default(0.2),
  select: oneOf("percentile-per-class", "percentile-global", "fixed").default("percentile-per-class"),
  threshold: range((value) => value > 0 && value < 1, "a confidence greater than 0, less than 1").default(0.9),
  restart: oneOf("scratch", "pretrained", "none").default("scratch"),
  adapt: oneOf("adabn").exactOptional(),
  holdout: range((value) => value > 0 && value <= 0.5, "a share greater than 0, at most .5").default(0.2),
  truth: column,
  epochs: whole(1, 100_000).exactOptional(),
  label: column,
  group: column,
  recording: column,
  time: column,
  channels,
  pathColumns,
  promote: z.boolean("true or false").default(false),
  seed: seed.default(42),
  jobs,
  resume: z.boolean("true or false").default(false),
  tracking: trackingServer,
  experiment,
  register: trainShape.register,
  alias: trainShape.alias,
};

const syncShape = {
  directory: text("a model folder"),
  tracking: trackingServer,
  experiment: checkShape.experiment,
  register: trainShape.register,
  alias: trainShape.alias,
};

const simulateShape = {
  out: table,
  overwrite,
  users: whole(1, 10_000).default(8),
  firstPerson: whole(1, 1_000_000).default(1),
  minutes: range((value) => value > 0 && value <= 100_000, "minutes a person, greater than 0").default(10),
  rate: rate.default(50),
  activities: list(differing("a list of activities, as walking,sitting")).exactOptional(),
  seed: seed.default(42),
};

/**
 * @param options of `train`; what is given here wins over `file`
 * @throws UserError on an unknown name, a value out of range, or one that is missing
 */
export function resolveTrainConfig(options: unknown, file?: ConfigFile): TrainConfig {
  const config: TrainConfig = resolveOptions(trainShape, options, file, formerNames);
  checkAlias(config);
  const step = Math.round(config.window * (1 - config.overlap));
  if (!(step >= 1)) {
    throw new UserError(`--overlap: expected windows that move on by at least one sample, got ${config.overlap}`);
  }
  if (config.network === "compact" && config.window < 16) {
    throw new UserError(`--window: expected at least 16 samples for the compact network, got ${config.window}`);
  }
  return config;
}

const { files: championFiles, label, group, recording, time } = trainShape;

/**
 * Absent ones are what `train` takes; the first versions that wrote model folders had all of these but
 * `referenceBatches`, which the next ones called `windowSize`.
 * Without the network and the scaling, another model would come out.
 */
const championShape = {
  ...{ files: championFiles, label, group, recording, time, channels, pathColumns },
  ...{ rate, window: trainShape.window, overlap: trainShape.overlap },
  ...{ network: networkName, normalize: normalization },
  ...{ folds: trainShape.folds, epochs: trainShape.epochs, batchSize: trainShape.batchSize },
  ...{ learningRate: trainShape.learningRate, patience: trainShape.patience, classWeights: trainShape.classWeights },
  ...{ augment: trainShape.augment, referenceBatches: trainShape.referenceBatches },
};

/** What a retraining goes on with of its champion's training. */
export type ChampionOptions = Omit<TrainConfig, "out" | "split" | "seed" | "jobs" | "resume" | keyof TrackingChoice>;

/**
 * @param stored options as a model folder keeps them; those that no retraining needs are not looked at
 * @returns the first option that this version does not know, or does not know with this value, if there is one
 */
export function readChampionOptions(
  stored: Readonly<Record<string, unknown>>,
): { options: ChampionOptions } | { fault: { name: string; expected: string; found: string } } {
  const result = z.object(championShape).safeParse(renameFormer(stored, formerNames));
  if (result.success) return { options: result.data };
  const issue = result.error.issues[0]!;
  const name = String(issue.path[0]);
  const found = name in stored ? showValue(stored[name]) : "left out";
  return { fault: { name, expected: issue.message, found } };
}

function checkAlias({ alias, register }: { alias?: string; register?: string }): void {
  if (alias === undefined || register !== undefined) return;
  throw new UserError("--alias: names a version of a registered model; add --register NAME");
}

type TrackingChoice = Pick<TrainConfig, "tracking" | "experiment" | "register" | "alias">;

/** What a model is made with: where it is reported has no part in it. */
export function untracked<C extends TrackingChoice>(config: C): Omit<C, keyof TrackingChoice> {
  const { tracking: _, experiment: _e, register: _r, alias: _a, ...own } = config;
  return own;
}

/** Options that do not change what is computed, only how fast or where from. */
const free: readonly string[] = [
  "files",
  "out",
  "jobs",
  "resume",
  "tracking",
  "experiment",
  "register",
  "alias",
  "labelled",
  "promote",
] satisfies (keyof TrainConfig | keyof RetrainConfig)[];

/** The options by which an interrupted run is known again: all that change what is computed. */
export function computing(config: TrainConfig | RetrainConfig): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => !free.includes(name)));
}

/** @throws UserError as `resolveTrainConfig` */
export function resolvePredictConfig(options: unknown): PredictConfig {
  const config = resolveOptions(predictShape, options);
  if (config.spreadsheetSafe && !/\.[ct]sv(\.gz)?$/i.test(config.out)) {
    throw new UserError(`--spreadsheet-safe: expected --out to end in .csv or .tsv (also .gz), got ${config.out}`, {
      advice: "No spreadsheet runs what is in a Parquet file: leave the option out.",
    });
  }
  return config;
}

/** @throws UserError as `resolveTrainConfig` */
export function resolveCheckConfig(options: unknown): CheckConfig {
  return resolveOptions(checkShape, options);
}

/** @throws UserError as `resolveTrainConfig` */
export function resolveCompactConfig(options: unknown): CompactConfig {
  return resolveOptions(compactShape, options);
}

/** @throws UserError as `resolveTrainConfig` */
export function resolveDriftBenchConfig(options: unknown): DriftBenchConfig {
  const config: DriftBenchConfig = resolveOptions(driftBenchShape, options);
  if (config.changeAt >= config.batches) {
    throw new UserError(`--change-at: expected a batch before the last of ${config.batches}, got ${config.changeAt}`);
  }
  return config;
}

/** @throws UserError as `resolveTrainConfig` */
export function resolveRetrainConfig(options: unknown, file?: ConfigFile): RetrainConfig {
  const config: RetrainConfig = resolveOptions(retrainShape, options, file);
  checkAlias(config);
  if (config.label !== undefined && config.labelled === undefined) {
    throw new UserError("--label: names a column of other labelled recordings; add --labelled FILES", {
      advice: "Those that the model learned from are read as they were; true labels of unlabelled ones are --truth.",
    });
  }
  return config;
}

/** @throws UserError as `resolveTrainConfig` */
export function resolveSyncConfig(options: unknown): SyncConfig {
  const config: SyncConfig = resolveOptions(syncShape, options);
  checkAlias(config);
  return config;
}

/** @throws UserError as `resolveTrainConfig` */
export function resolveSimulateConfig(options: unknown): SimulateConfig {
  return resolveOptions(simulateShape, options);
}
