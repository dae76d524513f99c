import { describe, expect, it } from "vitest";
import { balancedClassWeights } from "../../../src/learning/training/class-weights.ts";
import { fillDropoutMask } from "../../../src/learning/training/dropout-mask.ts";
import { rotateWindows } from "../../../src/learning/training/rotate-windows.ts";
import { gatherTrainingBatchTargets, scaleTrainingBatch } from "../../../src/learning/training/training-batch.ts";
import { Rng } from "../../../src/random.ts";
import { gatherWindows } from "../../../src/signals/data/gather-windows.ts";
import { toyScaler, toyWindows } from "./toy.ts";

describe("a batch", () => {
  const windows = toyWindows(6);
  const rows = Int32Array.of(4, 0, 5);

  it("contains the windows in the order of the rows, scaled", () => {
    const x = new Float32Array(3 * 24 * 3);
    gatherWindows(windows, rows, x);
    const sample = (w: number, t: number, c: number): number => windows.samples[(w * 24 + t) * 3 + c]!;
    for (const [b, w] of rows.entries()) {
      for (let t = 0; t < 24; t++) {
        for (let c = 0; c < 3; c++) expect(x[(b * 24 + t) * 3 + c]).toBe(sample(w, t, c));
      }
    }
    scaleTrainingBatch(x, toyScaler);
    expect(x[(1 * 24 + 7) * 3 + 2]).toBeCloseTo((sample(0, 7, 2) - 5) / 2, 6);
  });

  it("rejects more windows than it has room for", () => {
    expect(() => gatherWindows(windows, rows, new Float32Array(2 * 24 * 3))).toThrow("room for 3 x 72");
  });

  it("has one-hot targets times the weight of the class", () => {
    const targets = new Float32Array(6).fill(9);
    gatherTrainingBatchTargets(Int32Array.of(0, 1, 0, 1, 0, 1), rows, [3, 0.5], 2, targets);
    expect([...targets]).toEqual([3, 0, 3, 0, 0, 0.5]);
  });
});

it("balanced class weights are scikit-learn's", () => {
  // sklearn.utils.class_weight.compute_class_weight("balanced", classes=[0, 1, 3], y=[0, 0, 0, 1, 3, 3])
  const weights = balancedClassWeights(Int32Array.of(0, 0, 0, 1, 3, 3, 2), Int32Array.of(0, 1, 2, 3, 4, 5), 4);
  expect(weights).toEqual([6 / 9, 2, 0, 1]);
});

describe("a dropout mask", () => {
  it.each([0, 0.1, 0.2, 0.5])("keeps a share of 1 - %d", (rate) => {
    const mask = new Uint8Array(200_001).fill(7);
    fillDropoutMask(mask, rate, Rng.fromSeed(1));
    const kept = mask.reduce((sum, value) => sum + value, 0) / mask.length;
    expect(mask.every((value) => value <= 1)).toBe(true);
    // The tolerance is five standard deviations of a binomial share.
    expect(Math.abs(kept - (1 - rate))).toBeLessThanOrEqual(5 * Math.sqrt((rate * (1 - rate)) / mask.length) + 1e-5);
  });

  it("comes from the generator: it is the same for the same seed, and the next one differs", () => {
    const [a, b, c] = [new Uint8Array(999), new Uint8Array(999), new Uint8Array(999)];
    const rng = Rng.fromSeed(2);
    fillDropoutMask(a, 0.5, rng);
    fillDropoutMask(c, 0.5, rng);
    fillDropoutMask(b, 0.5, Rng.fromSeed(2));
    expect(b).toEqual(a);
    expect(c).not.toEqual(a);
  });
});

describe("rotation", () => {
  it("rotates all triads of a window by the same proper rotation, and each window differently", () => {
    const rng = Rng.fromSeed(4);
    const basis = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    // At each time step, both sensors have the same basis vector.
    const window = [0, 1, 2].flatMap((t) => [...basis.slice(3 * t, 3 * t + 3), ...basis.slice(3 * t, 3 * t + 3)]);
    const x = Float32Array.from([...window, ...window]);
    rotateWindows(
      x,
      2,
      { windowSize: 3, channels: 6 },
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
      rng,
    );
    const column = (w: number, t: number, triad: number): number[] => [
      ...x.subarray(w * 18 + t * 6 + 3 * triad).subarray(0, 3),
    ];
    for (const w of [0, 1]) {
      const [a, b, c] = [0, 1, 2].map((t) => column(w, t, 0)) as [number[], number[], number[]];
      const dot = (p: number[], q: number[]): number => p.reduce((sum, value, i) => sum + value * q[i]!, 0);
      for (const vector of [a, b, c]) expect(dot(vector, vector)).toBeCloseTo(1, 5);
      for (const [p, q] of [
        [a, b],
        [a, c],
        [b, c],
      ] as const)
        expect(dot(p, q)).toBeCloseTo(0, 5);
      const determinant =
        a[0]! * (b[1]! * c[2]! - b[2]! * c[1]!) -
        b[0]! * (a[1]! * c[2]! - a[2]! * c[1]!) +
        c[0]! * (a[1]! * b[2]! - a[2]! * b[1]!);
      expect(determinant).toBeCloseTo(1, 5);
      for (const t of [0, 1, 2]) expect(column(w, t, 1)).toEqual(column(w, t, 0));
    }
    expect(column(1, 0, 0)).not.toEqual(column(0, 0, 0));
  });

  it("draws angles of about 40 degrees", () => {
    const count = 4000;
    const x = Float32Array.from({ length: count * 9 }, (_, i) => (i % 9 === 0 || i % 9 === 4 || i % 9 === 8 ? 1 : 0));
    rotateWindows(x, count, { windowSize: 3, channels: 3 }, [[0, 1, 2]], Rng.fromSeed(9));
    const angles = Array.from({ length: count }, (_, w) => {
      const trace = x[9 * w]! + x[9 * w + 4]! + x[9 * w + 8]!;
      return Math.acos(Math.min(1, Math.max(-1, (trace - 1) / 2)));
    });
    const rms = Math.sqrt(angles.reduce((sum, angle) => sum + angle * angle, 0) / count);
    expect((rms * 180) / Math.PI).toBeGreaterThan(38);
    expect((rms * 180) / Math.PI).toBeLessThan(42);
  });
});
