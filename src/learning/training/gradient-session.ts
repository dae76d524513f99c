import { modelProto } from "../networks/model-proto.ts";
import { buildTrainingGradientGraph, type NetworkInput, type TrainingGraph } from "../networks/training-graph.ts";
import { networkSessionStatisticsInput } from "./network-session.ts";
import { type NetworkSource, networkSourceLayers } from "./network-source.ts";
import { type InferenceSession, openRuntimeSession, type RuntimeTensor, runtimeTensor } from "./onnx-runtime.ts";

/** One shard of a batch; B is the shard size. */
export interface ShardInput {
  /** [P] and [S] */
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
  /** [B, T, C], scaled. */
  readonly x: Float32Array;
  /** [B, K] */
  readonly targets: Float32Array;
  readonly masks: readonly Uint8Array[];
}

export interface ShardOutput {
  /** [P], the gradient of the shard's mean loss. */
  readonly gradient: Float32Array;
  /** [S], the running statistics after this shard. */
  readonly statistics: Float32Array;
  readonly loss: number;
  /** [B, K] */
  readonly logits: Float32Array;
}

/** Computes the gradient of one shard of a batch. */
export class GradientSession {
  readonly #session: InferenceSession;
  readonly #input: NetworkInput;
  readonly #network: TrainingGraph["network"];

  private constructor(session: InferenceSession, input: NetworkInput, network: TrainingGraph["network"]) {
    this.#session = session;
    this.#input = input;
    this.#network = network;
  }

  static async create(source: NetworkSource, input: NetworkInput): Promise<GradientSession> {
    const { graph, network } = buildTrainingGradientGraph(await networkSourceLayers(source, input.classes), input);
    return new GradientSession(await openRuntimeSession(modelProto(graph)), input, network);
  }

  async run({ parameters, statistics, x, targets, masks }: ShardInput): Promise<ShardOutput> {
    const { batchSize, windowSize, channels, classes } = this.#input;
    const feeds: Record<string, RuntimeTensor> = {
      parameters: runtimeTensor("float32", parameters, [parameters.length]),
      ...networkSessionStatisticsInput(statistics),
      x: runtimeTensor("float32", x, [batchSize, windowSize, channels]),
      targets: runtimeTensor("float32", targets, [batchSize, classes]),
    };
    for (const [i, { shape }] of this.#network.masks.entries()) {
      feeds[`mask_${i}`] = runtimeTensor("bool", masks[i]!, shape);
    }
    const out = await this.#session.run(feeds);
    const values = (name: string): Float32Array => out[name]!.data as Float32Array;
    return {
      gradient: values("gradient"),
      statistics: out.next_statistics === undefined ? new Float32Array() : values("next_statistics"),
      loss: values("loss")[0]!,
      logits: values("logits"),
    };
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}
