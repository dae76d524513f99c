// Compares every operator with ONNX Runtime: the type and shape that are inferred for a node must equal those of its output,
// and the values must equal results computed by hand.

import { describe, expect, it } from "vitest";
import { Graph, type Value } from "../../../src/learning/networks/onnx-graph.ts";
import * as operators from "../../../src/learning/networks/onnx-operators.ts";
import {
  add,
  cast,
  concat,
  convolve,
  div,
  exp,
  expand,
  gemm,
  greater,
  log,
  logSoftmax,
  lstmOperator,
  matmul,
  mul,
  neg,
  pad,
  reduceMean,
  reduceSum,
  relu,
  reshape,
  scalar,
  sigmoid,
  slice,
  softmax,
  splitAlongAxis,
  sqrt,
  sub,
  tanh,
  transpose,
  where,
} from "../../../src/learning/networks/onnx-operators.ts";
import { broadcastOperandShapes } from "../../../src/learning/networks/operands.ts";
import { scan } from "../../../src/learning/networks/scan.ts";
import { openGraph, runGraph } from "./run-graph.ts";

const { E, LN2, SQRT2 } = Math;

type Case = [
  name: keyof typeof operators | "scan",
  what: string,
  /** The matrix m is 1 2 3 / 4 5 6, the vector v is -1 0 2, and the scalar s is 3. */
  build: (inputs: { m: Value; v: Value; s: Value; graph: Graph }) => Value | Value[],
  expected: readonly number[],
];

