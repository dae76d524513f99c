// Written by `npm run options` from the options' definitions; edit those.

/** Options of `tidemark inspect`, after validation and with defaults filled in. */
export interface InspectConfig {
  /** Labelled recordings: text tables (also .gz), JSON, zip archives or Parquet; paths, globs or s3:// URLs. */
  files: string[];
  /** Report page to write. */
  out?: string;
  /** Replace the file if it exists. */
  overwrite: boolean;
  /** Column with the activity, such as activity; with --labels, a column of that file. */
  label?: string;
  /** Activity from the path of each file, such as {activity}/*.csv; * matches anything except a slash. */
  labelFromPath?: string;
  /** File with labels and their times (columns label, start and end, optionally user or recording), or a pattern that matches such files. */
  labels?: string;
  /** What the times in --labels are relative to. One of: recording (as in the recordings), start (the start of each recording). Default: recording. */
  labelsClock?: "recording" | "start";
  /** YAML or JSON file that renames and merges labels (jogging: running) or leaves them out (0: null). */
  map?: string;
  /** Labels to leave out, separated by commas. */
  exclude?: string[];
  /** Column with the person who wore the sensor, such as user. */
  group?: string;
  /** Column with the recording (one uninterrupted session) that each row belongs to. */
  recording?: string;
  /** Column with the time of each sample, such as timestamp_s. */
  time?: string;
  /** Format of times that are written as text, such as %d/%m/%Y %H:%M:%S.%f. Default: recognised. */
  timeFormat?: string;
  /** Unit of times that are numbers: s, ms, us, ns, min, days (of a spreadsheet), a tick such as 10ms or 1/128s, or samples. Default: inferred from the column's name or its numbers. */
  timeUnit?: string;
  /** Time zone of local times, such as Europe/London; needed if daylight saving time ends within a recording. */
  timeZone?: string;
  /** Sensor columns, separated by commas, such as Ax,Ay,Az,Gx,Gy,Gz. */
  channels?: string[];
  /** Names of all columns in order, for files without a header line. */
  columns?: string[];
  /** Columns to take from folders called name=value, separated by commas. */
  pathColumns?: string[];
  /** Person from the path of each file, such as sub_{user}.csv; * matches anything except a slash. */
  groupFromPath?: string;
  /** Recording from the path of each file, such as {session}/acc.csv; * matches anything except a slash. */
  recordingFromPath?: string;
  /** In a long table, the column that says which sensor or device each row comes from; rows of different sensors are joined by time. */
  pivot?: string;
  /** Read only the rows with this value, such as device=left; repeatable. */
  only?: string[];
  /** Three channels that form a sensor, as [NAME=]KIND:X,Y,Z[UNIT]; KIND is acc, linear, gravity, gyr, mag or none; repeatable. Default: recognised by names and values. */
  sensor?: string[];
  /** Which units to convert to m/s^2 and rad/s: only those given by column names or --sensor (stated), those and units inferred from each person's values (auto), or none (keep); acc=g,gyr=deg/s declares units. Default: stated. */
  units: string;
  /** Sampling rate in Hz of the network's input, and of recordings without a time column; recordings at another rate are resampled. Default: the rate of most recordings, at most 50. */
  rate?: number;
  /** How recordings at a higher rate are resampled. One of: low-pass (after a low-pass filter, so that fast movement does not look like slow movement), linear (by interpolation alone). Default: low-pass. */
  resampling: "low-pass" | "linear";
  /** Length of a window in samples, after resampling. Default: 4 seconds. */
  window?: number;
  /** Share of a window that overlaps the next window. Default: 0.5. */
  overlap: number;
  /** Minimum share of a window that its label must cover; below 1, a window may span label changes and gets its most frequent label. Default: 1. */
  purity: number;
  /** What each fold is tested on. One of: group (people that the network never saw), leave-one-group-out (each person alone), stratified (shuffled windows, with leakage), blocks (the same people at other times), column:NAME (folds by person over the rows for which this column says train; the rows for which it says test are the test set). Default: group. */
  split: "group" | "leave-one-group-out" | "stratified" | "blocks" | `column:${string}`;
  /** Number of folds; leave-one-group-out has one per person instead. Default: 5. */
  folds: number;
  /** Seed for the folds, as in train. Default: 42. */
  seed: number;
}

/** Options of `tidemark inspect` before validation; those with a default may be omitted. */
export type InspectOptions = Partial<InspectConfig> & Pick<InspectConfig, "files">;

/** Options of `tidemark convert`, after validation and with defaults filled in. */
export interface ConvertConfig {
  /** Recordings, labelled or not: text tables (also .gz), JSON, zip archives or Parquet; paths, globs or s3:// URLs. */
  files: string[];
  /** The table to write: .parquet, .csv or .tsv (also .gz). */
  out: string;
  /** Replace the file if it exists. */
  overwrite: boolean;
  /** Column with the activity, such as activity; with --labels, a column of that file. */
  label?: string;
  /** Activity from the path of each file, such as {activity}/*.csv; * matches anything except a slash. */
  labelFromPath?: string;
  /** File with labels and their times (columns label, start and end, optionally user or recording), or a pattern that matches such files. */
  labels?: string;
  /** What the times in --labels are relative to. One of: recording (as in the recordings), start (the start of each recording). Default: recording. */
  labelsClock?: "recording" | "start";
  /** YAML or JSON file that renames and merges labels (jogging: running) or leaves them out (0: null). */
  map?: string;
  /** Labels to leave out, separated by commas. */
  exclude?: string[];
  /** Column with the person who wore the sensor, such as user. */
  group?: string;
  /** Column with the recording (one uninterrupted session) that each row belongs to. */
  recording?: string;
  /** Column with the time of each sample, such as timestamp_s. */
  time?: string;
  /** Format of times that are written as text, such as %d/%m/%Y %H:%M:%S.%f. Default: recognised. */
  timeFormat?: string;
  /** Unit of times that are numbers: s, ms, us, ns, min, days (of a spreadsheet), a tick such as 10ms or 1/128s, or samples. Default: inferred from the column's name or its numbers. */
  timeUnit?: string;
  /** Time zone of local times, such as Europe/London; needed if daylight saving time ends within a recording. */
  timeZone?: string;
  /** Sensor columns, separated by commas, such as Ax,Ay,Az,Gx,Gy,Gz. */
  channels?: string[];
  /** Names of all columns in order, for files without a header line. */
  columns?: string[];
  /** Columns to take from folders called name=value, separated by commas. */
  pathColumns?: string[];
  /** Person from the path of each file, such as sub_{user}.csv; * matches anything except a slash. */
  groupFromPath?: string;
  /** Recording from the path of each file, such as {session}/acc.csv; * matches anything except a slash. */
  recordingFromPath?: string;
  /** In a long table, the column that says which sensor or device each row comes from; rows of different sensors are joined by time. */
  pivot?: string;
  /** Read only the rows with this value, such as device=left; repeatable. */
  only?: string[];
  /** Three channels that form a sensor, as [NAME=]KIND:X,Y,Z[UNIT]; KIND is acc, linear, gravity, gyr, mag or none; repeatable. Default: recognised by names and values. */
  sensor?: string[];
  /** Which units to convert to m/s^2 and rad/s: only those given by column names or --sensor (stated), those and units inferred from each person's values (auto), or none (keep); acc=g,gyr=deg/s declares units. Default: stated. */
  units: string;
  /** Sampling rate in Hz of recordings without a time column. */
  rate?: number;
}

