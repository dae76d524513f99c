// The options that a retraining run inherits from the champion's training, as stored in the champion's folder. A model trained
// with a value that this version of Tidemark does not support can still be used, but cannot be retrained.

import { UserError } from "../errors.ts";
import { type ChampionOptions, recordedOptionsOfChampion } from "../options/recorded-options.ts";
import type { Manifest } from "../storage/manifest.ts";
import type { StoredConfig } from "../storage/stored-config.ts";

/**
 * @param config options with which the champion was trained
 * @param model the model, as given by the user
 * @throws UserError if an option is missing, or this version does not support its value; the message names the option
 */
export function championOptions(
  config: StoredConfig,
  { data, tidemark_version }: Pick<Manifest, "data" | "tidemark_version">,
  model: string,
): ChampionOptions {
  const read = recordedOptionsOfChampion({ ...config, files: config.files ?? data.files });
  if ("options" in read) return read.options;
  const { name, expected, found } = read.fault;
  throw new UserError(
    `${model} cannot be retrained: it was trained with ${name} ${found}, but this version of Tidemark expects ${expected}`,
    {
      advice: `The model still works with check and predict. Retrain it with Tidemark ${tidemark_version}, which made it, or train a new model.`,
    },
  );
}
