import type { ConvertConfig } from "./config-types.ts";
import { numberOption, type OptionsOf } from "./option.ts";
import { filesOption, overwrite, samplingRate, sensor, table, trainColumns, units } from "./shared-options.ts";

/** Options of `convert`. */
export const convertOptions: OptionsOf<ConvertConfig> = {
  files: filesOption("recordings, labelled or not"),
  out: table,
  overwrite,
  ...trainColumns,
  sensor,
  units,
  rate: numberOption({ ...samplingRate, doc: "sampling rate in Hz of recordings without a time column" }),
};