/** Options of `tidemark convert` before validation; those with a default may be omitted. */
export type ConvertOptions = Partial<ConvertConfig> & Pick<ConvertConfig, "files" | "out">;

/** Options of `tidemark train`, after validation and with defaults filled in. */
export interface TrainConfig {
  /** Labelled recordings: text tables (also .gz), JSON, zip archives or Parquet; paths, globs or s3:// URLs. */
  files: string[];
  /** The model folder to write; must be new or empty. */
  out: string;
  /** Column with the activity, such as activity; with --labels, a column of that file. */
  label?: string;
  /** Activity from the path of each file, such as {activity}/*.csv; * matches anything except a slash. */
  labelFromPath?: string;
  /** File with labels and their times (columns label, start and end, optionally user or recording), or a pattern that matches such files. */
  labels?: string;
  /** What the times in --labels are relative to. One of: recording (as in the recordings), start (the start of each recording). Default: recording. */
  labelsClock?: "recording" | "start";
  /** YAML or JSON file that renames and merges labels (jogging: running) or leaves them out (0: null). */
  map?: string;
  /** Labels to leave out, separated by commas. */
  exclude?: string[];
  /** Column with the person who wore the sensor, such as user. */
  group?: string;
  /** Column with the recording (one uninterrupted session) that each row belongs to. */
  recording?: string;
  /** Column with the time of each sample, such as timestamp_s. */
  time?: string;
  /** Format of times that are written as text, such as %d/%m/%Y %H:%M:%S.%f. Default: recognised. */
  timeFormat?: string;
  /** Unit of times that are numbers: s, ms, us, ns, min, days (of a spreadsheet), a tick such as 10ms or 1/128s, or samples. Default: inferred from the column's name or its numbers. */
  timeUnit?: string;
  /** Time zone of local times, such as Europe/London; needed if daylight saving time ends within a recording. */
  timeZone?: string;
  /** Sensor columns, separated by commas, such as Ax,Ay,Az,Gx,Gy,Gz. */
  channels?: string[];
  /** Names of all columns in order, for files without a header line. */
  columns?: string[];
  /** Columns to take from folders called name=value, separated by commas. */
  pathColumns?: string[];
  /** Person from the path of each file, such as sub_{user}.csv; * matches anything except a slash. */
  groupFromPath?: string;
  /** Recording from the path of each file, such as {session}/acc.csv; * matches anything except a slash. */
  recordingFromPath?: string;
  /** In a long table, the column that says which sensor or device each row comes from; rows of different sensors are joined by time. */
  pivot?: string;
  /** Read only the rows with this value, such as device=left; repeatable. */
  only?: string[];
  /** Three channels that form a sensor, as [NAME=]KIND:X,Y,Z[UNIT]; KIND is acc, linear, gravity, gyr, mag or none; repeatable. Default: recognised by names and values. */
  sensor?: string[];
  /** Which units to convert to m/s^2 and rad/s: only those given by column names or --sensor (stated), those and units inferred from each person's values (auto), or none (keep); acc=g,gyr=deg/s declares units. Default: stated. */
  units: string;
  /** Sampling rate in Hz of the network's input, and of recordings without a time column; recordings at another rate are resampled. Default: the rate of most recordings, at most 50. */
  rate?: number;
  /** How recordings at a higher rate are resampled. One of: low-pass (after a low-pass filter, so that fast movement does not look like slow movement), linear (by interpolation alone). Default: low-pass. */
  resampling: "low-pass" | "linear";
  /** Length of a window in samples, after resampling. Default: 4 seconds. */
  window?: number;
  /** Share of a window that overlaps the next window. Default: 0.5. */
  overlap: number;
  /** Minimum share of a window that its label must cover; below 1, a window may span label changes and gets its most frequent label. Default: 1. */
  purity: number;
  /** How channels are scaled. One of: zscore (mean and standard deviation), robust (median and interquartile range), none. Default: zscore. */
  normalize: "zscore" | "robust" | "none";
  /** Architecture. One of: 1dcnn-bilstm (an architecture common in papers), compact (smaller and twice as fast), minirocket (fixed convolutions with one trained layer), ensemble (the average of compact, minirocket, and minirocket with magnitudes), auto (the average, compact or minirocket, depending on their losses on held-out people), FILE.ts (your own network: a module that exports a function from layers to a network; also .js). Default: auto. */
  network: "1dcnn-bilstm" | "compact" | "minirocket" | "ensemble" | "auto" | `${string}.${"ts" | "mts" | "js" | "mjs"}`;
  /** Model whose weights the fits start from; its network, windows and scaling are used. */
  from?: string;
  /** Maximum epochs per fit. Default: 100. */
  epochs: number;
  /** Windows per training step. Default: 64. */
  batchSize: number;
  /** Adam's initial learning rate, halved on plateaus; for auto and ensemble without --from, the mean of a rate that falls to 0. Default: 0.001, or a tenth of it with --from. */
  learningRate: number;
  /** Epochs without improvement after which a fit stops; not for auto and ensemble, except with --from. Default: 15. */
  patience: number;
  /** Weights of the classes in the loss. One of: none, balanced (rare classes count as much as frequent ones). Default: none. */
  classWeights: "none" | "balanced";
  /** Augmentation of training windows. One of: none, rotate (random rotations, because no two people wear a sensor the same way). Default: rotate. */
  augment: "none" | "rotate";
  /** Seed for all random numbers; the same seed gives the same model. Default: 42. */
  seed: number;
  /** Number of batches in a stream's anchor and in its rolling reference. Default: 5. */
  referenceBatches: number;
  /** How long one activity lasts on average: auto, recorded, or a range in seconds, such as 20-120. Default: auto. */
  day: string;
  /** What each fold is tested on. One of: group (people that the network never saw), leave-one-group-out (each person alone), stratified (shuffled windows, with leakage), blocks (the same people at other times), column:NAME (folds by person over the rows for which this column says train; the rows for which it says test are the test set). Default: group. */
  split: "group" | "leave-one-group-out" | "stratified" | "blocks" | `column:${string}`;
  /** Number of folds; leave-one-group-out has one per person instead. Default: 5. */
  folds: number;
  /** Address of the MLflow server; none turns reporting off. Default: MLFLOW_TRACKING_URI. */
  tracking?: string;
  /** Experiment in which the run appears. Default: tidemark. */
  experiment: string;
  /** Registered model to which the model is added as a new version. */
  register?: string;
  /** Alias for that version, such as champion. */
  alias?: string;
  /** Line of models that the model joins: the name of its first version's folder, or a new name. */
  as?: string;
  /** Worker threads; each trains one fold at a time. Default: one per core. */
  jobs: number;
  /** Continue the interrupted run with the same --out. */
  resume: boolean;
}

/** Options of `tidemark train` before validation; those with a default may be omitted. */
export type TrainOptions = Partial<TrainConfig> & Pick<TrainConfig, "files" | "out">;

