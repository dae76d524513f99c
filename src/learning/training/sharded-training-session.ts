// Divides a training step among threads. The gradient is computed for each shard of the batch, and a separate graph takes an
// Adam step with the mean of these gradients. Batch normalization sees one shard at a time rather than the whole batch (Hoffer
// et al. 2017, "ghost batch normalization"). The number of shards affects the result; the number of threads does not.

import { once } from "node:events";
import { modelProto } from "../networks/model-proto.ts";
import { describeNetworkParameters, type MaskSpec, type NetworkSpec } from "../networks/parameters.ts";
import { buildTrainingUpdateGraph, type NetworkInput } from "../networks/training-graph.ts";
import { GradientSession, type ShardInput, type ShardOutput } from "./gradient-session.ts";
import type { NetworkState, StepInput, StepSession } from "./network-session.ts";
import { type NetworkSource, networkSourceLayers } from "./network-source.ts";
import { type InferenceSession, openRuntimeSession, type RuntimeTensor, runtimeTensor } from "./onnx-runtime.ts";
import { startWorker } from "./start-worker.ts";

interface Shard {
  run(input: ShardInput): Promise<ShardOutput>;
  release(): Promise<unknown>;
}

export class ShardedTrainingSession implements StepSession {
  readonly network: NetworkSpec;
  readonly masks: readonly MaskSpec[];
  state!: NetworkState;
  readonly #shards: readonly Shard[];
  readonly #update: InferenceSession;

  private constructor(network: NetworkSpec, shards: readonly Shard[], update: InferenceSession) {
    this.network = network;
    this.masks = shards.flatMap(() => network.masks);
    this.#shards = shards;
    this.#update = update;
  }

  /**
   * @param input.batchSize a multiple of `shards`
   * @param threads number of threads, including this one, which also runs any remaining shards, one after another
   */
  static async create(
    source: NetworkSource,
    input: NetworkInput,
    { shards, threads }: { shards: number; threads: number },
  ): Promise<ShardedTrainingSession> {
    if (!(input.batchSize % shards === 0)) {
      throw new RangeError(`shards: expected a divisor of the batch size (${input.batchSize}), got ${shards}`);
    }
    const part = { ...input, batchSize: input.batchSize / shards };
    const { batchSize, windowSize, channels } = part;
    const network = describeNetworkParameters(await networkSourceLayers(source, input.classes), {
      type: "float32",
      shape: [batchSize, windowSize, channels],
    });
    const own = await GradientSession.create(source, part);
    const others = await Promise.all(
      Array.from({ length: shards - 1 }, (_, i) => (i + 1 < threads ? startShard(source, part) : own)),
    );
    const update = await openRuntimeSession(modelProto(buildTrainingUpdateGraph(network.parameterCount, shards)));
    return new ShardedTrainingSession(network, [...others, own], update);
  }

  async step({ x, targets, masks, stepSize }: StepInput): Promise<{ loss: number; logits: Float32Array }> {
    const count = this.#shards.length;
    const { parameters, moment1, moment2, statistics } = this.state;
    const piece = <T extends Float32Array>(values: T, i: number): Float32Array =>
      values.subarray((i * values.length) / count, ((i + 1) * values.length) / count);
    // Start the other threads' shards first, because this thread is blocked while its own shards run.
    const results = await Promise.all(
      this.#shards.map((shard, i) =>
        shard.run({
          parameters,
          statistics,
          x: piece(x, i),
          targets: piece(targets, i),
          masks: masks.slice((i * masks.length) / count, ((i + 1) * masks.length) / count),
        }),
      ),
    );
    const vector = (values: Float32Array): RuntimeTensor => runtimeTensor("float32", values, [values.length]);
    const out = await this.#update.run({
      parameters: vector(parameters),
      moment_1: vector(moment1),
      moment_2: vector(moment2),
      step_size: runtimeTensor("float32", [stepSize], []),
      ...Object.fromEntries(results.map(({ gradient }, i) => [`gradient_${i}`, vector(gradient)])),
    });
    const values = (name: string): Float32Array => out[name]!.data as Float32Array;
    this.state = {
      parameters: values("next_parameters"),
      moment1: values("next_moment_1"),
      moment2: values("next_moment_2"),
      statistics: meanOfShards(results.map((result) => result.statistics)),
    };
    const logits = new Float32Array(results.reduce((size, result) => size + result.logits.length, 0));
    results.reduce((at, result) => {
      logits.set(result.logits, at);
      return at + result.logits.length;
    }, 0);
    return { loss: results.reduce((sum, { loss }) => sum + loss, 0) / count, logits };
  }

  async release(): Promise<void> {
    await Promise.all([...new Set(this.#shards)].map((shard) => shard.release()));
    await this.#update.release();
  }
}

function meanOfShards(vectors: readonly Float32Array[]): Float32Array {
  return vectors[0]!.map((_, i) => vectors.reduce((sum, vector) => sum + vector[i]!, 0) / vectors.length);
}

async function startShard(source: NetworkSource, input: NetworkInput): Promise<Shard> {
  const worker = startWorker("gradient-worker-thread", { source, input });
  await once(worker, "message");
  return {
    async run(shard) {
      const answer = once(worker, "message");
      worker.postMessage(shard);
      const [output] = await answer;
      return output as ShardOutput;
    },
    release: () => worker.terminate(),
  };
}
