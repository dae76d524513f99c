// Written by `npm run options` from the options' definitions; edit those.

/** Options of `tidemark train`, checked and complete. */
export interface TrainConfig {
  /** Labelled recordings: CSV, TSV (also .gz) or Parquet; paths, globs or s3:// urls. */
  files: string[];
  /** The model folder to write; must be new or empty. */
  out: string;
  /** Activity, as in a column called activity. */
  label?: string;
  /** Person who wore the sensor, as in a column called user. */
  group?: string;
  /** One uninterrupted recording. */
  recording?: string;
  /** Time of the sample, as in a column called timestamp_s. */
  time?: string;
  /** Sensor columns, with commas: Ax,Ay,Az,Gx,Gy,Gz. */
  channels?: string[];
  /** Columns taken from folders called name=value, with commas. */
  pathColumns?: string[];
  /** Three channels that form a sensor: [NAME=]KIND:X,Y,Z[UNIT], KIND one of acc, linear, gravity, gyr, mag, none; repeatable. Default: decided by names and values. */
  sensor?: string[];
  /** Sampling rate in Hz that the network sees; recordings at another rate are resampled. Default: 50. */
  rate: number;
  /** Length of a window in samples, after resampling. Default: 200. */
  window: number;
  /** Share of a window that the next one repeats. Default: 0.5. */
  overlap: number;
  /** How channels are scaled. One of: zscore (mean and standard deviation), robust (median and interquartile range), none. Default: zscore. */
  normalize: "zscore" | "robust" | "none";
  /** Architecture. One of: 1dcnn-bilstm, compact (smaller, twice as fast). Default: 1dcnn-bilstm. */
  network: "1dcnn-bilstm" | "compact";
  /** Maximum epochs per fit. Default: 100. */
  epochs: number;
  /** Windows per training step. Default: 64. */
  batchSize: number;
  /** Adam's initial learning rate; halved on plateaus. Default: 0.001. */
  learningRate: number;
  /** Epochs without improvement after which a fit stops. Default: 15. */
  patience: number;
  /** Weights of the classes in the loss. One of: none, balanced (rare classes count as much as frequent ones). Default: none. */
  classWeights: "none" | "balanced";
  /** Augmentation of training windows. One of: none, rotate (turned at random, since sensors never sit alike on two people). Default: rotate. */
  augment: "none" | "rotate";
  /** Seed of all random numbers; equal seeds give equal models. Default: 42. */
  seed: number;
  /** Batches that a stream's rolling reference and its anchor hold. Default: 5. */
  referenceBatches: number;
  /** Who is tested on whom. One of: group (people the network never saw), leave-one-group-out (each person alone), stratified (shuffled windows; leaks), blocks (other times of the same people). Default: group. */
  split: "group" | "leave-one-group-out" | "stratified" | "blocks";
  /** Folds; leave-one-group-out has one per person instead. Default: 5. */
  folds: number;
  /** Address of the MLflow server, or none. Default: MLFLOW_TRACKING_URI. */
  tracking?: string;
  /** Experiment in which the run appears. Default: tidemark. */
  experiment: string;
  /** Registered model of which the model becomes a version. */
  register?: string;
  /** Alias of that version, as champion. */
  alias?: string;
  /** Worker threads; each trains a fold. Default: one per core. */
  jobs: number;
  /** Continue the interrupted run of the same --out. */
  resume: boolean;
}

/** The same as a caller may write them: what has a default may be left out. */
export type TrainOptions = Partial<TrainConfig> & Pick<TrainConfig, "files" | "out">;

/** Options of `tidemark predict`, checked and complete. */
export interface PredictConfig {
  /** Recordings: CSV, TSV (also .gz) or Parquet; paths, globs or s3:// urls. */
  files: string[];
  /** The model folder, or DIR/LINE@champion. */
  model: string;
  /** The table to write: .parquet, .csv or .tsv (also .gz). */
  out: string;
  /** Replace the file if it exists. */
  overwrite: boolean;
  /** Quote texts that a spreadsheet would take for formulas; CSV and TSV only. */
  spreadsheetSafe: boolean;
  /** Person who wore the sensor, as in a column called user. */
  group?: string;
  /** One uninterrupted recording. */
  recording?: string;
  /** Time of the sample, as in a column called timestamp_s. */
  time?: string;
  /** Sensor columns, with commas, in the order of the model's channels. */
  channels?: string[];
  /** Columns taken from folders called name=value, with commas. */
  pathColumns?: string[];
  /** Worker threads. Default: one per core. */
  jobs: number;
}

/** The same as a caller may write them: what has a default may be left out. */
export type PredictOptions = Partial<PredictConfig> & Pick<PredictConfig, "files" | "model" | "out">;

