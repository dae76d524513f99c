import type { ConvertConfig } from "./config-types.ts";
import type { OptionsOf } from "./option.ts";
import { filesOption, overwrite, recordedRate, sensor, table, trainColumns, units } from "./shared-options.ts";

/** Options of `convert`. */
export const convertOptions: OptionsOf<ConvertConfig> = {
  files: filesOption("recordings, labelled or not"),
  out: table,
  overwrite,
  ...trainColumns,
  sensor,
  units,
  rate: recordedRate,
};
