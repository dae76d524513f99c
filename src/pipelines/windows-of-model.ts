// How windows are cut for a model; the same in training and for every batch.

import type { WindowOptions } from "../signals/data/plan-windows.ts";
import { type StoredConfig, storedResampling } from "../storage/stored-config.ts";

/** @param config the options with which the model was trained */
export function windowsOfModel(config: StoredConfig): Required<Omit<WindowOptions, "classes">> {
  const { rate, window, overlap, purity = 1 } = config;
  return { samplingRateHz: rate, windowSize: window, overlap, purity, resampling: storedResampling(config) };
}
