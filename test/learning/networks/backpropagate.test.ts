// Tests reverse-mode differentiation, operator by operator. All models are float64, because ONNX Runtime has double kernels for
// every operator in these tests.

import { describe, expect, it } from "vitest";
import { backpropagate } from "../../../src/learning/networks/backpropagate.ts";
import { gradientRules } from "../../../src/learning/networks/gradient-rules.ts";
import { Graph, type Value } from "../../../src/learning/networks/onnx-graph.ts";
import {
  add,
  cast,
  concat,
  div,
  exp,
  expand,
  gemm,
  greater,
  log,
  logSoftmax,
  matmul,
  mul,
  neg,
  pad,
  reduceMean,
  reduceSum,
  relu,
  reshape,
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
import { scan } from "../../../src/learning/networks/scan.ts";
import { expectGradient, numbers } from "./check-gradient.ts";
import { runGraph } from "./run-graph.ts";

type Case = [
  operator: string,
  what: string,
  shapes: readonly (readonly number[])[],
  build: (...inputs: [Value, Value, Value]) => Value | Value[],
  options?: { positive: boolean },
];

const positive = { positive: true };

// biome-ignore format: one case, one line
const cases: readonly Case[] = [
  ["Identity", "of a matrix", [[2, 3]], (x) => x.graph.emit("Identity", [x], [x])[0]!],
  ["Add", "of equal shapes", [[2, 3], [2, 3]], (a, b) => add(a, b)],
  ["Add", "of a row to a stack of matrices", [[2, 3, 4], [4]], (a, b) => add(a, b)],
  ["Add", "of a column and a row", [[3, 1], [1, 4]], (a, b) => add(a, b)],
  ["Add", "of a scalar value", [[], [2, 3]], (a, b) => add(a, b)],
  ["Add", "of a number", [[2, 3]], (a) => add(a, 3)],
  ["Add", "of a value to itself", [[2, 3]], (a) => add(a, a)],
  ["Sub", "of equal shapes", [[2, 3], [2, 3]], (a, b) => sub(a, b)],
  ["Sub", "of a stack of matrices from a row", [[4], [2, 3, 4]], (a, b) => sub(a, b)],
  ["Sub", "of a column and a row", [[3, 1], [1, 4]], (a, b) => sub(a, b)],
  ["Sub", "from a number", [[2, 3]], (a) => sub(1, a)],
  ["Mul", "of equal shapes", [[2, 3], [2, 3]], (a, b) => mul(a, b)],
  ["Mul", "of a row and a stack of matrices", [[4], [2, 3, 4]], (a, b) => mul(a, b)],
  ["Mul", "over a dimension of one in the middle", [[2, 1, 4], [2, 3, 4]], (a, b) => mul(a, b)],
  ["Mul", "of a value and itself", [[2, 3]], (a) => mul(a, a)],
  ["Mul", "by a number", [[2, 3]], (a) => mul(a, -2.5)],
  ["Div", "of equal shapes", [[2, 3], [2, 3]], (a, b) => div(a, b)],
  ["Div", "by a row", [[2, 3, 4], [4]], (a, b) => div(a, b)],
  ["Div", "of a row by a stack of matrices", [[4], [2, 3, 4]], (a, b) => div(a, b)],
  ["Div", "of a number", [[2, 3]], (a) => div(2, a)],
  ["Neg", "of a matrix", [[2, 3]], (x) => neg(x)],
  ["Exp", "of a matrix", [[2, 3]], (x) => exp(x)],
  ["Log", "of a matrix", [[2, 3]], (x) => log(x), positive],
  ["Sqrt", "of a matrix", [[2, 3]], (x) => sqrt(x), positive],
  ["Tanh", "of a matrix", [[2, 3]], (x) => tanh(x)],
  ["Sigmoid", "of a matrix", [[2, 3]], (x) => sigmoid(x)],
  ["Relu", "of a matrix with both signs", [[4, 5]], (x) => relu(x)],
  ["Where", "of equal shapes", [[2, 3], [2, 3]], (a, b) => where(checked(a, [2, 3]), a, b)],
  ["Where", "with a condition for each row", [[2, 3], [2, 3]], (a, b) => where(checked(a, [2, 1]), a, b)],
  ["Where", "of a row and a column", [[3], [2, 1]], (a, b) => where(checked(a, [2, 3]), a, b)],
  ["Where", "with operands smaller than the condition", [[], [3]], (a, b) => where(checked(a, [2, 3]), a, b)],
  ["Where", "of a value and a number", [[2, 3]], (a) => where(checked(a, [2, 3]), 0, a)],
  ["Where", "on which side a value is", [[2, 3], [2, 3]], (a, b) => where(greater(a, b), mul(a, a), b)],
  ["MatMul", "of matrices", [[2, 3], [3, 4]], (a, b) => matmul(a, b)],
  ["MatMul", "of a stack and a matrix", [[2, 3, 4], [4, 5]], (a, b) => matmul(a, b)],
  ["MatMul", "of stacks of stacks and a matrix", [[2, 2, 3, 4], [4, 2]], (a, b) => matmul(a, b)],
  ["MatMul", "of a matrix and a stack", [[3, 4], [2, 4, 5]], (a, b) => matmul(a, b)],
  ["MatMul", "of two stacks", [[2, 3, 4], [2, 4, 5]], (a, b) => matmul(a, b)],
  ["MatMul", "of a stack of one and a stack", [[1, 3, 4], [2, 4, 2]], (a, b) => matmul(a, b)],
  ["MatMul", "of a matrix and itself", [[3, 3]], (a) => matmul(a, a)],
  ["Gemm", "a b", [[2, 3], [3, 4]], (a, b) => gemm(a, b)],
  ["Gemm", "a' b", [[3, 2], [3, 4]], (a, b) => gemm(a, b, { transA: true })],
  ["Gemm", "a b'", [[2, 3], [4, 3]], (a, b) => gemm(a, b, { transB: true })],
  ["Gemm", "a' b'", [[3, 2], [4, 3]], (a, b) => gemm(a, b, { transA: true, transB: true })],
  ["Gemm", "a b + c", [[2, 3], [3, 4], [2, 4]], (a, b, c) => gemm(a, b, { c })],
  ["Gemm", "a b + a row", [[2, 3], [3, 4], [4]], (a, b, c) => gemm(a, b, { c })],
  ["Gemm", "a' b' + a column", [[3, 2], [4, 3], [2, 1]], (a, b, c) => gemm(a, b, { c, transA: true, transB: true })],
  ["Transpose", "of a matrix", [[2, 3]], (x) => transpose(x, [1, 0])],
  ["Transpose", "that turns three axes around", [[2, 3, 4]], (x) => transpose(x, [2, 0, 1])],
  ["Reshape", "to another rank", [[2, 3, 4]], (x) => reshape(x, [4, 6])],
  ["Reshape", "to a scalar", [[1, 1]], (x) => reshape(x, [])],
  ["Concat", "along the first axis", [[2, 3], [1, 3]], (a, b) => concat([a, b], 0)],
  ["Concat", "of three along the last axis", [[2, 1, 2], [2, 1, 3], [2, 1, 1]], (...x) => concat(x, 2)],
  ["Concat", "of a value with itself", [[2, 3]], (x) => concat([x, x], 1)],
  ["Split", "with all pieces used", [[2, 6]], (x) => splitAlongAxis(x, [1, 2, 3], 1)],
  ["Split", "with one piece used", [[5, 2]], (x) => splitAlongAxis(x, [2, 2, 1], 0)[1]!],
  ["Slice", "in the middle", [[2, 5]], (x) => slice(x, 1, 1, 3)],
  ["Slice", "from the beginning", [[5, 2]], (x) => slice(x, 0, 0, 2)],
  ["Slice", "to the end", [[2, 5, 2]], (x) => slice(x, 1, 3, 5)],
  ["Slice", "of slices that overlap", [[4, 2]], (x) => add(slice(x, 0, 0, 3), mul(slice(x, 0, 1, 4), 2))],
  ["Pad", "on both sides", [[2, 3]], (x) => pad(x, 1, 1, 2)],
  ["Pad", "before only", [[2, 3]], (x) => pad(x, 0, 2, 0)],
  ["Pad", "after only", [[2, 3]], (x) => pad(x, 0, 0, 2)],
  ["ReduceSum", "over the last axis", [[2, 3, 4]], (x) => reduceSum(x, [2])],
  ["ReduceSum", "over two axes, dropped", [[2, 3, 4]], (x) => reduceSum(x, [0, 2], false)],
  ["ReduceSum", "over all axes", [[2, 3]], (x) => reduceSum(x, [0, 1], false)],
  ["ReduceMean", "over the last axis", [[2, 3, 4]], (x) => reduceMean(x, [2])],
  ["ReduceMean", "over two axes, dropped", [[2, 3, 4]], (x) => reduceMean(x, [0, 1], false)],
  ["ReduceMean", "over the middle axis, dropped", [[2, 3, 4]], (x) => reduceMean(x, [1], false)],
  ["Expand", "of a dimension of one", [[2, 1, 3]], (x) => expand(x, [2, 4, 3])],
  ["Expand", "to a higher rank", [[3]], (x) => expand(x, [2, 2, 3])],
  ["Expand", "of a scalar", [[]], (x) => expand(x, [2, 3])],
  ["Softmax", "of the rows", [[3, 4]], (x) => softmax(x)],
  ["Softmax", "of the last of three axes", [[2, 2, 3]], (x) => softmax(x)],
  ["LogSoftmax", "of the rows", [[3, 4]], (x) => logSoftmax(x)],
  ["LogSoftmax", "of the last of three axes", [[2, 2, 3]], (x) => logSoftmax(x)],
];

/** Returns a constant condition that is true for every second element. */
function checked(like: Value, shape: readonly number[]): Value {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return like.graph.constant(
    "bool",
    shape,
    Array.from({ length: size }, (_, i) => i % 2),
  );
}

describe("gradient rules against central differences", () => {
  it.each(cases)("%s %s", async (operator, _, shapes, build, options) => {
    const inputs = Object.fromEntries(shapes.map((shape, i) => [`input_${i}`, numbers(shape, i + 1, options)]));
    await expectGradient(inputs, (values, graph) => {
      const y = build(...(Object.values(values) as [Value, Value, Value]));
      expect(graph.nodes.map((node) => node.operator)).toContain(operator);
      return y;
    });
  });

  it("every rule has a case", () => {
    expect([...new Set(cases.map(([operator]) => operator))].sort()).toEqual(Object.keys(gradientRules).sort());
  });

  it("relu passes nothing at zero and below", async () => {
    const graph = new Graph("relu");
    const x = graph.input("x", "float64", [4]);
    graph.output("dx", backpropagate(reduceSum(relu(x), [0], false), [x])[0]!);
    expect((await runGraph(graph, { x: [-1, -0, 0, 2] })).dx!.values).toEqual([0, 0, 0, 1]);
  });
});

describe("gradients through whole expressions", () => {
  it("sums the gradients that reach a value on several paths", () =>
    expectGradient({ x: numbers([3, 2], 1), w: numbers([2, 2], 2) }, ({ x, w }) => {
      const hidden = tanh(matmul(x, w));
      return mul(add(hidden, x), sigmoid(matmul(hidden, w)));
    }));

  it("are computed for an intermediate value and for a value that it depends on", async () => {
    const graph = new Graph("chain");
    const x = graph.input("x", "float64", []);
    const y = mul(x, 3);
    const z = mul(y, y);
    for (const [i, gradient] of backpropagate(z, [x, y, z]).entries()) graph.output(`d${i}`, gradient);
    const { d0, d1, d2 } = await runGraph(graph, { x: [2] });
    expect([d0, d1, d2].map((d) => d!.values[0])).toEqual([36, 12, 1]);
  });

  it("can be differentiated again, which gives the second derivative", () =>
    expectGradient({ x: numbers([4], 1) }, ({ x }) => {
      const energy = reduceSum(mul(tanh(x), exp(x)), [0], false);
      return backpropagate(energy, [x])[0]!;
    }));

  it("use a composite's own rule instead of those of its nodes", async () => {
    const graph = new Graph("composite");
    const x = graph.input("x", "float64", [2]);
    const [y] = graph.composite([x], () => ({ outputs: [mul(x, 2)], gradient: ([dy]) => [mul(dy!, 10)] }));
    graph.output("dx", backpropagate(reduceSum(mul(y!, 3), [0], false), [x])[0]!);
    expect((await runGraph(graph, { x: [5, 6] })).dx!.values).toEqual([30, 30]);
  });

  it("a rule that is wrong by a hundred-thousandth fails the check", async () => {
    const withRule = (factor: number) =>
      expectGradient({ x: numbers([3], 1) }, ({ x }) =>
        x.graph.composite([x], () => ({ outputs: [mul(x, x)], gradient: ([dy]) => [mul(mul(dy!, x), factor)] })),
      );
    await withRule(2);
    await expect(withRule(2.00002)).rejects.toThrow("by differences");
  });
});

describe("what cannot be differentiated is rejected", () => {
  const graph = () => {
    const g = new Graph("refused");
    return { x: g.input("x", "float64", [2, 3]), w: g.input("w", "float64", [3]) };
  };
  const total = (x: Value) =>
    reduceSum(
      x,
      x.shape.map((_, axis) => axis),
      false,
    );

  it("a loss of more than one element", () => {
    const { x } = graph();
    expect(() => backpropagate(mul(x, 2), [x])).toThrow("gradients: expected a loss with one element, got shape [2,3]");
  });

  it("a loss whose size is not known", () => {
    const x = new Graph("refused").input("x", "float64", ["batch"]);
    expect(() => backpropagate(mul(x, 2), [x])).toThrow(
      "shape [batch] has a size that is known only when the model runs",
    );
  });

  it("a value that the loss does not depend on", () => {
    const { x, w } = graph();
    expect(() => backpropagate(total(x), [x, w])).toThrow("gradients: the loss does not depend on w");
  });

  it("a value that only a condition depends on", () => {
    const { x, w } = graph();
    expect(() => backpropagate(total(where(greater(w, 0), x, 0)), [w])).toThrow("the loss does not depend on w");
  });

  it("an operator without a rule", () => {
    const { x } = graph();
    expect(() => backpropagate(total(cast(x, "float32")), [x])).toThrow(
      "gradients: operator Cast has no gradient rule",
    );
  });

  it("an operator without a rule is allowed outside the path to the loss", () => {
    const { x, w } = graph();
    const fixed = cast(cast(x, "float32"), "float64");
    expect(backpropagate(total(mul(fixed, w)), [w])[0]!.shape).toEqual([3]);
  });

  it("a Scan outside a composite, even if its body takes the value from the surrounding graph", () => {
    const { x, w } = graph();
    const summed = scan([mul(w, 0)], [{ value: x }], ([sum], [row]) => ({ states: [add(sum!, row!)], outputs: [] }));
    expect(() => backpropagate(total(summed.states[0]!), [x])).toThrow("operator Scan has no gradient rule");
    const captured = scan([], [{ value: x }], (_, [row]) => ({ states: [], outputs: [mul(row!, w)] }));
    const loss = add(total(captured.outputs[0]!), total(w));
    expect(() => backpropagate(loss, [w])).toThrow("operator Scan has no gradient rule");
  });
});
