// ONNX Runtime sessions for one network: one for training steps, whose state stays in tensors, and one for inference.

import { buildInferenceGraph } from "../networks/inference-graph.ts";
import { modelProto } from "../networks/model-proto.ts";
import type { MaskSpec, NetworkSpec } from "../networks/parameters.ts";
import { buildTrainingGraph, type NetworkInput } from "../networks/training-graph.ts";
import { type NetworkSource, networkSourceLayers } from "./network-source.ts";
import { type InferenceSession, openRuntimeSession, type RuntimeTensor, runtimeTensor } from "./onnx-runtime.ts";

/** The state that training updates. P parameters, S statistics. */
export interface NetworkState {
  /** [P] each. */
  parameters: Float32Array;
  moment1: Float32Array;
  moment2: Float32Array;
  /** [S] */
  statistics: Float32Array;
}

export interface StepInput {
  /** [B, T, C], scaled. */
  x: Float32Array;
  /** [B, K] */
  targets: Float32Array;
  /** Dropout masks with the shapes given by the session's `masks`. */
  masks: readonly Uint8Array[];
  /** `adamStepSize` */
  stepSize: number;
}

/** An object that runs training steps. */
export interface StepSession {
  readonly network: NetworkSpec;
  /** The dropout masks for one step. */
  readonly masks: readonly MaskSpec[];
  state: NetworkState;
  /** Takes one optimizer step and advances `state`. Returns the loss and the logits [B, K] as they were before the step. */
  step(input: StepInput): Promise<{ loss: number; logits: Float32Array }>;
  release(): Promise<void>;
}

export class TrainingSession implements StepSession {
  readonly network: NetworkSpec;
  readonly #session: InferenceSession;
  readonly #input: NetworkInput;
  readonly #feeds: Record<string, RuntimeTensor> = {};

  private constructor(session: InferenceSession, network: NetworkSpec, input: NetworkInput) {
    this.#session = session;
    this.network = network;
    this.#input = input;
  }

  static async create(source: NetworkSource, input: NetworkInput): Promise<TrainingSession> {
    const { graph, network } = buildTrainingGraph(await networkSourceLayers(source, input.classes), input);
    return new TrainingSession(await openRuntimeSession(modelProto(graph)), network, input);
  }

  get masks(): readonly MaskSpec[] {
    return this.network.masks;
  }

  get state(): NetworkState {
    const values = (name: string): Float32Array => this.#feeds[name]!.data as Float32Array;
    return {
      parameters: values("parameters"),
      moment1: values("moment_1"),
      moment2: values("moment_2"),
      statistics: this.network.statisticCount > 0 ? values("statistics") : new Float32Array(),
    };
  }

  set state({ parameters, moment1, moment2, statistics }: NetworkState) {
    const vector = (values: Float32Array): RuntimeTensor => runtimeTensor("float32", values, [values.length]);
    this.#feeds.parameters = vector(parameters);
    this.#feeds.moment_1 = vector(moment1);
    this.#feeds.moment_2 = vector(moment2);
    if (this.network.statisticCount > 0) this.#feeds.statistics = vector(statistics);
  }

  async step({ x, targets, masks, stepSize }: StepInput): Promise<{ loss: number; logits: Float32Array }> {
    const { batchSize, windowSize, channels, classes } = this.#input;
    const feeds = this.#feeds;
    feeds.x = runtimeTensor("float32", x, [batchSize, windowSize, channels]);
    feeds.targets = runtimeTensor("float32", targets, [batchSize, classes]);
    feeds.step_size = runtimeTensor("float32", [stepSize], []);
    for (const [i, { shape }] of this.masks.entries()) {
      feeds[`mask_${i}`] = runtimeTensor("bool", masks[i]!, shape);
    }
    const out = await this.#session.run(feeds);
    feeds.parameters = out.next_parameters as RuntimeTensor;
    feeds.moment_1 = out.next_moment_1 as RuntimeTensor;
    feeds.moment_2 = out.next_moment_2 as RuntimeTensor;
    if (out.next_statistics !== undefined) feeds.statistics = out.next_statistics as RuntimeTensor;
    return { loss: (out.loss!.data as Float32Array)[0]!, logits: out.logits!.data as Float32Array };
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** Inference with weights that are passed in at every call. */
export class ValidationSession {
  readonly #session: InferenceSession;
  readonly #shape: readonly [number, number];

  private constructor(session: InferenceSession, shape: readonly [number, number]) {
    this.#session = session;
    this.#shape = shape;
  }

  static async create(
    source: NetworkSource,
    { windowSize, channels, classes }: { windowSize: number; channels: number; classes: number },
  ): Promise<ValidationSession> {
    const graph = buildInferenceGraph(await networkSourceLayers(source, classes), { windowSize, channels });
    return new ValidationSession(await openRuntimeSession(modelProto(graph)), [windowSize, channels]);
  }

  /** @param x [N, T, C] scaled windows @returns probabilities [N, K] */
  async run(weights: Pick<NetworkState, "parameters" | "statistics">, x: Float32Array): Promise<Float32Array> {
    const [windowSize, channels] = this.#shape;
    const out = await this.#session.run({
      parameters: runtimeTensor("float32", weights.parameters, [weights.parameters.length]),
      ...networkSessionStatisticsInput(weights.statistics),
      x: runtimeTensor("float32", x, [x.length / (windowSize * channels), windowSize, channels]),
    });
    return out.probabilities!.data as Float32Array;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** The input for the statistics; a network without statistics has none. */
export function networkSessionStatisticsInput(statistics: Float32Array): Record<string, RuntimeTensor> {
  return statistics.length === 0 ? {} : { statistics: runtimeTensor("float32", statistics, [statistics.length]) };
}
