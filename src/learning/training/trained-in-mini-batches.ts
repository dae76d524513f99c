import type { NetworkSource } from "./network-source.ts";

/**
 * Whether a network, or part of one, is trained in steps by Adam. In the minirocket networks, only the last layer is trained,
 * by solving linear equations.
 * @param network the network's source, or its name or file as accepted by `--network`
 */
export function isTrainedInMiniBatches(network: NetworkSource | string): boolean {
  return network !== "minirocket" && network !== "minirocket-magnitudes";
}
