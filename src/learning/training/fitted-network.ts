// Which network is fitted for a value of `--network`. Networks that earlier versions fitted remain known, so that their models
// can be trained further.

import type { WindowSet } from "../../signals/data/windows.ts";
import { type EnsembleName, ensembleMembers } from "../networks/ensemble-members.ts";
import { describeNetworkParameters } from "../networks/parameters.ts";
import { type NetworkName, presetNetwork } from "../networks/presets.ts";
import type { NetworkWeights } from "./fit-state.ts";
import { isEnsemble } from "./is-ensemble.ts";
import type { NetworkSource } from "./network-source.ts";

/** The networks that this version fits come first. A model of `auto` may consist of the second form of `compact` alone. */
const fittedNetworks = {
  compact: ["compact", "compact-standardized"],
  ensemble: ["ensemble-standardized-magnitudes", "ensemble-standardized", "ensemble-magnitudes", "ensemble"],
  auto: ["auto-standardized-magnitudes", "auto-standardized", "auto-magnitudes", "auto"],
} as const satisfies Readonly<Record<string, readonly NetworkName[]>>;

/** All networks that this version and earlier ones fit for a value of `--network`, or for a user's own network. */
export function fittedNetworksFor(network: NetworkSource): readonly NetworkSource[] {
  return isNetworkFittedInAnotherForm(network) ? fittedNetworks[network] : [network];
}

/** The network that this version fits. @param hasSensors whether the channels form a sensor with three axes */
export function networkToFit(network: NetworkSource, hasSensors: boolean): NetworkSource {
  if (network !== "ensemble" && network !== "auto") return network;
  return hasSensors ? `${network}-standardized-magnitudes` : `${network}-standardized`;
}

/** The value of `--network` for which a network was fitted. */
export function optionOfFittedNetwork(network: NetworkSource): NetworkSource {
  const options = Object.keys(fittedNetworks) as (keyof typeof fittedNetworks)[];
  return options.find((option) => fittedNetworksFor(option).includes(network)) ?? network;
}

/** The network, among those fitted for `network`, to which the weights belong; `network` itself if it is none of these. */
export function networkOfWeights(
  network: NetworkSource,
  weights: NetworkWeights,
  windows: Pick<WindowSet, "windowSize" | "channels" | "classes">,
): NetworkSource {
  const fitted = fittedNetworksFor(network);
  return fitted.find((own) => typeof own === "string" && areWeightsOfNetwork(own, weights, windows)) ?? network;
}

/** Whether the vectors have the lengths of the network's own. */
function areWeightsOfNetwork(
  network: NetworkName,
  { parameters, statistics }: NetworkWeights,
  { windowSize, channels, classes }: Pick<WindowSet, "windowSize" | "channels" | "classes">,
): boolean {
  const shape = [1, windowSize, channels.length];
  const spec = describeNetworkParameters(presetNetwork(network, classes.length), { type: "float32", shape });
  return parameters.length === spec.parameterCount && statistics.length === spec.statisticCount;
}

/**
 * The network that a model was fitted with. If `auto` selected one of its members, the model's file holds only that member.
 * @param network the value of `--network`
 * @param held the network in the file
 * @param memberCount number of members of the ensemble; null for other networks
 */
export function fittedNetworkOfModel(
  network: NetworkSource,
  held: NetworkSource,
  memberCount: number | null,
): NetworkSource {
  const isFitted = (own: EnsembleName): boolean => {
    const members: readonly NetworkSource[] = ensembleMembers[own];
    return members.length === memberCount && members.includes(held);
  };
  const fitted = fittedNetworksFor(network);
  return fitted.find((own) => own === held) ?? fitted.find((own) => isEnsemble(own) && isFitted(own)) ?? network;
}

function isNetworkFittedInAnotherForm(network: NetworkSource): network is keyof typeof fittedNetworks {
  return typeof network === "string" && Object.hasOwn(fittedNetworks, network);
}
