// The data sets of the quality benchmark, each with the options of `train` that read it. Each set has only the options
// that are needed to read it, because the benchmark measures the defaults. Other recordings can be given by path, with
// their options in a file for `train --config`.

import { existsSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { readConfigFile } from "../src/options/read-config-file.ts";
import type { ConfigFile, TrainConfig } from "../src/options/resolve-config.ts";
import { resolveTrainConfig } from "../src/options/resolve-train-config.ts";

export interface QualitySet {
  readonly name: string;
  readonly config: TrainConfig;
}

/** Options given on the command line, which apply to all data sets. */
interface QualityOptions {
  readonly split?: string;
  readonly augment?: string;
  readonly jobs: number;
}

const data = fileURLToPath(new URL("../../shared/data/", import.meta.url));

const known: Readonly<Record<string, { readonly files: string; readonly options: object }>> = {
  motionsense: { files: "motionsense/motionsense.parquet", options: {} },
  // The set lacks some of its windows, so each window counts as a separate recording.
  "uci-har": { files: "uci_har/uci_har.parquet", options: { recording: "window_id", window: 128 } },
  wisdm: { files: "wisdm_watch/wisdm_watch.parquet", options: { rate: 20, window: 200 } },
};

export const qualitySetNames: readonly string[] = Object.keys(known);

/** @returns a sentence with the reason if the set is missing */
export function knownQualitySet(name: string, options: QualityOptions): QualitySet | string {
  const set = known[name];
  if (set === undefined) throw new Error(`--set: expected some of ${qualitySetNames.join(", ")}, got ${name}`);
  const file = `${data}${set.files}`;
  if (!existsSync(file)) return `${name}: not measured, because ../shared/data/${set.files} is missing.`;
  return qualitySet(name, { ...set.options, ...options, files: [file] });
}

/**
 * @param files files to read, as `train` takes them
 * @param config path of a file with `train`'s options
 */
export async function givenQualitySet(
  files: readonly string[],
  options: QualityOptions & { readonly config?: string },
): Promise<QualitySet> {
  const { config, ...own } = options;
  const file = config === undefined ? undefined : await readConfigFile(config);
  const name = basename(files[0]!).replace(/\.[a-z.]+$/, "");
  return qualitySet(name, { ...own, files: [...files] }, file);
}

function qualitySet(
  name: string,
  options: Omit<QualityOptions, "jobs"> & { readonly files: readonly string[] },
  file?: ConfigFile,
): QualitySet {
  const { split, augment } = options;
  const asked = Object.entries({ split, augment }).filter(([, value]) => value !== undefined);
  return {
    name: [name, ...asked.map(([option, value]) => `--${option} ${value}`)].join(", "),
    config: resolveTrainConfig({ ...options, out: "quality" }, file),
  };
}
