import { z } from "zod";
import { dayPattern, expectedDay } from "../day.ts";
import type { TrainConfig } from "./config-types.ts";
import { choiceOption, numberOption, type OptionsOf, optionGroup, textOption, wholeNumberOption } from "./option.ts";
import { readingFilesOption, samplingRate, sensor, trainColumns, units } from "./reading-options.ts";
import {
  alias,
  experiment,
  jobs,
  newModel,
  resume,
  sharedLineOption,
  sharedRegisterOption,
  sharedSeedOption,
  tracking,
  trackingHeading,
} from "./shared-options.ts";

const splitKinds = choiceOption({
  value: "how",
  default: "group",
  doc: "what each fold is tested on",
  of: {
    group: "people that the network never saw",
    "leave-one-group-out": "each person alone",
    stratified: "shuffled windows, with leakage",
    blocks: "the same people at other times",
  },
});

/** `column:NAME` and `column:NAME=VALUE` are also allowed. */
const split: OptionsOf<TrainConfig>["split"] = {
  ...splitKinds,
  type: `${splitKinds.type} | \`column:\${string}\``,
  choices: {
    ...splitKinds.choices,
    "column:NAME":
      "folds by person over the rows for which this column says train; the rows for which it says test are the test set",
  },
  check: z.union(
    [splitKinds.check, z.templateLiteral(["column:", z.string().min(1)])],
    `one of ${Object.keys(splitKinds.choices ?? {}).join(", ")}, or column:NAME`,
  ),
};

const presets = choiceOption({
  value: "name",
  default: "auto",
  doc: "architecture",
  of: {
    "1dcnn-bilstm": "an architecture common in papers",
    compact: "smaller and twice as fast",
    minirocket: "fixed convolutions with one trained layer",
    ensemble: "the average of compact, minirocket, and minirocket with magnitudes",
    auto: "the average, compact or minirocket, depending on their losses on held-out people",
  },
});

/** The path of a file is also allowed. */
const network: OptionsOf<TrainConfig>["network"] = {
  ...presets,
  type: `${presets.type} | \`\${string}.\${"ts" | "mts" | "js" | "mjs"}\``,
  choices: {
    ...presets.choices,
    "FILE.ts": "your own network: a module that exports a function from layers to a network; also .js",
  },
  check: z.union(
    [presets.check, z.templateLiteral([z.string().min(1), ".", z.enum(["ts", "mts", "js", "mjs"])])],
    `one of ${Object.keys(presets.choices ?? {}).join(", ")}, or a file that ends in .ts or .js`,
  ),
};

/** Options of `train`. */
export const trainOptions: OptionsOf<TrainConfig> = {
  files: readingFilesOption("labelled recordings"),
  out: newModel,
  ...trainColumns,
  sensor,
  units,
  ...optionGroup("Windows:", {
    rate: numberOption({
      ...samplingRate,
      otherwise: "the rate of most recordings, at most 50",
      doc: "sampling rate in Hz of the network's input, and of recordings without a time column; recordings at another rate are resampled",
    }),
    resampling: choiceOption({
      value: "how",
      default: "low-pass",
      doc: "how recordings at a higher rate are resampled",
      of: {
        "low-pass": "after a low-pass filter, so that fast movement does not look like slow movement",
        linear: "by interpolation alone",
      },
    }),
    window: wholeNumberOption({
      value: "samples",
      from: 8,
      to: 100_000,
      otherwise: "4 seconds",
      doc: "length of a window in samples, after resampling",
    }),
    overlap: numberOption({
      value: "share",
      expected: "a number from 0 up to, but not including, 1",
      from: 0,
      below: 1,
      default: 0.5,
      doc: "share of a window that overlaps the next window",
    }),
    purity: numberOption({
      value: "share",
      expected: "a number from 0 to 1",
      from: 0,
      to: 1,
      default: 1,
      doc: "minimum share of a window that its label must cover; below 1, a window may span label changes and gets its most frequent label",
    }),
    normalize: choiceOption({
      value: "method",
      default: "zscore",
      doc: "how channels are scaled",
      of: { zscore: "mean and standard deviation", robust: "median and interquartile range", none: "" },
    }),
  }),
  ...optionGroup("Network and its training:", {
    network,
    from: textOption({
      value: "model",
      expected: "a model folder, or DIR/LINE@champion",
      doc: "model whose weights the fits start from; its network, windows and scaling are used",
    }),
    epochs: wholeNumberOption({ value: "n", from: 1, to: 100_000, default: 100, doc: "maximum epochs per fit" }),
    batchSize: wholeNumberOption({
      value: "windows",
      from: 2,
      to: 65_536,
      default: 64,
      doc: "windows per training step",
    }),
    learningRate: numberOption({
      value: "x",
      expected: "a number greater than 0, at most 1",
      above: 0,
      to: 1,
      default: 0.001,
      otherwise: "0.001, or a tenth of it with --from",
      doc: "Adam's initial learning rate, halved on plateaus; for auto and ensemble without --from, the mean of a rate that falls to 0",
    }),
    patience: wholeNumberOption({
      value: "epochs",
      from: 1,
      to: 100_000,
      default: 15,
      doc: "epochs without improvement after which a fit stops; not for auto and ensemble, except with --from",
    }),
    classWeights: choiceOption({
      value: "how",
      default: "none",
      doc: "weights of the classes in the loss",
      of: { none: "", balanced: "rare classes count as much as frequent ones" },
    }),
    augment: choiceOption({
      value: "how",
      default: "rotate",
      doc: "augmentation of training windows",
      of: { none: "", rotate: "random rotations, because no two people wear a sensor the same way" },
    }),
    seed: sharedSeedOption("model"),
  }),
  ...optionGroup("Monitoring:", {
    referenceBatches: wholeNumberOption({
      value: "n",
      from: 1,
      to: 1000,
      default: 5,
      aliases: ["windowSize"],
      doc: "number of batches in a stream's anchor and in its rolling reference",
    }),
    day: textOption({
      value: "how",
      expected: `auto, ${expectedDay}`,
      pattern: dayPattern,
      default: "auto",
      doc: "how long one activity lasts on average: auto, recorded, or a range in seconds, such as 20-120",
    }),
  }),
  ...optionGroup("Cross-validation:", {
    split,
    folds: wholeNumberOption({
      value: "n",
      from: 2,
      to: 1000,
      default: 5,
      doc: "number of folds; leave-one-group-out has one per person instead",
    }),
  }),
  ...optionGroup(trackingHeading, { tracking, experiment, register: sharedRegisterOption("the model"), alias }),
  ...optionGroup("Versions:", { as: sharedLineOption }),
  ...optionGroup("Running:", { jobs: { ...jobs, doc: "worker threads; each trains one fold at a time" }, resume }),
};
