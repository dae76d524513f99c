// Fits a linear softmax head to counted features: multinomial logistic regression whose weights, but not whose intercepts,
// are penalised. ONNX Runtime computes the loss and its gradient over chunks of rows; the standardisation of the features is
// folded into the weights, so that the counts themselves are multiplied. N rows, F features, K classes.

import { argmaxRows } from "../../stats/argmax-rows.ts";
import { buildLinearHeadGraph } from "../networks/linear-head-graph.ts";
import { modelProto } from "../networks/model-proto.ts";
import { type Evaluation, minimize } from "./minimize.ts";
import type { WindowCounts } from "./minirocket-statistics.ts";
import { type InferenceSession, openRuntimeSession, runtimeTensor } from "./onnx-runtime.ts";

/** Rows per run: their features, in float32, stay in cache. */
const rowsPerRun = 64;
const maxSteps = 200;
/** The search ends when the gradient has shrunk to this share of its norm without any weights. */
const gradientShare = 2e-3;

export interface HeadRows {
  readonly counts: WindowCounts;
  /** Rows of the counts. */
  readonly rows: Int32Array;
  /** [N, K] one-hot rows times the row's weight; row i belongs to `rows[i]`. */
  readonly targets: Float32Array;
}

export interface FittedHead extends Evaluation {
  /** [K F + K]: one row of weights per class, for standardised features, then the intercepts. */
  readonly point: Float64Array;
  /** Mean loss over the rows, without the penalty. */
  readonly loss: number;
  /** [N, K] */
  readonly logits: Float32Array;
}

/** Evaluates heads for features with given means and deviations, [F] each. */
export class LinearHead {
  readonly #session: InferenceSession;
  readonly #mean: Float32Array;
  readonly #deviation: Float32Array;
  readonly #classes: number;

  private constructor(session: InferenceSession, mean: Float32Array, deviation: Float32Array, classes: number) {
    this.#session = session;
    this.#mean = mean;
    this.#deviation = deviation;
    this.#classes = classes;
  }

  static async create(
    { type, features }: WindowCounts,
    { mean, deviation }: { mean: Float32Array; deviation: Float32Array },
    classes: number,
  ): Promise<LinearHead> {
    const session = await openRuntimeSession(modelProto(buildLinearHeadGraph(type, features, classes)));
    return new LinearHead(session, mean, deviation, classes);
  }

  /** A head without weights. */
  zero(): Float64Array {
    return new Float64Array((this.#mean.length + 1) * this.#classes);
  }

  /**
   * Minimises the sum of the rows' losses plus penalty / 2 times the sum of the squared weights.
   * @param start a head to start from
   * @returns null if `shouldStop` ended the search
   */
  async fit(
    data: readonly HeadRows[],
    penalty: number,
    start: Float64Array,
    shouldStop: () => boolean,
  ): Promise<FittedHead | null> {
    const evaluate = (point: Float64Array): Promise<Omit<FittedHead, "point">> => this.evaluate(data, point, penalty);
    const { gradient } = await evaluate(this.zero());
    const tolerance = gradientShare * Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
    const found = await minimize(evaluate, start, { tolerance, maxSteps, shouldStop });
    return found === null ? null : { ...found.evaluation, point: found.point };
  }

  /** The objective per row, its gradient, and the rows' logits. */
  async evaluate(data: readonly HeadRows[], point: Float64Array, penalty: number): Promise<Omit<FittedHead, "point">> {
    const classes = this.#classes;
    const features = this.#mean.length;
    const { weights, intercepts } = this.#folded(point);
    const fixed = {
      weights: runtimeTensor("float32", weights, [features, classes]),
      intercepts: runtimeTensor("float32", intercepts, [classes]),
    };
    const products = new Float64Array(classes * features);
    const residuals = new Float64Array(classes);
    const count = data.reduce((sum, { rows }) => sum + rows.length, 0);
    const logits = new Float32Array(count * classes);
    let [loss, at] = [0, 0];
    for (const { counts, rows, targets } of data) {
      for (let start = 0; start < rows.length; start += rowsPerRun) {
        const part = rows.subarray(start, start + rowsPerRun);
        const wanted = targets.slice(start * classes, (start + part.length) * classes);
        const out = await this.#session.run({
          ...fixed,
          counts: runtimeTensor(counts.type, gatherCounts(counts, part), [part.length, features]),
          targets: runtimeTensor("float32", wanted, [part.length, classes]),
        });
        loss += (out.loss!.data as Float32Array)[0]!;
        addInto(products, out.gradient!.data as Float32Array);
        addInto(residuals, out.intercept_gradient!.data as Float32Array);
        logits.set(out.logits!.data as Float32Array, at);
        at += part.length * classes;
      }
    }
    const gradient = new Float64Array(point.length);
    let squares = 0;
    for (let k = 0, i = 0; k < classes; k++) {
      for (let f = 0; f < features; f++, i++) {
        const weight = point[i]!;
        squares += weight * weight;
        const centred = products[i]! - this.#mean[f]! * residuals[k]!;
        gradient[i] = (centred / this.#deviation[f]! + penalty * weight) / count;
      }
      gradient[classes * features + k] = residuals[k]! / count;
    }
    return { value: (loss + (penalty / 2) * squares) / count, gradient, loss: loss / count, logits };
  }

  /** Weights [F, K] and intercepts [K] for the counts themselves. */
  #folded(point: Float64Array): { weights: Float32Array; intercepts: Float32Array } {
    const [features, classes] = [this.#mean.length, this.#classes];
    const weights = new Float32Array(features * classes);
    const intercepts = new Float32Array(classes);
    for (let k = 0, at = 0; k < classes; k++) {
      let shift = 0;
      for (let f = 0; f < features; f++, at++) {
        const weight = Math.fround(point[at]! / this.#deviation[f]!);
        weights[f * classes + k] = weight;
        shift += weight * this.#mean[f]!;
      }
      intercepts[k] = point[classes * features + k]! - shift;
    }
    return { weights, intercepts };
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** Share of rows whose largest logit is that of their target. */
export function headAccuracy(data: readonly HeadRows[], logits: Float32Array, classes: number): number {
  const wanted = data.flatMap(({ targets }) => Array.from(argmaxRows(targets, classes)));
  const found = argmaxRows(logits, classes);
  return wanted.reduce((right, label, i) => right + Number(label === found[i]), 0) / wanted.length;
}

function gatherCounts({ values, features, type }: WindowCounts, rows: Int32Array): Uint8Array | Uint16Array {
  const chunk = new (type === "uint8" ? Uint8Array : Uint16Array)(rows.length * features);
  for (const [i, row] of rows.entries()) chunk.set(values.subarray(row * features, (row + 1) * features), i * features);
  return chunk;
}

function addInto(sums: Float64Array, values: Float32Array): void {
  for (let i = 0; i < sums.length; i++) sums[i]! += values[i]!;
}
