import type { TuneConfig } from "./config-types.ts";
import { numberOption, type OptionsOf, optionGroup, textOption, textsOption } from "./option.ts";
import { readingFilesOption, sensor, trainColumns, units } from "./reading-options.ts";
import { experiment, jobs, overwrite, resume, tracking, trackingHeading } from "./shared-options.ts";
import { trainOptions } from "./train-options.ts";

const { rate, resampling, window, overlap, purity, seed, folds } = trainOptions;
const { network, normalize, epochs, batchSize, learningRate, patience, classWeights, augment } = trainOptions;

/** Options of `train` that can be searched. None of them changes the recordings or the division of people into folds. */
export const searchedOptions = [
  "window",
  "overlap",
  "network",
  "normalize",
  "epochs",
  "batchSize",
  "learningRate",
  "patience",
  "classWeights",
  "augment",
] as const;

/** Options of `tune`. */
export const tuneOptions: OptionsOf<TuneConfig> = {
  files: readingFilesOption("labelled recordings"),
  out: textOption({
    value: "file",
    required: true,
    expected: "the path of a file that ends in .yaml",
    pattern: /\.ya?ml$/i,
    affects: "run",
    doc: "config file with the chosen options, for train --config",
  }),
  overwrite,
  ...optionGroup("Search:", {
    search: textsOption({
      value: "option=values",
      many: "repeated",
      required: true,
      expected: "an option and its values, such as learning-rate=0.001,0.003",
      doc: "option of train and the values to try, as NAME=VALUE,VALUE,...; repeatable, and all combinations are candidates",
    }),
    minutes: numberOption({
      value: "n",
      expected: "a number greater than 0",
      above: 0,
      default: 60,
      affects: "run",
      doc: "minutes for trying candidates; evaluating the chosen ones takes up to two more cross-validations",
    }),
    folds: {
      ...folds,
      default: 3,
      doc: "folds by person; options are searched separately for each fold, without its test people",
    },
    seed: { ...seed, doc: "seed of the folds, the fits and the order of the candidates" },
  }),
  ...trainColumns,
  sensor,
  units,
  rate,
  resampling,
  window,
  overlap,
  purity,
  ...optionGroup("Values of options that are not searched:", {
    network,
    normalize,
    epochs,
    batchSize,
    learningRate,
    patience,
    classWeights,
    augment,
  }),
  ...optionGroup(trackingHeading, { tracking, experiment }),
  ...optionGroup("Running:", { jobs: { ...jobs, doc: "worker threads; each trains one fold at a time" }, resume }),
};
