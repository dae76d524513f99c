// ONNX's Scan operator: a loop over the first axis, whose body is a graph of its own.

import { type Attribute, Graph, innermostGraph, type Value } from "./onnx-graph.ts";
import { operandMismatch, operandShapesEqual } from "./operands.ts";

export interface ScanInput {
  readonly value: Value;
  readonly reverse?: boolean;
}

/**
 * ONNX Scan over the first axis. `body` receives the states and one slice of each input, and returns the new states and the
 * outputs to stack over the steps. Inputs with `reverse` are read starting from the end; with `reverseOutputs`, outputs are
 * written starting from the end.
 * @returns the final states, then the stacked outputs
 */
export function scan(
  states: readonly Value[],
  inputs: readonly ScanInput[],
  body: (states: readonly Value[], slices: readonly Value[]) => { states: readonly Value[]; outputs: readonly Value[] },
  options: { reverseOutputs?: boolean } = {},
): { states: Value[]; outputs: Value[] } {
  const values = [...states, ...inputs.map(({ value }) => value)];
  const outer = innermostGraph(values);
  const inner = new Graph("body", outer);
  const steps = inputs[0]!.value.shape[0]!;
  for (const { value } of inputs) if (value.shape[0] !== steps) throw operandMismatch("Scan", inputs[0]!.value, value);
  const stateInputs = states.map((state) => inner.input("state", state.type, state.shape));
  const slices = inputs.map(({ value }) => inner.input("slice", value.type, value.shape.slice(1)));
  const result = body(stateInputs, slices);
  const { states: ended, outputs: stacked } = result;
  if (ended.length !== states.length)
    throw new Error(`Scan: expected the body to return ${states.length} states, got ${ended.length}`);
  for (const [i, state] of states.entries()) {
    if (ended[i]!.type !== state.type || !operandShapesEqual(ended[i]!.shape, state.shape))
      throw operandMismatch("Scan", state, ended[i]!);
  }
  for (const value of [...ended, ...stacked]) inner.result(value);
  const directions = (reverse: readonly boolean[]): Attribute => ({ kind: "ints", value: reverse.map(Number) });
  const outputs = outer.emit(
    "Scan",
    values,
    [
      ...ended.map(({ type, shape }) => ({ type, shape })),
      ...stacked.map(({ type, shape }) => ({ type, shape: [steps, ...shape] })),
    ],
    {
      body: { kind: "graph", value: inner },
      num_scan_inputs: { kind: "int", value: inputs.length },
      scan_input_directions: directions(inputs.map(({ reverse = false }) => reverse)),
      ...(stacked.length === 0
        ? {}
        : { scan_output_directions: directions(stacked.map(() => options.reverseOutputs ?? false)) }),
    },
  );
  return { states: outputs.slice(0, states.length), outputs: outputs.slice(states.length) };
}
