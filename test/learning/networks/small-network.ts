import { buildExportedInferenceGraph } from "../../../src/learning/networks/inference-graph.ts";
import { modelProto } from "../../../src/learning/networks/model-proto.ts";
import { describeNetworkParameters, drawNetworkParameters } from "../../../src/learning/networks/parameters.ts";
import { presetNetwork } from "../../../src/learning/networks/presets.ts";
import { Rng } from "../../../src/random.ts";

export interface SmallNetwork {
  readonly channels?: readonly string[];
  readonly classes?: readonly string[];
  readonly windowSize?: number;
  readonly samplingRateHz?: number;
  readonly temperature?: number;
}

/** Returns the model.onnx of a compact network with untrained weights, in the form that `train` exports. */
export function smallNetwork({
  channels = ["Ax", "Ay", "Az"],
  classes = ["sitting", "walking"],
  windowSize = 40,
  samplingRateHz = 20,
  temperature = 1,
}: SmallNetwork = {}): Uint8Array {
  const layers = presetNetwork("compact", classes.length);
  const size = { windowSize, channels: channels.length };
  const { parameters, statistics } = describeNetworkParameters(layers, {
    type: "float32",
    shape: [1, windowSize, channels.length],
  });
  const rng = Rng.fromSeed(2);
  const trained = {
    parameters: drawNetworkParameters(parameters, rng),
    statistics: drawNetworkParameters(statistics, rng),
    temperature,
    center: channels.map(() => 0),
    scale: channels.map(() => 1),
  };
  return modelProto(buildExportedInferenceGraph(layers, size, trained), {
    channels: JSON.stringify(channels),
    classes: JSON.stringify(classes),
    sampling_rate_hz: String(samplingRateHz),
  });
}
