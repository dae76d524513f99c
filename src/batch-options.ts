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
  spreadsheetSafe: flag({ doc: "quote texts that a spreadsheet would take for formulas; CSV and TSV only" }),
  ...modelColumns,
  ...under("Running:", { jobs }),
};

export const stream: Option<string> = text({
  ...{ value: "name", default: "default", expected: "the name of a stream" },
  doc: "whose batch it is: a device, a person, a site",
});

const arl = number({
  ...{ value: "batches", expected: "a number of batches greater than 1", above: 1, to: 1e9, default: 500 },
  doc: "batches between false alarms, on average at least",
});

const alpha = number({
  ...{ value: "share", expected: "a number greater than 0, less than 1", above: 0, below: 1, default: 0.05 },
  doc: "share of drift-free batches of strangers that are called unfamiliar",
});

/** Options of `check`. */
export const checkOptions: OptionsOf<CheckConfig> = {
  files: files("one batch of unlabelled recordings"),
  model: {
    ...model,
    doc: "the model folder, or DIR/LINE@champion; the stream's memory lies there too. Give it again to ask several models",
  },
  ...under("Batch:", {
    stream,
    batchId: text({
      ...{ value: "name", expected: "the name of a batch", otherwise: "the first file's name" },
      doc: "the batch's name in the stream's ledger",
    }),
    accept: flag({ doc: "let the batch into the stream's references even if it alarms" }),
  }),
  ...under("Decision:", {
    thresholds: choice({
      ...{ value: "which", default: "calibrated" },
      doc: "what distances are held against",
      of: { calibrated: "rehearsals on left-out people", fixed: "the textbook's constants" },
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
  files: files("recordings of people whom the model did not learn from"),
  model,
  out: text({
    ...{ value: "file.html", expected: "a file name that ends in .html", pattern: /\.html?$/i },
    doc: "page that shows the figures",
  }),
  overwrite,
  ...under("Streams:", {
    seconds: number({
      ...{ value: "s", expected: "seconds of a batch from 15 to 86400", from: 15, to: 86_400, default: 60 },
      doc: "length of a batch in seconds, in steps of 15",
    }),
    batches: whole({ value: "n", from: 2, to: 10_000, default: 60, doc: "batches per stream" }),
    changeAt: whole({ value: "n", from: 1, to: 9999, default: 20, doc: "number of the first changed batch, from 0" }),
    streams: whole({ value: "n", from: 1, to: 1000, default: 1, doc: "streams for each person and change" }),
    seed: seed("tables"),
  }),
  ...under("Decision:", { arl, alpha: { ...alpha, doc: "significance level of the KS p-value" } }),
  ...under(modelColumnsHeading, {
    label: { ...label, doc: "activity; sessions are mixed by it, otherwise by the prediction" },
  }),
  ...modelColumns,
  ...under("Running:", { jobs }),
};
