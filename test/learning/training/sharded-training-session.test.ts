import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, it } from "vitest";
import { adamStepSize } from "../../../src/learning/networks/adam.ts";
import { modelProto } from "../../../src/learning/networks/model-proto.ts";
import { drawNetworkParameters } from "../../../src/learning/networks/parameters.ts";
import { presetNetwork } from "../../../src/learning/networks/presets.ts";
import { buildTrainingGradientGraph } from "../../../src/learning/networks/training-graph.ts";
import { fitNetwork } from "../../../src/learning/training/fit-network.ts";
import { encodeFitState, type FitState } from "../../../src/learning/training/fit-state.ts";
import { ShardedTrainingSession } from "../../../src/learning/training/sharded-training-session.ts";
import { Rng } from "../../../src/random.ts";
import { quiet, toyFit } from "./toy.ts";

const input = { batchSize: 8, windowSize: 24, channels: 3, classes: 2 };

it("applies Adam to the mean of the shards' gradients", async () => {
  const session = await ShardedTrainingSession.create("compact", input, { shards: 2, threads: 2 });
  const rng = Rng.fromSeed(1);
  const { network } = session;
  const start = {
    parameters: drawNetworkParameters(network.parameters, rng),
    moment1: new Float32Array(network.parameterCount),
    moment2: new Float32Array(network.parameterCount),
    statistics: drawNetworkParameters(network.statistics, rng),
  };
  session.state = start;
  const x = Float32Array.from({ length: 8 * 24 * 3 }, () => rng.normal());
  const targets = Float32Array.from({ length: 16 }, (_, i) => Number(i % 2 === (i >> 1) % 2));
  const masks = session.masks.map(({ shape }) =>
    Uint8Array.from({ length: shape.reduce((size, d) => size * d, 1) }, () => rng.integer(2)),
  );
  const { loss, logits } = await session.step({ x, targets, masks, stepSize: adamStepSize(0.01, 1) });

  const { graph } = buildTrainingGradientGraph(presetNetwork("compact", 2), { ...input, batchSize: 4 });
  const reference = await InferenceSession.create(modelProto(graph), { intraOpNumThreads: 1 });
  const halves = [];
  for (const half of [0, 1]) {
    const feeds: Record<string, Tensor> = {
      parameters: new Tensor("float32", start.parameters, [start.parameters.length]),
      statistics: new Tensor("float32", start.statistics, [start.statistics.length]),
      x: new Tensor("float32", x.subarray(half * 288, (half + 1) * 288), [4, 24, 3]),
      targets: new Tensor("float32", targets.subarray(half * 8, (half + 1) * 8), [4, 2]),
    };
    for (const [i, { shape }] of network.masks.entries()) {
      feeds[`mask_${i}`] = new Tensor("bool", masks[half * network.masks.length + i]!, shape);
    }
    const out = await reference.run(feeds);
    halves.push({
      gradient: out.gradient!.data as Float32Array,
      statistics: out.next_statistics!.data as Float32Array,
      loss: Number(out.loss!.data[0]),
      logits: out.logits!.data as Float32Array,
    });
  }
  const [first, second] = halves as [(typeof halves)[0], (typeof halves)[0]];
  expect(loss).toBeCloseTo((first.loss + second.loss) / 2, 6);
  expect([...logits]).toEqual([...first.logits, ...second.logits]);
  // In Adam's first step, m = .1 g and v = .001 g^2, and the step size includes the bias correction.
  for (const i of [0, 10, 1000, 30_000, network.parameterCount - 1]) {
    const gradient = (first.gradient[i]! + second.gradient[i]!) / 2;
    const step = (adamStepSize(0.01, 1) * 0.1 * gradient) / (Math.sqrt(0.001) * Math.abs(gradient) + 1e-7);
    expect(session.state.moment1[i]).toBeCloseTo(0.1 * gradient, 6);
    expect(session.state.parameters[i]).toBeCloseTo(start.parameters[i]! - step, 5);
  }
  for (const i of [0, 5, network.statisticCount - 1]) {
    expect(session.state.statistics[i]).toBeCloseTo((first.statistics[i]! + second.statistics[i]!) / 2, 6);
  }
  await session.release();
});

it("gives the same bytes with any number of threads, which differ from those for an undivided batch", async () => {
  const finish = async (shards: number, threads: number): Promise<Uint8Array> => {
    const { state } = await fitNetwork(...toyFit({ epochs: 2, shards }), { ...quiet, threads });
    const epochs = state.progress.epochs.map((epoch) => ({ ...epoch, seconds: 0 }));
    const timeless: FitState = { ...state, progress: { ...state.progress, epochs } };
    return encodeFitState(timeless);
  };
  const inOne = await finish(2, 1);
  expect(await finish(2, 2)).toEqual(inOne);
  expect(await finish(2, 8)).toEqual(inOne);
  expect(await finish(1, 2)).not.toEqual(inOne);
});

it("rejects a batch that cannot be divided", async () => {
  const odd = ShardedTrainingSession.create("compact", { ...input, batchSize: 7 }, { shards: 2, threads: 1 });
  await expect(odd).rejects.toThrow("expected a divisor of the batch size (7), got 2");
});
