// The gradient rule for each operator, which computes the gradients of a node's inputs from those of its outputs.

import type { Node, Shape, Value } from "./onnx-graph.ts";
import {
  concat,
  div,
  exp,
  expand,
  gemm,
  greater,
  matmul,
  mul,
  neg,
  pad,
  reduceSum,
  reshape,
  scalar,
  slice,
  splitAlongAxis,
  sub,
  transpose,
  where,
} from "./onnx-operators.ts";

export interface RuleArguments {
  readonly node: Node;
  readonly outputGradients: readonly (Value | undefined)[];
  /** Whether the gradient of this input is needed; a rule may omit the others. */
  readonly isNeeded: (input: Value) => boolean;
}

export type GradientRule = (args: RuleArguments) => readonly (Value | undefined)[];

/** For operators with one output. dy is the output's gradient, y the output, and inputs the node's inputs. */
type SimpleRule = (dy: Value, y: Value, inputs: readonly Value[], args: RuleArguments) => (Value | undefined)[];

export const gradientRules: Readonly<Record<string, GradientRule>> = {
  Identity: simpleGradientRule((dy) => [dy]),
  Add: simpleGradientRule((dy, _, [a, b]) => [sumGradientTo(dy, a!.shape), sumGradientTo(dy, b!.shape)]),
  Sub: simpleGradientRule((dy, _, [a, b], { isNeeded }) => [
    sumGradientTo(dy, a!.shape),
    isNeeded(b!) ? neg(sumGradientTo(dy, b!.shape)) : undefined,
  ]),
  Mul: simpleGradientRule((dy, _, [a, b], { isNeeded }) => [
    isNeeded(a!) ? sumGradientTo(mul(dy, b!), a!.shape) : undefined,
    isNeeded(b!) ? sumGradientTo(mul(dy, a!), b!.shape) : undefined,
  ]),
  Div: simpleGradientRule((dy, y, [a, b], { isNeeded }) => {
    const da = div(dy, b!);
    return [sumGradientTo(da, a!.shape), isNeeded(b!) ? neg(sumGradientTo(mul(da, y), b!.shape)) : undefined];
  }),
  Neg: simpleGradientRule((dy) => [neg(dy)]),
  Exp: simpleGradientRule((dy, y) => [mul(dy, y)]),
  Log: simpleGradientRule((dy, _, [x]) => [div(dy, x!)]),
  Sqrt: simpleGradientRule((dy, y) => [div(dy, mul(y, 2))]),
  Tanh: simpleGradientRule((dy, y) => [mul(dy, sub(1, mul(y, y)))]),
  Sigmoid: simpleGradientRule((dy, y) => [mul(dy, mul(y, sub(1, y)))]),
  Relu: simpleGradientRule((dy, y) => [where(greater(y, 0), dy, scalar(dy, 0))]),
  Where: simpleGradientRule((dy, _, [condition, a, b], { isNeeded }) => [
    undefined,
    isNeeded(a!) ? sumGradientTo(where(condition!, dy, scalar(dy, 0)), a!.shape) : undefined,
    isNeeded(b!) ? sumGradientTo(where(condition!, scalar(dy, 0), dy), b!.shape) : undefined,
  ]),
  MatMul: simpleGradientRule((dy, _, [a, b], { isNeeded }) => {
    const rows = gradientMatrixRows(a!);
    // A stack of matrices times one matrix equals one tall matrix product.
    if (b!.shape.length === 2 && a!.shape.length > 2 && rows !== undefined) {
      const dy2 = reshape(dy, [rows, b!.shape[1]!]);
      return [
        isNeeded(a!) ? reshape(gemm(dy2, b!, { transB: true }), a!.shape) : undefined,
        isNeeded(b!) ? gemm(reshape(a!, [rows, b!.shape[0]!]), dy2, { transA: true }) : undefined,
      ];
    }
    return [
      isNeeded(a!) ? sumGradientTo(matmul(dy, transposeForGradient(b!)), a!.shape) : undefined,
      isNeeded(b!) ? sumGradientTo(matmul(transposeForGradient(a!), dy), b!.shape) : undefined,
    ];
  }),
  Gemm: simpleGradientRule((dy, _, [a, b, c], { node, isNeeded }) => {
    const transA = node.attributes.transA !== undefined;
    const transB = node.attributes.transB !== undefined;
    const da = transA ? gemm(b!, dy, { transA: transB, transB: true }) : gemm(dy, b!, { transB: !transB });
    const db = transB ? gemm(dy, a!, { transA: true, transB: transA }) : gemm(a!, dy, { transA: !transA });
    return [da, db, c !== undefined && isNeeded(c) ? sumGradientTo(dy, c.shape) : undefined];
  }),
  Transpose: simpleGradientRule((dy, _, __, { node }) => {
    const permutation = intsForGradientRule(node, "perm");
    return [
      transpose(
        dy,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
    ];
  }),
  Reshape: simpleGradientRule((dy, _, [x]) => [reshape(dy, x!.shape)]),
  Concat: simpleGradientRule((dy, _, inputs, { node }) => {
    const axis = intForGradientRule(node, "axis");
    return splitAlongAxis(
      dy,
      inputs.map((input) => input.shape[axis] as number),
      axis,
    );
  }),
  Split: ({ node, outputGradients }) => {
    const pieces = node.outputs.map((output, i) => outputGradients[i] ?? zeroGradient(output));
    return [concat(pieces, intForGradientRule(node, "axis"))];
  },
  Slice: simpleGradientRule((dy, _, [x, start, end, axes]) => {
    const [axis, from, to] = [axes!, start!, end!].map(constantForGradientRule) as [number, number, number];
    return [pad(dy, axis, from, (x!.shape[axis] as number) - to)];
  }),
  Pad: simpleGradientRule((dy, _, [x, pads]) => {
    const amounts = constantsForGradientRule(pads!);
    const rank = x!.shape.length;
    const axis = amounts.findIndex((amount) => amount !== 0) % rank;
    return [slice(dy, axis, amounts[axis]!, (dy.shape[axis] as number) - amounts[rank + axis]!)];
  }),
  ReduceSum: simpleGradientRule((dy, _, [x, axes], { node }) => [
    spreadGradient(dy, x!, constantsForGradientRule(axes!), intForGradientRule(node, "keepdims")),
  ]),
  ReduceMean: simpleGradientRule((dy, _, [x], { node }) => {
    const axes = intsForGradientRule(node, "axes");
    const count = axes.reduce((product, axis) => product * (x!.shape[axis] as number), 1);
    return [spreadGradient(mul(dy, 1 / count), x!, axes, intForGradientRule(node, "keepdims"))];
  }),
  Expand: simpleGradientRule((dy, _, [x]) => [sumGradientTo(dy, x!.shape)]),
  Softmax: simpleGradientRule((dy, y) => [mul(y, sub(dy, reduceSum(mul(dy, y), [y.shape.length - 1])))]),
  LogSoftmax: simpleGradientRule((dy, y) => [sub(dy, mul(exp(y), reduceSum(dy, [y.shape.length - 1])))]),
};

function simpleGradientRule(rule: SimpleRule): GradientRule {
  return (args) => rule(args.outputGradients[0]!, args.node.outputs[0]!, args.node.inputs, args);
}

/** Sums a gradient over the dimensions along which its value was broadcast. */
function sumGradientTo(gradient: Value, shape: Shape): Value {
  const extra = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((dimension, axis) =>
    axis < extra || (shape[axis - extra] === 1 && dimension !== 1) ? [axis] : [],
  );
  return reshape(reduceSum(gradient, axes), shape);
}

function spreadGradient(dy: Value, x: Value, axes: readonly number[], keepDimensions: number): Value {
  const kept = x.shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension));
  return expand(keepDimensions === 1 ? dy : reshape(dy, kept), x.shape as readonly number[]);
}

