// Compares the bidirectional LSTM, in training and in inference, with PyTorch (test/fixtures/scripts/network.py) and with the
// LSTM equations, written out for one window. Sequences are [B, T, C] in the fixture, and [T, B, C] in the layer.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { backpropagate } from "../../../src/learning/networks/backpropagate.ts";
import { bidirectionalLstm } from "../../../src/learning/networks/bidirectional-lstm.ts";
import { timeMajorLayer } from "../../../src/learning/networks/layers.ts";
import { Graph } from "../../../src/learning/networks/onnx-graph.ts";
import { mul, reduceSum, transpose } from "../../../src/learning/networks/onnx-operators.ts";
import { numbers } from "./check-gradient.ts";
import { openGraph, runGraph } from "./run-graph.ts";
import { runLayer } from "./run-layer.ts";

interface Fixture {
  time_steps: number;
  batch: number;
  channels: number;
  units: number;
  parameters: Record<string, { shape: number[]; values: number[] }>;
  x: number[];
  w: number[];
  y: number[];
  loss: number;
  gradients: Record<string, number[]>;
}
const fixture: Fixture = JSON.parse(readFileSync(new URL("../../fixtures/network/lstm.json", import.meta.url), "utf8"));
const { time_steps: T, batch: B, channels: C, units: H } = fixture;
const parameterValues = Object.fromEntries(Object.entries(fixture.parameters).map(([name, p]) => [name, p.values]));

function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value), `value ${i}`).toBeLessThanOrEqual(tolerance);
  });
}

describe("bidirectional LSTM against PyTorch", () => {
  it("gives the outputs, the loss and the gradients by weights and input, in float64", async () => {
    const graph = new Graph("lstm");
    const x = graph.input("x", "float64", [B, T, C]);
    const parameters = new Map(
      Object.entries(fixture.parameters).map(([name, { shape }]) => [name, graph.input(name, "float64", shape)]),
    );
    const context = {
      training: true,
      differentiable: true,
      parameter: (name: string) => parameters.get(name)!,
      statistic: () => expect.unreachable(),
      updateStatistic: () => expect.unreachable(),
      keepMask: () => expect.unreachable(),
    };
    const y = transpose(bidirectionalLstm("lstm", H)(context, timeMajorLayer(context, x)), [1, 0, 2]);
    const loss = reduceSum(mul(y, graph.constant("float64", [B, T, 2 * H], fixture.w)), [0, 1, 2], false);
    graph.output("y", y);
    graph.output("loss", loss);
    const wrt = new Map([["x", x], ...parameters]);
    backpropagate(loss, [...wrt.values()]).forEach((gradient, i) => {
      graph.output(`gradient_${i}`, gradient);
    });

    const results = await runGraph(graph, { x: fixture.x, ...parameterValues });
    expect(results.y!.shape).toEqual([B, T, 2 * H]);
    expectClose(results.y!.values, fixture.y, 1e-14);
    expectClose(results.loss!.values, [fixture.loss], 1e-13);
    expect([...wrt.keys()].sort()).toEqual(Object.keys(fixture.gradients).sort());
    for (const [i, name] of [...wrt.keys()].entries()) {
      expectClose(results[`gradient_${i}`]!.values, fixture.gradients[name]!, 1e-13);
    }
  });

  // ONNX Runtime's LSTM has no double kernel; its float32 outputs differ by a few rounding errors.
  it("gives the outputs of ONNX's own operator, which the exported network uses, in float32 for any number of windows", async () => {
    const graph = new Graph("lstm");
    const context = {
      training: false,
      differentiable: false,
      parameter: (name: string, shape: readonly number[]) => graph.input(name, "float32", shape),
      statistic: () => expect.unreachable(),
      updateStatistic: () => expect.unreachable(),
      keepMask: () => expect.unreachable(),
    };
    const x = graph.input("x", "float32", ["batch", T, C]);
    const y = transpose(bidirectionalLstm("lstm", H)(context, timeMajorLayer(context, x)), [1, 0, 2]);
    expect(y.shape).toEqual(["batch", T, 2 * H]);
    graph.output("y", y);
    const run = await openGraph(graph);
    const all = await run({ ...parameterValues, x: fixture.x });
    expectClose(all.y!.values, fixture.y, 3e-7);
    const first = await run({ ...parameterValues, x: fixture.x.slice(0, T * C) });
    expect(first.y!.shape).toEqual([1, T, 2 * H]);
    expectClose(first.y!.values, fixture.y.slice(0, T * 2 * H), 3e-7);
  });
});

describe("bidirectional LSTM by its equations", () => {
  it("has the gates i, f, g and o in this order, and starts its second direction at the last step", async () => {
    const sigma = (z: number) => 1 / (1 + Math.exp(-z));
    const weights = { kernel: [0.5, -1, 0.8, 0.3], recurrent_kernel: [1, 0.4, -0.6, 0.7], bias: [0.1, 1, 0, -0.2] };
    const direction = (xs: readonly number[], sign: number): number[] => {
      let [h, c] = [0, 0];
      return xs.map((x) => {
        const z = (gate: number) =>
          sign * (weights.kernel[gate]! * x + weights.recurrent_kernel[gate]! * h + weights.bias[gate]!);
        const [i, f, g, o] = [sigma(z(0)), sigma(z(1)), Math.tanh(z(2)), sigma(z(3))];
        c = f * c + i * g;
        h = o * Math.tanh(c);
        return h;
      });
    };
    const xs = [...numbers([6], 3).values];
    const forward = direction(xs, 1);
    const backward = direction(xs.toReversed(), -1).toReversed();
    const inputs = Object.fromEntries(
      Object.entries(weights).flatMap(([name, values]) => [
        [`lstm/forward/${name}`, values],
        [`lstm/backward/${name}`, values.map((value) => -value)],
      ]),
    );
    const x = { shape: [6, 1, 1], values: xs };
    const expected = xs.flatMap((_, t) => [forward[t]!, backward[t]!]);
    const trained = await runLayer(bidirectionalLstm("lstm", 1), { training: true, x, inputs });
    expectClose(trained.y!.values, expected, 1e-14);
    const served = await runLayer(bidirectionalLstm("lstm", 1), { training: false, x, inputs, type: "float32" });
    expectClose(served.y!.values, expected, 3e-7);
  });

  it("does not let windows of a batch affect one another", async () => {
    const x = numbers([4, 3, 2], 1);
    const layer = bidirectionalLstm("lstm", 2);
    const inputs = Object.fromEntries(
      ["forward", "backward"].flatMap((direction, i) => [
        [`lstm/${direction}/kernel`, numbers([2, 8], 10 + i).values],
        [`lstm/${direction}/recurrent_kernel`, numbers([2, 8], 20 + i).values],
        [`lstm/${direction}/bias`, numbers([8], 30 + i).values],
      ]),
    );
    const { y } = await runLayer(layer, { training: true, x, inputs });
    for (const b of [0, 1, 2]) {
      const steps = [0, 1, 2, 3];
      const window = steps.flatMap((t) => [...x.values.slice((3 * t + b) * 2, (3 * t + b + 1) * 2)]);
      const alone = await runLayer(layer, { training: true, x: { shape: [4, 1, 2], values: window }, inputs });
      const expected = steps.flatMap((t) => y!.values.slice((3 * t + b) * 4, (3 * t + b + 1) * 4));
      expectClose(alone.y!.values, expected, 1e-15);
    }
  });
});
