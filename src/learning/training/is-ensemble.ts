import type { NetworkName } from "../networks/presets.ts";

/** Whether a network has members whose probabilities are weighted. With `auto`, the weights may leave only one of them. */
export function isEnsemble(name: NetworkName): boolean {
  return name === "ensemble" || name === "auto";
}