function gradientMatrixRows(x: Value): number | undefined {
  const rows = x.shape.slice(0, -1);
  return rows.every((d) => typeof d === "number") ? rows.reduce<number>((p, d) => p * (d as number), 1) : undefined;
}

function transposeForGradient(x: Value): Value {
  const rank = x.shape.length;
  return transpose(
    x,
    Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : axis === rank - 2 ? rank - 1 : rank - 2)),
  );
}

function zeroGradient(like: Value): Value {
  return expand(
    reshape(
      scalar(like, 0),
      like.shape.map(() => 1),
    ),
    like.shape as readonly number[],
  );
}

function constantsForGradientRule(value: Value): number[] {
  const initializer = value.graph.root.initializers.find((candidate) => candidate.value.name === value.name);
  if (initializer === undefined) throw new Error(`gradients: ${value.name} must be a constant`);
  return Array.from(initializer.data as BigInt64Array, Number);
}

function constantForGradientRule(value: Value): number {
  return constantsForGradientRule(value)[0]!;
}

function intForGradientRule(node: Node, name: string): number {
  const attribute = node.attributes[name];
  if (attribute?.kind !== "int") throw new Error(`${node.operator} has no integer attribute ${name}`);
  return attribute.value;
}

function intsForGradientRule(node: Node, name: string): readonly number[] {
  const attribute = node.attributes[name];
  if (attribute?.kind !== "ints") throw new Error(`${node.operator} has no attribute ${name}`);
  return attribute.value;
}
