// Compares smoothing with a sum over all paths through the Markov chain, which is slow but simple.
import { describe, expect, it } from "vitest";
import { smoothProbabilities } from "../../../src/learning/training/smooth-probabilities.ts";
import { Rng } from "../../../src/random.ts";

const shares = [0.5, 0.3, 0.2];

function drawn(n: number, seed: number): Float32Array {
  const rng = Rng.fromSeed(seed);
  const rows = Array.from({ length: n }, () => {
    const raw = shares.map(() => rng.uniform() ** 3);
    const sum = raw.reduce((a, b) => a + b);
    return raw.map((p) => p / sum);
  });
  return Float32Array.from(rows.flat());
}

/** Computes P(class of window w | all windows) as a sum over all 3^n paths. */
function byAllPaths(p: Float32Array, times: readonly number[], boutSeconds: number, power: number): number[] {
  const n = p.length / 3;
  const result = new Array<number>(p.length).fill(0);
  for (let path = 0; path < 3 ** n; path++) {
    const classes = Array.from({ length: n }, (_, w) => Math.floor(path / 3 ** w) % 3);
    let weight = 1;
    for (const [w, k] of classes.entries()) {
      const stays = w === 0 ? 0 : Math.exp(-(times[w]! - times[w - 1]!) / boutSeconds);
      const isSame = w > 0 && classes[w - 1] === k;
      weight *= (isSame ? stays : 0) + (1 - stays) * shares[k]!;
      weight *= (p[w * 3 + k]! / shares[k]!) ** power;
    }
    for (const [w, k] of classes.entries()) result[w * 3 + k]! += weight;
  }
  const total = result.slice(0, 3).reduce((a, b) => a + b);
  return result.map((value) => value / total);
}

describe("smoothed probabilities", () => {
  it.each([
    [3, 1],
    [20, 0.5],
    [300, 0.25],
  ])("equal the sum over all paths, with bouts of %d s and a new share of %d", (boutSeconds, newShare) => {
    const times = [0, 2, 4, 9, 11, 300, 302];
    const p = drawn(times.length, boutSeconds);
    const smoothed = smoothProbabilities(p, { sequence: times.map(() => 4), times }, { boutSeconds, shares, newShare });
    const expected = byAllPaths(p, times, boutSeconds, newShare);
    for (const [i, value] of expected.entries()) expect(smoothed[i], `number ${i}`).toBeCloseTo(value, 6);
  });

  it("are those of the network for windows that belong to different recordings or are far apart", () => {
    const p = drawn(40, 1);
    const smoothing = { boutSeconds: 30, shares, newShare: 1 };
    const times = Array.from({ length: 40 }, (_, w) => 2 * w);
    const alone = smoothProbabilities(p, { sequence: times, times: times.map(() => 0) }, smoothing);
    const apart = smoothProbabilities(p, { sequence: times.map(() => 0), times: times.map((t) => 1e4 * t) }, smoothing);
    for (const [i, value] of p.entries()) {
      expect(alone[i]).toBeCloseTo(value, 6);
      expect(apart[i]).toBeCloseTo(value, 6);
    }
  });

  it("follow the neighbours of a single deviating window, but not those of ten deviating windows", () => {
    const certain = (k: number): number[] => shares.map((_, j) => (j === k ? 0.9 : 0.05));
    const labels = [...new Array(10).fill(0), 1, ...new Array(10).fill(0), ...new Array(10).fill(2)];
    const times = labels.map((_, w) => 2 * w);
    const smoothed = smoothProbabilities(
      Float32Array.from(labels.flatMap(certain)),
      { sequence: labels.map(() => 0), times },
      { boutSeconds: 60, shares, newShare: 0.5 },
    );
    const best = labels.map((_, w) => {
      const row = Array.from(smoothed.subarray(3 * w, 3 * w + 3));
      return row.indexOf(Math.max(...row));
    });
    expect(best).toEqual([...new Array(21).fill(0), ...new Array(10).fill(2)]);
  });

  it("are finite and sum to 1 for ten thousand certain windows", () => {
    const p = Float32Array.from({ length: 30_000 }, (_, i) => (i % 3 === Math.floor(i / 300) % 3 ? 1 : 0));
    const times = Array.from({ length: 10_000 }, (_, w) => w);
    const smoothed = smoothProbabilities(
      p,
      { sequence: times.map(() => 0), times },
      { boutSeconds: 60, shares, newShare: 1 },
    );
    for (let w = 0; w < 10_000; w++) {
      expect(Math.abs(smoothed[3 * w]! + smoothed[3 * w + 1]! + smoothed[3 * w + 2]! - 1)).toBeLessThan(1e-6);
    }
  });
});
