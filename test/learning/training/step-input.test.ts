// Compares a training step's input with simple reference implementations on random windows, which may overlap and have any
// channels.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { balancedClassWeights } from "../../../src/learning/training/class-weights.ts";
import { rotateWindows } from "../../../src/learning/training/rotate-windows.ts";
import { gatherTrainingBatchTargets, scaleTrainingBatch } from "../../../src/learning/training/training-batch.ts";
import { Rng } from "../../../src/random.ts";
import { gatherWindows } from "../../../src/signals/data/gather-windows.ts";

const places = fc.record({
  windowSize: fc.integer({ min: 1, max: 9 }),
  channelCount: fc.integer({ min: 1, max: 7 }),
  starts: fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 8 }),
  rows: fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
  seed: fc.nat(),
});

function windowsAt({ windowSize, channelCount, starts, seed }: { [K in keyof typeof example]: (typeof example)[K] }) {
  const rng = Rng.fromSeed(seed);
  const samples = new Float32Array(new SharedArrayBuffer(4 * 40 * channelCount)).map(() => 10 * rng.normal());
  const shared = new Float32Array(new SharedArrayBuffer(samples.byteLength));
  shared.set(samples);
  const channels = Array.from({ length: channelCount }, (_, c) => `c${c}`);
  return { samples: shared, starts: Int32Array.from(starts), windowSize, channels };
}

const example = { windowSize: 1, channelCount: 1, starts: [0], rows: [0], seed: 0 };

describe("over random windows", () => {
  it("gathering copies sample by sample, and leaves the rest of the batch unchanged", () => {
    fc.assert(
      fc.property(places, (place) => {
        const windows = windowsAt(place);
        const rows = Int32Array.from(place.rows, (row) => row % place.starts.length);
        const [T, C] = [place.windowSize, place.channelCount];
        const x = new Float32Array((rows.length + 1) * T * C).fill(-1);
        gatherWindows(windows, rows, x);
        const expected = Array.from(rows, (row) =>
          Array.from({ length: T }, (_, t) =>
            Array.from({ length: C }, (__, c) => windows.samples[(place.starts[row]! + t) * C + c]!),
          ),
        );
        expect([...x]).toEqual([...expected.flat(2), ...new Array<number>(T * C).fill(-1)]);
      }),
    );
  });

  it("scaling is (x - center) / scale, channel by channel, and `none` changes nothing", () => {
    fc.assert(
      fc.property(places, (place) => {
        const { samples, channels } = windowsAt(place);
        const rng = Rng.fromSeed(place.seed);
        const center = channels.map(() => 5 * rng.normal());
        const scale = channels.map(() => 0.1 + rng.uniform());
        const x = Float32Array.from(samples);
        scaleTrainingBatch(x, { method: "none", channels, center, scale });
        expect(x).toEqual(Float32Array.from(samples));
        scaleTrainingBatch(x, { method: "robust", channels, center, scale });
        for (const [i, value] of x.entries()) {
          const c = i % channels.length;
          expect(value).toBeCloseTo((samples[i]! - center[c]!) / scale[c]!, 3);
        }
      }),
    );
  });

  it("targets have the weight of the class at its index, and zeros elsewhere", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 3 }), { minLength: 1 }), fc.boolean(), (classes, weighted) => {
        const rows = Int32Array.from(classes, (_, i) => classes.length - 1 - i);
        const weights = weighted ? [0.5, 2, 0, 1.25] : null;
        const targets = new Float32Array(4 * rows.length).fill(7);
        gatherTrainingBatchTargets(Int32Array.from(classes), rows, weights, 4, targets);
        const expected = Array.from(rows, (row) => {
          const line = [0, 0, 0, 0];
          line[classes[row]!] = weights === null ? 1 : weights[classes[row]!]!;
          return line;
        });
        expect([...targets]).toEqual(expected.flat());
      }),
    );
  });

  it("balanced weights give every class that occurs the same total, and the rows a mean of one", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 60 }), (classes) => {
        const rows = Int32Array.from(classes.keys());
        const weights = balancedClassWeights(Int32Array.from(classes), rows, 6);
        const totals = [0, 1, 2, 3, 4, 5].map((k) => classes.filter((label) => label === k).length * weights[k]!);
        const occurring = new Set(classes).size;
        for (const [k, total] of totals.entries()) {
          expect(total).toBeCloseTo(classes.includes(k) ? classes.length / occurring : 0, 9);
        }
      }),
    );
  });
});

describe("rotation over random windows", () => {
  it("keeps the length of each vector and the angle between both, and does not change other channels", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 5 }), (seed, count) => {
        // The channels are Gz, heart_rate, Ax, Ay, Gx, Az and Gy.
        const triads = [
          [2, 3, 5],
          [4, 6, 0],
        ];
        const rng = Rng.fromSeed(seed);
        const before = Float32Array.from({ length: count * 4 * 7 }, () => 10 * rng.normal());
        const x = Float32Array.from(before);
        rotateWindows(x, count, { windowSize: 4, channels: 7 }, triads, rng);
        const vector = (values: Float32Array, at: number, places: readonly number[]): number[] =>
          places.map((c) => values[at + c]!);
        const dot = (p: number[], q: number[]): number => p.reduce((sum, value, i) => sum + value * q[i]!, 0);
        for (let at = 0; at < x.length; at += 7) {
          const [a0, g0] = [vector(before, at, [2, 3, 5]), vector(before, at, [4, 6, 0])];
          const [a1, g1] = [vector(x, at, [2, 3, 5]), vector(x, at, [4, 6, 0])];
          const room = 1e-4 * Math.sqrt(dot(a0, a0) * dot(g0, g0)) + 1e-4;
          expect(Math.abs(dot(a1, a1) - dot(a0, a0))).toBeLessThan(1e-4 * dot(a0, a0) + 1e-4);
          expect(Math.abs(dot(g1, g1) - dot(g0, g0))).toBeLessThan(1e-4 * dot(g0, g0) + 1e-4);
          // Both vectors get the same rotation, so the angle between them does not change.
          expect(Math.abs(dot(a1, g1) - dot(a0, g0))).toBeLessThan(room);
          expect(x[at + 1]).toBe(before[at + 1]);
        }
      }),
    );
  });

  it("rotates nothing if there is no sensor", () => {
    const x = Float32Array.from({ length: 70 }, (_, i) => i);
    rotateWindows(x, 5, { windowSize: 2, channels: 7 }, [], Rng.fromSeed(1));
    expect(x).toEqual(Float32Array.from({ length: 70 }, (_, i) => i));
  });
});
