// Against NumPy (test/fixtures/scripts/competing_kernels.py).

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import {
  competingDilations,
  competingFeatureCount,
  competingFeatures,
  competingGroups,
  competingKernels,
  competingNames,
} from "../../../src/learning/networks/competing-kernels.ts";
import { featureCodeNames, featureCodes } from "../../../src/learning/networks/feature-codes.ts";
import type { LayerContext } from "../../../src/learning/networks/layer-context.ts";
import { Graph, type Value } from "../../../src/learning/networks/onnx-graph.ts";
import { windowSignalNames, windowSignals } from "../../../src/learning/networks/window-signals.ts";
import { drawCompetingSignals, drawCompetingWeights } from "../../../src/learning/training/draw-kernels.ts";
import { signalsOfWindow } from "../../../src/learning/training/measure-vectors.ts";
import { Rng } from "../../../src/random.ts";
import { runGraph } from "./run-graph.ts";

const fixture = JSON.parse(
  readFileSync(new URL("../../fixtures/competing-kernels.json", import.meta.url), "utf8"),
) as Record<string, string> & {
  shape: [windows: number, time: number, channels: number];
  center: number[];
  scale: number[];
  sensor: number[];
  magnitude_mean: number;
  magnitude_deviation: number;
  dilations: number[];
};
const bytes = (name: string): Uint8Array => Uint8Array.from(Buffer.from(fixture[name]!, "base64"));
const floats = (name: string): Float32Array => new Float32Array(bytes(name).buffer);
const [windowCount, time, channels] = fixture.shape;
const windows = floats("windows");
const kernels = competingGroups * competingKernels;

/** The fixture's tensors by name. */
const tensors = new Map<string, ArrayLike<number>>([
  [windowSignalNames.scale, fixture.scale],
  [windowSignalNames.center, fixture.center],
  [windowSignalNames.axes, fixture.scale.map((_, c) => Number(fixture.sensor.includes(c)))],
  [windowSignalNames.mean, [fixture.magnitude_mean]],
  [windowSignalNames.deviation, [fixture.magnitude_deviation]],
  [featureCodeNames.mean, floats("feature_mean")],
  [featureCodeNames.step, floats("step")],
  ...fixture.dilations.flatMap((_, d): [string, ArrayLike<number>][] => {
    const seen = bytes("seen").subarray(d * competingGroups * 5, (d + 1) * competingGroups * 5);
    const ofKernels = Array.from({ length: kernels }, (_, k) => {
      const group = Math.floor(k / competingKernels);
      return [...seen.subarray(group * 5, (group + 1) * 5)];
    });
    const { signals, weights } = competingNames(d);
    return [
      [signals, ofKernels.flat()],
      [weights, floats("weights").subarray(d * kernels * 9, (d + 1) * kernels * 9)],
    ];
  }),
]);

async function run(layer: (context: LayerContext, x: Value) => Value, x: ArrayLike<number> = windows) {
  const graph = new Graph("features");
  const context = {
    training: false,
    differentiable: false,
    statistic: (name: string, shape: readonly number[]) => graph.constant("float32", shape, tensors.get(name)!),
  } as unknown as LayerContext;
  graph.output("y", layer(context, graph.input("x", "float32", ["batch", time, channels])));
  return (await runGraph(graph, { x })).y!;
}

function expectClose(found: readonly number[] | Float32Array, expected: Float32Array): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(Math.abs(found[i]! - value), `number ${i}`).toBeLessThan(2e-5);
}

it("signals are the channels and the standardised magnitude of the sensor's vector", async () => {
  const { shape, values } = await run(windowSignals);
  expect(shape).toEqual([windowCount, channels + 1, time]);
  expectClose(values, floats("signals"));
});

it("training computes the same signals from windows in physical units", () => {
  const { center, scale, sensor: axes, magnitude_mean: mean, magnitude_deviation: deviation } = fixture;
  const physical = windows.subarray(0, time * channels).map((value, i) => {
    const c = i % channels;
    return value * scale[c]! + center[c]!;
  });
  const scaler = { method: "zscore" as const, channels: [], center, scale };
  const signals = signalsOfWindow(physical, scaler, [{ axes, mean, deviation }], channels + 2);
  const bySignal = Array.from({ length: channels + 1 }, (_, s) =>
    Array.from({ length: time }, (_, t) => signals[t * (channels + 2) + s]!),
  );
  expectClose(bySignal.flat(), floats("signals").subarray(0, time * (channels + 1)));
  expect(signals.filter((_, i) => i % (channels + 2) === channels + 1)).toEqual(new Float32Array(time));
});

it("features are the outputs summed over the samples where a kernel wins, and the number of those where it loses", async () => {
  expect(competingDilations(time)).toEqual(fixture.dilations);
  const { shape, values } = await run((context, x) => competingFeatures(context, windowSignals(context, x)));
  expect(shape).toEqual([windowCount, competingFeatureCount(time)]);
  // The fixture lists the features of a dilation together, as does the graph.
  expectClose(values, floats("features"));
});

it("codes are the rounded features, within a byte", async () => {
  const { values } = await run((context, x) =>
    featureCodes(context, competingFeatures(context, windowSignals(context, x))),
  );
  const expected = bytes("codes");
  expect(expected).toContain(0);
  expect(expected).toContain(255);
  // A feature halfway between two codes may have either.
  for (const [i, code] of expected.entries()) expect(Math.abs(values[i]! - code), `code ${i}`).toBeLessThanOrEqual(1);
  const different = expected.filter((code, i) => values[i] !== code);
  expect(different.length).toBeLessThan(expected.length / 500);
});

it("codes stay within a byte if a signal is as large as a number can be", async () => {
  const extreme = windows.map((value, i) => (i % 7 === 0 ? Math.sign(value) * 3e38 : value));
  const { values } = await run(
    (context, x) => featureCodes(context, competingFeatures(context, windowSignals(context, x))),
    extreme,
  );
  expect(values.every((value) => value >= 0 && value <= 255)).toBe(true);
});

it("drawn kernels sum to 0, those of a group use the same signals, and every second group uses only channels", () => {
  const weights = drawCompetingWeights(Rng.fromSeed(1));
  for (let k = 0; k < kernels; k++) {
    const own = weights.subarray(k * 9, (k + 1) * 9);
    expect(own.reduce((sum, weight) => sum + weight)).toBeCloseTo(0, 6);
    expect(own.reduce((sum, weight) => sum + Math.abs(weight), 0)).toBeCloseTo(1, 6);
  }
  const seen = drawCompetingSignals({ channels: 3, vectors: 1, room: 5 }, Rng.fromSeed(1));
  const rows = Array.from({ length: kernels }, (_, k) => seen.subarray(k * 5, (k + 1) * 5).join(""));
  expect(new Set(rows).size).toBeGreaterThan(3);
  expect(rows.some((row) => row[3] === "1")).toBe(true);
  for (const [k, row] of rows.entries()) {
    expect(row).toMatch(/^(?!0000)[01]{4}0$/);
    if (Math.floor(k / competingKernels) % 2 === 0) expect(row[3]).toBe("0");
    expect(row).toBe(rows[k - (k % competingKernels)]);
  }
});
