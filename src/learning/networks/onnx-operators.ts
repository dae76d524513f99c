// One function per ONNX operator (opset 17): it checks its inputs, infers the types and shapes of its outputs and emits the
// node. Contains only the operators and options that the project uses. A new operator needs type and shape inference here and,
// if gradients flow through it, a rule in gradient-rules.ts.

import { emitBinaryOperator, emitLastAxisOperator, emitOperator, emitUnaryOperator } from "./emit-operator.ts";
import { type DataType, innermostGraph, type Shape, type Value } from "./onnx-graph.ts";
import {
  broadcastOperandShapes,
  checkOperandAxes,
  checkOperandBroadcast,
  intsOperand,
  knownOperandDimension,
  type Operand,
  operandMismatch,
  operandShapesEqual,
  operandValues,
  reducedOperandShape,
} from "./operands.ts";

const add: (a: Operand, b: Operand) => Value = emitBinaryOperator("Add");
const sub: (a: Operand, b: Operand) => Value = emitBinaryOperator("Sub");
const mul: (a: Operand, b: Operand) => Value = emitBinaryOperator("Mul");
const div: (a: Operand, b: Operand) => Value = emitBinaryOperator("Div");
const greater: (a: Operand, b: Operand) => Value = emitBinaryOperator("Greater", "bool");
const neg: (x: Value) => Value = emitUnaryOperator("Neg");
const exp: (x: Value) => Value = emitUnaryOperator("Exp");
const log: (x: Value) => Value = emitUnaryOperator("Log");
const sqrt: (x: Value) => Value = emitUnaryOperator("Sqrt");
const tanh: (x: Value) => Value = emitUnaryOperator("Tanh");
const sigmoid: (x: Value) => Value = emitUnaryOperator("Sigmoid");
const relu: (x: Value) => Value = emitUnaryOperator("Relu");

export { add, div, exp, greater, log, mul, neg, relu, sigmoid, sqrt, sub, tanh };

/** A scalar of the same type as `like`. */
export function scalar(like: Value, value: number): Value {
  return like.graph.constant(like.type, [], [value]);
}

/** Chooses element by element, with broadcasting: a where the condition holds, otherwise b. */
export function where(condition: Value, a: Operand, b: Operand): Value {
  const [left, right] = operandValues(a, b, condition.graph);
  if (condition.type !== "bool") throw new Error(`Where: expected a condition of type bool, got ${condition.type}`);
  if (left.type !== right.type) throw operandMismatch("Where", left, right);
  const shape = broadcastOperandShapes(broadcastOperandShapes(condition.shape, left.shape), right.shape);
  return emitOperator("Where", [condition, left, right], left.type, shape);
}

export function cast(x: Value, type: DataType): Value {
  if (x.type === type) return x;
  const to = { float32: 1, uint8: 2, uint16: 4, int64: 7, bool: 9, float64: 11 }[type];
  return innermostGraph([x]).emit("Cast", [x], [{ type, shape: x.shape }], { to: { kind: "int", value: to } })[0]!;
}

/** [..., M, K] x [..., K, N]. Leading dimensions are broadcast. */
export function matmul(a: Value, b: Value): Value {
  const [m, k] = a.shape.slice(-2);
  const [k2, n] = b.shape.slice(-2);
  if (a.shape.length < 2 || b.shape.length < 2 || k !== k2 || a.type !== b.type) throw operandMismatch("MatMul", a, b);
  const batch = broadcastOperandShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return emitOperator("MatMul", [a, b], a.type, [...batch, m!, n!]);
}

/** a' x b' + c with a', b' optionally transposed; matrices only, c broadcast to [M, N]. */
export function gemm(a: Value, b: Value, options: { c?: Value; transA?: boolean; transB?: boolean } = {}): Value {
  const { c, transA = false, transB = false } = options;
  const [m, k] = transA ? [a.shape[1], a.shape[0]] : a.shape;
  const [k2, n] = transB ? [b.shape[1], b.shape[0]] : b.shape;
  if (a.shape.length !== 2 || b.shape.length !== 2 || k !== k2 || a.type !== b.type)
    throw operandMismatch("Gemm", a, b);
  if (c !== undefined) {
    if (c.type !== a.type) throw operandMismatch("Gemm", a, c);
    checkOperandBroadcast("Gemm", c, [m!, n!]);
  }
  const inputs = c === undefined ? [a, b] : [a, b, c];
  return innermostGraph(inputs).emit("Gemm", inputs, [{ type: a.type, shape: [m!, n!] }], {
    ...(transA ? { transA: { kind: "int", value: 1 } } : {}),
    ...(transB ? { transB: { kind: "int", value: 1 } } : {}),
  })[0]!;
}

