import type { ConvertConfig } from "./config-types.ts";
import type { OptionsOf } from "./option.ts";
import { readingFilesOption, recordedRate, sensor, trainColumns, units } from "./reading-options.ts";
import { overwrite, table } from "./shared-options.ts";

/** Options of `convert`. */
export const convertOptions: OptionsOf<ConvertConfig> = {
  files: readingFilesOption("recordings, labelled or not"),
  out: table,
  overwrite,
  ...trainColumns,
  sensor,
  units,
  rate: recordedRate,
};
