// Options of `push`.
import { stream } from "./batch-options.ts";
import type { PushConfig } from "./config-types.ts";
import {
  choiceOption,
  flagOption,
  numberOption,
  type Option,
  type OptionsOf,
  optionGroup,
  textOption,
  textsOption,
  wholeNumberOption,
} from "./option.ts";
import { modelColumns } from "./reading-options.ts";

/** The column options that the service accepts with a batch. */
export type PostedColumn =
  | ("group" | "recording" | "time" | "timeFormat" | "timeUnit" | "timeZone")
  | ("channels" | "columns" | "units" | "rate");

const { group, recording, time, timeFormat, timeUnit, timeZone, channels, columns, units, rate } = modelColumns;
export const postedColumns: OptionsOf<Required<Pick<PushConfig, PostedColumn>>> = {
  group,
  recording,
  time,
  timeFormat,
  timeUnit,
  timeZone,
  channels,
  columns,
  units,
  rate,
};

const files: Option<string[]> = textsOption({
  value: "files",
  argument: true,
  required: true,
  affects: "run",
  expected: "at least one file, folder or glob",
  doc: "recordings: text tables (also .gz), JSON, Parquet or summaries; files, globs, or folders with everything in them",
});

export const pushOptions: OptionsOf<PushConfig> = {
  files,
  to: textOption({
    value: "url",
    required: true,
    affects: "run",
    expected: "the address of a service such as http://127.0.0.1:8787",
    pattern: /^https?:\/\/[^/?#\s]+(\/[^?#\s]*)?$/i,
    doc: "address of the service",
  }),
  model: {
    ...textOption({
      value: "name",
      otherwise: "the service's only model",
      expected: "the name of a model such as walk@champion",
      doc: "name of the model: LINE@champion, LINE@3 for version 3 of a line, or a folder's name",
    }),
    path: false,
  },
  tokenFile: textOption({
    value: "file",
    affects: "run",
    otherwise: "the environment variable TIDEMARK_TOKEN",
    expected: "a file name",
    doc: "file with the token for the service",
  }),
  ...optionGroup("Batches:", {
    stream: { ...stream, doc: "name of the stream that all files belong to; each file is one batch" },
    streamFrom: textOption({
      value: "column",
      expected:
        'the name of a column such as device, or the end of a path with one {name}, such as "device_{stream}.csv"',
      doc: 'the column that names the stream of each row, or a pattern for the path of each file, such as "device_{stream}.csv"',
    }),
    dataTime: choiceOption({
      value: "source",
      otherwise: "none",
      doc: "when the last sample of each batch was recorded, for a service with --order data, and for clocks without dates",
      of: {
        column: "the last time in the time column, if it has dates",
        modified: "when the file was last changed",
      },
    }),
    again: flagOption({
      affects: "run",
      doc: "also send files that were sent before, and batches that the service refused",
    }),
  }),
  ...optionGroup("Sending:", {
    follow: flagOption({ affects: "run", doc: "keep sending new files until Ctrl-C or SIGTERM" }),
    every: numberOption({
      value: "s",
      from: 0.1,
      to: 86_400,
      expected: "a number of seconds from 0.1 to 86400",
      default: 5,
      affects: "run",
      doc: "with --follow, seconds between scans for new files; a file is sent if it has not changed since the previous scan",
    }),
    patience: numberOption({
      value: "s",
      from: 0,
      to: 86_400,
      expected: "a number of seconds from 0 to 86400",
      default: 120,
      affects: "run",
      doc: "without --follow, seconds to keep trying when no batch is accepted; the remaining batches then stay in the spool",
    }),
    connections: wholeNumberOption({
      value: "n",
      from: 1,
      to: 256,
      default: 4,
      affects: "run",
      doc: "maximum number of batches that are sent at the same time, each of a different stream",
    }),
    spool: textOption({
      value: "dir",
      default: "tidemark-spool",
      affects: "run",
      expected: "a folder",
      doc: "folder in which batches wait until the service has accepted them",
    }),
    spoolMegabytes: wholeNumberOption({
      value: "n",
      from: 1,
      to: 10_000_000,
      default: 1000,
      affects: "run",
      doc: "spool size in MB above which no more files are added",
    }),
  }),
  ...postedColumns,
};
