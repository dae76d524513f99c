// Options shared by several commands.
import { availableParallelism } from "node:os";
import type { CheckConfig } from "./config-types.ts";
import { flagOption, type Option, type OptionsOf, textOption, wholeNumberOption } from "./option.ts";

export const model: Option<string> = textOption({
  value: "dir",
  required: true,
  expected: "a model folder",
  doc: "the model: its folder, DIR/LINE@champion, or DIR/LINE@3 for version 3 of a line",
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

/** @param what words for the result that the same seed reproduces */
export function sharedSeedOption(what: string): Option<number> {
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
  doc: "continue the interrupted run with the same --out",
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

/**
 * Returns the option for the experiment of runs that belong to a training run; by default, it is the training run's experiment.
 * @param doc the line of help
 */
export function sharedExperimentOption(doc: string): Option<string> {
  return textOption({
    value: "name",
    affects: "tracking",
    otherwise: "the experiment given to train",
    expected: "the name of an experiment",
    doc,
  });
}

/** The line to which a model is added. */
export const sharedLineOption: Option<string> = textOption({
  value: "line",
  affects: "run",
  expected: "the name of a line of models in the same folder",
  pattern: /^(?!\.{1,2}$)[^/\\]+$/,
  doc: "line of models that the model joins: the name of its first version's folder, or a new name",
});

/** @param what words for the model that becomes the new version */
export function sharedRegisterOption(what: string): Option<string> {
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

export const trackingHeading = "Reporting to MLflow (MLflow's environment variables set credentials and TLS):";

/**
 * What a ledger keeps about past batches. The defaults allow a month for changing a decision, and limit the ledger's size; both
 * are arbitrary.
 */
export const keep: OptionsOf<Pick<CheckConfig, "keepDays" | "keepMegabytes">> = {
  keepDays: wholeNumberOption({
    value: "n",
    from: 0,
    to: 36_500,
    default: 30,
    doc: "number of days for which the ledger keeps full results, and the summaries that no reference needs",
  }),
  keepMegabytes: wholeNumberOption({
    value: "n",
    from: 1,
    to: 1_000_000,
    default: 1000,
    doc: "maximum size of the ledger in MB; if it grows larger, the records of the oldest batches are shortened, regardless of age",
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

/** The option that gives a config file. It exists only on the command line, because callers of a function pass an object. */
export const configFile: Option<string> = textOption({
  value: "file",
  affects: "run",
  expected: "a file name",
  doc: "YAML or JSON file with options; the command line takes precedence",
});

/** @param what words for what is printed as JSON */
export function sharedJsonOption(what: string): Option<boolean> {
  return flagOption({ affects: "run", doc: `print ${what}` });
}

export const verbosity: OptionsOf<{ quiet: boolean; verbose: boolean }> = {
  quiet: flagOption({ affects: "run", doc: "print only results and errors" }),
  verbose: flagOption({ affects: "run", doc: "also print timings, decisions and details of what was read" }),
};

/** The person who makes a manual decision. */
export const by: Option<string> = textOption({
  value: "name",
  otherwise: "the name of your account",
  expected: "a name",
  doc: "name of the person who decides; recorded in the ledger",
});
/** The reason for a manual decision. */
export const reason: Option<string> = textOption({
  value: "text",
  expected: "a reason",
  doc: "reason for the decision; recorded in the ledger",
});
