import type { NetworkSource } from "./network-source.ts";

/** Whether a network has members whose probabilities are weighted. With `auto`, the weights may leave only one of them. */
export function isEnsemble(network: NetworkSource | string): boolean {
  return network === "ensemble" || network === "auto";
}