export function transpose(x: Value, permutation: readonly number[]): Value {
  if (!operandShapesEqual(permutation.toSorted(), [...x.shape.keys()])) {
    throw new Error(`Transpose: [${permutation}] is not a permutation of the axes of [${x.shape}]`);
  }
  return innermostGraph([x]).emit(
    "Transpose",
    [x],
    [{ type: x.type, shape: permutation.map((axis) => x.shape[axis]!) }],
    {
      perm: { kind: "ints", value: permutation },
    },
  )[0]!;
}

/** The same values in a different shape; one dimension may be unknown. */
export function reshape(x: Value, shape: Shape): Value {
  if (operandShapesEqual(x.shape, shape)) return x;
  const unknown = shape.filter((dimension) => typeof dimension === "string");
  const known = (dimensions: Shape) => dimensions.filter((d) => typeof d === "number").reduce((p, d) => p * d, 1);
  const unknownBefore = x.shape.filter((dimension) => typeof dimension === "string");
  if (unknown.length > 1 || known(shape) !== known(x.shape) || String(unknown) !== String(unknownBefore)) {
    throw new Error(`Reshape: [${x.shape}] cannot become [${shape}]`);
  }
  const target = intsOperand(
    x,
    shape.map((dimension) => (typeof dimension === "string" ? -1 : dimension)),
  );
  return emitOperator("Reshape", [x, target], x.type, shape);
}

export function concat(values: readonly Value[], axis: number): Value {
  if (values.length === 1) return values[0]!;
  const first = values[0]!;
  checkOperandAxes("Concat", first, [axis]);
  for (const value of values) {
    const fits =
      value.shape.length === first.shape.length &&
      operandShapesEqual(value.shape.with(axis, 0), first.shape.with(axis, 0));
    if (!fits || value.type !== first.type) throw operandMismatch("Concat", first, value);
  }
  const total = values.reduce((sum, value) => sum + knownOperandDimension(value.shape[axis]!), 0);
  return innermostGraph(values).emit("Concat", values, [{ type: first.type, shape: first.shape.with(axis, total) }], {
    axis: { kind: "int", value: axis },
  })[0]!;
}

/** Cuts x along an axis into pieces of the given sizes. */
export function splitAlongAxis(x: Value, sizes: readonly number[], axis: number): Value[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total !== x.shape[axis]) throw new Error(`Split: sizes ${sizes} do not add up to ${x.shape[axis]}`);
  if (sizes.length === 1) return [x];
  return innermostGraph([x]).emit(
    "Split",
    [x, intsOperand(x, sizes)],
    sizes.map((size) => ({ type: x.type, shape: x.shape.with(axis, size) })),
    { axis: { kind: "int", value: axis } },
  );
}

/** x[..., start:end, ...] along one axis. */
export function slice(x: Value, axis: number, start: number, end: number): Value {
  checkOperandAxes("Slice", x, [axis]);
  const size = knownOperandDimension(x.shape[axis]!);
  if (!(0 <= start && start < end && end <= size)) throw new Error(`Slice: ${start}:${end} is not within ${size}`);
  if (start === 0 && end === size) return x;
  const inputs = [x, intsOperand(x, [start]), intsOperand(x, [end]), intsOperand(x, [axis])];
  return emitOperator("Slice", inputs, x.type, x.shape.with(axis, end - start));
}