/** Options of `tidemark tune`, after validation and with defaults filled in. */
export interface TuneConfig {
  /** Labelled recordings: text tables (also .gz), JSON, zip archives or Parquet; paths, globs or s3:// URLs. */
  files: string[];
  /** Config file with the chosen options, for train --config. */
  out: string;
  /** Replace the file if it exists. */
  overwrite: boolean;
  /** Option of train and the values to try, as NAME=VALUE,VALUE,...; repeatable, and all combinations are candidates. */
  search: string[];
  /** Minutes for trying candidates; evaluating the chosen ones takes up to two more cross-validations. Default: 60. */
  minutes: number;
  /** Folds by person; options are searched separately for each fold, without its test people. Default: 3. */
  folds: number;
  /** Seed of the folds, the fits and the order of the candidates. Default: 42. */
  seed: number;
  /** Column with the activity, such as activity; with --labels, a column of that file. */
  label?: string;
  /** Activity from the path of each file, such as {activity}/*.csv; * matches anything except a slash. */
  labelFromPath?: string;
  /** File with labels and their times (columns label, start and end, optionally user or recording), or a pattern that matches such files. */
  labels?: string;
  /** What the times in --labels are relative to. One of: recording (as in the recordings), start (the start of each recording). Default: recording. */
  labelsClock?: "recording" | "start";
  /** YAML or JSON file that renames and merges labels (jogging: running) or leaves them out (0: null). */
  map?: string;
  /** Labels to leave out, separated by commas. */
  exclude?: string[];
  /** Column with the person who wore the sensor, such as user. */
  group?: string;
  /** Column with the recording (one uninterrupted session) that each row belongs to. */
  recording?: string;
  /** Column with the time of each sample, such as timestamp_s. */
  time?: string;
  /** Format of times that are written as text, such as %d/%m/%Y %H:%M:%S.%f. Default: recognised. */
  timeFormat?: string;
  /** Unit of times that are numbers: s, ms, us, ns, min, days (of a spreadsheet), a tick such as 10ms or 1/128s, or samples. Default: inferred from the column's name or its numbers. */
  timeUnit?: string;
  /** Time zone of local times, such as Europe/London; needed if daylight saving time ends within a recording. */
  timeZone?: string;
  /** Sensor columns, separated by commas, such as Ax,Ay,Az,Gx,Gy,Gz. */
  channels?: string[];
  /** Names of all columns in order, for files without a header line. */
  columns?: string[];
  /** Columns to take from folders called name=value, separated by commas. */
  pathColumns?: string[];
  /** Person from the path of each file, such as sub_{user}.csv; * matches anything except a slash. */
  groupFromPath?: string;
  /** Recording from the path of each file, such as {session}/acc.csv; * matches anything except a slash. */
  recordingFromPath?: string;
  /** In a long table, the column that says which sensor or device each row comes from; rows of different sensors are joined by time. */
  pivot?: string;
  /** Read only the rows with this value, such as device=left; repeatable. */
  only?: string[];
  /** Three channels that form a sensor, as [NAME=]KIND:X,Y,Z[UNIT]; KIND is acc, linear, gravity, gyr, mag or none; repeatable. Default: recognised by names and values. */
  sensor?: string[];
  /** Which units to convert to m/s^2 and rad/s: only those given by column names or --sensor (stated), those and units inferred from each person's values (auto), or none (keep); acc=g,gyr=deg/s declares units. Default: stated. */
  units: string;
  /** Sampling rate in Hz of the network's input, and of recordings without a time column; recordings at another rate are resampled. Default: the rate of most recordings, at most 50. */
  rate?: number;
  /** How recordings at a higher rate are resampled. One of: low-pass (after a low-pass filter, so that fast movement does not look like slow movement), linear (by interpolation alone). Default: low-pass. */
  resampling: "low-pass" | "linear";
  /** Length of a window in samples, after resampling. Default: 4 seconds. */
  window?: number;
  /** Share of a window that overlaps the next window. Default: 0.5. */
  overlap: number;
  /** Minimum share of a window that its label must cover; below 1, a window may span label changes and gets its most frequent label. Default: 1. */
  purity: number;
  /** Architecture. One of: 1dcnn-bilstm (an architecture common in papers), compact (smaller and twice as fast), minirocket (fixed convolutions with one trained layer), ensemble (the average of compact, minirocket, and minirocket with magnitudes), auto (the average, compact or minirocket, depending on their losses on held-out people), FILE.ts (your own network: a module that exports a function from layers to a network; also .js). Default: auto. */
  network: "1dcnn-bilstm" | "compact" | "minirocket" | "ensemble" | "auto" | `${string}.${"ts" | "mts" | "js" | "mjs"}`;
  /** How channels are scaled. One of: zscore (mean and standard deviation), robust (median and interquartile range), none. Default: zscore. */
  normalize: "zscore" | "robust" | "none";
  /** Maximum epochs per fit. Default: 100. */
  epochs: number;
  /** Windows per training step. Default: 64. */
  batchSize: number;
  /** Adam's initial learning rate, halved on plateaus; for auto and ensemble without --from, the mean of a rate that falls to 0. Default: 0.001, or a tenth of it with --from. */
  learningRate: number;
  /** Epochs without improvement after which a fit stops; not for auto and ensemble, except with --from. Default: 15. */
  patience: number;
  /** Weights of the classes in the loss. One of: none, balanced (rare classes count as much as frequent ones). Default: none. */
  classWeights: "none" | "balanced";
  /** Augmentation of training windows. One of: none, rotate (random rotations, because no two people wear a sensor the same way). Default: rotate. */
  augment: "none" | "rotate";
  /** Address of the MLflow server; none turns reporting off. Default: MLFLOW_TRACKING_URI. */
  tracking?: string;
  /** Experiment in which the run appears. Default: tidemark. */
  experiment: string;
  /** Worker threads; each trains one fold at a time. Default: one per core. */
  jobs: number;
  /** Continue the interrupted run with the same --out. */
  resume: boolean;
}

/** Options of `tidemark tune` before validation; those with a default may be omitted. */
export type TuneOptions = Partial<TuneConfig> & Pick<TuneConfig, "files" | "out" | "search">;

/** Options of `tidemark predict`, after validation and with defaults filled in. */
export interface PredictConfig {
  /** Recordings: text tables (also .gz), JSON, zip archives or Parquet; paths, globs or s3:// URLs. */
  files: string[];
  /** The model: its folder, DIR/LINE@champion, or DIR/LINE@3 for version 3 of a line. */
  model: string;
  /** The table to write: .parquet, .csv or .tsv (also .gz). */
  out: string;
  /** Replace the file if it exists. */
  overwrite: boolean;
  /** Put a single quote before text that a spreadsheet would run as a formula; CSV and TSV only. */
  spreadsheetSafe: boolean;
  /** Smooth labels over time, for activities that last this many seconds on average. Default: no smoothing. */
  smooth?: number;
  /** Label a window unknown if its confidence is below this quantile of the confidence in cross-validation. Default: none. */
  unknown?: number;
  /** Column with the person who wore the sensor, such as user. */
  group?: string;
  /** Column with the recording (one uninterrupted session) that each row belongs to. */
  recording?: string;
  /** Column with the time of each sample, such as timestamp_s. */
  time?: string;
  /** Format of times that are written as text, such as %d/%m/%Y %H:%M:%S.%f. Default: recognised. */
  timeFormat?: string;
  /** Unit of times that are numbers: s, ms, us, ns, min, days (of a spreadsheet), a tick such as 10ms or 1/128s, or samples. Default: inferred from the column's name or its numbers. */
  timeUnit?: string;
  /** Time zone of local times, such as Europe/London; needed if daylight saving time ends within a recording. */
  timeZone?: string;
  /** Sensor columns, separated by commas, in the order of the model's channels. */
  channels?: string[];
  /** Names of all columns in order, for files without a header line. */
  columns?: string[];
  /** Columns to take from folders called name=value, separated by commas. */
  pathColumns?: string[];
  /** Person from the path of each file, such as sub_{user}.csv; * matches anything except a slash. */
  groupFromPath?: string;
  /** Recording from the path of each file, such as {session}/acc.csv; * matches anything except a slash. */
  recordingFromPath?: string;
  /** In a long table, the column that says which sensor or device each row comes from; rows of different sensors are joined by time. */
  pivot?: string;
  /** Read only the rows with this value, such as device=left; repeatable. */
  only?: string[];
  /** Units of the sensors in these recordings, such as acc=g,gyr=deg/s; keep converts nothing. Default: as in training, unless the column names give other units. */
  units?: string;
  /** Sampling rate in Hz of recordings without a time column. */
  rate?: number;
  /** Worker threads. Default: one per core. */
  jobs: number;
}

