import type { Scaler } from "../../signals/preprocessing/scaler.ts";
import type { WindowSet } from "../../signals/preprocessing/windows.ts";
import { buildExportedInferenceGraph } from "../networks/inference-graph.ts";
import { modelProto } from "../networks/model-proto.ts";
import { type NetworkName, presetNetwork } from "../networks/presets.ts";
import type { NetworkWeights } from "./fit-state.ts";

export interface FittedNetwork extends NetworkWeights {
  readonly network: NetworkName;
  readonly scaler: Pick<Scaler, "center" | "scale">;
  /** Temperature by which the logits are divided. */
  readonly temperature: number;
}

/** The bytes of a model.onnx that turns windows in physical units into calibrated probabilities. */
export function exportNetwork(
  { network, parameters, statistics, scaler: { center, scale }, temperature }: FittedNetwork,
  windows: Pick<WindowSet, "windowSize" | "channels" | "classes" | "samplingRateHz">,
): Uint8Array {
  const { windowSize, channels, classes, samplingRateHz } = windows;
  const graph = buildExportedInferenceGraph(
    presetNetwork(network, classes.length),
    { windowSize, channels: channels.length },
    { parameters, statistics, center, scale, temperature },
  );
  return modelProto(graph, {
    channels: JSON.stringify(channels),
    classes: JSON.stringify(classes),
    sampling_rate_hz: String(samplingRateHz),
  });
}
