// The part of a model that a device needs, stored in the model folder as device.json. Older folders lack this file, so its
// content is derived from the other files.
import { openWatchedModel } from "../monitoring/streams/watched-model.ts";
import { type DeviceModel, toDeviceJson } from "../monitoring/summaries/device-json.ts";
import { readJson } from "../storage/json-file.ts";
import { modelFiles } from "../storage/model-folder.ts";
import { scalerSchema } from "../storage/scaler-file.ts";

export type { DeviceModel } from "../monitoring/summaries/device-json.ts";
export type { QuantileGrid } from "../monitoring/summaries/quantile-grid.ts";

/**
 * Returns the part of a model that `tidemark/device` needs.
 *
 * @param model the path of a model folder; or DIR/LINE@champion or DIR/LINE@3, for the champion or version 3 of a line
 * @throws UserError if the folder was modified or cannot be used; the message lists all faults
 */
export async function deviceModel(model: string): Promise<DeviceModel> {
  const { folder, config, drift, sensors, baseline } = await openWatchedModel(model);
  const { model_version: modelVersion, data } = folder.manifest;
  const scaler = scalerSchema.parse(await readJson(folder.path(modelFiles.scaler)));
  return toDeviceJson({
    modelVersion,
    config,
    channels: data.channels,
    sensors,
    scaler,
    drift,
    baseline: baseline.per_channel,
  });
}
