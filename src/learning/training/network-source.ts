// Where a network comes from: one of the presets, or a user's own file. Both kinds of source are plain data, so that a plan can
// be sent to another thread.

import type { Layer } from "../networks/layer-context.ts";
import { ownNetworkLayers } from "../networks/own-network-layers.ts";
import { type NetworkName, presetNetwork } from "../networks/presets.ts";
import type { NetworkFunction } from "../networks/public-layers.ts";
import { importOwnNetwork, type OwnNetwork } from "./own-network.ts";

export type { Initializer } from "../networks/initializers.ts";
export type {
  Conv1dOptions,
  Layers,
  Network,
  NetworkFunction,
  Operators,
  Tensor,
} from "../networks/public-layers.ts";

export type NetworkSource = NetworkName | OwnNetwork;

/** The layers of a network, which map windows [B, T, C] to logits [B, K]. */
export async function networkSourceLayers(source: NetworkSource, classCount: number): Promise<Layer> {
  if (typeof source === "string") return presetNetwork(source, classCount);
  const { default: build } = await importOwnNetwork(source);
  return (build as NetworkFunction)(ownNetworkLayers, classCount) as Layer;
}
