import { InferenceSession, Tensor } from "onnxruntime-node";
import { adamStepSize } from "../src/nn/adam.ts";
import { initialVector } from "../src/nn/parameters.ts";
import { type NetworkName, networkLayers } from "../src/nn/presets.ts";
import { buildTrainingGraph } from "../src/nn/training-graph.ts";
import { modelProto } from "../src/onnx/model-proto.ts";
import { Rng } from "../src/random.ts";

/** A training step on random windows, one thread, its state carried from step to step: 64 windows of 200 x 6, 11 classes. */
export async function createStep(name: NetworkName): Promise<() => Promise<void>> {
  const input = { batchSize: 64, windowSize: 200, channels: 6, classes: 11 };
  const { graph, network } = buildTrainingGraph(networkLayers(name, input.classes), input);
  const session = await InferenceSession.create(modelProto(graph), { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const rng = Rng.fromSeed(1);
  const x = Float32Array.from({ length: 64 * 200 * 6 }, () => rng.normal());
  const targets = new Float32Array(64 * 11);
  for (let row = 0; row < 64; row++) targets[row * 11 + rng.integer(11)] = 1;
  const vector = (values: Float32Array) => new Tensor("float32", values, [values.length]);
  const feeds: Record<string, Tensor> = {
    parameters: vector(initialVector(network.parameters, rng)),
    moment_1: vector(new Float32Array(network.parameterCount)),
    moment_2: vector(new Float32Array(network.parameterCount)),
    statistics: vector(initialVector(network.statistics, rng)),
    x: new Tensor("float32", x, [64, 200, 6]),
    targets: new Tensor("float32", targets, [64, 11]),
  };
  let t = 0;
  return async () => {
    t++;
    feeds.step_size = new Tensor("float32", [adamStepSize(0.001, t)], []);
    network.masks.forEach(({ shape, rate }, i) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const mask = new Uint8Array(size);
      for (let j = 0; j < size; j++) mask[j] = rng.uint32() < rate * 2 ** 32 ? 0 : 1;
      feeds[`mask_${i}`] = new Tensor("bool", mask, shape);
    });
    const out = await session.run(feeds);
    feeds.parameters = out.next_parameters as Tensor;
    feeds.moment_1 = out.next_moment_1 as Tensor;
    feeds.moment_2 = out.next_moment_2 as Tensor;
    feeds.statistics = out.next_statistics as Tensor;
  };
}
