// Fits a linear head to counted features: ridge regression of each class against the others. The penalty applies to the
// weights, or to their distance from those of an existing head, but not to the intercepts. ONNX Runtime multiplies chunks of
// rows; feature standardisation is folded into the weights, so that the counts themselves are multiplied. N rows, F features, K
// classes, P penalties.

import { unchangedPenalty } from "../../unchanged-penalty.ts";
import { buildHeadProductsGraph, buildHeadScoresGraph } from "../networks/linear-head-graph.ts";
import { modelProto } from "../networks/model-proto.ts";
import {
  centredHeadProblemColumn,
  type HeadColumn,
  type HeadPoint,
  type HeadProducts,
  headProblem,
  headProblemColumns,
} from "./head-problem.ts";
import type { WindowCounts } from "./minirocket-statistics.ts";
import { type InferenceSession, openRuntimeSession, runtimeTensor } from "./onnx-runtime.ts";
import { type SolveOptions, solveShifted } from "./solve-shifted.ts";

/** Number of rows per run, chosen so that their float32 features stay in cache. */
const rowsPerRun = 64;

export interface HeadRows {
  readonly counts: WindowCounts;
  /** Rows of the counts. */
  readonly rows: Int32Array;
  /** [N, K] one-hot rows, each multiplied by the row's weight; row i belongs to `rows[i]`. */
  readonly targets: Float32Array;
}

/** Means and standard deviations of the features, [F] each. */
export interface FeatureMoments {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

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