/** Options of `tidemark predict` before validation; those with a default may be omitted. */
export type PredictOptions = Partial<PredictConfig> & Pick<PredictConfig, "files" | "model" | "out">;

/** Options of `tidemark evaluate`, after validation and with defaults filled in. */
export interface EvaluateConfig {
  /** Labelled recordings: text tables (also .gz), JSON, zip archives or Parquet; paths, globs or s3:// URLs. */
  files: string[];
  /** The model: its folder, DIR/LINE@champion, or DIR/LINE@3 for version 3 of a line. */
  model: string;
  /** Report page to write. */
  out?: string;
  /** Replace the file if it exists. */
  overwrite: boolean;
  /** Column with the activity, such as activity; with --labels, a column of that file. */
  label?: string;
  /** Activity from the path of each file, such as {activity}/*.csv; * matches anything except a slash. */
  labelFromPath?: string;
  /** File with labels and their times (columns label, start and end, optionally user or recording), or a pattern that matches such files. */
  labels?: string;
  /** What the times in --labels are relative to. One of: recording (as in the recordings), start (the start of each recording). Default: recording. */
  labelsClock?: "recording" | "start";
  /** YAML or JSON file that renames and merges labels (jogging: running) or leaves them out (0: null). */
  map?: string;
  /** Labels to leave out, separated by commas. */
  exclude?: string[];
  /** Minimum share of a window that its label must cover; below 1, a window may span label changes. Default: as in training. */
  purity?: number;
  /** Column with the person who wore the sensor, such as user. */
  group?: string;
  /** Column with the recording (one uninterrupted session) that each row belongs to. */
  recording?: string;
  /** Column with the time of each sample, such as timestamp_s. */
  time?: string;
  /** Format of times that are written as text, such as %d/%m/%Y %H:%M:%S.%f. Default: recognised. */
  timeFormat?: string;
  /** Unit of times that are numbers: s, ms, us, ns, min, days (of a spreadsheet), a tick such as 10ms or 1/128s, or samples. Default: inferred from the column's name or its numbers. */
  timeUnit?: string;
  /** Time zone of local times, such as Europe/London; needed if daylight saving time ends within a recording. */
  timeZone?: string;
  /** Sensor columns, separated by commas, in the order of the model's channels. */
  channels?: string[];
  /** Names of all columns in order, for files without a header line. */
  columns?: string[];
  /** Columns to take from folders called name=value, separated by commas. */
  pathColumns?: string[];
  /** Person from the path of each file, such as sub_{user}.csv; * matches anything except a slash. */
  groupFromPath?: string;
  /** Recording from the path of each file, such as {session}/acc.csv; * matches anything except a slash. */
  recordingFromPath?: string;
  /** In a long table, the column that says which sensor or device each row comes from; rows of different sensors are joined by time. */
  pivot?: string;
  /** Read only the rows with this value, such as device=left; repeatable. */
  only?: string[];
  /** Units of the sensors in these recordings, such as acc=g,gyr=deg/s; keep converts nothing. Default: as in training, unless the column names give other units. */
  units?: string;
  /** Sampling rate in Hz of recordings without a time column. */
  rate?: number;
  /** Worker threads. Default: one per core. */
  jobs: number;
}

/** Options of `tidemark evaluate` before validation; those with a default may be omitted. */
export type EvaluateOptions = Partial<EvaluateConfig> & Pick<EvaluateConfig, "files" | "model">;

/** Options of `tidemark check`, after validation and with defaults filled in. */
export interface CheckConfig {
  /** One batch of unlabelled recordings: text tables (also .gz), JSON, zip archives or Parquet; paths, globs or s3:// URLs. */
  files: string[];
  /** The model: its folder (which also stores the stream's state, unless --store is given), DIR/LINE@champion, or DIR/LINE@3 for version 3 of a line; repeat the option to use several models. */
  model: string;
  /** Page to write, with charts of the batch and the reasons for its verdict. */
  out?: string;
  /** Replace the file if it exists. */
  overwrite: boolean;
  /** Name of the stream: a person, or a device that one person wears. Default: default. */
  stream: string;
  /** Check many streams at once: the column that names the stream of each row, or a pattern for the path of each file, such as "device_{stream}.csv". */
  streamFrom?: string;
  /** The batch's name in the stream's ledger. Default: the first file's name. */
  batchId?: string;
  /** Add the batch to the stream's references even if it raises an alarm. */
  accept: boolean;
  /** With --accept: reason for the decision; recorded in the ledger. */
  reason?: string;
  /** With --accept: name of the person who decides; recorded in the ledger. Default: the name of your account. */
  by?: string;
  /** Thresholds for distances. One of: calibrated (rehearsals on held-out people), fixed (textbook constants). Default: calibrated. */
  thresholds: "calibrated" | "fixed";
  /** Minimum average number of batches between false alarms. Default: 500. */
  arl: number;
  /** Share of drift-free batches from new people that may look unfamiliar. Default: 0.05. */
  alpha: number;
  /** Where streams are kept: sqlite:DIR or postgres://host/database; the model folder may then be read-only. Default: the model folder. */
  store?: string;
  /** Number of days for which the ledger keeps full results, and the summaries that no reference needs. Default: 30. */
  keepDays: number;
  /** Maximum size of the ledger in MB; if it grows larger, the records of the oldest batches are shortened, regardless of age. Default: 1000. */
  keepMegabytes: number;
  /** Column with the person who wore the sensor, such as user. */
  group?: string;
  /** Column with the recording (one uninterrupted session) that each row belongs to. */
  recording?: string;
  /** Column with the time of each sample, such as timestamp_s. */
  time?: string;
  /** Format of times that are written as text, such as %d/%m/%Y %H:%M:%S.%f. Default: recognised. */
  timeFormat?: string;
  /** Unit of times that are numbers: s, ms, us, ns, min, days (of a spreadsheet), a tick such as 10ms or 1/128s, or samples. Default: inferred from the column's name or its numbers. */
  timeUnit?: string;
  /** Time zone of local times, such as Europe/London; needed if daylight saving time ends within a recording. */
  timeZone?: string;
  /** Sensor columns, separated by commas, in the order of the model's channels. */
  channels?: string[];
  /** Names of all columns in order, for files without a header line. */
  columns?: string[];
  /** Columns to take from folders called name=value, separated by commas. */
  pathColumns?: string[];
  /** Person from the path of each file, such as sub_{user}.csv; * matches anything except a slash. */
  groupFromPath?: string;
  /** Recording from the path of each file, such as {session}/acc.csv; * matches anything except a slash. */
  recordingFromPath?: string;
  /** In a long table, the column that says which sensor or device each row comes from; rows of different sensors are joined by time. */
  pivot?: string;
  /** Read only the rows with this value, such as device=left; repeatable. */
  only?: string[];
  /** Units of the sensors in these recordings, such as acc=g,gyr=deg/s; keep converts nothing. Default: as in training, unless the column names give other units. */
  units?: string;
  /** Sampling rate in Hz of recordings without a time column. */
  rate?: number;
  /** Address of the MLflow server; none turns reporting off. Default: MLFLOW_TRACKING_URI. */
  tracking?: string;
  /** Experiment of the training run; streams appear in <name>/monitoring. Default: the experiment given to train. */
  experiment?: string;
  /** Address to send alerts to: a webhook (https), mail (smtp), alertmanager+http, or env:NAME for an address in an environment variable; see docs/alerts.md; repeatable. */
  alert?: string[];
  /** File for the state of all streams, for the textfile collector of Prometheus's node_exporter. */
  metricsFile?: string;
  /** Worker threads. Default: one per core. */
  jobs: number;
}