// biome-ignore format: one case, one line
const cases: readonly Case[] = [
  ["add", "a row", ({ m, v }) => add(m, v), [0, 2, 5, 3, 5, 8]],
  ["add", "a scalar to a matrix", ({ m, s }) => add(s, m), [4, 5, 6, 7, 8, 9]],
  ["sub", "a matrix from a number", ({ m }) => sub(1, m), [0, -1, -2, -3, -4, -5]],
  ["mul", "a column and a row", ({ m, v }) => mul(slice(m, 1, 1, 2), v), [-2, 0, 4, -5, 0, 10]],
  ["div", "a row by a matrix", ({ m, v }) => div(v, m), [-1, 0, 2 / 3, -1 / 4, 0, 1 / 3]],
  ["greater", "than a number", ({ v }) => greater(v, 0), [0, 0, 1]],
  ["greater", "than a matrix", ({ m, v }) => greater(mul(v, 3), m), [0, 0, 1, 0, 0, 0]],
  ["neg", "a vector", ({ v }) => neg(v), [1, -0, -2]],
  ["exp", "a vector", ({ v }) => exp(v), [1 / E, 1, E ** 2]],
  ["log", "a matrix", ({ m }) => log(m), [0, LN2, Math.log(3), 2 * LN2, Math.log(5), Math.log(6)]],
  ["sqrt", "a scalar", ({ s }) => sqrt(sub(s, 1)), [SQRT2]],
  ["tanh", "a vector", ({ v }) => tanh(v), [-Math.tanh(1), 0, Math.tanh(2)]],
  ["sigmoid", "a vector", ({ v }) => sigmoid(v), [1 / (1 + E), 0.5, 1 / (1 + E ** -2)]],
  ["relu", "a vector", ({ v }) => relu(v), [0, 0, 2]],
  ["scalar", "of a value's type", ({ m }) => scalar(m, 7), [7]],
  ["where", "with operands that are broadcast", ({ m, v }) => where(greater(v, 0), m, -1), [-1, -1, 3, -1, -1, 6]],
  ["where", "with a condition of the largest shape", ({ m, v, s }) => where(greater(m, 2), v, s), [3, 3, 2, -1, 0, 2]],
  ["cast", "to integers", ({ v }) => cast(v, "int64"), [-1, 0, 2]],
  ["cast", "to truth values", ({ v }) => cast(v, "bool"), [1, 0, 1]],
  ["cast", "to single precision", ({ v }) => cast(v, "float32"), [-1, 0, 2]],
  ["cast", "to what it is", ({ v }) => cast(v, "float64"), [-1, 0, 2]],
  ["matmul", "matrices", ({ m }) => matmul(m, transpose(m, [1, 0])), [14, 32, 32, 77]],
  ["matmul", "a stack and a matrix", ({ m }) => matmul(reshape(m, [2, 3, 1]), reshape(slice(m, 1, 0, 1), [1, 2])), [1, 4, 2, 8, 3, 12, 4, 16, 5, 20, 6, 24]],
  ["matmul", "a matrix and a stack", ({ m }) => matmul(slice(m, 0, 0, 1), reshape(m, [2, 3, 1])), [14, 32]],
  ["gemm", "a b'", ({ m }) => gemm(m, m, { transB: true }), [14, 32, 32, 77]],
  ["gemm", "a' b", ({ m }) => gemm(m, m, { transA: true }), [17, 22, 27, 22, 29, 36, 27, 36, 45]],
  ["gemm", "a' b + a row", ({ m, v }) => gemm(m, m, { transA: true, c: v }), [16, 22, 29, 21, 29, 38, 26, 36, 47]],
  ["gemm", "a b' + a scalar", ({ m, s }) => gemm(m, m, { transB: true, c: s }), [17, 35, 35, 80]],
  ["transpose", "a matrix", ({ m }) => transpose(m, [1, 0]), [1, 4, 2, 5, 3, 6]],
  ["transpose", "three axes", ({ m }) => transpose(reshape(m, [1, 2, 3]), [2, 0, 1]), [1, 4, 2, 5, 3, 6]],
  ["reshape", "a matrix", ({ m }) => reshape(m, [3, 2]), [1, 2, 3, 4, 5, 6]],
  ["reshape", "to what it is", ({ m }) => reshape(m, [2, 3]), [1, 2, 3, 4, 5, 6]],
  ["concat", "along the first axis", ({ m, v }) => concat([m, reshape(v, [1, 3])], 0), [1, 2, 3, 4, 5, 6, -1, 0, 2]],
  ["concat", "along the last axis", ({ m }) => concat([m, slice(m, 1, 0, 1)], 1), [1, 2, 3, 1, 4, 5, 6, 4]],
  ["concat", "one value", ({ v }) => concat([v], 0), [-1, 0, 2]],
  ["splitAlongAxis", "along the last axis", ({ m }) => splitAlongAxis(m, [1, 2], 1), [1, 4, 2, 3, 5, 6]],
  ["splitAlongAxis", "into one piece", ({ v }) => splitAlongAxis(v, [3], 0), [-1, 0, 2]],
  ["slice", "columns", ({ m }) => slice(m, 1, 1, 3), [2, 3, 5, 6]],
  ["slice", "all of it", ({ v }) => slice(v, 0, 0, 3), [-1, 0, 2]],
  ["pad", "columns", ({ m }) => pad(m, 1, 1, 0), [0, 1, 2, 3, 0, 4, 5, 6]],
  ["pad", "rows", ({ m }) => pad(m, 0, 0, 1), [1, 2, 3, 4, 5, 6, 0, 0, 0]],
  ["pad", "nothing", ({ v }) => pad(v, 0, 0, 0), [-1, 0, 2]],
  ["reduceSum", "over the rows", ({ m }) => reduceSum(m, [0]), [5, 7, 9]],
  ["reduceSum", "over both axes, dropped", ({ m }) => reduceSum(m, [0, 1], false), [21]],
  ["reduceSum", "over no axis", ({ v }) => reduceSum(v, []), [-1, 0, 2]],
  ["reduceMean", "over the columns", ({ m }) => reduceMean(m, [1]), [2, 5]],
  ["reduceMean", "over the rows, dropped", ({ m }) => reduceMean(m, [0], false), [2.5, 3.5, 4.5]],
  ["reduceMean", "over no axis", ({ v }) => reduceMean(v, []), [-1, 0, 2]],
  ["expand", "a row", ({ v }) => expand(v, [2, 3]), [-1, 0, 2, -1, 0, 2]],
  ["expand", "to what it is", ({ v }) => expand(v, [3]), [-1, 0, 2]],
  ["softmax", "rows", ({ m }) => softmax(log(m)), [1 / 6, 1 / 3, 1 / 2, 4 / 15, 1 / 3, 2 / 5]],
  ["logSoftmax", "rows", ({ m }) => logSoftmax(log(m)), [1 / 6, 1 / 3, 1 / 2, 4 / 15, 1 / 3, 2 / 5].map(Math.log)],
  ["scan", "a running sum and the differences to it", ({ m, v }) => runningSum(v, m), [4, 7, 11, -1, 0, 2, 0, 2, 5]],
];

