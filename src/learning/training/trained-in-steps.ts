import type { NetworkName } from "../networks/presets.ts";

/**
 * Whether Adam trains a network, or a part of it, in steps. The minirocket network is fitted in one go: only its last layer is trained, and its
 * loss has a single minimum.
 */
export function isTrainedInSteps(name: NetworkName): boolean {
  return name !== "minirocket";
}
