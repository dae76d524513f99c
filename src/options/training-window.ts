// Rules on the length and overlap of windows, and the rate and window of a training run that does not specify them.

import { UserError } from "../errors.ts";
import type { TrainConfig } from "./config-types.ts";

/** Minimum length of a window in samples. */
const leastWindowOfAll = 8;
/**
 * Minimum length for networks that need more: a shorter window would not fill a kernel of `minirocket`, and would leave the
 * last layers of `compact` without input.
 */
const leastWindow: Readonly<Partial<Record<TrainConfig["network"], number>>> = {
  compact: 16,
  minirocket: 9,
  ensemble: 16,
  auto: 16,
};

/** Window length if `--window` is not given; longer if the network needs more samples. */
const defaultWindowSeconds = 4;

/**
 * Determines the rate and the window if the options leave them open.
 *
 * @param rateHz the rate to use if the options do not specify one
 * @throws UserError if the rate is less than 1 Hz, the window is too short for the network, or windows would not advance
 */
export function resolveRateAndWindow<C extends Pick<TrainConfig, "rate" | "window" | "overlap" | "network">>(
  config: C,
  rateHz: number,
): C & { rate: number; window: number } {
  const rate = config.rate ?? rateHz;
  if (!(rate >= 1)) {
    throw new UserError(`the recordings have ${rate} samples per second; expected at least 1`, {
      advice: "Check the time column and its unit, or give a --rate.",
    });
  }
  const least = leastWindow[config.network] ?? leastWindowOfAll;
  const sampled = {
    ...config,
    rate,
    window: config.window ?? Math.max(least, Math.round(defaultWindowSeconds * rate)),
  };
  checkConfigWindow(sampled);
  return sampled;
}

/** @throws UserError if windows would not advance or are too short for the network */
export function checkConfigWindow({
  window,
  overlap,
  network,
}: Pick<TrainConfig, "window" | "overlap"> & { network?: TrainConfig["network"] }): void {
  if (window === undefined) return;
  if (!(Math.round(window * (1 - overlap)) >= 1)) {
    throw new UserError(
      `--overlap: expected each window to start at least one sample after the previous one, got ${overlap}`,
    );
  }
  const least = network === undefined ? 0 : (leastWindow[network] ?? 0);
  if (window < least) {
    throw new UserError(`--window: expected at least ${least} samples for the ${network} network, got ${window}`, {
      advice: `Windows of ${leastWindowOfAll} samples or more can be used with --network 1dcnn-bilstm.`,
    });
  }
}
