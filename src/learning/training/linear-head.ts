// Fits a linear head to counted features: ridge regression of each class against the others. The penalty applies to the
// weights, or to their distance from the weights of an existing head, but not to the intercepts. ONNX Runtime multiplies chunks
// of rows; the standardisation of the features is folded into the weights, so that the counts themselves are multiplied. N
// rows, F features, K classes, P penalties.

import { unchangedPenalty } from "../../unchanged-penalty.ts";
import { buildHeadProductsGraph, buildHeadScoresGraph } from "../networks/linear-head-graph.ts";
import { modelProto } from "../networks/model-proto.ts";
import type { WindowCounts } from "./minirocket-statistics.ts";
import { type InferenceSession, openRuntimeSession, runtimeTensor } from "./onnx-runtime.ts";
import { type SolveOptions, solveShifted } from "./solve-shifted.ts";

/** Rows per run: their features, in float32, stay in cache. */
const rowsPerRun = 64;

export interface HeadRows {
  readonly counts: WindowCounts;
  /** Rows of the counts. */
  readonly rows: Int32Array;
  /** [N, K] one-hot rows times the row's weight; row i belongs to `rows[i]`. */
  readonly targets: Float32Array;
}

/** Means and deviations of the features, [F] each. */
export interface FeatureMoments {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

/** One row of weights per class, for standardised features, then the intercepts: [K F + K]. */
export type HeadPoint = Float64Array;

interface HeadSessions {
  readonly scores: InferenceSession;
  readonly products: InferenceSession;
}

export class LinearHead {
  readonly #sessions: HeadSessions;
  readonly #moments: FeatureMoments;
  readonly #classes: number;
  readonly #prior: HeadPoint | null;

  private constructor(sessions: HeadSessions, moments: FeatureMoments, classes: number, prior: HeadPoint | null) {
    this.#sessions = sessions;
    this.#moments = moments;
    this.#classes = classes;
    this.#prior = prior;
  }

  /** @param prior the head that penalties pull towards; null: weights of 0 */
  static async create(
    { type, features }: WindowCounts,
    moments: FeatureMoments,
    classes: number,
    prior: HeadPoint | null = null,
  ): Promise<LinearHead> {
    const scores = await openRuntimeSession(modelProto(buildHeadScoresGraph(type, features)));
    const products = await openRuntimeSession(modelProto(buildHeadProductsGraph(type, features)));
    return new LinearHead({ scores, products }, moments, classes, prior);
  }

