import { adamStepSize } from "../src/nn/adam.ts";
import { initialVector } from "../src/nn/parameters.ts";
import type { NetworkName } from "../src/nn/presets.ts";
import { Rng } from "../src/random.ts";
import { fillKeepMask } from "../src/training/dropout-mask.ts";
import { TrainingSession } from "../src/training/network-session.ts";

/**
 * A training step as `fitNetwork` runs it on batches that are ready: fresh dropout masks, forward, backward, Adam; one thread,
 * 64 windows of 200 x 6, 11 classes. The peers' steps do the same.
 */
export async function createStep(name: NetworkName): Promise<() => Promise<void>> {
  const input = { batchSize: 64, windowSize: 200, channels: 6, classes: 11 };
  const session = await TrainingSession.create(name, input);
  const { network } = session;
  const rng = Rng.fromSeed(1);
  session.state = {
    parameters: initialVector(network.parameters, rng),
    moment1: new Float32Array(network.parameterCount),
    moment2: new Float32Array(network.parameterCount),
    statistics: initialVector(network.statistics, rng),
  };
  const x = Float32Array.from({ length: 64 * 200 * 6 }, () => rng.normal());
  const targets = new Float32Array(64 * 11);
  for (let row = 0; row < 64; row++) targets[row * 11 + rng.integer(11)] = 1;
  const masks = network.masks.map(({ shape }) => new Uint8Array(shape.reduce((size, d) => size * d, 1)));
  let updates = 0;
  return async () => {
    updates++;
    for (const [i, { rate }] of network.masks.entries()) fillKeepMask(masks[i]!, rate, rng);
    await session.step({ x, targets, masks, stepSize: adamStepSize(0.001, updates) });
  };
}
