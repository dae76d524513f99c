import { type EnsembleName, ensembleMembers } from "../networks/ensemble-members.ts";
import type { NetworkSource } from "./network-source.ts";

/**
 * Whether a network has members whose probabilities are weighted. With `auto`, it can happen that only one member has a weight
 * above 0.
 */
export function isEnsemble(network: NetworkSource | string): network is EnsembleName {
  return typeof network === "string" && Object.hasOwn(ensembleMembers, network);
}
