// Options of `tidemark streams`.
import type {
  StreamsChangeConfig,
  StreamsEraseConfig,
  StreamsListConfig,
  StreamsRenameConfig,
  StreamsShowConfig,
} from "./config-types.ts";
import { choiceOption, flagOption, type OptionsOf, optionGroup, textOption, wholeNumberOption } from "./option.ts";
import { by, model, overwrite, reason, store, table } from "./shared-options.ts";

const streamsOutOptions = (what: string): OptionsOf<Pick<StreamsListConfig, "out" | "overwrite" | "spreadsheetSafe">> =>
  optionGroup("Table:", {
    out: {
      ...table,
      presence: "optional",
      doc: `table to write, with one row per ${what}: .parquet, .csv or .tsv (also .gz)`,
    },
    overwrite,
    spreadsheetSafe: flagOption({
      doc: "put a single quote before text that a spreadsheet would run as a formula; CSV and TSV only",
    }),
  });

/** Options of `streams list`. */
export const streamsListOptions: OptionsOf<StreamsListConfig> = {
  model,
  store,
  which: choiceOption({
    value: "which",
    default: "active",
    doc: "which streams to list",
    of: {
      active: "all except retired ones",
      alarm: "in alarm",
      silent: "no batch for three times the usual interval",
      rejected: "last batch rejected",
      retired: "",
    },
  }),
  search: textOption({
    value: "text",
    expected: "a part of a stream's name",
    doc: "only streams with this text in their name",
  }),
  limit: wholeNumberOption({
    value: "n",
    from: 1,
    to: 1_000_000,
    otherwise: "all",
    doc: "maximum number of streams; streams that need attention come first",
  }),
  ...streamsOutOptions("stream"),
};

const streamArgument = textOption({
  value: "stream",
  argument: true,
  required: true,
  expected: "the name of a stream",
  doc: "name of the stream: a person, or a device that one person wears",
});

/** Options of `streams show`. */
export const streamsShowOptions: OptionsOf<StreamsShowConfig> = {
  stream: streamArgument,
  model,
  store,
  last: wholeNumberOption({
    value: "n",
    from: 1,
    to: 1_000_000,
    otherwise: "all",
    doc: "maximum number of batches, counted from the newest",
  }),
  ...streamsOutOptions("batch"),
  out: {
    ...textOption({
      value: "file",
      expected: "a file name that ends in .html, .parquet, .csv, .tsv, .csv.gz or .tsv.gz",
      pattern: /\.(html?|parquet|(csv|tsv)(\.gz)?)$/i,
      doc: "page to write (.html), or a table with one row per batch: .parquet, .csv or .tsv (also .gz)",
    }),
    group: "Table:",
  },
};

/** Options of `streams retire`. */
export const streamsChangeOptions: OptionsOf<StreamsChangeConfig> = {
  stream: streamArgument,
  model,
  store,
  reason,
  by,
};

/** Options of `streams erase`. */
export const streamsEraseOptions: OptionsOf<StreamsEraseConfig> = {
  ...streamsChangeOptions,
  reason: { ...reason, presence: "required", check: reason.check },
};

/** Options of `streams rename`. */
export const streamsRenameOptions: OptionsOf<StreamsRenameConfig> = {
  stream: streamArgument,
  to: textOption({
    value: "name",
    argument: true,
    required: true,
    expected: "the new name of the stream",
    doc: "new name of the stream, which no other stream may have",
  }),
  model,
  store,
  reason,
  by,
};
