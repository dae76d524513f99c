// The complete state of a fit between two steps, as one object and as bytes (a checkpoint). It contains no random state,
// because each epoch's order and each step's masks come from generators that are split by name from the fit's own generator.

import { camelKeys, type SnakeKeys, snakeKeys } from "../../letter-case.ts";
import type { EnsembleMixture, TriedMixture } from "./ensemble-mixture.ts";
import type { NetworkState } from "./network-session.ts";

/** One finished epoch. */
export interface FitEpoch {
  /** Counted from 1. */
  epoch: number;
  /** Mean over the epoch's steps, in nats, with dropout. */
  loss: number;
  accuracy: number;
  /** This field and the next two are null if there are no validation rows. */
  valLoss: number | null;
  valAccuracy: number | null;
  valMacroF1: number | null;
  /** Learning rate of the epoch once it has warmed up; null unless the epoch consists of mini-batches. */
  learningRate: number | null;
  /** Penalty on the weights of the linear layer; absent if the epoch consists of mini-batches. */
  penalty?: number;
  /** How the members of an ensemble are combined; present only in the epoch that stands for the ensemble as a whole. */
  mixture?: EnsembleMixture;
  /** The mixtures that `auto` chose this one from, and their losses on the people held out. */
  tried?: readonly TriedMixture[];
  seconds: number;
  /** Whether this is the best epoch so far. */
  best: boolean;
}

export interface FitProgress {
  /** The finished epochs. */
  epochs: FitEpoch[];
  /** Number of steps completed in the current epoch. */
  step: number;
  /** Sums over the steps completed in the current epoch. */
  lossSum: number;
  correct: number;
  epochSeconds: number;
  /** Total number of optimizer steps. */
  updates: number;
  learningRate: number;
  /**
   * Number of epochs since validation last improved, and number since it last improved or the learning rate was last reduced.
   */
  sinceBest: number;
  sinceCut: number;
}

export interface FitState extends NetworkState {
  progress: FitProgress;
  /** Averages over the steps; these weights are validated and kept. */
  averageParameters: Float32Array;
  averageStatistics: Float32Array;
  /** The averages at the best epoch so far or, if there is no validation, the latest averages. */
  bestParameters: Float32Array;
  bestStatistics: Float32Array;
}

/** [P] and [S]. */
export interface NetworkWeights {
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
}

/** A fit that starts from the given weights with a fresh optimizer and schedule. */
export function fitStateFrom({ parameters, statistics }: NetworkWeights, learningRate: number): FitState {
  return {
    parameters: Float32Array.from(parameters),
    moment1: new Float32Array(parameters.length),
    moment2: new Float32Array(parameters.length),
    statistics: Float32Array.from(statistics),
    averageParameters: Float32Array.from(parameters),
    averageStatistics: Float32Array.from(statistics),
    bestParameters: Float32Array.from(parameters),
    bestStatistics: Float32Array.from(statistics),
    progress: {
      epochs: [],
      step: 0,
      lossSum: 0,
      correct: 0,
      epochSeconds: 0,
      updates: 0,
      learningRate,
      sinceBest: 0,
      sinceCut: 0,
    },
  };
}

/** The weights kept by the fit. */
export function bestFitWeights({ bestParameters, bestStatistics }: FitState): NetworkWeights {
  return { parameters: bestParameters, statistics: bestStatistics };
}

const vectors = [
  "parameters",
  "moment1",
  "moment2",
  "statistics",
  "averageParameters",
  "averageStatistics",
  "bestParameters",
  "bestStatistics",
] as const satisfies readonly (keyof FitState)[];

/** A checkpoint: the length of a JSON header (little-endian), the header, and the vectors one after another. */
export function encodeFitState(state: FitState): Uint8Array {
  const header = new TextEncoder().encode(
    JSON.stringify({
      progress: storedFitStateProgress(state.progress),
      lengths: vectors.map((name) => state[name].length),
    }),
  );
  const size = vectors.reduce((sum, name) => sum + state[name].byteLength, 4 + header.length);
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, header.length, true);
  bytes.set(header, 4);
  let at = 4 + header.length;
  for (const name of vectors) {
    const { buffer, byteOffset, byteLength } = state[name];
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}

type StoredProgress = Omit<SnakeKeys<FitProgress>, "epochs"> & { readonly epochs: readonly SnakeKeys<FitEpoch>[] };

function storedFitStateProgress(progress: FitProgress): StoredProgress {
  return { ...snakeKeys(progress), epochs: progress.epochs.map(snakeKeys) };
}

/** Reads the progress of a fit. Earlier versions wrote the keys in camelCase, which `camelKeys` leaves unchanged. */
function readFitStateProgress(stored: StoredProgress): FitProgress {
  const epochs = stored.epochs.map((epoch) => camelKeys<FitEpoch>(epoch));
  return camelKeys<FitProgress>({ ...stored, epochs });
}

/** @throws RangeError if the bytes are not a complete checkpoint */
export function decodeFitState(bytes: Uint8Array): FitState {
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  let at = 4 + headerLength;
  const { progress, lengths } = parseFitStateHeader(bytes.subarray(4, at));
  const expected = at + 4 * lengths.reduce((sum, length) => sum + length, 0);
  if (bytes.length !== expected) throw new RangeError(`checkpoint: expected ${expected} bytes, got ${bytes.length}`);
  const read = Object.fromEntries(
    vectors.map((name, i) => {
      const values = new Float32Array(Uint8Array.from(bytes.subarray(at, at + 4 * lengths[i]!)).buffer);
      at += values.byteLength;
      return [name, values];
    }),
  ) as Record<(typeof vectors)[number], Float32Array>;
  return { progress: readFitStateProgress(progress), ...read };
}

function parseFitStateHeader(bytes: Uint8Array): { progress: StoredProgress; lengths: number[] } {
  try {
    const header = JSON.parse(new TextDecoder().decode(bytes));
    const { progress, lengths } = header;
    if (Array.isArray(progress.epochs) && Array.isArray(lengths) && lengths.length === vectors.length) return header;
  } catch {
    // This error is reported below, like JSON of the wrong shape.
  }
  throw new RangeError(`checkpoint: expected a header with ${vectors.length} lengths`);
}

/**
 * The epochs in which a network or a member of an ensemble was trained in mini-batches; for a network not trained in
 * mini-batches, all epochs.
 */
export function fitStateEpochsInMiniBatches(epochs: readonly FitEpoch[]): readonly FitEpoch[] {
  const inMiniBatches = epochs.filter(({ learningRate }) => learningRate !== null);
  return inMiniBatches.length > 0 ? inMiniBatches : epochs;
}

/** The penalty that a fit ended with; undefined if any part of the network is trained in mini-batches. */
export function fitStatePenalty(epochs: readonly FitEpoch[]): number | undefined {
  if (epochs.some(({ learningRate }) => learningRate !== null)) return undefined;
  return epochs.findLast(({ best }) => best)?.penalty;
}

/** Total duration of a fit in seconds, including interrupted sessions. */
export function fitStateSeconds(epochs: readonly FitEpoch[]): number {
  return epochs.reduce((sum, { seconds }) => sum + seconds, 0);
}