function runningSum(start: Value, rows: Value): Value[] {
  const { states, outputs } = scan([start], [{ value: rows }], ([sum], [row]) => ({
    states: [add(sum!, row!)],
    outputs: [sum!],
  }));
  return [...states, ...outputs];
}

/**
 * These operators have no double kernel in ONNX Runtime, so they are tested below, and as parts of layers that are compared
 * with PyTorch.
 */
const singlePrecision = ["lstmOperator", "convolve"];

describe("operators in ONNX Runtime", () => {
  it.each(cases)("%s %s", async (_, __, build, expected) => {
    const graph = new Graph("operator");
    const m = graph.input("m", "float64", [2, 3]);
    const v = graph.input("v", "float64", [3]);
    const s = graph.input("s", "float64", []);
    const outputs = [build({ m, v, s, graph })].flat();
    outputs.forEach((output, i) => {
      graph.output(`y${i}`, output);
    });
    const results = await runGraph(graph, { m: [1, 2, 3, 4, 5, 6], v: [-1, 0, 2], s: [3] });
    outputs.forEach(({ type, shape }, i) => {
      expect(results[`y${i}`]).toMatchObject({ type, shape });
    });
    const values = outputs.flatMap((_, i) => results[`y${i}`]!.values);
    expect(values.length).toBe(expected.length);
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 14);
    });
  });

  it("every operator has a case", () => {
    const covered = new Set([...cases.map(([name]) => name), ...singlePrecision]);
    expect([...covered].sort()).toEqual([...Object.keys(operators), "scan"].sort());
  });

  it("compute a step of an LSTM's unit as calculated by hand", async () => {
    const graph = new Graph("lstm");
    const x = graph.input("x", "float32", [1, 1, 1]);
    const constant = (shape: number[], values: number[]) => graph.constant("float32", shape, values);
    // The gates are i, o, f, g; the weights of the second direction are twice those of the first.
    const y = lstmOperator(
      x,
      constant([2, 4, 1], [1, 2, 3, 0.5, 2, 4, 6, 1]),
      constant([2, 4, 1], [9, 9, 9, 9, 9, 9, 9, 9]),
      constant([2, 8], [0.1, 0.2, 0.3, 0.4, 0, 0, 0, 0, 0.1, 0.2, 0.3, 0.4, 0, 0, 0, 0]),
    );
    graph.output("y", y);
    const result = await runGraph(graph, { x: [1] });
    const sigma = (z: number) => 1 / (1 + Math.exp(-z));
    const h = (i: number, o: number, g: number) => sigma(o) * Math.tanh(sigma(i) * Math.tanh(g));
    expect(result.y).toMatchObject({ type: "float32", shape: y.shape });
    expect(y.shape).toEqual([1, 2, 1, 1]);
    expect(result.y!.values[0]).toBeCloseTo(h(1.1, 2.2, 0.9), 6);
    expect(result.y!.values[1]).toBeCloseTo(h(2.1, 4.2, 1.4), 6);
  });

  // There are two channels, 1 2 3 4 and 1 0 0 1. The kernel adds x[t] + 2 x[t + 2] from the first channel to 10 x[t] from the
  // second.
  it.each([
    [0, [1 + 2 * 3 + 10, 2 + 2 * 4]],
    [2, [2 * 1, 2 * 2, 1 + 2 * 3 + 10, 2 + 2 * 4, 3, 4 + 10]],
  ])("compute a dilated convolution with padding %i as calculated by hand", async (padding, expected) => {
    const graph = new Graph("convolution");
    const x = graph.input("x", "float32", ["batch", 2, 4]);
    const kernel = graph.constant("float32", [1, 2, 2], [1, 2, 10, 0]);
    const y = convolve(x, kernel, { dilation: 2, padding });
    expect(y.shape).toEqual(["batch", 1, expected.length]);
    graph.output("y", y);
    const result = await runGraph(graph, { x: [1, 2, 3, 4, 1, 0, 0, 1] });
    expect(result.y).toEqual({ type: "float32", shape: [1, 1, expected.length], values: expected });
    expect(() => convolve(x, kernel, { dilation: 4, padding: 0 })).toThrow(
      "a kernel of 2 with dilation 4 does not fit into 4",
    );
  });

  it("a graph runs with any batch size if the data determine it", async () => {
    const graph = new Graph("batch");
    const x = graph.input("x", "float32", ["batch", 2, 3]);
    const evenAndOdd = graph.constant("float32", [6, 2], [1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1]);
    const y = matmul(reshape(x, ["batch", 6]), evenAndOdd);
    const total = reduceSum(x, [1, 2], false);
    expect([y.shape, total.shape]).toEqual([["batch", 2], ["batch"]]);
    graph.output("y", y);
    graph.output("total", total);
    const run = await openGraph(graph);
    const one = await run({ x: [1, 2, 3, 4, 5, 6] });
    expect(one.y).toEqual({ type: "float32", shape: [1, 2], values: [9, 12] });
    expect(one.total).toEqual({ type: "float32", shape: [1], values: [21] });
    const two = await run({ x: Array.from({ length: 12 }, (_, i) => i) });
    expect(two.y).toEqual({ type: "float32", shape: [2, 2], values: [6, 9, 24, 27] });
    expect(two.total).toEqual({ type: "float32", shape: [2], values: [15, 51] });
  });
});

