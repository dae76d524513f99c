import type { NetworkSource } from "./network-source.ts";

/** Whether a network has members whose probabilities are weighted. With `auto`, only one member may have a weight above 0. */
export function isEnsemble(network: NetworkSource | string): boolean {
  return network === "ensemble" || network === "auto";
}
