import { isEnsemble } from "./is-ensemble.ts";
import type { NetworkSource } from "./network-source.ts";
import { isTrainedInMiniBatches } from "./trained-in-mini-batches.ts";

/** Whether a network has a linear layer that is fitted with a penalty on its weights. */
export function hasPenalty(network: NetworkSource | string): boolean {
  return !isTrainedInMiniBatches(network) || isEnsemble(network);
}
