// Carries the weights of a trained network over to a network for different classes. In tensors with one slice per class, the
// slices for classes that both networks have are copied; all other tensors are copied whole. K classes, P parameters, S
// statistics.

import type { Rng } from "../../random.ts";
import { exportedWeights } from "../networks/exported-weights.ts";
import { miniRocketNames } from "../networks/minirocket.ts";
import { describeNetworkParameters, drawNetworkParameters, type ParameterSpec } from "../networks/parameters.ts";
import type { NetworkWeights } from "./fit-state.ts";
import { hasPenalty } from "./has-penalty.ts";
import { type NetworkSource, networkSourceLayers } from "./network-source.ts";
import { logitsPerScore } from "./search-penalty.ts";

/** A network without its number of classes. */
export interface TransferredNetwork {
  readonly network: NetworkSource;
  readonly windowSize: number;
  readonly channels: number;
}

/**
 * Reads the weights of a network for `classCount` classes back from its model.onnx.
 * @throws RangeError if the file does not contain these weights
 */
export async function weightsToTransfer(
  model: Uint8Array,
  { network, windowSize, channels }: TransferredNetwork,
  classCount: number,
): Promise<NetworkWeights> {
  const layers = await networkSourceLayers(network, classCount);
  const shape = [1, windowSize, channels];
  return exportedWeights(model, describeNetworkParameters(layers, { type: "float32", shape }));
}

/**
 * @param weights [P] and [S] of the network for the classes `from`
 * @param rng draws the weights for classes that are not in `from`
 * @returns [P] and [S] for the classes `to`
 */
export async function transferWeights(
  weights: NetworkWeights,
  { network, windowSize, channels }: TransferredNetwork,
  { from, to }: { readonly from: readonly string[]; readonly to: readonly string[] },
  rng: Rng,
): Promise<NetworkWeights> {
  const describe = async (classCount: number) =>
    describeNetworkParameters(await networkSourceLayers(network, classCount), {
      type: "float32",
      shape: [1, windowSize, channels],
    });
  const [before, after, wider] = await Promise.all([from.length, to.length, from.length + 1].map(describe));
  const sources = to.map((name) => from.indexOf(name));
  const transfer = (kind: "parameters" | "statistics", vector: Float32Array): Float32Array => {
    const fresh = drawNetworkParameters(after![kind], rng.split("weights"));
    for (const [i, spec] of before![kind].entries()) {
      const own = vector.subarray(spec.offset, spec.offset + spec.size);
      const target = after![kind][i]!;
      const classAxis = spec.shape.findIndex((length, axis) => length !== wider![kind][i]!.shape[axis]);
      if (classAxis < 0) fresh.set(own, target.offset);
      else transferClasses(own, spec, fresh, target, { classAxis, sources });
    }
    return fresh;
  };
  const parameters = transfer("parameters", weights.parameters);
  if (hasPenalty(network)) transferSilentClasses(parameters, after!.parameters, sources);
  return { parameters, statistics: transfer("statistics", weights.statistics) };
}

/** The ridge regression solution for a class without windows: weights of 0, and a score of -1. */
function transferSilentClasses(
  parameters: Float32Array,
  specs: readonly ParameterSpec[],
  sources: readonly number[],
): void {
  const head = specs.filter(({ name }) => name.split("/").at(-2) === miniRocketNames.head);
  for (const { name, size, offset } of head) {
    const value = name.endsWith("bias") ? -logitsPerScore : 0;
    for (let i = 0; i < size; i++) if (sources[i % sources.length]! < 0) parameters[offset + i] = value;
  }
}

function transferClasses(
  own: Float32Array,
  { shape }: ParameterSpec,
  fresh: Float32Array,
  target: ParameterSpec,
  { classAxis, sources }: { classAxis: number; sources: readonly number[] },
): void {
  const sizes = [shape.slice(0, classAxis), shape.slice(classAxis + 1)];
  const [outer, inner] = sizes.map((lengths) => lengths.reduce((product, length) => product * length, 1)) as [
    number,
    number,
  ];
  for (const [k, source] of sources.entries()) {
    if (source < 0) continue;
    for (let o = 0; o < outer; o++) {
      const from = (o * shape[classAxis]! + source) * inner;
      fresh.set(own.subarray(from, from + inner), target.offset + (o * sources.length + k) * inner);
    }
  }
}
