// Tests that the signals of the minirocket network that uses magnitudes are the same in its graph as in the code that draws
// its biases.

import { expect, it } from "vitest";
import type { LayerContext } from "../../../src/learning/networks/layer-context.ts";
import { Graph } from "../../../src/learning/networks/onnx-graph.ts";
import { kernelSignals } from "../../../src/learning/networks/presets.ts";
import { type KernelInput, measureKernelSignals } from "../../../src/learning/training/measure-kernel-signals.ts";
import type { Scaler } from "../../../src/signals/data/scaler.ts";
import type { WindowSet } from "../../../src/signals/data/windows.ts";
import { runGraph } from "../networks/run-graph.ts";
import { toyWindows } from "./toy.ts";

// Two samples of an accelerometer, of gravity, and of a channel that belongs to no sensor. By hand, the accelerations have the
// magnitudes 3 and 5; their mean is 4 and their standard deviation 1. Gravity is constant.
const samples = Float32Array.of(1, 2, 2, 0, 0, 1, 7, 0, 3, 4, 1, 0, 0, 9);
const windows: WindowSet = {
  ...toyWindows(1),
  channels: ["Ax", "Ay", "Az", "gx", "gy", "gz", "t"],
  windowSize: 2,
  samples,
};
const scaler: Scaler = {
  method: "zscore",
  channels: [...windows.channels],
  center: [1, 2, 3, 0, 0, 0, 8],
  scale: [2, 2, 2, 1, 1, 1, 1],
};
const input = {
  windows,
  scaler,
  sensors: [
    ["Ax", "Ay", "Az"],
    ["gx", "gy", "gz"],
  ],
  kind: "minirocket-magnitudes",
} satisfies KernelInput;
const scaled = samples.map((value, i) => (value - scaler.center[i % 7]!) / scaler.scale[i % 7]!);
const expected = [
  [...scaled.subarray(0, 7), -1, 0],
  [...scaled.subarray(7, 14), 1, 0],
];

it("standardises the magnitudes, which are measured in physical units", () => {
  const { count, used, ofWindow } = measureKernelSignals(input, Int32Array.of(0));
  expect([count, used]).toEqual([9, 9]);
  expect(Array.from(ofWindow(samples))).toEqual(expected.flat());
});

it("leaves room for sensors that the channels could form but do not", () => {
  const { count, used, ofWindow } = measureKernelSignals({ ...input, sensors: [["Ax", "Ay", "Az"]] }, Int32Array.of(0));
  expect([count, used]).toEqual([9, 8]);
  expect(Array.from(ofWindow(samples))).toEqual(expected.flat());
});

it("has only channels for the network without magnitudes", () => {
  const { count, used, statistics, ofWindow } = measureKernelSignals(
    { ...input, kind: "minirocket" },
    Int32Array.of(0),
  );
  expect([count, used, statistics]).toEqual([7, 7, []]);
  expect(ofWindow(samples)).toEqual(scaled);
});

it("is what the layer computes from scaled windows", async () => {
  const { statistics } = measureKernelSignals(input, Int32Array.of(0));
  const graph = new Graph("signals");
  const x = graph.input("x", "float32", ["batch", 2, 7]);
  const context = {
    statistic: (name: string, shape: readonly number[]) =>
      graph.constant("float32", shape, statistics.find(([own]) => own === name)![1]),
  } as unknown as LayerContext;
  graph.output("signals", kernelSignals["minirocket-magnitudes"](context, x));
  const { signals } = await runGraph(graph, { x: scaled });
  expect(signals!.shape).toEqual([1, 9, 2]);
  expect(signals!.values).toEqual(expected[0]!.flatMap((first, s) => [first, expected[1]![s]]));
});
