// Emits an operator's node into the innermost graph among those of its operands.

import { type DataType, innermostGraph, type Shape, type Value } from "./onnx-graph.ts";
import { broadcastOperandShapes, type Operand, operandMismatch, operandValues } from "./operands.ts";

export function emitOperator(operator: string, inputs: readonly Value[], type: DataType, shape: Shape): Value {
  return innermostGraph(inputs).emit(operator, inputs, [{ type, shape }])[0]!;
}

export function emitLastAxisOperator(operator: string, x: Value): Value {
  return innermostGraph([x]).emit(operator, [x], [{ type: x.type, shape: x.shape }], {
    axis: { kind: "int", value: -1 },
  })[0]!;
}

export function emitUnaryOperator(operator: string): (x: Value) => Value {
  return (x) => emitOperator(operator, [x], x.type, x.shape);
}

export function emitBinaryOperator(operator: string, resultType?: DataType): (a: Operand, b: Operand) => Value {
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
