// ONNX operators for the fixed part of a network, which needs no gradient: they have no gradient rules.

import { emitBinaryOperator, emitOperator, emitUnaryOperator } from "./emit-operator.ts";
import { innermostGraph, type Value } from "./onnx-graph.ts";
import { scalar } from "./onnx-operators.ts";
import {
  checkOperandAxes,
  knownOperandDimension,
  type Operand,
  operandMismatch,
  reducedOperandShape,
} from "./operands.ts";

const equal: (a: Operand, b: Operand) => Value = emitBinaryOperator("Equal", "bool");
/** To the nearest integer. */
const round: (x: Value) => Value = emitUnaryOperator("Round");
const reduceMax: (x: Value, axis: number) => Value = reduceOneAxis("ReduceMax");
const reduceMin: (x: Value, axis: number) => Value = reduceOneAxis("ReduceMin");

export { equal, reduceMax, reduceMin, round };

/** The axis remains, with size 1. */
function reduceOneAxis(operator: string): (x: Value, axis: number) => Value {
  return (x, axis) => {
    checkOperandAxes(operator, x, [axis]);
    const shape = reducedOperandShape(x.shape, [axis], true);
    return innermostGraph([x]).emit(operator, [x], [{ type: x.type, shape }], {
      axes: { kind: "ints", value: [axis] },
    })[0]!;
  };
}

/** Limits every element to the range from `low` to `high`. */
export function clip(x: Value, low: number, high: number): Value {
  return emitOperator("Clip", [x, scalar(x, low), scalar(x, high)], x.type, x.shape);
}

/**
 * ONNX's own convolution along the last axis, with stride 1; it has no float64 kernel.
 * @param x [B, C, T] @param w [filters, C, length]
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
