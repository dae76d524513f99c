// A model folder that may come from anybody, opened: its hashes say that nobody changed it by accident, and the checks here
// that its files fit each other and can be used, whoever wrote the hashes.

import { readFile } from "node:fs/promises";
import { networkFaults } from "../../learning/networks/exported-network.ts";
import { scalerFaults } from "../../signals/preprocessing/scaler-schema.ts";
import { readJson } from "../../storage/store/atomic-file.ts";
import { type ModelFolder, modelFiles, openModelFolder, unfitFile } from "../../storage/store/model-folder.ts";
import { resolveModel } from "../../storage/store/registry.ts";
import { explainReadFailure } from "../../system-error.ts";

/**
 * @param model a model folder, or DIR/LINE@champion
 * @throws UserError that names the file and all that is wrong with it
 */
export async function openModel(model: string): Promise<ModelFolder> {
  const folder = await openModelFolder(await resolveModel(model));
  const { config, data } = folder.manifest;
  const { channels, classes } = data;
  const scaler = folder.path(modelFiles.scaler);
  refuse(scaler, scalerFaults(await readJson(scaler), { channels, method: config.normalize }));
  const network = folder.path(modelFiles.network);
  const bytes = await readFile(network).catch((error: unknown) => {
    throw explainReadFailure(error, network);
  });
  const expected = { channels, classes, windowSize: config.window, samplingRateHz: config.rate };
  refuse(network, networkFaults(bytes, expected));
  return folder;
}

function refuse(path: string, faults: readonly string[]): void {
  if (faults.length > 0) throw unfitFile(path, faults);
}
