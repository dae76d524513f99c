// Compares Adam with the update of Kingma & Ba 2015, section 2, in the more efficient order that Keras uses, computed in plain
// loops.

import { describe, expect, it } from "vitest";
import { adamStep, adamStepSize } from "../../../src/learning/networks/adam.ts";
import type { DataType } from "../../../src/learning/networks/onnx-graph.ts";
import { Graph } from "../../../src/learning/networks/onnx-graph.ts";
import { numbers } from "./check-gradient.ts";
import { openGraph, type Run } from "./run-graph.ts";

const size = 6;

function openStep(type: DataType): Promise<Run> {
  const graph = new Graph("adam");
  const vector = (name: string) => graph.input(name, type, [size]);
  const step = adamStep({
    parameters: vector("parameters"),
    moment1: vector("moment1"),
    moment2: vector("moment2"),
    gradient: vector("gradient"),
    stepSize: graph.input("step_size", type, []),
  });
  for (const [name, value] of Object.entries(step)) graph.output(`next/${name}`, value);
  return openGraph(graph);
}

/** The gradients of one step. Their scales differ by a factor of up to 10^12; one of them is 0, and one changes sign. */
const gradientOf = (step: number) =>
  [1e-8, 1e4, 0, 1, -0.5, (-1) ** step].map((scale, i) => scale * (1 + 0.5 * numbers([size], 7 * step).values[i]!));

/** Computes the result of ten steps with bias-corrected moments and with epsilon scaled as in Keras. */
function reference(start: Float64Array, learningRate: number): number[][] {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-7];
  const [theta, m, v] = [[...start], Array<number>(size).fill(0), Array<number>(size).fill(0)];
  for (let t = 1; t <= 10; t++) {
    for (const [i, g] of gradientOf(t).entries()) {
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g ** 2;
      const [mHat, vHat] = [m[i]! / (1 - beta1 ** t), v[i]! / (1 - beta2 ** t)];
      theta[i]! -= (learningRate * mHat) / (Math.sqrt(vHat) + epsilon / Math.sqrt(1 - beta2 ** t));
    }
  }
  return [theta, m, v];
}

async function tenSteps(type: DataType, learningRate: number): Promise<(readonly number[])[]> {
  const run = await openStep(type);
  let state: Record<string, ArrayLike<number>> = {
    parameters: numbers([size], 1).values,
    moment1: new Float64Array(size),
    moment2: new Float64Array(size),
  };
  for (let t = 1; t <= 10; t++) {
    const result = await run({ ...state, gradient: gradientOf(t), step_size: [adamStepSize(learningRate, t)] });
    state = Object.fromEntries(Object.keys(state).map((name) => [name, result[`next/${name}`]!.values]));
  }
  return Object.values(state).map((values) => Array.from(values));
}

describe("Adam", () => {
  it.each([
    ["float64", 1e-12],
    ["float32", 3e-6],
  ] as const)("ten steps in %s are the paper's, within %d of each number", async (type, tolerance) => {
    for (const learningRate of [1e-3, 0.1]) {
      const actual = await tenSteps(type, learningRate);
      for (const [part, expected] of reference(numbers([size], 1).values, learningRate).entries()) {
        expected.forEach((value, i) => {
          expect(Math.abs(actual[part]![i]! - value)).toBeLessThanOrEqual(tolerance * Math.abs(value));
        });
      }
    }
  });

  it("does not change a parameter that never had a gradient", async () => {
    const [parameters, moment1, moment2] = await tenSteps("float32", 0.1);
    expect([parameters![2], moment1![2], moment2![2]]).toEqual([Math.fround(numbers([size], 1).values[2]!), 0, 0]);
  });

  it("corrects the step's size for moments that began at zero", () => {
    expect(adamStepSize(1e-3, 1)).toBeCloseTo(1e-3 * Math.sqrt(0.1), 15);
    expect(adamStepSize(1e-3, 2)).toBeCloseTo((1e-3 * Math.sqrt(0.001999)) / 0.19, 15);
    expect(adamStepSize(0.5, 1)).toBeCloseTo(0.5 * Math.sqrt(0.1), 13);
    expect(adamStepSize(1e-3, 100_000)).toBeCloseTo(1e-3, 15);
  });

  it("moves by the learning rate in its first step, whatever the gradient's size", async () => {
    const run = await openStep("float64");
    const zeros = new Float64Array(size);
    const gradient = [1, -1, 100, -0.01, 0.5, -3];
    const result = await run({
      parameters: zeros,
      moment1: zeros,
      moment2: zeros,
      gradient,
      step_size: [adamStepSize(0.02, 1)],
    });
    result["next/parameters"]!.values.forEach((value, i) => {
      expect(value / (-0.02 * Math.sign(gradient[i]!))).toBeCloseTo(1, 3);
    });
  });
});
