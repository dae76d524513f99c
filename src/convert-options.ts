import type { ConvertConfig } from "./config-types.ts";
import { choiceOption, type OptionsOf } from "./option.ts";
import { filesOption, overwrite, rate, sensor, table, trainColumns } from "./shared-options.ts";

/** Options of `convert`. */
export const convertOptions: OptionsOf<ConvertConfig> = {
  files: filesOption("recordings, labelled or not"),
  out: table,
  overwrite,
  ...trainColumns,
  sensor,
  units: choiceOption({
    value: "which",
    default: "stated",
    doc: "which units are converted to m/s^2 and rad/s",
    of: { stated: "those that names or --sensor state", auto: "also those that only the values show" },
  }),
  rate: { ...rate, doc: "sampling rate in Hz of recordings without a time column" },
};