/** Options of `tidemark check` before validation; those with a default may be omitted. */
export type CheckOptions = Partial<CheckConfig> & Pick<CheckConfig, "files" | "model">;

/** Options of `tidemark drift-bench`, after validation and with defaults filled in. */
export interface DriftBenchConfig {
  /** Recordings of people that the model did not learn from: text tables (also .gz), JSON, zip archives or Parquet; paths, globs or s3:// URLs. */
  files: string[];
  /** The model: its folder, DIR/LINE@champion, or DIR/LINE@3 for version 3 of a line. */
  model: string;
  /** Report page to write. */
  out?: string;
  /** Replace the file if it exists. */
  overwrite: boolean;
  /** Length of a batch in seconds, rounded to a multiple of 15. Default: 60. */
  seconds: number;
  /** Batches per stream. Default: 60. */
  batches: number;
  /** Number of the first changed batch, counted from 0. Default: 20. */
  changeAt: number;
  /** Streams per person and change. Default: 1. */
  streams: number;
  /** How long one activity lasts: a range in seconds, or "recorded" for the order of the recordings. Default: 20-120. */
  day: string;
  /** Seed for all random numbers; the same seed gives the same tables. Default: 42. */
  seed: number;
  /** Minimum average number of batches between false alarms. Default: 500. */
  arl: number;
  /** Significance level of the KS test. Default: 0.05. */
  alpha: number;
  /** Column with the activities from which sessions are composed; by default, the predicted activities. */
  label?: string;
  /** Column with the person who wore the sensor, such as user. */
  group?: string;
  /** Column with the recording (one uninterrupted session) that each row belongs to. */
  recording?: string;
  /** Column with the time of each sample, such as timestamp_s. */
  time?: string;
  /** Format of times that are written as text, such as %d/%m/%Y %H:%M:%S.%f. Default: recognised. */
  timeFormat?: string;
  /** Unit of times that are numbers: s, ms, us, ns, min, days (of a spreadsheet), a tick such as 10ms or 1/128s, or samples. Default: inferred from the column's name or its numbers. */
  timeUnit?: string;
  /** Time zone of local times, such as Europe/London; needed if daylight saving time ends within a recording. */
  timeZone?: string;
  /** Sensor columns, separated by commas, in the order of the model's channels. */
  channels?: string[];
  /** Names of all columns in order, for files without a header line. */
  columns?: string[];
  /** Columns to take from folders called name=value, separated by commas. */
  pathColumns?: string[];
  /** Person from the path of each file, such as sub_{user}.csv; * matches anything except a slash. */
  groupFromPath?: string;
  /** Recording from the path of each file, such as {session}/acc.csv; * matches anything except a slash. */
  recordingFromPath?: string;
  /** In a long table, the column that says which sensor or device each row comes from; rows of different sensors are joined by time. */
  pivot?: string;
  /** Read only the rows with this value, such as device=left; repeatable. */
  only?: string[];
  /** Units of the sensors in these recordings, such as acc=g,gyr=deg/s; keep converts nothing. Default: as in training, unless the column names give other units. */
  units?: string;
  /** Sampling rate in Hz of recordings without a time column. */
  rate?: number;
  /** Worker threads. Default: one per core. */
  jobs: number;
}

/** Options of `tidemark drift-bench` before validation; those with a default may be omitted. */
export type DriftBenchOptions = Partial<DriftBenchConfig> & Pick<DriftBenchConfig, "files" | "model">;

/** Options of `tidemark retrain`, after validation and with defaults filled in. */
export interface RetrainConfig {
  /** Unlabelled recordings: text tables (also .gz), JSON, zip archives or Parquet; paths, globs or s3:// URLs. */
  files: string[];
  /** The champion: the model folder to improve on, or DIR/LINE@champion. */
  model: string;
  /** The model folder to write; must be new or empty. */
  out: string;
  /** The file of the network that the model was trained with, if that was your own. */
  network?: string;
  /** Labelled recordings. Default: the recordings that the model learned from. */
  labelled?: string[];
  /** Maximum number of cycles after cycle 0, which has no pseudo-labels. Default: 5. */
  cycles: number;
  /** Share of the unlabelled windows that each cycle adds to the selection. Default: 0.2. */
  step: number;
  /** Which windows get pseudo-labels. One of: percentile-per-class (the most confident of each class), percentile-global (the most confident of all classes together), fixed (all whose confidence is at least --threshold). Default: percentile-per-class. */
  select: "percentile-per-class" | "percentile-global" | "fixed";
  /** Minimum confidence for --select fixed. Default: 0.9. */
  threshold: number;
  /** Weights that each cycle starts from. One of: scratch (fresh weights), pretrained (the weights of cycle 0), none (the previous cycle's weights). Default: scratch. */
  restart: "scratch" | "pretrained" | "none";
  /** Method of adaptation to use instead of cycles. One of: adabn (recomputes the batch-normalization statistics from the unlabelled windows). */
  adapt?: "adabn";
  /** Epochs per fit. Default: as many as in the champion's final fit. */
  epochs?: number;
  /** Share of the labelled people to hold out; their data is used only to evaluate the candidate, never for training. Default: 0.2. */
  holdout: number;
  /** Column with the true labels of the unlabelled recordings, used only in the report. */
  truth?: string;
  /** If the candidate passes, make it the champion of its line at once. */
  promote: boolean;
  /** Column with the activity in the recordings of --labelled. */
  label?: string;
  /** Activity from the path of each file, such as {activity}/*.csv; * matches anything except a slash. */
  labelFromPath?: string;
  /** File with labels and their times (columns label, start and end, optionally user or recording), or a pattern that matches such files. */
  labels?: string;
  /** What the times in --labels are relative to. One of: recording (as in the recordings), start (the start of each recording). Default: recording. */
  labelsClock?: "recording" | "start";
  /** YAML or JSON file that renames and merges labels (jogging: running) or leaves them out (0: null). */
  map?: string;
  /** Labels to leave out, separated by commas. */
  exclude?: string[];
  /** Column with the person who wore the sensor, such as user. */
  group?: string;
  /** Column with the recording (one uninterrupted session) that each row belongs to. */
  recording?: string;
  /** Column with the time of each sample, such as timestamp_s. */
  time?: string;
  /** Format of times that are written as text, such as %d/%m/%Y %H:%M:%S.%f. Default: recognised. */
  timeFormat?: string;
  /** Unit of times that are numbers: s, ms, us, ns, min, days (of a spreadsheet), a tick such as 10ms or 1/128s, or samples. Default: inferred from the column's name or its numbers. */
  timeUnit?: string;
  /** Time zone of local times, such as Europe/London; needed if daylight saving time ends within a recording. */
  timeZone?: string;
  /** Sensor columns, separated by commas, in the order of the model's channels. */
  channels?: string[];
  /** Names of all columns in order, for files without a header line. */
  columns?: string[];
  /** Columns to take from folders called name=value, separated by commas. */
  pathColumns?: string[];
  /** Person from the path of each file, such as sub_{user}.csv; * matches anything except a slash. */
  groupFromPath?: string;
  /** Recording from the path of each file, such as {session}/acc.csv; * matches anything except a slash. */
  recordingFromPath?: string;
  /** In a long table, the column that says which sensor or device each row comes from; rows of different sensors are joined by time. */
  pivot?: string;
  /** Read only the rows with this value, such as device=left; repeatable. */
  only?: string[];
  /** Units of the sensors in these recordings, such as acc=g,gyr=deg/s; keep converts nothing. Default: as in training, unless the column names give other units. */
  units?: string;
  /** Sampling rate in Hz of recordings without a time column. */
  rate?: number;
  /** Address of the MLflow server; none turns reporting off. Default: MLFLOW_TRACKING_URI. */
  tracking?: string;
  /** Experiment in which the run appears. Default: tidemark. */
  experiment: string;
  /** Registered model to which a candidate that passes is added as a new version. */
  register?: string;
  /** Alias for that version, such as champion. */
  alias?: string;
  /** Seed for all random numbers; the same seed gives the same model. Default: 42. */
  seed: number;
  /** Worker threads. Default: one per core. */
  jobs: number;
  /** Continue the interrupted run with the same --out. */
  resume: boolean;
}

