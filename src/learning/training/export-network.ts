import type { Scaler } from "../../signals/data/scaler.ts";
import type { WindowSet } from "../../signals/data/windows.ts";
import { ensembleMembers } from "../networks/ensemble-members.ts";
import { buildExportedInferenceGraph } from "../networks/inference-graph.ts";
import { modelProto } from "../networks/model-proto.ts";
import { divideEnsembleWeights } from "./ensemble-weights.ts";
import type { NetworkWeights } from "./fit-state.ts";
import { networkOfWeights } from "./fitted-network.ts";
import { isEnsemble } from "./is-ensemble.ts";
import { type NetworkSource, networkSourceLayers } from "./network-source.ts";

export interface FittedNetwork extends NetworkWeights {
  readonly network: NetworkSource;
  readonly scaler: Pick<Scaler, "center" | "scale">;
  /** Temperature to divide the logits by. */
  readonly temperature: number;
}

/** The bytes of a model.onnx that turns windows in physical units into calibrated probabilities. */
export async function exportNetwork(
  { network, parameters, statistics, scaler: { center, scale }, temperature }: FittedNetwork,
  windows: Pick<WindowSet, "windowSize" | "channels" | "classes" | "samplingRateHz">,
): Promise<Uint8Array> {
  const { windowSize, channels, classes, samplingRateHz } = windows;
  const { source, ...weights } = weightsToExport({ network, parameters, statistics, temperature }, windows);
  const graph = buildExportedInferenceGraph(
    await networkSourceLayers(source, classes.length),
    { windowSize, channels: channels.length },
    { ...weights, center, scale },
  );
  return modelProto(graph, {
    channels: JSON.stringify(channels),
    classes: JSON.stringify(classes),
    sampling_rate_hz: String(samplingRateHz),
  });
}

/** Returns the weights to export; if an ensemble gives all weight to one member, those of that member alone. */
function weightsToExport(
  { network, ...whole }: Pick<FittedNetwork, "network" | "parameters" | "statistics" | "temperature">,
  windows: Pick<WindowSet, "windowSize" | "channels" | "classes">,
): NetworkWeights & { readonly source: NetworkSource; readonly temperature: number } {
  const source = networkOfWeights(network, whole, windows);
  if (!isEnsemble(source)) return { source, ...whole };
  const { members, mixture } = divideEnsembleWeights(source, whole, windows)!;
  const only = mixture.weights.indexOf(1);
  if (only < 0) return { source, ...whole };
  const temperature = whole.temperature * mixture.temperatures[only]!;
  return { source: ensembleMembers[source][only]!, ...members[only]!, temperature };
}
