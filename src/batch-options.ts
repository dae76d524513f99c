import type { CheckConfig, DriftBenchConfig, PredictConfig } from "./config-types.ts";
import { choice, flag, number, type Option, type OptionsOf, text, under, whole } from "./option.ts";
import {
  files,
  jobs,
  keep,
  knownExperiment,
  label,
  model,
  modelColumns,
  modelColumnsHeading,
  overwrite,
  seed,
  table,
  tracking,
  trackingHeading,
} from "./shared-options.ts";

/** Options of `predict`. */
export const predictOptions: OptionsOf<PredictConfig> = {
  files: files("recordings"),
  model,
  out: table,
  overwrite,
  spreadsheetSafe: flag({ doc: "quote texts that a spreadsheet would run as formulas; CSV and TSV only" }),
  ...modelColumns,
  ...under("Running:", { jobs }),
};

export const stream: Option<string> = text({
  value: "name",
  default: "default",
  expected: "the name of a stream",
  doc: "name of the stream: a device, a person, a site",
});

const arl = number({
  value: "batches",
  expected: "a number of batches greater than 1",
  above: 1,
  to: 1e9,
  default: 500,
  doc: "minimum average number of batches between false alarms",
});

const alpha = number({
  value: "share",
  expected: "a number greater than 0, less than 1",
  above: 0,
  below: 1,
  default: 0.05,
  doc: "share of drift-free batches of new people that are called unfamiliar",
});

/** Options of `check`. */
export const checkOptions: OptionsOf<CheckConfig> = {
  files: files("one batch of unlabelled recordings"),
  model: {
    ...model,
    doc: "the model folder, or DIR/LINE@champion; it also holds the stream's memory. Repeat it to ask several models",
  },
  ...under("Batch:", {
    stream,
    batchId: text({
      value: "name",
      expected: "the name of a batch",
      otherwise: "the first file's name",
      doc: "the batch's name in the stream's ledger",
    }),
    accept: flag({ doc: "let the batch into the stream's references even if it alarms" }),
  }),
  ...under("Decision:", {
    thresholds: choice({
      value: "which",
      default: "calibrated",
      doc: "what distances are compared with",
      of: { calibrated: "rehearsals on held-out people", fixed: "textbook constants" },
    }),
    arl,
    alpha,
  }),
  ...under("Memory:", keep),
  ...modelColumns,
  ...under(trackingHeading, {
    tracking,
    experiment: knownExperiment("streams appear in <name>/monitoring"),
  }),
  ...under("Running:", { jobs }),
};

/** Options of `drift-bench`. */
export const driftBenchOptions: OptionsOf<DriftBenchConfig> = {
  files: files("recordings of people that the model did not learn from"),
  model,
  out: text({
    value: "file.html",
    expected: "a file name that ends in .html",
    pattern: /\.html?$/i,
    doc: "report page to write",
  }),
  overwrite,
  ...under("Streams:", {
    seconds: number({
      value: "s",
      expected: "seconds of a batch from 15 to 86400",
      from: 15,
      to: 86_400,
      default: 60,
      doc: "length of a batch in seconds, a multiple of 15",
    }),
    batches: whole({ value: "n", from: 2, to: 10_000, default: 60, doc: "batches per stream" }),
    changeAt: whole({
      value: "n",
      from: 1,
      to: 9999,
      default: 20,
      doc: "number of the first changed batch, counted from 0",
    }),
    streams: whole({ value: "n", from: 1, to: 1000, default: 1, doc: "streams per person and change" }),
    seed: seed("tables"),
  }),
  ...under("Decision:", { arl, alpha: { ...alpha, doc: "significance level of the KS p-value" } }),
  ...under(modelColumnsHeading, {
    label: { ...label, doc: "activity by which sessions are mixed; otherwise the predicted one" },
  }),
  ...modelColumns,
  ...under("Running:", { jobs }),
};
