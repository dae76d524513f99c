// Compares every layer's gradient with central differences, and its values with plain loops.
// Sequences are [T, B, C]: time, batch, channels.

import { describe, expect, it } from "vitest";
import { bidirectionalLstm } from "../../../src/learning/networks/bidirectional-lstm.ts";
import type { Layer } from "../../../src/learning/networks/layer-context.ts";
import * as layers from "../../../src/learning/networks/layers.ts";
import {
  averagePooling1d,
  batchNormalization,
  conv1d,
  dense,
  dropout,
  flattenLayer,
  globalAveragePooling,
  parallel,
  rectifyLayer,
  residual,
  sequential,
  timeMajorLayer,
} from "../../../src/learning/networks/layers.ts";
import { numbers } from "./check-gradient.ts";
import type { Result } from "./run-graph.ts";
import { describeLayer, expectLayerGradient, runLayer } from "./run-layer.ts";

// biome-ignore format: one case, one line
const cases: readonly [name: keyof typeof layers | "bidirectionalLstm", what: string, layer: Layer, x: readonly number[]][] = [
  ["dense", "of rows", dense("d", 3), [4, 2]],
  ["dense", "of a sequence", dense("d", 2), [3, 2, 4]],
  ["conv1d", "over two steps", conv1d("c", 3, 2), [5, 2, 2]],
  ["conv1d", "over five steps", conv1d("c", 2, 5), [7, 1, 3]],
  ["conv1d", "over the whole window", conv1d("c", 2, 3), [3, 2, 2]],
  ["conv1d", "over one step", conv1d("c", 2, 1), [3, 2, 2]],
  ["rectifyLayer", "a sequence", rectifyLayer, [3, 2, 4]],
  ["batchNormalization", "of rows", batchNormalization("n"), [6, 3]],
  ["batchNormalization", "of a sequence", batchNormalization("n"), [3, 4, 2]],
  ["dropout", "of a tenth", dropout(0.1), [3, 4, 2]],
  ["dropout", "of half", dropout(0.5), [6, 4]],
  ["dropout", "of nothing", dropout(0), [3, 2]],
  ["flattenLayer", "a sequence", flattenLayer, [3, 2, 4]],
  ["averagePooling1d", "without a rest", averagePooling1d(2), [6, 2, 3]],
  ["averagePooling1d", "with a rest", averagePooling1d(3), [8, 2, 2]],
  ["averagePooling1d", "of one step", averagePooling1d(1), [3, 2, 2]],
  ["globalAveragePooling", "a sequence", globalAveragePooling, [4, 2, 3]],
  ["residual", "around two layers", residual(dense("d", 4), rectifyLayer), [3, 2, 4]],
  ["parallel", "of two layers and the input itself", parallel(dense("a", 2), dense("b", 3), sequential()), [3, 2, 4]],
  ["timeMajorLayer", "windows", timeMajorLayer, [3, 2, 4]],
  ["bidirectionalLstm", "of two units", bidirectionalLstm("l", 2), [4, 2, 3]],
  ["bidirectionalLstm", "over one step", bidirectionalLstm("l", 2), [1, 2, 2]],
  ["bidirectionalLstm", "of one unit over one window", bidirectionalLstm("l", 1), [5, 1, 2]],
  ["sequential", "two LSTMs with normalization and dropout", sequential(bidirectionalLstm("l1", 2), batchNormalization("n"), dropout(0.3), bidirectionalLstm("l2", 1)), [3, 3, 2]],
  ["sequential", "a small network", sequential(timeMajorLayer, conv1d("c", 3, 2), rectifyLayer, averagePooling1d(2), bidirectionalLstm("l", 2), flattenLayer, dense("d", 2)), [2, 7, 2]],
];

describe("a layer's gradient in training, against central differences", () => {
  it.each(cases)("%s %s", (_, __, layer, shape) => expectLayerGradient(layer, shape));

  it("every layer has a case", () => {
    const covered = new Set(cases.map(([name]) => name));
    const functions = Object.entries(layers).filter(([, value]) => typeof value === "function");
    expect([...covered].sort()).toEqual([...functions.map(([name]) => name), "bidirectionalLstm"].sort());
  });
});

/** Returns a function that reads the value at [i, j, ...] of a row-major tensor. */
function at({ shape, values }: Pick<Result, "shape"> & { values: ArrayLike<number> }) {
  return (...index: number[]): number => values[index.reduce((flat, i, axis) => flat * shape[axis]! + i, 0)]!;
}

