// The gradient of each operator: given the gradients of a node's outputs, those of its inputs.

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
  split,
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

/** dy: the output's gradient, y: the output, inputs: the node's. For operators with one output. */
type SimpleRule = (dy: Value, y: Value, inputs: readonly Value[], args: RuleArguments) => (Value | undefined)[];

export const gradientRules: Readonly<Record<string, GradientRule>> = {
  Identity: simple((dy) => [dy]),
  Add: simple((dy, _, [a, b]) => [sumTo(dy, a!.shape), sumTo(dy, b!.shape)]),
  Sub: simple((dy, _, [a, b], { isNeeded }) => [
    sumTo(dy, a!.shape),
    isNeeded(b!) ? neg(sumTo(dy, b!.shape)) : undefined,
  ]),
  Mul: simple((dy, _, [a, b], { isNeeded }) => [
    isNeeded(a!) ? sumTo(mul(dy, b!), a!.shape) : undefined,
    isNeeded(b!) ? sumTo(mul(dy, a!), b!.shape) : undefined,
  ]),
  Div: simple((dy, y, [a, b], { isNeeded }) => {
    const da = div(dy, b!);
    return [sumTo(da, a!.shape), isNeeded(b!) ? neg(sumTo(mul(da, y), b!.shape)) : undefined];
  }),
  Neg: simple((dy) => [neg(dy)]),
  Exp: simple((dy, y) => [mul(dy, y)]),
  Log: simple((dy, _, [x]) => [div(dy, x!)]),
  Sqrt: simple((dy, y) => [div(dy, mul(y, 2))]),
  Tanh: simple((dy, y) => [mul(dy, sub(1, mul(y, y)))]),
  Sigmoid: simple((dy, y) => [mul(dy, mul(y, sub(1, y)))]),
  Relu: simple((dy, y) => [where(greater(y, 0), dy, scalar(dy, 0))]),
  Where: simple((dy, _, [condition, a, b], { isNeeded }) => [
    undefined,
    isNeeded(a!) ? sumTo(where(condition!, dy, scalar(dy, 0)), a!.shape) : undefined,
    isNeeded(b!) ? sumTo(where(condition!, scalar(dy, 0), dy), b!.shape) : undefined,
  ]),
  MatMul: simple((dy, _, [a, b], { isNeeded }) => {
    const rows = flattened(a!);
    // A stack of matrices times one matrix is one tall matrix product.
    if (b!.shape.length === 2 && a!.shape.length > 2 && rows !== undefined) {
      const dy2 = reshape(dy, [rows, b!.shape[1]!]);
      return [
        isNeeded(a!) ? reshape(gemm(dy2, b!, { transB: true }), a!.shape) : undefined,
        isNeeded(b!) ? gemm(reshape(a!, [rows, b!.shape[0]!]), dy2, { transA: true }) : undefined,
      ];
    }
    return [
      isNeeded(a!) ? sumTo(matmul(dy, swapLast(b!)), a!.shape) : undefined,
      isNeeded(b!) ? sumTo(matmul(swapLast(a!), dy), b!.shape) : undefined,
    ];
  }),
  Gemm: simple((dy, _, [a, b, c], { node, isNeeded }) => {
    const transA = node.attributes.transA !== undefined;
    const transB = node.attributes.transB !== undefined;
    const da = transA ? gemm(b!, dy, { transA: transB, transB: true }) : gemm(dy, b!, { transB: !transB });
    const db = transB ? gemm(dy, a!, { transA: true, transB: transA }) : gemm(a!, dy, { transA: !transA });
    return [da, db, c !== undefined && isNeeded(c) ? sumTo(dy, c.shape) : undefined];
  }),
  Transpose: simple((dy, _, __, { node }) => {
    const permutation = ints(node, "perm");
    return [
      transpose(
        dy,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
    ];
  }),
  Reshape: simple((dy, _, [x]) => [reshape(dy, x!.shape)]),
  Concat: simple((dy, _, inputs, { node }) => {
    const axis = int(node, "axis");
    return split(
      dy,
      inputs.map((input) => input.shape[axis] as number),
      axis,
    );
  }),
  Split: ({ node, outputGradients }) => {
    const pieces = node.outputs.map((output, i) => outputGradients[i] ?? zeros(output));
    return [concat(pieces, int(node, "axis"))];
  },
  Slice: simple((dy, _, [x, start, end, axes]) => {
    const [axis, from, to] = [axes!, start!, end!].map(constantInt) as [number, number, number];
    return [pad(dy, axis, from, (x!.shape[axis] as number) - to)];
  }),
  Pad: simple((dy, _, [x, pads]) => {
    const amounts = constantInts(pads!);
    const rank = x!.shape.length;
    const axis = amounts.findIndex((amount) => amount !== 0) % rank;
    return [slice(dy, axis, amounts[axis]!, (dy.shape[axis] as number) - amounts[rank + axis]!)];
  }),
  ReduceSum: simple((dy, _, [x, axes], { node }) => [spread(dy, x!, constantInts(axes!), int(node, "keepdims"))]),
  ReduceMean: simple((dy, _, [x], { node }) => {
    const axes = ints(node, "axes");
    const count = axes.reduce((product, axis) => product * (x!.shape[axis] as number), 1);
    return [spread(mul(dy, 1 / count), x!, axes, int(node, "keepdims"))];
  }),
  Expand: simple((dy, _, [x]) => [sumTo(dy, x!.shape)]),
  Softmax: simple((dy, y) => [mul(y, sub(dy, reduceSum(mul(dy, y), [y.shape.length - 1])))]),
  LogSoftmax: simple((dy, y) => [sub(dy, mul(exp(y), reduceSum(dy, [y.shape.length - 1])))]),
};

function simple(rule: SimpleRule): GradientRule {
  return (args) => rule(args.outputGradients[0]!, args.node.outputs[0]!, args.node.inputs, args);
}

/** Adds up a gradient over the dimensions along which its value was broadcast. */
function sumTo(gradient: Value, shape: Shape): Value {
  const extra = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((dimension, axis) =>
    axis < extra || (shape[axis - extra] === 1 && dimension !== 1) ? [axis] : [],
  );
  return reshape(reduceSum(gradient, axes), shape);
}

function spread(dy: Value, x: Value, axes: readonly number[], keepDimensions: number): Value {
  const kept = x.shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension));
  return expand(keepDimensions === 1 ? dy : reshape(dy, kept), x.shape as readonly number[]);
}