describe("Scan", () => {
  // The loop computes s' = s / 2 + x over 1, 2 and 4, starting from 8, and returns the last state and all states stacked.
  it.each([
    ["reads and writes from the first step on", false, false, [6.25, 5, 4.5, 6.25]],
    ["writes from its end", false, true, [6.25, 6.25, 4.5, 5]],
    ["reads from its end", true, false, [4, 8, 6, 4]],
    ["reads and writes from its end", true, true, [4, 4, 6, 8]],
  ])("%s", async (_, reverse, reverseOutputs, expected) => {
    const graph = new Graph("scan");
    const x = graph.input("x", "float64", [3, 1]);
    const { states, outputs } = scan(
      [graph.constant("float64", [1], [8])],
      [{ value: x, reverse }],
      ([sum], [row]) => {
        const next = add(mul(sum!, 0.5), row!);
        return { states: [next], outputs: [next] };
      },
      { reverseOutputs },
    );
    graph.output("last", states[0]!);
    graph.output("all", outputs[0]!);
    const { last, all } = await runGraph(graph, { x: [1, 2, 4] });
    expect([last!.shape, all!.shape]).toEqual([[1], [3, 1]]);
    expect([...last!.values, ...all!.values]).toEqual(expected);
  });

  it("reads one input forwards and another backwards", async () => {
    const graph = new Graph("scan");
    const x = graph.input("x", "float64", [3]);
    const { outputs } = scan([], [{ value: x }, { value: x, reverse: true }], (_, [a, b]) => ({
      states: [],
      outputs: [sub(a!, b!)],
    }));
    graph.output("y", outputs[0]!);
    expect((await runGraph(graph, { x: [1, 2, 4] })).y!.values).toEqual([-3, 0, 3]);
  });

  it("computes what does not depend on the step once, outside its body", async () => {
    const graph = new Graph("scan");
    const x = graph.input("x", "float64", [3]);
    const w = graph.input("w", "float64", []);
    const { outputs } = scan([], [{ value: x }], (_, [row]) => ({ states: [], outputs: [mul(row!, exp(w))] }));
    graph.output("y", outputs[0]!);
    expect(graph.nodes.map(({ operator }) => operator)).toEqual(["Exp", "Scan", "Identity"]);
    const { y } = await runGraph(graph, { x: [1, 2, 4], w: [0] });
    expect(y!.values).toEqual([1, 2, 4]);
  });

  it("runs inside another Scan, with values from both graphs", async () => {
    const graph = new Graph("scan");
    const rows = graph.input("rows", "float64", [2, 3]);
    const start = graph.input("start", "float64", []);
    const { states } = scan([start], [{ value: rows }], ([outer], [row]) => {
      const inner = scan([outer!], [{ value: row! }], ([sum], [x]) => ({
        states: [add(mul(sum!, start), mul(x!, outer!))],
        outputs: [],
      }));
      return { states: inner.states, outputs: [] };
    });
    graph.output("y", states[0]!);
    // start 2; row 1 2 3: 2 -> 6 -> 16 -> 38; row 1 0 1: 38 -> 114 -> 228 -> 494
    expect((await runGraph(graph, { rows: [1, 2, 3, 1, 0, 1], start: [2] })).y!.values).toEqual([494]);
  });
});

