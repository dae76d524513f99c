// Operands of operators: their shapes under NumPy's broadcasting rules, and checks of both.

import type { Dimension, Graph, Shape, Value } from "./onnx-graph.ts";

export type Operand = Value | number;

export function operandShapesEqual(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, i) => dimension === b[i]);
}

/** NumPy's broadcasting. An unknown dimension must have the same name on both sides, or be 1 on one of them. */
export function broadcastOperandShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i): Dimension => {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw new Error(`shapes [${a}] and [${b}] cannot be broadcast together`);
  });
}

export function operandValues(a: Operand, b: Operand, graph?: Graph): [Value, Value] {
  if (typeof a !== "number") return [a, typeof b === "number" ? a.graph.constant(a.type, [], [b]) : b];
  if (typeof b !== "number") return [b.graph.constant(b.type, [], [a]), b];
  if (graph === undefined) throw new Error("expected at least one operand to be a graph value, but both are numbers");
  return [graph.constant("float32", [], [a]), graph.constant("float32", [], [b])];
}

export function intsOperand(like: Value, values: readonly number[]): Value {
  return like.graph.constant("int64", [values.length], values);
}

export function checkOperandAxes(operator: string, x: Value, axes: readonly number[]): void {
  const wrong = axes.find((axis) => x.shape[axis] === undefined);
  if (wrong !== undefined) throw new Error(`${operator}: [${x.shape}] has no axis ${wrong}`);
}

export function checkOperandBroadcast(operator: string, x: Value, shape: Shape): void {
  const missing = shape.length - x.shape.length;
  const fits = missing >= 0 && x.shape.every((dimension, i) => dimension === 1 || dimension === shape[missing + i]);
  if (!fits) throw new Error(`${operator}: [${x.shape}] cannot be broadcast to [${shape}]`);
}

export function reducedOperandShape(shape: Shape, axes: readonly number[], keepDimensions: boolean): Shape {
  const kept = shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension));
  return keepDimensions ? kept : kept.filter((_, axis) => !axes.includes(axis));
}

export function knownOperandDimension(dimension: Dimension): number {
  if (typeof dimension !== "number") throw new Error(`dimension "${dimension}" must be known here`);
  return dimension;
}

export function operandMismatch(operator: string, a: Value, b: Value): Error {
  return new Error(`${operator}: ${a.type} [${a.shape}] and ${b.type} [${b.shape}] are incompatible`);
}
