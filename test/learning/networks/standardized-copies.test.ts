import { expect, it } from "vitest";
import { Graph } from "../../../src/learning/networks/onnx-graph.ts";
import { channelsAndStandardizedCopies } from "../../../src/learning/networks/standardized-copies.ts";
import { openGraph } from "./run-graph.ts";

it("appends each channel at the scale of its own window, and 0 for a constant one", async () => {
  const graph = new Graph("copies");
  const context = {} as Parameters<typeof channelsAndStandardizedCopies>[0];
  graph.output("copies", channelsAndStandardizedCopies(context, graph.input("x", "float32", ["batch", 4, 2])));
  const run = await openGraph(graph);
  const small = [1, 7, 1.2, 7, 1, 7, 1.2, 7];
  const large = [-3, 7, 3, 7, -3, 7, 3, 7];
  const { values, shape } = (await run({ x: [...small, ...large] })).copies!;
  expect(shape).toEqual([2, 4, 4]);
  const rows = Array.from({ length: 8 }, (_, i) => Array.from(values.slice(4 * i, 4 * i + 4)));
  for (const [i, row] of rows.entries()) {
    const [x, still, copy, constant] = row;
    expect([x, still]).toEqual([...small, ...large].slice(2 * i, 2 * i + 2).map(Math.fround));
    expect(copy).toBeCloseTo(i % 2 === 0 ? -1 : 1, 3);
    expect(constant).toBe(0);
  }
});
