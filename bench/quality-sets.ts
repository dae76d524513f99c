// The data sets of the quality benchmark, each with the options of `train` that read it. No other option is set: what is measured
// are the defaults. Other recordings can be given by path, with their options in a file as `train --config` reads it.

import { existsSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { resolveTrainConfig, type TrainConfig } from "../src/config.ts";
import { readConfigFile } from "../src/resolve-options.ts";

export interface QualitySet {
  readonly name: string;
  readonly config: TrainConfig;
}

const data = fileURLToPath(new URL("../../shared/data/", import.meta.url));

const known: Readonly<Record<string, { readonly files: string; readonly options: object }>> = {
  motionsense: { files: "motionsense/motionsense.parquet", options: {} },
  // Its windows are not all there, so each counts as a recording of its own.
  "uci-har": { files: "uci_har/uci_har.parquet", options: { recording: "window_id", window: 128 } },
  wisdm: { files: "wisdm_watch/wisdm_watch.parquet", options: { rate: 20, window: 200 } },
};

export const qualitySetNames: readonly string[] = Object.keys(known);

/** @returns a sentence if the set is not there */
export function knownQualitySet(
  name: string,
  options: { readonly split?: string; readonly jobs: number },
): QualitySet | string {
  const set = known[name];
  if (set === undefined) throw new Error(`--set: expected some of ${qualitySetNames.join(", ")}, got ${name}`);
  const file = `${data}${set.files}`;
  if (!existsSync(file)) return `${name}: not measured, because ../shared/data/${set.files} is missing.`;
  return { name: shownName(name, options.split), config: quality({ ...set.options, ...options, files: [file] }) };
}

/**
 * @param files as `train` takes them
 * @param config path of a file with `train`'s options
 */
export async function givenQualitySet(
  files: readonly string[],
  options: { readonly split?: string; readonly jobs: number; readonly config?: string },
): Promise<QualitySet> {
  const { config, ...own } = options;
  const file = config === undefined ? undefined : await readConfigFile(config);
  const name = basename(files[0]!).replace(/\.[a-z.]+$/, "");
  return { name: shownName(name, own.split), config: quality({ ...own, files: [...files] }, file) };
}

function quality(options: object, file?: Awaited<ReturnType<typeof readConfigFile>>): TrainConfig {
  return resolveTrainConfig({ ...options, out: "quality" }, file);
}

function shownName(name: string, split: string | undefined): string {
  return split === undefined ? name : `${name}, --split ${split}`;
}
