import { adamStepSize } from "../src/learning/networks/adam.ts";
import { drawNetworkParameters } from "../src/learning/networks/parameters.ts";
import type { NetworkName } from "../src/learning/networks/presets.ts";
import { fillDropoutMask } from "../src/learning/training/dropout-mask.ts";
import { TrainingSession } from "../src/learning/training/network-session.ts";
import { Rng } from "../src/random.ts";
import { sizes } from "./random-windows.ts";

const batchSize = 64;

/**
 * Prepares a training step as `fitNetwork` runs it on prepared batches: new dropout masks, forward, backward, Adam; one
 * thread, 64 windows of 200 x 6, 11 classes. The steps of peers consist of the same operations.
 */
export async function createStep(name: NetworkName): Promise<() => Promise<void>> {
  const { windowSize, channels, classes } = sizes;
  const session = await TrainingSession.create(name, { batchSize, ...sizes });
  const { network } = session;
  const rng = Rng.fromSeed(1);
  session.state = {
    parameters: drawNetworkParameters(network.parameters, rng),
    moment1: new Float32Array(network.parameterCount),
    moment2: new Float32Array(network.parameterCount),
    statistics: drawNetworkParameters(network.statistics, rng),
  };
  const x = Float32Array.from({ length: batchSize * windowSize * channels }, () => rng.normal());
  const targets = new Float32Array(batchSize * classes);
  for (let row = 0; row < batchSize; row++) targets[row * classes + rng.integer(classes)] = 1;
  const masks = network.masks.map(({ shape }) => new Uint8Array(shape.reduce((size, d) => size * d, 1)));
  let updates = 0;
  return async () => {
    updates++;
    for (const [i, { rate }] of network.masks.entries()) fillDropoutMask(masks[i]!, rate, rng);
    await session.step({ x, targets, masks, stepSize: adamStepSize(0.001, updates) });
  };
}