  /**
   * For each class, minimises the weighted sum of the squared differences between the rows' scores and their targets (1 for
   * the class, -1 for the others) plus penalty times the sum of the squared weights, or of their squared differences from the
   * prior's.
   * @returns a head for each penalty; `unchangedPenalty` gives the prior itself; null if it was stopped
   */
  async fit(
    data: readonly HeadRows[],
    penalties: readonly number[],
    options: SolveOptions,
  ): Promise<HeadPoint[] | null> {
    const [classes, features] = [this.#classes, this.#moments.mean.length];
    const length = classes * features;
    const prior = this.#prior;
    const solvable = prior === null ? penalties : penalties.filter((penalty) => penalty < unchangedPenalty);
    if (solvable.length === 0) return penalties.map(() => prior!.slice());
    const blank = new Float64Array(length + classes);
    const sums = await this.#products(data, blank, { targets: true });
    const missed = prior === null ? sums : await this.#products(data, prior, { targets: true });
    // Minus the sums of the classes' weighted rows, and of their weights.
    const weights = sums.residuals.map((sum) => -sum);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const centre = new Float64Array(features);
    for (let i = 0; i < length; i++) centre[i % features]! -= sums.products[i]! / total;
    // Sums of the targets (1 and -1) minus the prior's scores, alone and times the centred features.
    const left = weights.map((weight, k) => weight - total - missed.residuals[k]!);
    const wanted = missed.products.map(
      (sum, i) => -sum - sums.products[i]! - (total + left[Math.floor(i / features)]!) * centre[i % features]!,
    );
    const point = new Float64Array(length + classes);
    const centred = (x: Float64Array): HeadPoint => {
      point.set(x);
      for (let k = 0; k < classes; k++) point[length + k] = -linearHeadScore(x, k, centre);
      return point;
    };
    const multiply = async (x: Float64Array): Promise<Float64Array> =>
      (await this.#products(data, centred(x), { targets: false })).products;
    const solved = await solveShifted(multiply, wanted, solvable, options);
    if (solved === null) return null;
    const heads = solved.map((x) => {
      const head = centred(x).slice();
      for (let k = 0; k < classes; k++) head[length + k]! += left[k]! / total;
      return prior === null ? head : head.map((value, i) => value + prior[i]!);
    });
    return penalties.map((penalty) => heads[solvable.indexOf(penalty)] ?? prior!.slice());
  }

  /** Scores [N, K] of the rows under each of P heads. */
  async scores(data: readonly HeadRows[], points: readonly HeadPoint[]): Promise<Float32Array[]> {
    const classes = this.#classes;
    const columns = points.length * classes;
    const fixed = this.#folded(points);
    const count = data.reduce((sum, { rows }) => sum + rows.length, 0);
    const found = points.map(() => new Float32Array(count * classes));
    let at = 0;
    for (const { counts, rows } of data) {
      for (const part of headRowChunks(rows)) {
        const out = await this.#sessions.scores.run({ ...fixed, counts: gatherHeadCounts(counts, part) });
        const scores = out.scores!.data as Float32Array;
        for (let i = 0; i < part.length; i++, at += classes) {
          for (const [p, own] of found.entries()) {
            const from = i * columns + p * classes;
            own.set(scores.subarray(from, from + classes), at);
          }
        }
      }
    }
    return found;
  }

  /**
   * Returns the weighted scores, or their differences from the targets, multiplied by the standardised features, [K F], and
   * their sums, [K].
   */
  async #products(
    data: readonly HeadRows[],
    point: HeadPoint,
    { targets: wanted }: { targets: boolean },
  ): Promise<{ products: Float64Array; residuals: Float64Array }> {
    const { mean, deviation } = this.#moments;
    const [classes, features] = [this.#classes, mean.length];
    const fixed = this.#folded([point]);
    const products = new Float64Array(classes * features);
    const residuals = new Float64Array(classes);
    for (const { counts, rows, targets } of data) {
      let at = 0;
      for (const part of headRowChunks(rows)) {
        const own = targets.slice(at, at + part.length * classes);
        at += own.length;
        const weights = headRowWeights(own, classes);
        const out = await this.#sessions.products.run({
          ...fixed,
          counts: gatherHeadCounts(counts, part),
          row_weights: runtimeTensor("float32", weights, [part.length, 1]),
          targets: runtimeTensor("float32", wanted ? own : own.fill(0), [part.length, classes]),
        });
        addToHeadSums(products, out.products!.data as Float32Array);
        addToHeadSums(residuals, out.residuals!.data as Float32Array);
      }
    }
    for (let k = 0, i = 0; k < classes; k++) {
      for (let f = 0; f < features; f++, i++) products[i] = (products[i]! - mean[f]! * residuals[k]!) / deviation[f]!;
    }
    return { products, residuals };
  }

  /** Weights [F, P K] and intercepts [P K] for the counts themselves. */
  #folded(points: readonly HeadPoint[]) {
    const { mean, deviation } = this.#moments;
    const [features, classes] = [mean.length, this.#classes];
    const columns = points.length * classes;
    const weights = new Float32Array(features * columns);
    const intercepts = new Float32Array(columns);
    for (const [p, point] of points.entries()) {
      for (let k = 0; k < classes; k++) {
        const column = p * classes + k;
        let moved = 0;
        for (let f = 0; f < features; f++) {
          const weight = Math.fround(point[k * features + f]! / deviation[f]!);
          weights[f * columns + column] = weight;
          moved += weight * mean[f]!;
        }
        intercepts[column] = point[classes * features + k]! - moved;
      }
    }
    return {
      weights: runtimeTensor("float32", weights, [features, columns]),
      intercepts: runtimeTensor("float32", intercepts, [columns]),
    };
  }

  async release(): Promise<void> {
    await this.#sessions.scores.release();
    await this.#sessions.products.release();
  }
}

/** The score that the kth class's weights give to a row of features. */
function linearHeadScore(x: Float64Array, k: number, features: Float64Array): number {
  let sum = 0;
  for (let f = 0; f < features.length; f++) sum += x[k * features.length + f]! * features[f]!;
  return sum;
}

function headRowWeights(targets: Float32Array, classes: number): Float32Array {
  return Float32Array.from({ length: targets.length / classes }, (_, row) =>
    targets.subarray(row * classes, (row + 1) * classes).reduce((sum, target) => sum + target, 0),
  );
}

function* headRowChunks(rows: Int32Array): Generator<Int32Array> {
  for (let start = 0; start < rows.length; start += rowsPerRun) yield rows.subarray(start, start + rowsPerRun);
}

function gatherHeadCounts({ values, features, type }: WindowCounts, rows: Int32Array) {
  const chunk = new (type === "uint8" ? Uint8Array : Uint16Array)(rows.length * features);
  for (const [i, row] of rows.entries()) chunk.set(values.subarray(row * features, (row + 1) * features), i * features);
  return runtimeTensor(type, chunk, [rows.length, features]);
}

function addToHeadSums(sums: Float64Array, values: Float32Array): void {
  for (let i = 0; i < sums.length; i++) sums[i]! += values[i]!;
}
