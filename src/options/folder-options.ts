// Options of `sync`, `reference`, `baseline`, `models`, `completion` and `simulate`.

import { dayPattern, expectedDay } from "../day.ts";
import { evaluateOptions, stream } from "./batch-options.ts";
import type {
  CompactConfig,
  CompareConfig,
  RecalibrateConfig,
  SimulateConfig,
  StreamConfig,
  StreamsChangeConfig,
  SyncConfig,
} from "./config-types.ts";
import {
  choiceOption,
  namesOption,
  numberOption,
  type OptionsOf,
  optionGroup,
  textOption,
  textsOption,
  wholeNumberOption,
} from "./option.ts";
import { filesExpected, samplingRate } from "./reading-options.ts";
import {
  alias,
  by,
  jobs,
  keep,
  model,
  overwrite,
  reason,
  sharedExperimentOption,
  sharedLineOption,
  sharedRegisterOption,
  sharedSeedOption,
  store,
  table,
  tracking,
  trackingHeading,
} from "./shared-options.ts";

/** Options of `sync`. */
export const syncOptions: OptionsOf<SyncConfig> = {
  directory: textOption({
    value: "dir",
    argument: true,
    required: true,
    affects: "run",
    expected: "a model folder",
    doc: "a model folder, or the folder of an interrupted training run",
  }),
  ...optionGroup(trackingHeading, {
    tracking,
    experiment: sharedExperimentOption("experiment in which the runs appear"),
    register: sharedRegisterOption("the model"),
    alias,
  }),
};

/** Options of `reference show`. */
export const streamOptions: OptionsOf<StreamConfig> = { model, stream, store };

/** Who makes a decision, and why. */
type UserDecision = Pick<StreamsChangeConfig, "by" | "reason">;

/** Options of `reference reset`. */
export const resetOptions: OptionsOf<StreamConfig & UserDecision> = { ...streamOptions, reason, by };

/** Options of `reference compact`. */
export const compactOptions: OptionsOf<CompactConfig> = { model, store, ...keep };

const modelArgument = textOption({
  value: "model",
  argument: true,
  required: true,
  expected: "a model folder",
  doc: "a model: its folder, DIR/LINE@champion, or DIR/LINE@3 for version 3 of a line",
});
const dir = textOption({
  value: "dir",
  default: "models",
  expected: "a folder of model folders",
  doc: "a folder of model folders",
});

/** Options of `reference exclude` and `accept`. */
export const batchOptions: OptionsOf<StreamConfig & UserDecision & { batch: string }> = {
  batch: textOption({
    value: "batch",
    argument: true,
    required: true,
    expected: "a batch's id",
    doc: "the batch's id",
  }),
  ...resetOptions,
};

/** Options of `models list`. */
export const listOptions: OptionsOf<{ dir: string }> = { dir };

/** Options of `models show`, and of `baseline show` and `validate`. */
export const modelOptions: OptionsOf<{ model: string }> = { model: modelArgument };

/** Options of `models promote`. */
export const promoteOptions: OptionsOf<{ model: string; store?: string }> = { model: modelArgument, store };

/** Options of `baseline recalibrate`. */
export const recalibrateOptions: OptionsOf<RecalibrateConfig> = {
  model: modelArgument,
  day: textOption({
    value: "how",
    expected: `auto, ${expectedDay}`,
    pattern: dayPattern,
    otherwise: "as in training",
    doc: "how long one activity lasts on average: auto, recorded, or a range in seconds, such as 20-120",
  }),
  recordings: textsOption({
    value: "files",
    affects: "run",
    expected: filesExpected,
    otherwise: "their paths at the time of training",
    doc: "the recordings that the model learned from, if they have moved",
  }),
  ...optionGroup("Running:", { jobs }),
};

/** Options of `models add`. */
export const addOptions: OptionsOf<{ model: string; as: string }> = {
  model: modelArgument,
  as: { ...sharedLineOption, presence: "required" },
};

const { files: _files, model: _model, out: _out, overwrite: _overwrite, ...ofEvaluation } = evaluateOptions;

/** The options of `models compare` that determine how labelled recordings are read. */
export const comparedRecordings: Omit<OptionsOf<CompareConfig>, "models" | "on"> = ofEvaluation;

/** Options of `models compare`. */
export const compareOptions: OptionsOf<CompareConfig> = {
  models: textsOption({
    value: "models",
    argument: true,
    required: true,
    expected: "model folders",
    doc: "two or more models, each given as its folder, DIR/LINE@champion, or DIR/LINE@3 for version 3 of a line; the first is compared with each of the others",
  }),
  on: textsOption({
    value: "files",
    expected: filesExpected,
    otherwise: "each model's own cross-validation",
    doc: "labelled recordings on which to compare",
  }),
  ...comparedRecordings,
};

/** Options of `models rollback`. */
export const rollbackOptions: OptionsOf<{ line: string; dir: string }> = {
  line: textOption({
    value: "line",
    argument: true,
    required: true,
    expected: "the name of a line of models",
    doc: "the name that all versions share",
  }),
  dir,
};

/** Options of `completion`. */
export const completionOptions: OptionsOf<{ shell: "bash" | "zsh" | "fish" }> = {
  shell: choiceOption({
    value: "shell",
    argument: true,
    required: true,
    doc: "the shell",
    of: { bash: "", zsh: "", fish: "" },
  }),
};

/** Options of `simulate`. */
export const simulateOptions: OptionsOf<SimulateConfig> = {
  out: table,
  overwrite,
  users: wholeNumberOption({ value: "n", from: 1, to: 10_000, default: 8, doc: "number of people" }),
  firstPerson: wholeNumberOption({
    value: "n",
    from: 1,
    to: 1_000_000,
    default: 1,
    doc: "number in the first person's name; different numbers produce different people",
  }),
  minutes: numberOption({
    value: "x",
    expected: "a number of minutes greater than 0",
    above: 0,
    to: 100_000,
    default: 10,
    doc: "minutes of recordings per person",
  }),
  rate: numberOption({ ...samplingRate, default: 50, doc: "sampling rate in Hz" }),
  activities: namesOption({
    value: "names",
    otherwise: "all",
    expected: "a list of activities such as walking,sitting",
    doc: "activities, separated by commas, such as walking,sitting",
  }),
  seed: sharedSeedOption("recordings"),
};
