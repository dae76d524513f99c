import { isEnsemble } from "./is-ensemble.ts";
import type { NetworkSource } from "./network-source.ts";

/** Whether a network has a linear layer that is fitted with a penalty on its weights. */
export function hasPenalty(network: NetworkSource | string): boolean {
  return network === "minirocket" || isEnsemble(network);
}
