// Joins the weight vectors of an ensemble's members into those of the ensemble, and separates them again.

import type { WindowSet } from "../../signals/data/windows.ts";
import { type EnsembleName, ensembleMembers } from "../networks/ensemble-members.ts";
import { describeNetworkParameters } from "../networks/parameters.ts";
import { presetNetwork } from "../networks/presets.ts";
import type { EnsembleMixture } from "./ensemble-mixture.ts";
import type { NetworkWeights } from "./fit-state.ts";

/** @param members the members' weights */
export function joinEnsembleWeights(
  members: readonly NetworkWeights[],
  { temperatures, weights }: EnsembleMixture,
): NetworkWeights {
  return {
    parameters: joinEnsembleVectors(members.map(({ parameters }) => parameters)),
    statistics: joinEnsembleVectors([...members.map(({ statistics }) => statistics), temperatures, weights]),
  };
}

/**
 * The inverse of `joinEnsembleWeights`; null if the vectors have a different length, for example because they belong to a
 * single member, or to an ensemble with other members.
 */
export function divideEnsembleWeights(
  network: EnsembleName,
  { parameters, statistics }: NetworkWeights,
  { windowSize, channels, classes }: Pick<WindowSet, "windowSize" | "channels" | "classes">,
): { members: NetworkWeights[]; mixture: EnsembleMixture } | null {
  let [p, s] = [0, 0];
  const take = (count: number): number[] => {
    s += count;
    return Array.from(statistics.subarray(s - count, s));
  };
  const names = ensembleMembers[network];
  const members = names.map((name): NetworkWeights => {
    const shape = [1, windowSize, channels.length];
    const spec = describeNetworkParameters(presetNetwork(name, classes.length), { type: "float32", shape });
    p += spec.parameterCount;
    return {
      parameters: parameters.slice(p - spec.parameterCount, p),
      statistics: Float32Array.from(take(spec.statisticCount)),
    };
  });
  const count = names.length;
  const mixture = { temperatures: take(count), weights: take(count) };
  return p === parameters.length && s === statistics.length ? { members, mixture } : null;
}

function joinEnsembleVectors(vectors: readonly ArrayLike<number>[]): Float32Array {
  const joined = new Float32Array(vectors.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const vector of vectors) {
    joined.set(vector, at);
    at += vector.length;
  }
  return joined;
}
