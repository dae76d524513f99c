// Checks a user's own network before anything is trained: that it can be built for the windows and returns one number per
// class, that gradients reach its parameters, that its function returns the same network every time, and that ONNX Runtime can
// take a training step with it.

import { UserError } from "../../errors.ts";
import { Rng } from "../../random.ts";
import { buildInferenceGraph } from "../networks/inference-graph.ts";
import type { Layer } from "../networks/layer-context.ts";
import { modelProto } from "../networks/model-proto.ts";
import type { Shape } from "../networks/onnx-graph.ts";
import { drawNetworkParameters } from "../networks/parameters.ts";
import { buildTrainingGraph, type NetworkInput } from "../networks/training-graph.ts";
import { fitStateFrom } from "./fit-state.ts";
import { TrainingSession } from "./network-session.ts";
import { networkSourceLayers } from "./network-source.ts";
import { openRuntimeSession } from "./onnx-runtime.ts";
import { type OwnNetwork, ownNetworkFault, reasonInOwnNetwork } from "./own-network.ts";

/**
 * Batch sizes for the check, which uses the first one that differs from the numbers of samples, channels and classes. The shapes
 * in messages then show which dimension is the batch.
 */
const batchSizes = [37, 41, 43, 47] as const;

/** @throws UserError if the network cannot be trained on windows of this size */
export async function checkOwnNetwork(
  network: OwnNetwork,
  sizes: Pick<NetworkInput, "windowSize" | "channels" | "classes">,
): Promise<void> {
  const { windowSize, channels, classes } = sizes;
  const windows = `windows of ${windowSize} samples and ${channels} ${channels === 1 ? "channel" : "channels"}`;
  const checkedBatch = batchSizes.find((size) => ![windowSize, channels, classes].includes(size))!;
  const input = { batchSize: checkedBatch, ...sizes };
  const attempt = <T>(what: string, action: () => Promise<T>): Promise<T> =>
    action().catch((cause: unknown) => {
      if (cause instanceof UserError) throw cause;
      throw ownNetworkFault(network, `${what}: ${reasonInOwnNetwork(cause)}`, cause);
    });
  const layers = async (): Promise<Layer> =>
    checkOwnNetworkOutput(network, await networkSourceLayers(network, classes), { windows, windowSize, classes });
  const built = async () => {
    const training = buildTrainingGraph(await layers(), input);
    const inference = buildInferenceGraph(await layers(), sizes);
    return { training, protos: [training.graph, inference].map((graph) => modelProto(graph)) };
  };
  const { training, protos } = await attempt(`it cannot be built for ${windows}`, built);
  const { parameters, statistics, masks, parameterCount } = training.network;
  if (parameterCount === 0) throw ownNetworkFault(network, "expected layers with trained parameters, found none");
  const again = await attempt(`it cannot be built for ${windows}`, built);
  if (!protos.every((bytes, i) => Buffer.compare(bytes, again.protos[i]!) === 0)) {
    throw ownNetworkFault(
      network,
      "expected the same network each time, but two calls of its function returned different ones",
      undefined,
      "Do not use a clock or random numbers in it: initial weights follow from the initializers and --seed.",
    );
  }
  const rng = Rng.fromSeed(1);
  const [initial, tracked] = await attempt("its parameters cannot be initialized", async () => [
    drawNetworkParameters(parameters, rng),
    drawNetworkParameters(statistics, rng),
  ]);
  await attempt(`ONNX Runtime cannot run it for ${windows}`, async () => {
    await (await openRuntimeSession(protos[1]!)).release();
    const session = await TrainingSession.create(network, input);
    try {
      session.state = fitStateFrom({ parameters: initial!, statistics: tracked! }, 0);
      await session.step({
        x: Float32Array.from({ length: checkedBatch * windowSize * channels }, () => rng.normal()),
        targets: Float32Array.from({ length: checkedBatch * classes }, (_, i) => (i % classes === 0 ? 1 : 0)),
        masks: masks.map(({ shape }) => new Uint8Array(shape.reduce((size, d) => size * d, 1)).fill(1)),
        stepSize: 0,
      });
    } finally {
      await session.release();
    }
  });
}

/** Wraps the layers so that they throw an error if they do not return one number per window and class. */
function checkOwnNetworkOutput(
  network: OwnNetwork,
  layers: unknown,
  { windows, windowSize, classes }: { windows: string; windowSize: number; classes: number },
): Layer {
  if (typeof layers !== "function")
    throw ownNetworkFault(
      network,
      `expected its function to return a network made of layers, got ${ownNetworkTypeName(layers)}`,
    );
  return (context, x) => {
    const y: unknown = layers(context, x);
    const shape = (y as { shape?: Shape } | null | undefined)?.shape;
    if (!Array.isArray(shape))
      throw ownNetworkFault(
        network,
        `expected its function to return a network made of layers, but it returned ${ownNetworkTypeName(y)}`,
      );
    const [batch] = x.shape;
    if (shape.length === 2 && shape[0] === batch && shape[1] === classes) return y as ReturnType<Layer>;
    const found = shape.map((size) => (size === batch ? "batch" : size)).join(", ");
    throw ownNetworkFault(
      network,
      `expected an output of shape [batch, ${classes}], one number per class, got [${found}] for ${windows}`,
      undefined,
      shape[0] === windowSize
        ? "Layers expect sequences as [time, batch, channels]. Begin with layers.timeMajor: " +
            "layers.sequential(layers.timeMajor, ...)."
        : undefined,
    );
  };
}

function ownNetworkTypeName(value: unknown): string {
  return value === null ? "null" : typeof value;
}