/** Adds zeros around x along one axis: the inverse of `slice`. */
export function pad(x: Value, axis: number, before: number, after: number): Value {
  checkOperandAxes("Pad", x, [axis]);
  if (!(before >= 0 && after >= 0))
    throw new Error(`Pad: expected at least 0 zeros on either side, got ${before} and ${after}`);
  if (before === 0 && after === 0) return x;
  const rank = x.shape.length;
  const pads = Array.from({ length: 2 * rank }, (_, i) => (i === axis ? before : i === rank + axis ? after : 0));
  const shape = x.shape.with(axis, knownOperandDimension(x.shape[axis]!) + before + after);
  return emitOperator("Pad", [x, intsOperand(x, pads)], x.type, shape);
}

/**
 * ONNX's own convolution along the last axis, with stride 1, for inputs that need no gradient: it has no gradient rule and no
 * float64 kernel.
 * @param x [B, C, T]
 * @param w [filters, C, length]
 * @param options.padding zeros on either side of x
 * @returns [B, filters, T + 2 padding - (length - 1) dilation]
 */
export function convolve(
  x: Value,
  w: Value,
  { dilation, padding }: { readonly dilation: number; readonly padding: number },
): Value {
  const [batch, channels, steps] = x.shape;
  const [filters, inputs, length] = w.shape;
  if (x.shape.length !== 3 || w.shape.length !== 3 || channels !== inputs || x.type !== w.type)
    throw operandMismatch("Conv", x, w);
  const left = knownOperandDimension(steps!) + 2 * padding - (knownOperandDimension(length!) - 1) * dilation;
  if (!(left >= 1)) throw new Error(`Conv: a kernel of ${length} with dilation ${dilation} does not fit into ${steps}`);
  return innermostGraph([x, w]).emit("Conv", [x, w], [{ type: x.type, shape: [batch!, filters!, left] }], {
    dilations: { kind: "ints", value: [dilation] },
    pads: { kind: "ints", value: [padding, padding] },
  })[0]!;
}

export function reduceSum(x: Value, axes: readonly number[], keepDimensions = true): Value {
  checkOperandAxes("ReduceSum", x, axes);
  if (axes.length === 0) return x;
  return innermostGraph([x]).emit(
    "ReduceSum",
    [x, intsOperand(x, axes)],
    [{ type: x.type, shape: reducedOperandShape(x.shape, axes, keepDimensions) }],
    {
      keepdims: { kind: "int", value: keepDimensions ? 1 : 0 },
    },
  )[0]!;
}

export function reduceMean(x: Value, axes: readonly number[], keepDimensions = true): Value {
  checkOperandAxes("ReduceMean", x, axes);
  if (axes.length === 0) return x;
  return innermostGraph([x]).emit(
    "ReduceMean",
    [x],
    [{ type: x.type, shape: reducedOperandShape(x.shape, axes, keepDimensions) }],
    {
      axes: { kind: "ints", value: axes },
      keepdims: { kind: "int", value: keepDimensions ? 1 : 0 },
    },
  )[0]!;
}

/** Repeats x along dimensions of size one until it has `shape`, which must be fully known. */
export function expand(x: Value, shape: readonly number[]): Value {
  if (operandShapesEqual(x.shape, shape)) return x;
  checkOperandBroadcast("Expand", x, shape);
  return emitOperator("Expand", [x, intsOperand(x, shape)], x.type, shape);
}

/** Softmax along the last axis. */
export function softmax(x: Value): Value {
  return emitLastAxisOperator("Softmax", x);
}

/** The logarithm of the softmax along the last axis. */
export function logSoftmax(x: Value): Value {
  return emitLastAxisOperator("LogSoftmax", x);
}

/**
 * ONNX's own LSTM, bidirectional, for inference. Gate order i, o, f, c.
 * @param x [T, B, input]
 * @param w [2, 4H, input]
 * @param r [2, 4H, H]
 * @param b [2, 8H]
 * @returns [T, 2, B, H]
 */
export function lstmOperator(x: Value, w: Value, r: Value, b: Value): Value {
  const [steps, batch] = x.shape;
  const units = knownOperandDimension(r.shape[2]!);
  return innermostGraph([x, w, r, b]).emit(
    "LSTM",
    [x, w, r, b],
    [{ type: x.type, shape: [steps!, 2, batch!, units] }],
    {
      hidden_size: { kind: "int", value: units },
      direction: { kind: "string", value: "bidirectional" },
    },
  )[0]!;
}
