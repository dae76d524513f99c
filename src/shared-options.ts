// Options that several commands take.
import { availableParallelism } from "node:os";
import type { CheckConfig, PredictConfig, TrainConfig } from "./config-types.ts";
import {
  choiceOption,
  flagOption,
  namesOption,
  numberOption,
  type Option,
  type OptionsOf,
  optionsUnder,
  textOption,
  textsOption,
  wholeNumberOption,
} from "./option.ts";

export const filesExpected = "at least one file, glob or s3:// URL";

/** @param what describes the recordings */
export function filesOption(what: string): Option<string[]> {
  return textsOption({
    value: "files",
    argument: true,
    required: true,
    affects: "run",
    expected: filesExpected,
    doc: `${what}: text tables (also .gz), JSON, zip archives or Parquet; paths, globs or s3:// URLs`,
  });
}

export const model: Option<string> = textOption({
  value: "dir",
  required: true,
  expected: "a model folder",
  doc: "the model folder, or DIR/LINE@champion",
});

export const newModel: Option<string> = textOption({
  value: "dir",
  required: true,
  affects: "run",
  expected: "the path of the new model folder",
  doc: "the model folder to write; must be new or empty",
});

const tableName = "a file name that ends in .parquet, .csv, .tsv, .csv.gz or .tsv.gz";
export const table: Option<string> = textOption({
  value: "file",
  required: true,
  expected: tableName,
  pattern: /\.(parquet|(csv|tsv)(\.gz)?)$/i,
  doc: "the table to write: .parquet, .csv or .tsv (also .gz)",
});

export const page: Option<string> = textOption({
  value: "file.html",
  expected: "a file name that ends in .html",
  pattern: /\.html?$/i,
  doc: "report page to write",
});

export const overwrite: Option<boolean> = flagOption({ doc: "replace the file if it exists" });

export function columnOption(doc: string, value = "name"): Option<string> {
  return textOption({ value, doc, expected: "the name of a column" });
}

export const label: Option<string> = columnOption("column with the activity, such as activity");
export const group: Option<string> = columnOption("column with the person who wore the sensor, such as user");
const recording = columnOption("column with the recording (one uninterrupted session) that each row belongs to");
const time = columnOption("column with the time of each sample, such as timestamp_s");
const channelsExpected = "a list of column names such as Ax,Ay,Az";
export const channels: Option<string[]> = namesOption({
  value: "names",
  expected: channelsExpected,
  doc: "sensor columns, separated by commas, such as Ax,Ay,Az,Gx,Gy,Gz",
});
const pathColumns = namesOption({
  value: "names",
  expected: "a list of column names such as user,activity",
  doc: "columns to take from folders called name=value, separated by commas",
});

const sharedOptionFromPath = (what: string, example: string): Option<string> =>
  textOption({
    value: "path",
    expected: `the end of a path with one {name}, such as ${example}`,
    doc: `${what} from the path of each file, such as ${example}; * matches anything except a slash`,
  });
const groupFromPath = sharedOptionFromPath("person", "sub_{user}.csv");
const recordingFromPath = sharedOptionFromPath("recording", "{session}/acc.csv");
const labelFromPath: Option<string> = sharedOptionFromPath("activity", "{activity}/*.csv");
const map: Option<string> = textOption({
  value: "file",
  expected: "a YAML or JSON file",
  doc: "YAML or JSON file that renames and merges labels (jogging: running) or leaves them out (0: null)",
});
const exclude: Option<string[]> = namesOption({
  value: "labels",
  expected: "a list of labels such as transition,unknown",
  doc: "labels to leave out, separated by commas",
});
const labels = textOption({
  value: "file",
  expected: "a file with labels and their times, or a pattern of such files",
  doc: "file with labels and their times (columns label, start and end, optionally user or recording), or a pattern of such files",
});
const labelsClock = choiceOption({
  value: "which",
  otherwise: "recording",
  doc: "what the times in --labels count from",
  of: { recording: "as in the recordings", start: "the start of each recording" },
});
const columns = namesOption({
  value: "names",
  expected: "a list of column names such as timestamp,x,y,z",
  doc: "names of all columns in order, for files without a header line",
});
const pivot = columnOption(
  "in a long table, the column that says which sensor or device each row comes from; the sensors are joined by time",
);
const only: Option<string[]> = {
  ...textsOption({
    value: "column=value",
    many: "repeated",
    expected: "a column and a value such as device=left",
    doc: "read only the rows with this value, such as device=left; repeatable",
  }),
};