/** Returns the row-major values of a tensor with this shape, each computed from its indices. */
function tensor(shape: readonly number[], of: (...index: number[]) => number) {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const values = Array.from({ length: size }, (_, flat) => {
    const index: number[] = [];
    for (const dimension of shape.toReversed()) {
      index.unshift(flat % dimension);
      flat = Math.floor(flat / dimension);
    }
    return of(...index);
  });
  return { shape, values };
}

function expectClose(actual: Result | undefined, expected: { shape: readonly number[]; values: readonly number[] }) {
  expect(actual?.shape).toEqual(expected.shape);
  expected.values.forEach((value, i) => {
    expect(actual!.values[i], `value ${i}`).toBeCloseTo(value, 12);
  });
}

const sum = (count: number, of: (i: number) => number): number =>
  Array.from({ length: count }, (_, i) => of(i)).reduce((total, value) => total + value, 0);

const bothModes = [
  ["training", true],
  ["inference", false],
] as const;

describe.each(bothModes)("a layer's values in %s", (_, training) => {
  it("dense is x W + b", async () => {
    const [x, kernel, bias] = [numbers([3, 2, 4], 1), numbers([4, 5], 2), numbers([5], 3)];
    const inputs = { "d/kernel": kernel.values, "d/bias": bias.values };
    const { y } = await runLayer(dense("d", 5), { training, x, inputs });
    const expected = tensor([3, 2, 5], (t, b, u) => at(bias)(u) + sum(4, (c) => at(x)(t, b, c) * at(kernel)(c, u)));
    expectClose(y, expected);
  });

  it.each([1, 2, 5])("conv1d of size %i is valid cross-correlation", async (size) => {
    const [x, kernel, bias] = [numbers([6, 2, 3], 1), numbers([size, 3, 4], 2), numbers([4], 3)];
    const inputs = { "c/kernel": kernel.values, "c/bias": bias.values };
    const { y } = await runLayer(conv1d("c", 4, size), { training, x, inputs });
    const expected = tensor([7 - size, 2, 4], (t, b, f) => {
      const products = sum(size, (k) => sum(3, (c) => at(x)(t + k, b, c) * at(kernel)(k, c, f)));
      return at(bias)(f) + products;
    });
    expectClose(y, expected);
  });

  it("rectify replaces negative values by zero", async () => {
    const x = numbers([3, 2, 4], 1);
    const { y } = await runLayer(rectifyLayer, { training, x });
    expectClose(
      y,
      tensor(x.shape, (...i) => Math.max(at(x)(...i), 0)),
    );
  });

  it.each([1, 2, 3])("averagePooling1d over %i steps leaves out the remainder", async (size) => {
    const x = numbers([8, 2, 3], 1);
    const { y } = await runLayer(averagePooling1d(size), { training, x });
    const expected = tensor([Math.floor(8 / size), 2, 3], (t, b, c) => {
      return sum(size, (k) => at(x)(t * size + k, b, c)) / size;
    });
    expectClose(y, expected);
  });

  it("globalAveragePooling is the mean over time", async () => {
    const x = numbers([5, 2, 3], 1);
    const { y } = await runLayer(globalAveragePooling, { training, x });
    expectClose(
      y,
      tensor([2, 3], (b, c) => sum(5, (t) => at(x)(t, b, c)) / 5),
    );
  });

  it("flatten concatenates the steps of a window", async () => {
    const x = numbers([3, 2, 4], 1);
    const { y } = await runLayer(flattenLayer, { training, x });
    expectClose(
      y,
      tensor([2, 12], (b, i) => at(x)(Math.floor(i / 4), b, i % 4)),
    );
  });

  it("timeMajor turns windows into sequences", async () => {
    const x = numbers([3, 2, 4], 1);
    const { y } = await runLayer(timeMajorLayer, { training, x });
    expectClose(
      y,
      tensor([2, 3, 4], (t, b, c) => at(x)(b, t, c)),
    );
  });

  it("sequential applies layers in order", async () => {
    const x = { shape: [2, 1, 1], values: [-3, 5] };
    const pooledLast = await runLayer(sequential(rectifyLayer, globalAveragePooling), { training, x });
    const pooledFirst = await runLayer(sequential(globalAveragePooling, rectifyLayer), { training, x });
    expect([pooledLast.y!.values, pooledFirst.y!.values]).toEqual([[2.5], [1]]);
  });
});