function flattened(x: Value): number | undefined {
  const rows = x.shape.slice(0, -1);
  return rows.every((d) => typeof d === "number") ? rows.reduce<number>((p, d) => p * (d as number), 1) : undefined;
}

function swapLast(x: Value): Value {
  const rank = x.shape.length;
  return transpose(
    x,
    Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : axis === rank - 2 ? rank - 1 : rank - 2)),
  );
}

function zeros(like: Value): Value {
  return expand(
    reshape(
      scalar(like, 0),
      like.shape.map(() => 1),
    ),
    like.shape as readonly number[],
  );
}

function constantInts(value: Value): number[] {
  const initializer = value.graph.root.initializers.find((candidate) => candidate.value.name === value.name);
  if (initializer === undefined) throw new Error(`gradients: ${value.name} must be a constant`);
  return Array.from(initializer.data as BigInt64Array, Number);
}

function constantInt(value: Value): number {
  return constantInts(value)[0]!;
}

function int(node: Node, name: string): number {
  const attribute = node.attributes[name];
  if (attribute?.kind !== "int") throw new Error(`${node.operator} has no integer attribute ${name}`);
  return attribute.value;
}

function ints(node: Node, name: string): readonly number[] {
  const attribute = node.attributes[name];
  if (attribute?.kind !== "ints") throw new Error(`${node.operator} has no attribute ${name}`);
  return attribute.value;
}