const timeFormat = textOption({
  value: "format",
  otherwise: "recognised",
  expected: "a strptime format such as %d/%m/%Y %H:%M:%S.%f",
  pattern: /%/,
  doc: "format of times that are written as text, such as %d/%m/%Y %H:%M:%S.%f",
});
const timeUnit = textOption({
  value: "unit",
  otherwise: "inferred from the column's name or its numbers",
  expected: "a unit such as s, ms, us, ns, 10ms, 1/128s, days or samples",
  pattern: /^((\d+(\.\d+)?)?(\/\d+)? ?(s|ms|us|ns|min|days)|samples)$/,
  doc: "unit of times that are numbers: s, ms, us, ns, min, days (of a spreadsheet), a tick such as 10ms or 1/128s, or samples",
});
const timeZone = textOption({
  value: "zone",
  expected: "a time zone such as Europe/London",
  doc: "zone of local times, such as Europe/London; needed if daylight saving time ends within a recording",
});

const columnsHeading = "Columns (default: found by their usual names):";

export const sensor: Option<string[]> = {
  ...textsOption({
    value: "sensor",
    many: "repeated",
    otherwise: "recognised by names and values",
    expected: "a sensor such as acc:Ax,Ay,Az or wrist=acc:x,y,z[m/s^2]",
    doc: "three channels that form a sensor, as [NAME=]KIND:X,Y,Z[UNIT]; KIND is acc, linear, gravity, gyr, mag or none; repeatable",
  }),
  group: columnsHeading,
};

const unitsPattern = /^\s*(stated|auto|keep|[^,=]+=[^,=]+)(\s*,\s*(stated|auto|keep|[^,=]+=[^,=]+))*\s*$/;

/** Which units are converted. */
export const units: Option<string> = {
  ...textOption({
    value: "which",
    default: "stated",
    expected: "stated, auto, keep, or units such as acc=g,gyr=deg/s",
    pattern: unitsPattern,
    doc: "which units to convert to m/s^2 and rad/s: those that column names or --sensor state (stated), also those that only the values reveal, person by person (auto), or none (keep); acc=g,gyr=deg/s declares units",
  }),
  group: columnsHeading,
};

/** How files are read, except for labels. */
type ReadingOption =
  | ("group" | "recording" | "time" | "channels" | "columns" | "pathColumns")
  | ("timeFormat" | "timeUnit" | "timeZone")
  | ("groupFromPath" | "recordingFromPath" | "pivot" | "only");

/** Where labels come from, and which classes they stand for. */
type LabelOption = "label" | "labelFromPath" | "labels" | "labelsClock" | "map" | "exclude";

export const labelOptions: OptionsOf<Required<Pick<TrainConfig, LabelOption>>> = {
  label: { ...label, doc: "column with the activity, such as activity; with --labels, a column of that file" },
  labelFromPath,
  labels,
  labelsClock,
  map,
  exclude,
};

const readingOptions: OptionsOf<Required<Pick<TrainConfig, ReadingOption>>> = {
  group,
  recording,
  time,
  timeFormat,
  timeUnit,
  timeZone,
  channels,
  columns,
  pathColumns,
  groupFromPath,
  recordingFromPath,
  pivot,
  only,
};

/** The columns of recordings to train on, by role. */
export const trainColumns: OptionsOf<Required<Pick<TrainConfig, ReadingOption | LabelOption>>> = optionsUnder(
  columnsHeading,
  {
    ...labelOptions,
    ...readingOptions,
  },
);

export const modelColumnsHeading =
  "Columns (default: found by their usual names, and channels by their names in the model):";

/** The labels of recordings on which a model is evaluated. */
export const evaluatedLabels: OptionsOf<Required<Pick<TrainConfig, LabelOption>>> = optionsUnder(
  modelColumnsHeading,
  labelOptions,
);

/** What all options for sampling rates share. */
export const samplingRate = {
  value: "hz",
  from: 1,
  to: 10_000,
  expected: "a sampling rate from 1 to 10000 Hz",
} as const;

export const recordedRate: Option<number> = numberOption({
  ...samplingRate,
  doc: "sampling rate in Hz of recordings without a time column",
});

/** The columns of recordings that a model reads. */
export const modelColumns: OptionsOf<Required<Pick<PredictConfig, ReadingOption | "units" | "rate">>> = optionsUnder(
  modelColumnsHeading,
  {
    ...readingOptions,
    channels: { ...channels, doc: "sensor columns, separated by commas, in the order of the model's channels" },
    units: textOption({
      value: "units",
      otherwise: "as in training, unless the column names state other units",
      expected: "units such as acc=g,gyr=deg/s, or keep",
      pattern: /^\s*(keep|[^,=]+=[^,=]+)(\s*,\s*(keep|[^,=]+=[^,=]+))*\s*$/,
      doc: "units of the sensors in these recordings, such as acc=g,gyr=deg/s; keep converts nothing",
    }),
    rate: recordedRate,
  },
);

