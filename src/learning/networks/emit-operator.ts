// What all operators share: emitting a node, broadcasting shapes, and checking operands.

import { type DataType, type Dimension, type Graph, innermostGraph, type Shape, type Value } from "./onnx-graph.ts";

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

export type Attribute = Parameters<Graph["emit"]>[3] extends Readonly<Record<string, infer A>> | undefined ? A : never;

export function emitOperator(operator: string, inputs: readonly Value[], type: DataType, shape: Shape): Value {
  return innermostGraph(inputs).emit(operator, inputs, [{ type, shape }])[0]!;
}

export function emitLastAxisOperator(operator: string, x: Value): Value {
  return innermostGraph([x]).emit(operator, [x], [{ type: x.type, shape: x.shape }], {
    axis: { kind: "int", value: -1 },
  })[0]!;
}

export function unaryOperator(operator: string): (x: Value) => Value {
  return (x) => emitOperator(operator, [x], x.type, x.shape);
}

export function binaryOperator(operator: string, resultType?: DataType): (a: Operand, b: Operand) => Value {
  return (a, b) => {
    const [left, right] = operandValues(a, b);
    if (left.type !== right.type) throw operandMismatch(operator, left, right);
    return emitOperator(
      operator,
      [left, right],
      resultType ?? left.type,
      broadcastOperandShapes(left.shape, right.shape),
    );
  };
}

export function operandValues(a: Operand, b: Operand, graph?: Graph): [Value, Value] {
  if (typeof a !== "number") return [a, typeof b === "number" ? a.graph.constant(a.type, [], [b]) : b];
  if (typeof b !== "number") return [b.graph.constant(b.type, [], [a]), b];
  if (graph === undefined) throw new Error("expected at least one operand that is a value, not a number");
  return [graph.constant("float32", [], [a]), graph.constant("float32", [], [b])];
}

export function intsOperand(like: Value, values: readonly number[]): Value {
  return like.graph.constant("int64", [values.length], values);
}

export function checkOperatorAxes(operator: string, x: Value, axes: readonly number[]): void {
  const wrong = axes.find((axis) => x.shape[axis] === undefined);
  if (wrong !== undefined) throw new Error(`${operator}: [${x.shape}] has no axis ${wrong}`);
}

export function checkOperatorBroadcast(operator: string, x: Value, shape: Shape): void {
  const missing = shape.length - x.shape.length;
  const fits = missing >= 0 && x.shape.every((dimension, i) => dimension === 1 || dimension === shape[missing + i]);
  if (!fits) throw new Error(`${operator}: [${x.shape}] cannot be broadcast to [${shape}]`);
}

export function reducedOperatorShape(shape: Shape, axes: readonly number[], keepDimensions: boolean): Shape {
  const kept = shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension));
  return keepDimensions ? kept : kept.filter((_, axis) => !axes.includes(axis));
}

export function knownOperatorDimension(dimension: Dimension): number {
  if (typeof dimension !== "number") throw new Error(`dimension "${dimension}" must be known here`);
  return dimension;
}

export function operandMismatch(operator: string, a: Value, b: Value): Error {
  return new Error(`${operator}: ${a.type} [${a.shape}] and ${b.type} [${b.shape}] do not fit together`);
}
