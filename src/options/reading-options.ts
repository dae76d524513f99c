// Options that describe how recordings are read: files, columns, labels, times, sensors and units.
import type { PredictConfig, TrainConfig } from "./config-types.ts";
import {
  choiceOption,
  namesOption,
  numberOption,
  type Option,
  type OptionsOf,
  optionGroup,
  textOption,
  textsOption,
} from "./option.ts";

export const filesExpected = "at least one file, glob or s3:// URL";

/** @param what describes the recordings */
export function readingFilesOption(what: string): Option<string[]> {
  return textsOption({
    value: "files",
    argument: true,
    required: true,
    affects: "run",
    expected: filesExpected,
    doc: `${what}: text tables (also .gz), JSON, zip archives or Parquet; paths, globs or s3:// URLs`,
  });
}

export function readingColumnOption(doc: string, value = "name"): Option<string> {
  return textOption({ value, doc, expected: "the name of a column" });
}

export const label: Option<string> = readingColumnOption("column with the activity, such as activity");
export const group: Option<string> = readingColumnOption("column with the person who wore the sensor, such as user");
const recording = readingColumnOption("column with the recording (one uninterrupted session) that each row belongs to");
const time = readingColumnOption("column with the time of each sample, such as timestamp_s");
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

const readingOptionFromPath = (what: string, example: string): Option<string> =>
  textOption({
    value: "path",
    expected: `the end of a path with one {name}, such as ${example}`,
    doc: `${what} from the path of each file, such as ${example}; * matches anything except a slash`,
  });
const groupFromPath = readingOptionFromPath("person", "sub_{user}.csv");
const recordingFromPath = readingOptionFromPath("recording", "{session}/acc.csv");
const labelFromPath: Option<string> = readingOptionFromPath("activity", "{activity}/*.csv");
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
  expected: "a file with labels and their times, or a pattern that matches such files",
  doc: "file with labels and their times (columns label, start and end, optionally user or recording), or a pattern that matches such files",
});
const labelsClock = choiceOption({
  value: "which",
  otherwise: "recording",
  doc: "what the times in --labels are relative to",
  of: { recording: "as in the recordings", start: "the start of each recording" },
});
const columns = namesOption({
  value: "names",
  expected: "a list of column names such as timestamp,x,y,z",
  doc: "names of all columns in order, for files without a header line",
});
const pivot = readingColumnOption(
  "in a long table, the column that says which sensor or device each row comes from; rows of different sensors are joined by time",
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
  doc: "time zone of local times, such as Europe/London; needed if daylight saving time ends within a recording",
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

/** Which units to convert. */
export const units: Option<string> = {
  ...textOption({
    value: "which",
    default: "stated",
    expected: "stated, auto, keep, or units such as acc=g,gyr=deg/s",
    pattern: unitsPattern,
    doc: "which units to convert to m/s^2 and rad/s: only those given by column names or --sensor (stated), those and units inferred from each person's values (auto), or none (keep); acc=g,gyr=deg/s declares units",
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
export const trainColumns: OptionsOf<Required<Pick<TrainConfig, ReadingOption | LabelOption>>> = optionGroup(
  columnsHeading,
  {
    ...labelOptions,
    ...readingOptions,
  },
);

export const modelColumnsHeading =
  "Columns (default: found by their usual names, and channels by their names in the model):";

/** The labels of recordings on which a model is evaluated. */
export const evaluatedLabels: OptionsOf<Required<Pick<TrainConfig, LabelOption>>> = optionGroup(
  modelColumnsHeading,
  labelOptions,
);

/** What all options for sampling rates have in common. */
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
export const modelColumns: OptionsOf<Required<Pick<PredictConfig, ReadingOption | "units" | "rate">>> = optionGroup(
  modelColumnsHeading,
  {
    ...readingOptions,
    channels: { ...channels, doc: "sensor columns, separated by commas, in the order of the model's channels" },
    units: textOption({
      value: "units",
      otherwise: "as in training, unless the column names give other units",
      expected: "units such as acc=g,gyr=deg/s, or keep",
      pattern: /^\s*(keep|[^,=]+=[^,=]+)(\s*,\s*(keep|[^,=]+=[^,=]+))*\s*$/,
      doc: "units of the sensors in these recordings, such as acc=g,gyr=deg/s; keep converts nothing",
    }),
    rate: recordedRate,
  },
);
