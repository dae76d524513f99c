import type { NetworkSource } from "./network-source.ts";

/**
 * Whether Adam trains a network, or a part of it, in steps. In the minirocket network, only the last layer is trained, and it
 * is the solution of linear equations.
 * @param network the network's source, or its name or file as `--network` takes it
 */
export function isTrainedInMiniBatches(network: NetworkSource | string): boolean {
  return network !== "minirocket";
}