/** Options of `tidemark check`, checked and complete. */
export interface CheckConfig {
  /** One batch of unlabelled recordings: CSV, TSV (also .gz) or Parquet; paths, globs or s3:// urls. */
  files: string[];
  /** The model folder, or DIR/LINE@champion; the stream's memory lies there too. Give it again to ask several models. */
  model: string;
  /** Whose batch it is: a device, a person, a site. Default: default. */
  stream: string;
  /** The batch's name in the stream's ledger. Default: the first file's name. */
  batchId?: string;
  /** Let the batch into the stream's references even if it alarms. */
  accept: boolean;
  /** What distances are held against. One of: calibrated (rehearsals on left-out people), fixed (the textbook's constants). Default: calibrated. */
  thresholds: "calibrated" | "fixed";
  /** Batches between false alarms, on average at least. Default: 500. */
  arl: number;
  /** Share of drift-free batches of strangers that are called unfamiliar. Default: 0.05. */
  alpha: number;
  /** Days for which the ledger keeps whole answers, and the summaries of batches outside every reference. Default: 30. */
  keepDays: number;
  /** Largest size of the ledger; above it the oldest batches are shortened, whatever their age. Default: 1000. */
  keepMegabytes: number;
  /** Person who wore the sensor, as in a column called user. */
  group?: string;
  /** One uninterrupted recording. */
  recording?: string;
  /** Time of the sample, as in a column called timestamp_s. */
  time?: string;
  /** Sensor columns, with commas, in the order of the model's channels. */
  channels?: string[];
  /** Columns taken from folders called name=value, with commas. */
  pathColumns?: string[];
  /** Address of the MLflow server, or none. Default: MLFLOW_TRACKING_URI. */
  tracking?: string;
  /** Streams appear in <name>/monitoring. Default: the one that train named. */
  experiment?: string;
  /** Worker threads. Default: one per core. */
  jobs: number;
}

/** The same as a caller may write them: what has a default may be left out. */
export type CheckOptions = Partial<CheckConfig> & Pick<CheckConfig, "files" | "model">;

/** Options of `tidemark drift-bench`, checked and complete. */
export interface DriftBenchConfig {
  /** Recordings of people whom the model did not learn from: CSV, TSV (also .gz) or Parquet; paths, globs or s3:// urls. */
  files: string[];
  /** The model folder, or DIR/LINE@champion. */
  model: string;
  /** Page that shows the figures. */
  out?: string;
  /** Replace the file if it exists. */
  overwrite: boolean;
  /** Length of a batch in seconds, in steps of 15. Default: 60. */
  seconds: number;
  /** Batches per stream. Default: 60. */
  batches: number;
  /** Number of the first changed batch, from 0. Default: 20. */
  changeAt: number;
  /** Streams for each person and change. Default: 1. */
  streams: number;
  /** Seed of all random numbers; equal seeds give equal tables. Default: 42. */
  seed: number;
  /** Batches between false alarms, on average at least. Default: 500. */
  arl: number;
  /** Significance level of the KS p-value. Default: 0.05. */
  alpha: number;
  /** Activity; sessions are mixed by it, otherwise by the prediction. */
  label?: string;
  /** Person who wore the sensor, as in a column called user. */
  group?: string;
  /** One uninterrupted recording. */
  recording?: string;
  /** Time of the sample, as in a column called timestamp_s. */
  time?: string;
  /** Sensor columns, with commas, in the order of the model's channels. */
  channels?: string[];
  /** Columns taken from folders called name=value, with commas. */
  pathColumns?: string[];
  /** Worker threads. Default: one per core. */
  jobs: number;
}

/** The same as a caller may write them: what has a default may be left out. */
export type DriftBenchOptions = Partial<DriftBenchConfig> & Pick<DriftBenchConfig, "files" | "model">;

