import type { InspectConfig } from "./config-types.ts";
import type { OptionsOf } from "./option.ts";
import { readingFilesOption, sensor, trainColumns, units } from "./reading-options.ts";
import { overwrite, page } from "./shared-options.ts";
import { trainOptions } from "./train-options.ts";

const { rate, resampling, window, overlap, purity, split, folds, seed } = trainOptions;

/**
 * Options of `inspect`: the options of `train` that determine how recordings are read, cut into windows and split into folds.
 */
export const inspectOptions: OptionsOf<InspectConfig> = {
  files: readingFilesOption("labelled recordings"),
  out: page,
  overwrite,
  ...trainColumns,
  sensor,
  units,
  rate,
  resampling,
  window,
  overlap,
  purity,
  split,
  folds,
  seed: { ...seed, doc: "seed for the folds, as in train" },
};