/** @param what what the same seed reproduces */
export function seedOption(what: string): Option<number> {
  return wholeNumberOption({
    value: "n",
    from: 0,
    to: Number.MAX_SAFE_INTEGER,
    default: 42,
    doc: `seed for all random numbers; the same seed gives the same ${what}`,
  });
}

export const jobs: Option<number> = wholeNumberOption({
  value: "n",
  from: 1,
  to: 256,
  default: () => Math.min(availableParallelism(), 256),
  otherwise: "one per core",
  affects: "run",
  doc: "worker threads",
});

export const resume: Option<boolean> = flagOption({
  affects: "run",
  doc: "continue the interrupted run that has the same --out",
});

const modelName = "the name of a registered model, without / or :";
const aliasName = "an alias of letters, digits, _ and -, such as champion";

export const tracking: Option<string> = textOption({
  value: "uri",
  affects: "tracking",
  otherwise: "MLFLOW_TRACKING_URI",
  expected: "the address of an MLflow server, or none",
  doc: "address of the MLflow server; none turns reporting off",
});

/** The experiment of a new run. */
export const experiment: Option<string> = textOption({
  value: "name",
  affects: "tracking",
  default: "tidemark",
  expected: "the name of an experiment",
  doc: "experiment in which the run appears",
});

/** The experiment of runs that belong to a training run, whose experiment is the default. @param doc what appears there */
export function knownExperimentOption(doc: string): Option<string> {
  return textOption({
    value: "name",
    affects: "tracking",
    otherwise: "the experiment given to train",
    expected: "the name of an experiment",
    doc,
  });
}

/** The line of models that a model joins. */
export const lineOption: Option<string> = textOption({
  value: "line",
  affects: "run",
  expected: "the name of a line of models in the same directory",
  pattern: /^(?!\.{1,2}$)[^/\\]+$/,
  doc: "line of models that the model joins: the name of its first version's folder, or a new name",
});

/** @param what what becomes the new version */
export function registerOption(what: string): Option<string> {
  return textOption({
    value: "name",
    affects: "tracking",
    expected: modelName,
    pattern: /^[^/:]+$/,
    doc: `registered model to which ${what} is added as a new version`,
  });
}

export const alias: Option<string> = textOption({
  value: "name",
  affects: "tracking",
  expected: aliasName,
  pattern: /^(?!(?:v\d+|latest)$)[\w-]+$/i,
  doc: "alias for that version, such as champion",
});

export const trackingHeading = "Reporting to MLflow (credentials and TLS come from its environment variables):";

/**
 * What a ledger keeps about past batches. The defaults leave a month to change a decision, and limit the size of the
 * file; both are arbitrary.
 */
export const keep: OptionsOf<Pick<CheckConfig, "keepDays" | "keepMegabytes">> = {
  keepDays: wholeNumberOption({
    value: "n",
    from: 0,
    to: 36_500,
    default: 30,
    doc: "days for which the ledger keeps full answers, and summaries that no reference needs",
  }),
  keepMegabytes: wholeNumberOption({
    value: "n",
    from: 1,
    to: 1_000_000,
    default: 1000,
    doc: "maximum size of the ledger in MB; if it grows larger, the records of the oldest batches are shortened, whatever their age",
  }),
};

/** Where streams are kept, if not in the model folder. */
export const store: Option<string> = textOption({
  value: "address",
  affects: "run",
  expected: "sqlite:DIR or postgres://user:password@host/database",
  otherwise: "the model folder",
  doc: "where streams are kept: sqlite:DIR or postgres://host/database; the model folder may then be read-only",
});

/** An option that only the command line has, because a function's caller passes an object. */
export const configFile: Option<string> = textOption({
  value: "file",
  affects: "run",
  expected: "a file name",
  doc: "YAML or JSON file with options; the command line takes precedence",
});

/** @param what what is printed as JSON */
export function jsonOption(what: string): Option<boolean> {
  return flagOption({ affects: "run", doc: `print ${what}` });
}

export const verbosity: OptionsOf<{ quiet: boolean; verbose: boolean }> = {
  quiet: flagOption({ affects: "run", doc: "print only results and errors" }),
  verbose: flagOption({ affects: "run", doc: "also print what was read, timings and decisions" }),
};

/** The person who makes a decision by hand. */
export const by: Option<string> = textOption({
  value: "name",
  otherwise: "the name of your account",
  expected: "a name",
  doc: "name of the person who decides; recorded in the ledger",
});
/** Why. */
export const reason: Option<string> = textOption({
  value: "text",
  expected: "a reason",
  doc: "reason for the decision; recorded in the ledger",
});
