// Compares temperatures with those of SciPy's minimiser (test/fixtures/scripts/temperature.py).

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  applyTemperature,
  fitTemperature,
  temperatureLimits,
} from "../../../src/learning/training/temperature-scaling.ts";

const cases: {
  name: string;
  nClasses: number;
  y: number[];
  probabilities: number[];
  temperature: number;
  nll: number;
  nllAtOne: number;
}[] = JSON.parse(readFileSync(new URL("../../fixtures/temperature.json", import.meta.url), "utf8"));

/** The mean negative log-likelihood, with the module's lower bound on probabilities. */
function nll(probabilities: Float32Array, y: number[], nClasses: number): number {
  return y.reduce((sum, k, i) => sum - Math.log(Math.max(2 ** -126, probabilities[i * nClasses + k]!)), 0) / y.length;
}

describe.each(cases)("$name", ({ nClasses, y, temperature, ...expected }) => {
  const probabilities = Float32Array.from(expected.probabilities);
  const fitted = fitTemperature(probabilities, Int32Array.from(y), nClasses);

  it("equals SciPy's minimum", () => {
    // The loss is flat near its minimum, so SciPy finds the temperature only to about the square root of the machine epsilon.
    expect(Math.abs(fitted / temperature - 1)).toBeLessThan(1e-6);
  });

  it("lowers the loss to SciPy's, and changes neither the predicted classes nor the sums", () => {
    const scaled = applyTemperature(probabilities, nClasses, fitted);
    expect(nll(probabilities, y, nClasses)).toBeCloseTo(expected.nllAtOne, 6);
    expect(nll(scaled, y, nClasses)).toBeCloseTo(expected.nll, 6);
    for (let row = 0; row < scaled.length; row += nClasses) {
      const before = probabilities.subarray(row, row + nClasses);
      const after = scaled.subarray(row, row + nClasses);
      expect(after[before.indexOf(Math.max(...before))]).toBe(Math.max(...after));
      expect(after.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
    }
  });
});

describe("if there is no minimum", () => {
  const y = Int32Array.of(0, 1, 0);
  it.each([
    ["never wrong", [0.9, 0.1, 0.2, 0.8, 0.6, 0.4], temperatureLimits.lower],
    ["never wrong and certain", [1, 0, 0, 1, 1, 0], temperatureLimits.lower],
    ["always wrong", [0.1, 0.9, 0.8, 0.2, 0.4, 0.6], temperatureLimits.upper],
    ["always wrong and certain", [0, 1, 1, 0, 0, 1], temperatureLimits.upper],
    ["uniform", [0.5, 0.5, 0.5, 0.5, 0.5, 0.5], 1],
  ])("%s", (_, probabilities, temperature) => {
    expect(fitTemperature(Float32Array.from(probabilities), y, 2)).toBe(temperature);
  });
});

it("leaves probabilities as they are at a temperature of 1", () => {
  const probabilities = Float32Array.of(0.7, 0.2, 0.1);
  applyTemperature(probabilities, 3, 1).forEach((p, k) => {
    expect(p).toBeCloseTo(probabilities[k]!, 7);
  });
});

it("rejects what are not probabilities", () => {
  const y = Int32Array.of(0);
  expect(() => fitTemperature(Float32Array.of(), Int32Array.of(), 2)).toThrow(/got 0/);
  expect(() => fitTemperature(Float32Array.of(1, 0, 1), y, 2)).toThrow(/got 3/);
  expect(() => fitTemperature(Float32Array.of(1, 0), Int32Array.of(2), 2)).toThrow(/row 0.*0..1, got 2/);
  expect(() => fitTemperature(Float32Array.of(Number.NaN, 0), y, 2)).toThrow(/NaN/);
  expect(() => fitTemperature(Float32Array.of(4.5, -1), y, 2)).toThrow(/4.5/);
  expect(() => applyTemperature(Float32Array.of(1, 0), 2, 0)).toThrow(/more than 0/);
});