/** Options of `tidemark retrain` before validation; those with a default may be omitted. */
export type RetrainOptions = Partial<RetrainConfig> & Pick<RetrainConfig, "files" | "model" | "out">;

/** Options of `tidemark baseline recalibrate`, after validation and with defaults filled in. */
export interface RecalibrateConfig {
  /** A model: its folder, DIR/LINE@champion, or DIR/LINE@3 for version 3 of a line. */
  model: string;
  /** How long one activity lasts on average: auto, recorded, or a range in seconds, such as 20-120. Default: as in training. */
  day?: string;
  /** The recordings that the model learned from, if they have moved. Default: their paths at the time of training. */
  recordings?: string[];
  /** Worker threads. Default: one per core. */
  jobs: number;
}

/** Options of `tidemark baseline recalibrate` before validation; those with a default may be omitted. */
export type RecalibrateOptions = Partial<RecalibrateConfig> & Pick<RecalibrateConfig, "model">;

/** Options of `tidemark reference`, after validation and with defaults filled in. */
export interface StreamConfig {
  /** The model: its folder, DIR/LINE@champion, or DIR/LINE@3 for version 3 of a line. */
  model: string;
  /** Name of the stream: a person, or a device that one person wears. Default: default. */
  stream: string;
  /** Where streams are kept: sqlite:DIR or postgres://host/database; the model folder may then be read-only. Default: the model folder. */
  store?: string;
}

/** Options of `tidemark reference compact`, after validation and with defaults filled in. */
export interface CompactConfig {
  /** The model: its folder, DIR/LINE@champion, or DIR/LINE@3 for version 3 of a line. */
  model: string;
  /** Where streams are kept: sqlite:DIR or postgres://host/database; the model folder may then be read-only. Default: the model folder. */
  store?: string;
  /** Number of days for which the ledger keeps full results, and the summaries that no reference needs. Default: 30. */
  keepDays: number;
  /** Maximum size of the ledger in MB; if it grows larger, the records of the oldest batches are shortened, regardless of age. Default: 1000. */
  keepMegabytes: number;
}

/** Options of `tidemark reference compact` before validation; those with a default may be omitted. */
export type CompactOptions = Partial<CompactConfig> & Pick<CompactConfig, "model">;

/** Options of `tidemark streams list`, after validation and with defaults filled in. */
export interface StreamsListConfig {
  /** The model: its folder, DIR/LINE@champion, or DIR/LINE@3 for version 3 of a line. */
  model: string;
  /** Where streams are kept: sqlite:DIR or postgres://host/database; the model folder may then be read-only. Default: the model folder. */
  store?: string;
  /** Which streams to list. One of: active (all except retired ones), alarm (in alarm), silent (no batch for three times the usual interval), rejected (last batch rejected), retired. Default: active. */
  which: "active" | "alarm" | "silent" | "rejected" | "retired";
  /** Only streams with this text in their name. */
  search?: string;
  /** Maximum number of streams; streams that need attention come first. Default: all. */
  limit?: number;
  /** Table to write, with one row per stream: .parquet, .csv or .tsv (also .gz). */
  out?: string;
  /** Replace the file if it exists. */
  overwrite: boolean;
  /** Put a single quote before text that a spreadsheet would run as a formula; CSV and TSV only. */
  spreadsheetSafe: boolean;
}

/** Options of `tidemark streams list` before validation; those with a default may be omitted. */
export type StreamsListOptions = Partial<StreamsListConfig> & Pick<StreamsListConfig, "model">;

/** Options of `tidemark streams show`, after validation and with defaults filled in. */
export interface StreamsShowConfig {
  /** Name of the stream: a person, or a device that one person wears. */
  stream: string;
  /** The model: its folder, DIR/LINE@champion, or DIR/LINE@3 for version 3 of a line. */
  model: string;
  /** Where streams are kept: sqlite:DIR or postgres://host/database; the model folder may then be read-only. Default: the model folder. */
  store?: string;
  /** Maximum number of batches, counted from the newest. Default: all. */
  last?: number;
  /** Page to write (.html), or a table with one row per batch: .parquet, .csv or .tsv (also .gz). */
  out?: string;
  /** Replace the file if it exists. */
  overwrite: boolean;
  /** Put a single quote before text that a spreadsheet would run as a formula; CSV and TSV only. */
  spreadsheetSafe: boolean;
}

/** Options of `tidemark streams show` before validation; those with a default may be omitted. */
export type StreamsShowOptions = Partial<StreamsShowConfig> & Pick<StreamsShowConfig, "stream" | "model">;

/** Options of `tidemark streams rename`, after validation and with defaults filled in. */
export interface StreamsRenameConfig {
  /** Name of the stream: a person, or a device that one person wears. */
  stream: string;
  /** New name of the stream, which no other stream may have. */
  to: string;
  /** The model: its folder, DIR/LINE@champion, or DIR/LINE@3 for version 3 of a line. */
  model: string;
  /** Where streams are kept: sqlite:DIR or postgres://host/database; the model folder may then be read-only. Default: the model folder. */
  store?: string;
  /** Reason for the decision; recorded in the ledger. */
  reason?: string;
  /** Name of the person who decides; recorded in the ledger. Default: the name of your account. */
  by?: string;
}