  /** @param prior the head that penalties pull towards; null means weights of 0 */
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
   * For each class, minimises the weighted sum of the squared differences between the rows' scores and their targets (1 for the
   * class, -1 for the others) plus the penalty times the sum of the squared weights, or of their squared differences from the
   * prior's.
   * @returns a head for each penalty; `unchangedPenalty` yields the prior itself; null if the fit was stopped
   */
  async fit(
    data: readonly HeadRows[],
    penalties: readonly number[],
    options: SolveOptions,
  ): Promise<HeadPoint[] | null> {
    const everything = new Uint8Array(data.reduce((most, { rows }) => Math.max(most, rows.length), 0)).fill(1);
    return (await this.fitSubsets(data, [everything], penalties, options))?.[0] ?? null;
  }

  /**
   * Fits a head to each of several subsets of the rows, reading the rows once for all of them.
   * @param subsets for each subset, one entry per row of `data`: 1 if the row belongs to the subset, 0 otherwise
   * @returns for each subset, a head for each penalty; null if the fit was stopped
   */
  async fitSubsets(
    data: readonly HeadRows[],
    subsets: readonly Uint8Array[],
    penalties: readonly number[],
    options: SolveOptions,
  ): Promise<HeadPoint[][] | null> {
    const [classes, features] = [this.#classes, this.#moments.mean.length];
    const prior = this.#prior;
    const solvable = prior === null ? penalties : penalties.filter((penalty) => penalty < unchangedPenalty);
    if (solvable.length === 0) return subsets.map(() => penalties.map(() => prior!.slice()));
    const blank = new Float64Array((features + 1) * classes);
    const missedBy = (point: HeadPoint): Promise<HeadProducts[]> => {
      const asked = subsets.map(() => headProblemColumns(point, classes));
      return this.#products(data, subsets, asked, { targets: true });
    };
    const sums = await missedBy(blank);
    const missed = prior === null ? sums : await missedBy(prior);
    const problems = subsets.map((_, s) => headProblem(sums[s]!, missed[s]!));
    const multiply = async (blocks: readonly (readonly Float64Array[])[]): Promise<Float64Array[][]> => {
      const asked = blocks.map((block, s) => block.map((x) => centredHeadProblemColumn(x, problems[s]!)));
      return (await this.#products(data, subsets, asked, { targets: false })).map(({ products }) => products);
    };
    const solved = await solveShifted(
      multiply,
      problems.map(({ wanted }) => wanted),
      solvable,
      options,
    );
    if (solved === null) return null;
    return solved.map((own, s) => {
      const problem = problems[s]!;
      const heads = own.map((found) => {
        const head = prior === null ? blank.slice() : prior.slice();
        for (const [k, x] of found.entries()) {
          const { weights, intercept } = centredHeadProblemColumn(x, problem);
          for (let f = 0; f < features; f++) head[k * features + f]! += weights[f]!;
          head[classes * features + k]! += intercept + problem.left[k]! / problem.total;
        }
        return head;
      });
      return penalties.map((penalty) => heads[solvable.indexOf(penalty)] ?? prior!.slice());
    });
  }

  /** The rows' scores [N, K] with each of P heads. */
  async scores(data: readonly HeadRows[], points: readonly HeadPoint[]): Promise<Float32Array[]> {
    const classes = this.#classes;
    const columns = points.length * classes;
    const fixed = this.#folded(points.flatMap((point) => headProblemColumns(point, classes)));
    const count = data.reduce((sum, { rows }) => sum + rows.length, 0);
    const found = points.map(() => new Float32Array(count * classes));
    let at = 0;
    for (const { counts, rows } of data) {
      for (const part of linearHeadRowChunks(rows)) {
        const out = await this.#sessions.scores.run({ ...fixed, counts: gatherLinearHeadCounts(counts, part) });
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
   * For each subset of the rows, sums over its rows of the weighted scores of its columns (minus the targets if `targets` is
   * true), plain and multiplied by the standardised features.
   */
  async #products(
    data: readonly HeadRows[],
    subsets: readonly Uint8Array[],
    asked: readonly (readonly HeadColumn[])[],
    { targets: wanted }: { targets: boolean },
  ): Promise<HeadProducts[]> {
    const { mean, deviation } = this.#moments;
    const [classes, features] = [this.#classes, mean.length];
    const subsetOf = asked.flatMap((own, s) => own.map(() => subsets[s]!));
    const columns = subsetOf.length;
    const fixed = this.#folded(asked.flat());
    const sums = Array.from({ length: columns }, () => new Float64Array(features));
    const residuals = new Float64Array(columns);
    for (const { counts, rows, targets } of data) {
      const weights = linearHeadRowWeights(targets, classes);
      for (let at = 0; at < rows.length; at += rowsPerRun) {
        const part = rows.subarray(at, at + rowsPerRun);
        const ownWeights = new Float32Array(part.length * columns);
        const ownTargets = new Float32Array(part.length * columns);
        for (let i = 0; i < part.length; i++) {
          for (const [column, subset] of subsetOf.entries()) {
            if (subset[at + i] === 0) continue;
            ownWeights[i * columns + column] = weights[at + i]!;
            // Only products with targets have a column per class.
            if (wanted) ownTargets[i * columns + column] = targets[(at + i) * classes + (column % classes)]!;
          }
        }
        const out = await this.#sessions.products.run({
          ...fixed,
          counts: gatherLinearHeadCounts(counts, part),
          row_weights: runtimeTensor("float32", ownWeights, [part.length, columns]),
          targets: runtimeTensor("float32", ownTargets, [part.length, columns]),
        });
        const products = out.products!.data as Float32Array;
        for (const [column, sum] of sums.entries()) addToLinearHeadSums(sum, products, column * features);
        addToLinearHeadSums(residuals, out.residuals!.data as Float32Array, 0);
      }
    }
    for (const [column, sum] of sums.entries()) {
      for (let f = 0; f < features; f++) sum[f] = (sum[f]! - mean[f]! * residuals[column]!) / deviation[f]!;
    }
    let first = 0;
    return asked.map(({ length }) => {
      const start = first;
      first += length;
      return { products: sums.slice(start, first), residuals: residuals.slice(start, first) };
    });
  }

  /** Weights [F, columns] and intercepts [columns] that apply to the counts themselves. */
  #folded(columns: readonly HeadColumn[]) {
    const { mean, deviation } = this.#moments;
    const features = mean.length;
    const folded = new Float32Array(features * columns.length);
    const intercepts = new Float32Array(columns.length);
    for (const [column, { weights, intercept }] of columns.entries()) {
      let moved = 0;
      for (let f = 0; f < features; f++) {
        const weight = Math.fround(weights[f]! / deviation[f]!);
        folded[f * columns.length + column] = weight;
        moved += weight * mean[f]!;
      }
      intercepts[column] = intercept - moved;
    }
    return {
      weights: runtimeTensor("float32", folded, [features, columns.length]),
      intercepts: runtimeTensor("float32", intercepts, [columns.length]),
    };
  }

  async release(): Promise<void> {
    await this.#sessions.scores.release();
    await this.#sessions.products.release();
  }
}

function linearHeadRowWeights(targets: Float32Array, classes: number): Float32Array {
  return Float32Array.from({ length: targets.length / classes }, (_, row) =>
    targets.subarray(row * classes, (row + 1) * classes).reduce((sum, target) => sum + target, 0),
  );
}

function* linearHeadRowChunks(rows: Int32Array): Generator<Int32Array> {
  for (let start = 0; start < rows.length; start += rowsPerRun) yield rows.subarray(start, start + rowsPerRun);
}

function gatherLinearHeadCounts({ values, features, type }: WindowCounts, rows: Int32Array) {
  const [first, last] = [rows[0]!, rows.at(-1)!];
  if (last - first === rows.length - 1) {
    const inPlace = values.subarray(first * features, (last + 1) * features);
    return runtimeTensor(type, inPlace, [rows.length, features]);
  }
  const chunk = new (type === "uint8" ? Uint8Array : Uint16Array)(rows.length * features);
  for (const [i, row] of rows.entries()) chunk.set(values.subarray(row * features, (row + 1) * features), i * features);
  return runtimeTensor(type, chunk, [rows.length, features]);
}

function addToLinearHeadSums(sums: Float64Array, values: Float32Array, start: number): void {
  for (let i = 0; i < sums.length; i++) sums[i]! += values[start + i]!;
}
