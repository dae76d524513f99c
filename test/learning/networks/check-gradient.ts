// Compares the gradients from reverse-mode differentiation with central differences. Both use float64 and run in ONNX Runtime.
// The loss is a sum of the outputs, each with a different weight, so that no element's gradient can be mistaken for another's.

import { expect } from "vitest";
import { backpropagate } from "../../../src/learning/networks/backpropagate.ts";
import { Graph, sizeOfGraphShape, type Value } from "../../../src/learning/networks/onnx-graph.ts";
import { add, mul, reduceSum } from "../../../src/learning/networks/onnx-operators.ts";
import { Rng } from "../../../src/random.ts";
import { openGraph } from "./run-graph.ts";

export interface Numbers {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** Returns numbers with magnitudes from 0.2 to 1.7, because relu has no derivative at 0. */
export function numbers(shape: readonly number[], seed: number, options: { positive?: boolean } = {}): Numbers {
  const rng = Rng.fromSeed(seed);
  const values = Float64Array.from({ length: sizeOfGraphShape(shape) }, () => {
    const size = 0.2 + 1.5 * rng.uniform();
    return options.positive || rng.uniform() < 0.5 ? size : -size;
  });
  return { shape, values };
}

const step = 1e-5;
/** In float64, the error of a central difference is about step^2 from truncation plus 1e-16 / step from rounding. */
const tolerance = 1e-8;

/** Expects correct gradients for every input; `build` returns one or more outputs. */
export async function expectGradient<Name extends string>(
  inputs: Readonly<Record<Name, Numbers>>,
  build: (values: Readonly<Record<Name, Value>>, graph: Graph) => Value | readonly Value[],
): Promise<void> {
  const graph = new Graph("gradient_check");
  const entries = Object.entries<Numbers>(inputs);
  const values = entries.map(([name, { shape }]) => graph.input(name, "float64", shape));
  const byName = Object.fromEntries(values.map((value, i) => [entries[i]![0], value])) as Record<Name, Value>;
  const loss = [build(byName, graph)].flat().map(weightedSum).reduce(add);
  graph.output("loss", loss);
  backpropagate(loss, values).forEach((gradient, i) => {
    expect({ of: entries[i]![0], shape: gradient.shape }).toEqual({ of: entries[i]![0], shape: values[i]!.shape });
    graph.output(`gradient_${i}`, gradient);
  });

  const run = await openGraph(graph);
  const feeds = Object.fromEntries(values.map(({ name }, i) => [name, entries[i]![1].values.slice()]));
  const results = await run(feeds);
  for (const [i, { name }] of values.entries()) {
    const { shape, values: gradient } = results[`gradient_${i}`]!;
    expect(shape).toEqual(values[i]!.shape);
    const point = feeds[name]!;
    for (const [j, at] of point.entries()) {
      const lossAt = async (x: number): Promise<number> => {
        point[j] = x;
        return (await run(feeds, ["loss"])).loss!.values[0]!;
      };
      const difference = ((await lossAt(at + step)) - (await lossAt(at - step))) / (2 * step);
      point[j] = at;
      const error = Math.abs(gradient[j]! - difference) / Math.max(1, Math.abs(difference));
      expect(error, `${name}[${j}]: ${gradient[j]}, by differences ${difference}`).toBeLessThanOrEqual(tolerance);
    }
  }
}

function weightedSum(y: Value): Value {
  const { shape, values } = numbers(y.shape as readonly number[], 99);
  const weighted = mul(y, y.graph.constant(y.type, shape, values));
  return reduceSum(
    weighted,
    shape.map((_, axis) => axis),
    false,
  );
}