/** Options of `tidemark retrain`, checked and complete. */
export interface RetrainConfig {
  /** Unlabelled recordings: CSV, TSV (also .gz) or Parquet; paths, globs or s3:// urls. */
  files: string[];
  /** The champion: the model folder to improve on, or DIR/LINE@champion. */
  model: string;
  /** The model folder to write; must be new or empty. */
  out: string;
  /** Labelled recordings. Default: those that the model learned from. */
  labelled?: string[];
  /** Maximum cycles after the one without pseudo-labels. Default: 5. */
  cycles: number;
  /** Share of the unlabelled windows by which each cycle learns from more. Default: 0.2. */
  step: number;
  /** Which windows get pseudo-labels. One of: percentile-per-class (the most confident of each class), percentile-global (of all classes together), fixed (those above --threshold). Default: percentile-per-class. */
  select: "percentile-per-class" | "percentile-global" | "fixed";
  /** Minimum confidence for --select fixed. Default: 0.9. */
  threshold: number;
  /** Weights that each cycle starts from. One of: scratch (fresh ones), pretrained (those of cycle 0), none (those of the cycle before). Default: scratch. */
  restart: "scratch" | "pretrained" | "none";
  /** Adaptation in place of cycles. One of: adabn (takes the statistics of batch normalization from the unlabelled windows). */
  adapt?: "adabn";
  /** Epochs of each fit. Default: those of the champion's final fit. */
  epochs?: number;
  /** Share of the labelled people who judge the candidate, and are never learned from. Default: 0.2. */
  holdout: number;
  /** True labels of the unlabelled recordings, for the report alone. */
  truth?: string;
  /** Make the candidate the champion of its line at once, if it passes. */
  promote: boolean;
  /** Activity, in the recordings of --labelled. */
  label?: string;
  /** Person who wore the sensor, as in a column called user. */
  group?: string;
  /** One uninterrupted recording. */
  recording?: string;
  /** Time of the sample, as in a column called timestamp_s. */
  time?: string;
  /** Sensor columns, with commas, in the order of the model's channels. */
  channels?: string[];
  /** Columns taken from folders called name=value, with commas. */
  pathColumns?: string[];
  /** Address of the MLflow server, or none. Default: MLFLOW_TRACKING_URI. */
  tracking?: string;
  /** Experiment in which the run appears. Default: tidemark. */
  experiment: string;
  /** Registered model of which a candidate that passes becomes a version. */
  register?: string;
  /** Alias of that version, as champion. */
  alias?: string;
  /** Seed of all random numbers; equal seeds give equal models. Default: 42. */
  seed: number;
  /** Worker threads. Default: one per core. */
  jobs: number;
  /** Continue the interrupted run of the same --out. */
  resume: boolean;
}

/** The same as a caller may write them: what has a default may be left out. */
export type RetrainOptions = Partial<RetrainConfig> & Pick<RetrainConfig, "files" | "model" | "out">;

/** Options of `tidemark reference`, checked and complete. */
export interface StreamConfig {
  /** The model folder, or DIR/LINE@champion. */
  model: string;
  /** Whose batch it is: a device, a person, a site. Default: default. */
  stream: string;
}

/** The same as a caller may write them: what has a default may be left out. */
export type StreamOptions = Partial<StreamConfig> & Pick<StreamConfig, "model">;

/** Options of `tidemark reference compact`, checked and complete. */
export interface CompactConfig {
  /** The model folder, or DIR/LINE@champion. */
  model: string;
  /** Days for which the ledger keeps whole answers, and the summaries of batches outside every reference. Default: 30. */
  keepDays: number;
  /** Largest size of the ledger; above it the oldest batches are shortened, whatever their age. Default: 1000. */
  keepMegabytes: number;
}

/** The same as a caller may write them: what has a default may be left out. */
export type CompactOptions = Partial<CompactConfig> & Pick<CompactConfig, "model">;

/** Options of `tidemark sync`, checked and complete. */
export interface SyncConfig {
  /** A model folder, or the folder of an interrupted training. */
  directory: string;
  /** Address of the MLflow server, or none. Default: MLFLOW_TRACKING_URI. */
  tracking?: string;
  /** Experiment in which the runs appear. Default: the one that train named. */
  experiment?: string;
  /** Registered model of which the model becomes a version. */
  register?: string;
  /** Alias of that version, as champion. */
  alias?: string;
}

/** The same as a caller may write them: what has a default may be left out. */
export type SyncOptions = Partial<SyncConfig> & Pick<SyncConfig, "directory">;

/** Options of `tidemark simulate`, checked and complete. */
export interface SimulateConfig {
  /** The table to write: .parquet, .csv or .tsv (also .gz). */
  out: string;
  /** Replace the file if it exists. */
  overwrite: boolean;
  /** How many people. Default: 8. */
  users: number;
  /** Number in the first person's name; other numbers are other people. Default: 1. */
  firstPerson: number;
  /** Minutes of recordings per person. Default: 10. */
  minutes: number;
  /** Sampling rate in Hz. Default: 50. */
  rate: number;
  /** Activities, with commas, as walking,sitting. Default: all. */
  activities?: string[];
  /** Seed of all random numbers; equal seeds give equal recordings. Default: 42. */
  seed: number;
}

/** The same as a caller may write them: what has a default may be left out. */
export type SimulateOptions = Partial<SimulateConfig> & Pick<SimulateConfig, "out">;
