import type { NetworkSource } from "./network-source.ts";

/**
 * Whether Adam trains a network, or a part of it, in steps. The minirocket network is fitted in one go: only its last layer is
 * trained, and its loss has a single minimum.
 * @param network its source, or its name or file as an option
 */
export function isTrainedInSteps(network: NetworkSource | string): boolean {
  return network !== "minirocket";
}
