// What a retraining takes over from the training of its champion. The champion's folder keeps these options as they were
// written; a version that no longer knows one of them, or one of its values, can still use the model, but not retrain it.

import { type ChampionOptions, readChampionOptions } from "../config.ts";
import { UserError } from "../errors.ts";
import type { Manifest } from "../storage/store/manifest.ts";
import type { StoredConfig } from "../storage/store/stored-config.ts";

/**
 * @param config of the champion's training
 * @param model as its user named it
 * @throws UserError that names the option which this version cannot go on with
 */
export function championOptions(
  config: StoredConfig,
  { data, tidemark_version }: Pick<Manifest, "data" | "tidemark_version">,
  model: string,
): ChampionOptions {
  const read = readChampionOptions({ ...config, files: config.files ?? data.files });
  if ("options" in read) return read.options;
  const { name, expected, found } = read.fault;
  throw new UserError(
    `${model} cannot be retrained: it was trained with ${name} ${found}, and this Tidemark knows ${expected}`,
    {
      advice: `check and predict work with it. Retrain it with Tidemark ${tidemark_version}, which made it, or train a new model.`,
    },
  );
}
