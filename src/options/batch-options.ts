import { benchDayPattern, expectedDay } from "../day.ts";
import { alertsHeading, checkAlerts } from "./alert-options.ts";
import type { CheckConfig, DriftBenchConfig, EvaluateConfig, PredictConfig } from "./config-types.ts";
import {
  choiceOption,
  flagOption,
  numberOption,
  type Option,
  type OptionsOf,
  optionGroup,
  textOption,
  wholeNumberOption,
} from "./option.ts";
import { evaluatedLabels, label, modelColumns, modelColumnsHeading, readingFilesOption } from "./reading-options.ts";
import {
  by,
  jobs,
  keep,
  model,
  overwrite,
  page,
  reason,
  sharedExperimentOption,
  sharedSeedOption,
  store,
  table,
  tracking,
  trackingHeading,
} from "./shared-options.ts";

/** Options of `predict`. */
export const predictOptions: OptionsOf<PredictConfig> = {
  files: readingFilesOption("recordings"),
  model,
  out: table,
  overwrite,
  spreadsheetSafe: flagOption({
    doc: "put a single quote before text that a spreadsheet would run as a formula; CSV and TSV only",
  }),
  ...optionGroup("Labels:", {
    smooth: numberOption({
      value: "s",
      expected: "a number of seconds greater than 0",
      above: 0,
      to: 86_400,
      otherwise: "no smoothing",
      doc: "smooth labels over time, for activities that last this many seconds on average",
    }),
    unknown: numberOption({
      value: "share",
      expected: "a number greater than 0 and less than 1",
      above: 0,
      below: 1,
      otherwise: "none",
      doc: "label a window unknown if its confidence is below this quantile of the confidence in cross-validation",
    }),
  }),
  ...modelColumns,
  ...optionGroup("Running:", { jobs }),
};

/** Options of `evaluate`. */
export const evaluateOptions: OptionsOf<EvaluateConfig> = {
  files: readingFilesOption("labelled recordings"),
  model,
  out: page,
  overwrite,
  ...evaluatedLabels,
  ...optionGroup("Windows:", {
    purity: numberOption({
      value: "share",
      expected: "a number from 0 to 1",
      from: 0,
      to: 1,
      otherwise: "as in training",
      doc: "minimum share of a window that its label must cover; below 1, a window may span label changes",
    }),
  }),
  ...modelColumns,
  ...optionGroup("Running:", { jobs }),
};

export const stream: Option<string> = textOption({
  value: "name",
  default: "default",
  expected: "the name of a stream",
  doc: "name of the stream: a person, or a device that one person wears",
});

const arl = numberOption({
  value: "batches",
  expected: "a number of batches greater than 1",
  above: 1,
  to: 1e9,
  default: 500,
  doc: "minimum average number of batches between false alarms",
});

const alpha = numberOption({
  value: "share",
  expected: "a number greater than 0 and less than 1",
  above: 0,
  below: 1,
  default: 0.05,
  doc: "share of drift-free batches from new people that may look unfamiliar",
});

/** Options of `check`. */
export const checkOptions: OptionsOf<CheckConfig> = {
  files: readingFilesOption("one batch of unlabelled recordings"),
  model: {
    ...model,
    doc: "the model: its folder (which also stores the stream's state, unless --store is given), DIR/LINE@champion, or DIR/LINE@3 for version 3 of a line; repeat the option to use several models",
  },
  out: { ...page, doc: "page to write, with charts of the batch and the reasons for its verdict" },
  overwrite,
  ...optionGroup("Batch:", {
    stream,
    streamFrom: textOption({
      value: "column",
      expected:
        'the name of a column such as device, or the end of a path with one {name}, such as "device_{stream}.csv"',
      doc: 'check many streams at once: the column that names the stream of each row, or a pattern for the path of each file, such as "device_{stream}.csv"',
    }),
    batchId: textOption({
      value: "name",
      expected: "the name of a batch",
      otherwise: "the first file's name",
      doc: "the batch's name in the stream's ledger",
    }),
    accept: flagOption({ doc: "add the batch to the stream's references even if it raises an alarm" }),
    reason: { ...reason, doc: "with --accept: reason for the decision; recorded in the ledger" },
    by: { ...by, doc: "with --accept: name of the person who decides; recorded in the ledger" },
  }),
  ...optionGroup("Decision:", {
    thresholds: choiceOption({
      value: "which",
      default: "calibrated",
      doc: "thresholds for distances",
      of: { calibrated: "rehearsals on held-out people", fixed: "textbook constants" },
    }),
    arl,
    alpha,
  }),
  ...optionGroup("Memory:", { store, ...keep }),
  ...modelColumns,
  ...optionGroup(trackingHeading, {
    tracking,
    experiment: sharedExperimentOption("experiment of the training run; streams appear in <name>/monitoring"),
  }),
  ...optionGroup(alertsHeading, checkAlerts),
  ...optionGroup("Running:", { jobs }),
};

/** Options of `drift-bench`. */
export const driftBenchOptions: OptionsOf<DriftBenchConfig> = {
  files: readingFilesOption("recordings of people that the model did not learn from"),
  model,
  out: page,
  overwrite,
  ...optionGroup("Streams:", {
    seconds: numberOption({
      value: "s",
      expected: "a number of seconds from 15 to 86400",
      from: 15,
      to: 86_400,
      default: 60,
      doc: "length of a batch in seconds, rounded to a multiple of 15",
    }),
    batches: wholeNumberOption({ value: "n", from: 2, to: 10_000, default: 60, doc: "batches per stream" }),
    changeAt: wholeNumberOption({
      value: "n",
      from: 1,
      to: 9999,
      default: 20,
      doc: "number of the first changed batch, counted from 0",
    }),
    streams: wholeNumberOption({ value: "n", from: 1, to: 1000, default: 1, doc: "streams per person and change" }),
    day: textOption({
      value: "how",
      expected: expectedDay,
      pattern: benchDayPattern,
      default: "20-120",
      doc: 'how long one activity lasts: a range in seconds, or "recorded" for the order of the recordings',
    }),
    seed: sharedSeedOption("tables"),
  }),
  ...optionGroup("Decision:", { arl, alpha: { ...alpha, doc: "significance level of the KS test" } }),
  ...optionGroup(modelColumnsHeading, {
    label: {
      ...label,
      doc: "column with the activities from which sessions are composed; by default, the predicted activities",
    },
  }),
  ...modelColumns,
  ...optionGroup("Running:", { jobs }),
};