describe("batchNormalization", () => {
  const x = numbers([3, 4, 2], 1);
  const statistics = { mean: [0.3, -2], variance: [0.5, 4] };
  const inputs = {
    "n/gamma": [1.5, -0.5],
    "n/beta": [0.25, 3],
    "n/moving_mean": statistics.mean,
    "n/moving_variance": statistics.variance,
  };
  const mean = (c: number) => sum(3, (t) => sum(4, (b) => at(x)(t, b, c))) / 12;
  const variance = (c: number) => sum(3, (t) => sum(4, (b) => (at(x)(t, b, c) - mean(c)) ** 2)) / 12;
  const normalized = (mu: (c: number) => number, sigma2: (c: number) => number, epsilon: number) =>
    tensor(x.shape, (t, b, c) => {
      const z = (at(x)(t, b, c) - mu(c)) / Math.sqrt(sigma2(c) + epsilon);
      return inputs["n/gamma"][c]! * z + inputs["n/beta"][c]!;
    });

  it("uses the batch's own mean and biased variance in training", async () => {
    const { y } = await runLayer(batchNormalization("n"), { training: true, x, inputs });
    expectClose(y, normalized(mean, variance, 1e-3));
  });

  it("uses the running mean and variance in inference, without changing them", async () => {
    const results = await runLayer(batchNormalization("n"), { training: false, x, inputs });
    expectClose(
      results.y,
      normalized(
        (c) => statistics.mean[c]!,
        (c) => statistics.variance[c]!,
        1e-3,
      ),
    );
    expect(Object.keys(results)).toEqual(["y"]);
  });

  it.each([undefined, 0.99])(
    "running statistics follow the batch's with momentum %s (default .9)",
    async (momentum) => {
      const layer = batchNormalization("n", momentum === undefined ? {} : { momentum });
      const results = await runLayer(layer, { training: true, x, inputs });
      const m = momentum ?? 0.9;
      const follow = (old: readonly number[], batch: (c: number) => number) =>
        tensor([2], (c) => m * old[c]! + (1 - m) * batch(c));
      expectClose(results["n/moving_mean"], follow(statistics.mean, mean));
      expectClose(results["n/moving_variance"], follow(statistics.variance, variance));
    },
  );

  it("takes another epsilon", async () => {
    const { y } = await runLayer(batchNormalization("n", { epsilon: 0.5 }), { training: true, x, inputs });
    expectClose(y, normalized(mean, variance, 0.5));
  });

  it("starts from mean 0 and variance 1, gamma 1 and beta 0", () => {
    const { parameters, statistics } = describeLayer(batchNormalization("n"), [3, 4, 2]);
    const initializers = [...parameters, ...statistics].map(({ name, shape, initializer }) => [
      name,
      shape,
      initializer,
    ]);
    expect(initializers).toEqual([
      ["n/gamma", [2], "ones"],
      ["n/beta", [2], "zeros"],
      ["n/moving_mean", [2], "zeros"],
      ["n/moving_variance", [2], "ones"],
    ]);
  });
});

describe("dropout", () => {
  const x = numbers([3, 2, 2], 1);

  it("keeps what the mask keeps, scaled by 1 / (1 - rate), and drops the rest", async () => {
    const mask_0 = [1, 0, 0, 1, 1, 1, 0, 1, 0, 0, 1, 1];
    const { y } = await runLayer(dropout(0.2), { training: true, x, inputs: { mask_0 } });
    expectClose(y, { shape: x.shape, values: mask_0.map((keep, i) => (keep === 1 ? x.values[i]! / 0.8 : 0)) });
  });

  it("hides no value that is not finite", async () => {
    const poisoned = { shape: [3], values: [Number.NaN, Number.POSITIVE_INFINITY, 1] };
    const { y } = await runLayer(dropout(0.5), { training: true, x: poisoned, inputs: { mask_0: [0, 0, 1] } });
    expect(y!.values).toEqual([Number.NaN, Number.NaN, 2]);
  });

  it("asks for a mask of its input's shape and rate, and for none if it drops nothing", () => {
    expect(describeLayer(dropout(0.2), [3, 2, 2]).masks).toEqual([{ shape: [3, 2, 2], rate: 0.2 }]);
    expect(describeLayer(dropout(0), [3, 2, 2]).masks).toEqual([]);
  });

  it("changes nothing in inference", async () => {
    const { y } = await runLayer(dropout(0.9), { training: false, x });
    expect(y!.values).toEqual([...x.values]);
  });
});
