// Reverse-mode differentiation: walks back from a scalar through the graph's tape, applying one gradient rule per operator. The
// gradients are nodes of the same graph, so a single run of ONNX Runtime computes both values and gradients.

import { gradientRules } from "./gradient-rules.ts";
import { type Composite, type Node, sizeOfGraphShape, type Value } from "./onnx-graph.ts";
import { add } from "./onnx-operators.ts";

/**
 * Gradients of a scalar.
 *
 * @param loss a value with one element
 * @param wrt the values to differentiate with respect to
 * @returns one value for each of `wrt`, with the same shape
 * @throws Error if `loss` has several elements or does not depend on a value in `wrt`, or if an operator in between has no
 * gradient rule
 */
export function backpropagate(loss: Value, wrt: readonly Value[]): Value[] {
  if (sizeOfGraphShape(loss.shape) !== 1)
    throw new Error(`gradients: expected a loss with one element, got shape [${loss.shape}]`);
  const graph = loss.graph;
  const needed = backpropagationPath(graph.tape, wrt);
  const gradientOf = new Map<string, Value>();
  gradientOf.set(loss.name, graph.constant(loss.type, loss.shape as readonly number[], [1]));

  for (const entry of graph.tape.toReversed()) {
    const outputGradients = entry.outputs.map(({ name }) => gradientOf.get(name));
    if (outputGradients.every((gradient) => gradient === undefined)) continue;
    if (!backpropagationInputs(entry).some(({ name }) => needed.has(name))) continue;
    const inputGradients = backpropagateEntry(entry, outputGradients, (input) => needed.has(input.name));
    entry.inputs.forEach((input, i) => {
      const gradient = inputGradients[i];
      if (gradient === undefined || !needed.has(input.name)) return;
      const sum = gradientOf.get(input.name);
      gradientOf.set(input.name, sum === undefined ? gradient : add(sum, gradient));
    });
  }
  return wrt.map((value) => {
    const gradient = gradientOf.get(value.name);
    if (gradient === undefined) throw new Error(`gradients: the loss does not depend on ${value.name}`);
    return gradient;
  });
}

function backpropagateEntry(
  entry: Node | Composite,
  outputGradients: readonly (Value | undefined)[],
  isNeeded: (input: Value) => boolean,
): readonly (Value | undefined)[] {
  if ("gradient" in entry) return entry.gradient(outputGradients);
  const rule = gradientRules[entry.operator];
  if (rule === undefined) throw new Error(`gradients: operator ${entry.operator} has no gradient rule`);
  return rule({ node: entry, outputGradients, isNeeded });
}

/** Names of all values that depend on `wrt`, including those in `wrt` itself. */
function backpropagationPath(tape: readonly (Node | Composite)[], wrt: readonly Value[]): Set<string> {
  const names = new Set(wrt.map(({ name }) => name));
  for (const entry of tape) {
    if (backpropagationInputs(entry).some(({ name }) => names.has(name)))
      for (const { name } of entry.outputs) names.add(name);
  }
  return names;
}

/** A node's inputs, and the outer values used in a Scan's body, which affect the result although they are not inputs. */
function backpropagationInputs(entry: Node | Composite): readonly Value[] {
  if ("gradient" in entry) return entry.inputs;
  const bodies = Object.values(entry.attributes).filter((attribute) => attribute.kind === "graph");
  return bodies.length === 0
    ? entry.inputs
    : [...entry.inputs, ...bodies.flatMap((b) => b.value.nodes.flatMap(backpropagationInputs))];
}