/** Options of `tidemark streams rename` before validation; those with a default may be omitted. */
export type StreamsRenameOptions = Partial<StreamsRenameConfig> & Pick<StreamsRenameConfig, "stream" | "to" | "model">;

/** Options of `tidemark streams retire`, after validation and with defaults filled in. */
export interface StreamsChangeConfig {
  /** Name of the stream: a person, or a device that one person wears. */
  stream: string;
  /** The model: its folder, DIR/LINE@champion, or DIR/LINE@3 for version 3 of a line. */
  model: string;
  /** Where streams are kept: sqlite:DIR or postgres://host/database; the model folder may then be read-only. Default: the model folder. */
  store?: string;
  /** Reason for the decision; recorded in the ledger. */
  reason?: string;
  /** Name of the person who decides; recorded in the ledger. Default: the name of your account. */
  by?: string;
}

/** Options of `tidemark streams retire` before validation; those with a default may be omitted. */
export type StreamsChangeOptions = Partial<StreamsChangeConfig> & Pick<StreamsChangeConfig, "stream" | "model">;

/** Options of `tidemark streams erase`, after validation and with defaults filled in. */
export interface StreamsEraseConfig {
  /** Name of the stream: a person, or a device that one person wears. */
  stream: string;
  /** The model: its folder, DIR/LINE@champion, or DIR/LINE@3 for version 3 of a line. */
  model: string;
  /** Where streams are kept: sqlite:DIR or postgres://host/database; the model folder may then be read-only. Default: the model folder. */
  store?: string;
  /** Reason for the decision; recorded in the ledger. */
  reason: string;
  /** Name of the person who decides; recorded in the ledger. Default: the name of your account. */
  by?: string;
}

/** Options of `tidemark streams erase` before validation; those with a default may be omitted. */
export type StreamsEraseOptions = Partial<StreamsEraseConfig> & Pick<StreamsEraseConfig, "stream" | "model" | "reason">;

/** Options of `tidemark models compare`, after validation and with defaults filled in. */
export interface CompareConfig {
  /** Two or more models, each given as its folder, DIR/LINE@champion, or DIR/LINE@3 for version 3 of a line; the first is compared with each of the others. */
  models: string[];
  /** Labelled recordings on which to compare. Default: each model's own cross-validation. */
  on?: string[];
  /** Column with the activity, such as activity; with --labels, a column of that file. */
  label?: string;
  /** Activity from the path of each file, such as {activity}/*.csv; * matches anything except a slash. */
  labelFromPath?: string;
  /** File with labels and their times (columns label, start and end, optionally user or recording), or a pattern that matches such files. */
  labels?: string;
  /** What the times in --labels are relative to. One of: recording (as in the recordings), start (the start of each recording). Default: recording. */
  labelsClock?: "recording" | "start";
  /** YAML or JSON file that renames and merges labels (jogging: running) or leaves them out (0: null). */
  map?: string;
  /** Labels to leave out, separated by commas. */
  exclude?: string[];
  /** Minimum share of a window that its label must cover; below 1, a window may span label changes. Default: as in training. */
  purity?: number;
  /** Column with the person who wore the sensor, such as user. */
  group?: string;
  /** Column with the recording (one uninterrupted session) that each row belongs to. */
  recording?: string;
  /** Column with the time of each sample, such as timestamp_s. */
  time?: string;
  /** Format of times that are written as text, such as %d/%m/%Y %H:%M:%S.%f. Default: recognised. */
  timeFormat?: string;
  /** Unit of times that are numbers: s, ms, us, ns, min, days (of a spreadsheet), a tick such as 10ms or 1/128s, or samples. Default: inferred from the column's name or its numbers. */
  timeUnit?: string;
  /** Time zone of local times, such as Europe/London; needed if daylight saving time ends within a recording. */
  timeZone?: string;
  /** Sensor columns, separated by commas, in the order of the model's channels. */
  channels?: string[];
  /** Names of all columns in order, for files without a header line. */
  columns?: string[];
  /** Columns to take from folders called name=value, separated by commas. */
  pathColumns?: string[];
  /** Person from the path of each file, such as sub_{user}.csv; * matches anything except a slash. */
  groupFromPath?: string;
  /** Recording from the path of each file, such as {session}/acc.csv; * matches anything except a slash. */
  recordingFromPath?: string;
  /** In a long table, the column that says which sensor or device each row comes from; rows of different sensors are joined by time. */
  pivot?: string;
  /** Read only the rows with this value, such as device=left; repeatable. */
  only?: string[];
  /** Units of the sensors in these recordings, such as acc=g,gyr=deg/s; keep converts nothing. Default: as in training, unless the column names give other units. */
  units?: string;
  /** Sampling rate in Hz of recordings without a time column. */
  rate?: number;
  /** Worker threads. Default: one per core. */
  jobs: number;
}

/** Options of `tidemark models compare` before validation; those with a default may be omitted. */
export type CompareOptions = Partial<CompareConfig> & Pick<CompareConfig, "models">;

/** Options of `tidemark sync`, after validation and with defaults filled in. */
export interface SyncConfig {
  /** A model folder, or the folder of an interrupted training run. */
  directory: string;
  /** Address of the MLflow server; none turns reporting off. Default: MLFLOW_TRACKING_URI. */
  tracking?: string;
  /** Experiment in which the runs appear. Default: the experiment given to train. */
  experiment?: string;
  /** Registered model to which the model is added as a new version. */
  register?: string;
  /** Alias for that version, such as champion. */
  alias?: string;
}

/** Options of `tidemark sync` before validation; those with a default may be omitted. */
export type SyncOptions = Partial<SyncConfig> & Pick<SyncConfig, "directory">;

/** Options of `tidemark serve`, after validation and with defaults filled in. */
export interface ServeConfig {
  /** Folder of model folders. */
  models: string;
  /** Where streams are kept: sqlite:DIR or postgres://host/database; model folders may then be read-only. Default: the folder of each model. */
  store?: string;
  /** Port to listen on; 0 chooses a free port. Default: 8787. */
  port: number;
  /** Address to listen on. Default: 127.0.0.1. */
  host: string;
  /** File with the hashes of the tokens. Default: the database of --store, or tokens.json in the folder of --store or --models. */
  tokens?: string;
  /** Certificate chain in PEM form, for HTTPS. */
  tlsCertificate?: string;
  /** Private key of the certificate, in PEM form. */
  tlsKey?: string;
  /** Maximum number of requests per second with one token. Default: 200. */
  requestsPerSecond: number;
  /** Hours after which the pages ask for the token again. Default: 12. */
  sessionHours: number;
  /** Maximum size of a batch in MB, as sent. Default: 64. */
  bodyMegabytes: number;
  /** Maximum size of a batch in MB after decompression. Default: 256. */
  batchMegabytes: number;
  /** Maximum number of rows in a batch. Default: 10000000. */
  batchRows: number;
  /** Maximum number of batches that are received or judged at the same time. Default: 256. */
  queue: number;
  /** Number of days for which the ledger keeps full results, and the summaries that no reference needs. Default: 30. */
  keepDays: number;
  /** Maximum size of the ledger in MB; if it grows larger, the records of the oldest batches are shortened, regardless of age. Default: 1000. */
  keepMegabytes: number;
  /** Order in which the batches of a stream are judged. One of: arrival, data (by data-time, which the sender provides; batches wait until their data is as old as --lateness). Default: arrival. */
  order: "arrival" | "data";
  /** With --order data, how many seconds late the data may arrive and still be judged in order; later batches are judged on arrival. Default: 60. */
  lateness: number;
  /** Address of the MLflow server; none turns reporting off. Default: MLFLOW_TRACKING_URI. */
  tracking?: string;
  /** Experiment of the training runs; streams appear in <name>/monitoring. Default: the experiment given to train. */
  experiment?: string;
  /** Streams that each get their own run, in addition to their model's run; * matches any characters. Default: none. */
  trackStreams?: string;
  /** Maximum number of threads that judge batches, each with its own copy of the models. Default: one per core. */
  jobs: number;
  /** YAML or JSON file with the recipients of alerts for each stream; see docs/alerts.md. */
  alerts?: string;
  /** Check the options and the models, and stop. */
  checkConfig: boolean;
}