describe("what does not fit is rejected", () => {
  const graph = new Graph("refused");
  const m = graph.input("m", "float64", [2, 3]);
  const v = graph.input("v", "float64", [3]);
  const single = graph.input("single", "float32", [2, 3]);
  const stack = graph.input("stack", "float64", [4, 3, 2]);
  const batch = graph.input("batch", "float64", ["batch", 3]);
  const yes = graph.input("yes", "bool", [2, 3]);

  // biome-ignore format: one case, one line
  const refused: readonly [what: string, build: () => unknown, message: string][] = [
    ["shapes that cannot be broadcast", () => add(m, stack), "shapes [2,3] and [4,3,2] cannot be broadcast together"],
    ["a known and an unknown size", () => add(m, batch), "shapes [2,3] and [batch,3] cannot be broadcast together"],
    ["types that differ", () => mul(m, single), "Mul: float64 [2,3] and float32 [2,3] are incompatible"],
    ["numbers alone", () => add(1, 2), "expected at least one operand to be a graph value, but both are numbers"],
    ["a condition that is a number", () => where(m, m, 0), "Where: expected a condition of type bool, got float64"],
    ["a choice of two types", () => where(yes, m, single), "Where: float64 [2,3] and float32 [2,3] are incompatible"],
    ["a choice of shapes that do not fit", () => where(yes, stack, 0), "shapes [2,3] and [4,3,2] cannot be"],
    ["MatMul of inner sizes that differ", () => matmul(m, m), "MatMul: float64 [2,3] and float64 [2,3] are incompatible"],
    ["MatMul of a vector", () => matmul(m, v), "MatMul: float64 [2,3] and float64 [3] are incompatible"],
    ["MatMul of two types", () => matmul(stack, single), "MatMul: float64 [4,3,2] and float32 [2,3] are incompatible"],
    ["MatMul of stacks of two sizes", () => matmul(stack, pad(stack, 0, 0, 1)), "MatMul: float64 [4,3,2] and float64 [5"],
    ["Gemm of a stack", () => gemm(stack, m), "Gemm: float64 [4,3,2] and float64 [2,3] are incompatible"],
    ["Gemm of inner sizes that differ", () => gemm(m, m), "Gemm: float64 [2,3] and float64 [2,3] are incompatible"],
    ["Gemm of two types", () => gemm(m, single, { transB: true }), "Gemm: float64 [2,3] and float32 [2,3] are incompatible"],
    ["Gemm plus what does not fit", () => gemm(m, m, { transB: true, c: v }), "Gemm: [3] cannot be broadcast to [2,2]"],
    ["Gemm plus another type", () => gemm(m, m, { transA: true, c: single }), "Gemm: float64 [2,3] and float32 [2,3]"],
    ["an axis that is turned to two places", () => transpose(m, [1, 1]), "Transpose: [1,1] is not a permutation of the axes"],
    ["an axis that is left out", () => transpose(stack, [1, 0]), "Transpose: [1,0] is not a permutation of the axes of [4,3,2]"],
    ["Reshape to another size", () => reshape(m, [4, 2]), "Reshape: [2,3] cannot become [4,2]"],
    ["Reshape to an unknown size", () => reshape(m, ["batch", 3]), "Reshape: [2,3] cannot become [batch,3]"],
    ["Reshape to another unknown size", () => reshape(batch, ["time", 3]), "Reshape: [batch,3] cannot become [time,3]"],
    ["Concat of shapes that differ elsewhere", () => concat([m, m, stack], 0), "Concat: float64 [2,3] and float64 [4,3,2]"],
    ["Concat of widths that differ", () => concat([m, slice(m, 1, 0, 1)], 0), "Concat: float64 [2,3] and float64 [2,1]"],
    ["Concat of two types", () => concat([m, single], 0), "Concat: float64 [2,3] and float32 [2,3] are incompatible"],
    ["Concat along no axis", () => concat([m, m], 2), "Concat: [2,3] has no axis 2"],
    ["Concat of an unknown size", () => concat([batch, batch], 0), 'dimension "batch" must be known here'],
    ["Split into too much", () => splitAlongAxis(m, [2, 2], 1), "Split: sizes 2,2 do not add up to 3"],
    ["Slice beyond the end", () => slice(m, 1, 1, 4), "Slice: 1:4 is not within 3"],
    ["Slice of nothing", () => slice(m, 1, 1, 1), "Slice: 1:1 is not within 3"],
    ["Slice from NaN", () => slice(m, 1, Number.NaN, 1), "Slice: NaN:1 is not within 3"],
    ["Slice along no axis", () => slice(m, 2, 0, 1), "Slice: [2,3] has no axis 2"],
    ["Pad with less than nothing", () => pad(m, 0, -1, 0), "Pad: expected at least 0 zeros on either side, got -1 and 0"],
    ["Pad along no axis", () => pad(m, 2, 1, 0), "Pad: [2,3] has no axis 2"],
    ["a sum along no axis", () => reduceSum(m, [0, 2]), "ReduceSum: [2,3] has no axis 2"],
    ["a mean along an axis counted from the end", () => reduceMean(m, [-1]), "ReduceMean: [2,3] has no axis -1"],
    ["Expand of a size that is not one", () => expand(m, [4, 3]), "Expand: [2,3] cannot be broadcast to [4,3]"],
    ["Expand to a smaller size", () => expand(m, [1, 3]), "Expand: [2,3] cannot be broadcast to [1,3]"],
    ["Expand to a lower rank", () => expand(m, [3]), "Expand: [2,3] cannot be broadcast to [3]"],
    ["Scan over two lengths", () => runningDifference(m, stack), "Scan: float64 [2,3] and float64 [4,3,2] are incompatible"],
    ["Scan whose state grows", () => growing(v, m), "Scan: float64 [3] and float64 [4] are incompatible"],
    ["Scan that loses a state", () => forgetful(v, m), "Scan: expected the body to return 1 states, got 0"],
    ["broadcasting of two names", () => broadcastOperandShapes(["batch"], ["time"]), "shapes [batch] and [time] cannot be broadcast"],
  ];

  it.each(refused)("%s", (_, build, message) => {
    expect(build).toThrow(message);
  });

  const runningDifference = (a: Value, b: Value) =>
    scan([], [{ value: a }, { value: b }], (_, [x]) => ({ states: [], outputs: [x!] }));
  const growing = (state: Value, rows: Value) =>
    scan([state], [{ value: rows }], ([s]) => ({ states: [pad(s!, 0, 1, 0)], outputs: [] }));
  const forgetful = (state: Value, rows: Value) =>
    scan([state], [{ value: rows }], ([s]) => ({ states: [], outputs: [s!] }));
});
