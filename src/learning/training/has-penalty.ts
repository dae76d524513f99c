import type { NetworkName } from "../networks/presets.ts";
import { isEnsemble } from "./is-ensemble.ts";

/** Whether a network has a linear layer that is fitted with a penalty on its weights. */
export function hasPenalty(name: NetworkName): boolean {
  return name === "minirocket" || isEnsemble(name);
}
