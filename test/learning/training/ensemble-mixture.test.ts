import { describe, expect, it } from "vitest";
import { measureEnsembleMixture, mixEnsemblePredictions } from "../../../src/learning/training/ensemble-mixture.ts";

const labels = Int32Array.of(0, 0, 0, 1, 1, 1);
const rows = (...first: number[]): Float32Array => Float32Array.from(first.flatMap((p) => [p, 1 - p]));

describe("measureEnsembleMixture", () => {
  it("makes an overconfident member less confident", () => {
    // A member that assigns a probability of .9 to its predictions but is right about only 2 of 3 windows gets the temperature
    // ln 9 / ln 2.
    const members = [rows(0.9, 0.9, 0.1, 0.1, 0.1, 0.9), rows(0.5, 0.5, 0.5, 0.5, 0.5, 0.5)];
    const { temperatures, weights } = measureEnsembleMixture({ labels, classCount: 2, members });
    expect(temperatures[0]).toBeCloseTo(Math.log(9) / Math.log(2), 6);
    expect([temperatures[1], weights]).toEqual([1, [0.5, 0.5]]);
  });

  it("makes no member more confident, even if it is right about every window", () => {
    const members = [rows(0.6, 0.6, 0.6, 0.4, 0.4, 0.4), rows(0.6, 0.6, 0.6, 0.6, 0.4, 0.4)];
    expect(measureEnsembleMixture({ labels, classCount: 2, members }).temperatures).toEqual([1, 1]);
  });
});

describe("mixPredictions", () => {
  it("averages the members' probabilities after their temperatures", () => {
    // sqrt(.9) / (sqrt(.9) + sqrt(.1)) = .75
    const mixed = mixEnsemblePredictions(
      { classCount: 2, members: [rows(0.9), rows(0.2)] },
      { temperatures: [2, 1], weights: [0.25, 0.75] },
    );
    expect(mixed[0]).toBeCloseTo(0.25 * 0.75 + 0.75 * 0.2, 6);
  });
});
