// Where a network comes from: one of the presets, or a user's own file. Both are plain data, so that a plan can be sent to
// another thread.

import type { Layer } from "../networks/layer-context.ts";
import { ownNetworkLayers } from "../networks/own-network-layers.ts";
import { type NetworkName, presetNetwork } from "../networks/presets.ts";
import type { NetworkFunction } from "../networks/public-layers.ts";

export type { Initializer } from "../networks/initializers.ts";
export type {
  Conv1dOptions,
  Layers,
  Network,
  NetworkFunction,
  Operators,
  Tensor,
} from "../networks/public-layers.ts";

/** A user's own network. */
export interface OwnNetwork {
  /** The file as the user named it. */
  readonly file: string;
  /** Hash of `text`. */
  readonly sha256: string;
  /** The content of the file. */
  readonly text: string;
  /** The same without types: an ES module whose default export is a `NetworkFunction`. */
  readonly code: string;
}

export type NetworkSource = NetworkName | OwnNetwork;

/** The layers of a network, which map windows [B, T, C] to logits [B, K]. */
export async function networkLayers(source: NetworkSource, classCount: number): Promise<Layer> {
  if (typeof source === "string") return presetNetwork(source, classCount);
  const { default: build } = await importOwnNetwork(source);
  return (build as NetworkFunction)(ownNetworkLayers, classCount) as Layer;
}

/**
 * Runs the module. Its address is its content, so exactly the bytes run that were hashed, and it cannot import other files,
 * which the hash would not cover.
 */
export function importOwnNetwork({ code }: Pick<OwnNetwork, "code">): Promise<{ readonly default?: unknown }> {
  return import(/* @vite-ignore */ `data:text/javascript;charset=utf-8,${encodeURIComponent(code)}`);
}