/** Options of `tidemark push`, after validation and with defaults filled in. */
export interface PushConfig {
  /** Recordings: text tables (also .gz), JSON, Parquet or summaries; files, globs, or folders with everything in them. */
  files: string[];
  /** Address of the service. */
  to: string;
  /** Name of the model: LINE@champion, LINE@3 for version 3 of a line, or a folder's name. Default: the service's only model. */
  model?: string;
  /** File with the token for the service. Default: the environment variable TIDEMARK_TOKEN. */
  tokenFile?: string;
  /** Name of the stream that all files belong to; each file is one batch. Default: default. */
  stream: string;
  /** The column that names the stream of each row, or a pattern for the path of each file, such as "device_{stream}.csv". */
  streamFrom?: string;
  /** When the last sample of each batch was recorded, for a service with --order data, and for clocks without dates. One of: column (the last time in the time column, if it has dates), modified (when the file was last changed). Default: none. */
  dataTime?: "column" | "modified";
  /** Also send files that were sent before, and batches that the service refused. */
  again: boolean;
  /** Keep sending new files until Ctrl-C or SIGTERM. */
  follow: boolean;
  /** With --follow, seconds between scans for new files; a file is sent if it has not changed since the previous scan. Default: 5. */
  every: number;
  /** Without --follow, seconds to keep trying when no batch is accepted; the remaining batches then stay in the spool. Default: 120. */
  patience: number;
  /** Maximum number of batches that are sent at the same time, each of a different stream. Default: 4. */
  connections: number;
  /** Folder in which batches wait until the service has accepted them. Default: tidemark-spool. */
  spool: string;
  /** Spool size in MB above which no more files are added. Default: 1000. */
  spoolMegabytes: number;
  /** Column with the person who wore the sensor, such as user. */
  group?: string;
  /** Column with the recording (one uninterrupted session) that each row belongs to. */
  recording?: string;
  /** Column with the time of each sample, such as timestamp_s. */
  time?: string;
  /** Format of times that are written as text, such as %d/%m/%Y %H:%M:%S.%f. Default: recognised. */
  timeFormat?: string;
  /** Unit of times that are numbers: s, ms, us, ns, min, days (of a spreadsheet), a tick such as 10ms or 1/128s, or samples. Default: inferred from the column's name or its numbers. */
  timeUnit?: string;
  /** Time zone of local times, such as Europe/London; needed if daylight saving time ends within a recording. */
  timeZone?: string;
  /** Sensor columns, separated by commas, in the order of the model's channels. */
  channels?: string[];
  /** Names of all columns in order, for files without a header line. */
  columns?: string[];
  /** Units of the sensors in these recordings, such as acc=g,gyr=deg/s; keep converts nothing. Default: as in training, unless the column names give other units. */
  units?: string;
  /** Sampling rate in Hz of recordings without a time column. */
  rate?: number;
}

/** Options of `tidemark push` before validation; those with a default may be omitted. */
export type PushOptions = Partial<PushConfig> & Pick<PushConfig, "files" | "to">;

/** Options of `tidemark token list`, after validation and with defaults filled in. */
export interface TokenPlaceConfig {
  /** Folder of model folders. */
  models?: string;
  /** Where streams are kept: sqlite:DIR or postgres://host/database; model folders may then be read-only. Default: the folder of each model. */
  store?: string;
  /** File with the hashes of the tokens. Default: the database of --store, or tokens.json in the folder of --store or --models. */
  tokens?: string;
}

/** Options of `tidemark token revoke`, after validation and with defaults filled in. */
export interface TokenConfig {
  /** The token's name. */
  name: string;
  /** Folder of model folders. */
  models?: string;
  /** Where streams are kept: sqlite:DIR or postgres://host/database; model folders may then be read-only. Default: the folder of each model. */
  store?: string;
  /** File with the hashes of the tokens. Default: the database of --store, or tokens.json in the folder of --store or --models. */
  tokens?: string;
}

/** Options of `tidemark token create`, after validation and with defaults filled in. */
export interface TokenCreateConfig {
  /** The token's name. */
  name: string;
  /** What the token allows: ingest, ingest:PATTERN, read, read:PATTERN or admin; PATTERN matches stream names; repeatable. */
  scope: string[];
  /** Project whose streams the token can access; a project other than default needs --store. Default: default. */
  project: string;
  /** Folder of model folders. */
  models?: string;
  /** Where streams are kept: sqlite:DIR or postgres://host/database; model folders may then be read-only. Default: the folder of each model. */
  store?: string;
  /** File with the hashes of the tokens. Default: the database of --store, or tokens.json in the folder of --store or --models. */
  tokens?: string;
}

/** Options of `tidemark token rotate`, after validation and with defaults filled in. */
export interface TokenRotateConfig {
  /** The token's name. */
  name: string;
  /** Hours for which the old secret stays valid. Default: 24. */
  overlapHours: number;
  /** Folder of model folders. */
  models?: string;
  /** Where streams are kept: sqlite:DIR or postgres://host/database; model folders may then be read-only. Default: the folder of each model. */
  store?: string;
  /** File with the hashes of the tokens. Default: the database of --store, or tokens.json in the folder of --store or --models. */
  tokens?: string;
}

/** Options of `tidemark simulate`, after validation and with defaults filled in. */
export interface SimulateConfig {
  /** The table to write: .parquet, .csv or .tsv (also .gz). */
  out: string;
  /** Replace the file if it exists. */
  overwrite: boolean;
  /** Number of people. Default: 8. */
  users: number;
  /** Number in the first person's name; different numbers produce different people. Default: 1. */
  firstPerson: number;
  /** Minutes of recordings per person. Default: 10. */
  minutes: number;
  /** Sampling rate in Hz. Default: 50. */
  rate: number;
  /** Activities, separated by commas, such as walking,sitting. Default: all. */
  activities?: string[];
  /** Seed for all random numbers; the same seed gives the same recordings. Default: 42. */
  seed: number;
}

/** Options of `tidemark simulate` before validation; those with a default may be omitted. */
export type SimulateOptions = Partial<SimulateConfig> & Pick<SimulateConfig, "out">;
