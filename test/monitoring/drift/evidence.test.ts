import { describe, expect, it } from "vitest";
import {
  addEvidence,
  type EvidenceState,
  evidenceOf,
  evidenceReachesLevel,
  evidenceStateSchema,
  noEvidence,
} from "../../../src/monitoring/drift/evidence.ts";
import { Rng } from "../../../src/random.ts";

/** Number of batches until the alarm if `draw` draws the p-values. */
function runLength(arl: number, draw: () => number, limit = 1_000_000): number {
  let state = noEvidence;
  while (state.batches < limit) {
    state = addEvidence(state, evidenceOf(draw()));
    if (evidenceReachesLevel(state, arl)) break;
  }
  return state.batches;
}

describe("the e-value of a p-value", () => {
  it("is the mixture of bets: the integral of k p^(k-1) over k, by Simpson's rule", () => {
    for (const p of [1e-6, 0.001, 0.05, 0.3, 0.9, 0.9995, 1]) {
      const n = 2000;
      let sum = 0;
      for (let i = 0; i <= n; i++) sum += (i === 0 || i === n ? 1 : i % 2 === 1 ? 4 : 2) * (i / n) * p ** (i / n - 1);
      expect(evidenceOf(p) / (sum / (3 * n))).toBeCloseTo(1, 5);
    }
  });

  it("has expectation 1 over even p-values, and falls as p grows", () => {
    const n = 4_000_000;
    let sum = 0;
    for (let i = 0; i < n; i++) sum += evidenceOf((i + 0.5) / n) / n;
    // The remaining probability mass lies at p below 1/n.
    expect(sum).toBeGreaterThan(0.9);
    expect(sum).toBeLessThanOrEqual(1);
    for (let p = 0.001; p < 0.999; p += 0.001) expect(evidenceOf(p)).toBeGreaterThan(evidenceOf(p + 0.001));
  });

  it("is refused for what is no p-value", () => {
    for (const p of [0, -0.1, 1.01, Number.NaN]) expect(() => evidenceOf(p)).toThrow(RangeError);
  });
});

describe("the detector", () => {
  it.each([20, 100, 500])("runs for %d batches on average, or longer, without a change", (arl) => {
    const rng = Rng.fromSeed(arl);
    const lengths = Array.from({ length: 400 }, () => runLength(arl, () => 1 - rng.uniform()));
    expect(lengths.reduce((sum, length) => sum + length, 0) / lengths.length).toBeGreaterThanOrEqual(arl);
  });

  it("runs as long with the p-values of a small calibration set, k / (m + 1)", () => {
    const rng = Rng.fromSeed(1);
    const lengths = Array.from({ length: 300 }, () => runLength(50, () => (1 + rng.integer(24)) / 24, 20_000));
    expect(lengths.reduce((sum, length) => sum + length, 0) / lengths.length).toBeGreaterThanOrEqual(50);
  });

  it("alarms within a few batches of small p-values, from whatever it had", () => {
    expect(runLength(500, () => 0.01)).toBeLessThanOrEqual(6);
    expect(runLength(500, () => 0.002)).toBeLessThanOrEqual(3);
    const rng = Rng.fromSeed(2);
    let state = noEvidence;
    for (let i = 0; i < 40; i++) state = addEvidence(state, evidenceOf(1 - rng.uniform()));
    let more = 0;
    while (!evidenceReachesLevel(state, 500)) {
      state = addEvidence(state, evidenceOf(0.01));
      more++;
    }
    expect(more).toBeLessThanOrEqual(6);
  });

  it("keeps its state as JSON", () => {
    const state = addEvidence(addEvidence(noEvidence, evidenceOf(0.2)), evidenceOf(0.7));
    expect(evidenceStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
    expect(state.value).toBeCloseTo((evidenceOf(0.2) + 1) * evidenceOf(0.7), 12);
    const bout = [1, 2].reduce((before) => addEvidence(before, evidenceOf(Number.MIN_VALUE), 0), noEvidence);
    expect(evidenceStateSchema.parse(JSON.parse(JSON.stringify(bout)))).toEqual(bout);
  });

  it("alarms with as much as the run length, and no less", () => {
    expect([99.9, 100, 100.1].map((value) => evidenceReachesLevel({ value, batches: 1 }, 100))).toEqual([
      false,
      true,
      true,
    ]);
    expect(evidenceReachesLevel({ value: 1.02, batches: 1 }, 1.01)).toBe(true);
  });

  it("refuses a run length that is none", () => {
    expect(() => evidenceReachesLevel(noEvidence, 1)).toThrow(RangeError);
    expect(() => evidenceReachesLevel(noEvidence, Number.NaN)).toThrow(RangeError);
  });
});

describe("a bout of one activity", () => {
  const [walking, sitting] = [0, 1];
  const add = (state: EvidenceState, ps: readonly number[], activity: number | null): EvidenceState =>
    ps.reduce((before, p) => addEvidence(before, evidenceOf(p), activity), state);
  const mean = (ps: readonly number[]): number => ps.reduce((sum, p) => sum + evidenceOf(p), 0) / ps.length;
  const some: EvidenceState = { value: 3, batches: 7 };

  it("is one bet, the mean of its batches' e-values, whatever their order", () => {
    expect(add(some, [0.2], walking)).toMatchObject({ value: expect.closeTo(4 * evidenceOf(0.2), 12), batches: 8 });
    const ps = [0.2, 0.7, 0.001, 1, 0.04];
    for (let n = 1; n <= 5; n++) {
      const { value, batches } = add(some, ps.slice(0, n), walking);
      expect(value).toBeCloseTo(4 * mean(ps.slice(0, n)), 9);
      expect(batches).toBe(7 + n);
    }
    expect(add(some, ps.toReversed(), walking).value).toBeCloseTo(4 * mean(ps), 9);
  });

  it("begins a new bet after five batches", () => {
    const ps = [0.1, 0.2, 0.3, 0.4, 0.5];
    const five = add(some, ps, walking);
    expect(add(five, [0.05], walking).value).toBeCloseTo((4 * mean(ps) + 1) * evidenceOf(0.05), 9);
    expect(add(five, [0.05, 0.6], walking).value).toBeCloseTo((4 * mean(ps) + 1) * mean([0.05, 0.6]), 9);
  });

  it("multiplies with other bouts, and with batches of several activities", () => {
    const walked = add(some, [0.1, 0.2], walking);
    const sat = add(walked, [0.3, 0.4], sitting);
    const before = 4 * mean([0.1, 0.2]);
    expect(sat.value).toBeCloseTo((before + 1) * mean([0.3, 0.4]), 9);
    const mixed = add(walked, [0.3, 0.4], null);
    expect(mixed.value).toBeCloseTo(((before + 1) * evidenceOf(0.3) + 1) * evidenceOf(0.4), 9);
    // After an interruption, the same activity is a new bout.
    expect(mixed.bout).toBeUndefined();
    expect(add(mixed, [0.1], walking).value).toBeCloseTo((mixed.value + 1) * evidenceOf(0.1), 9);
    expect(add(sat, [0.1], walking).value).toBeCloseTo((sat.value + 1) * evidenceOf(0.1), 9);
  });

  it("is kept as JSON, and a state without it is read", () => {
    const state = add(some, [0.1, 0.2], sitting);
    expect(evidenceStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
    expect(state.bout).toMatchObject({ activity: 1, before: 3, batches: 2 });
    expect(evidenceStateSchema.parse(some)).toEqual(some);
    expect(evidenceStateSchema.safeParse({ ...some, bout: { ...state.bout, batches: 0 } }).success).toBe(false);
  });

  /** Functions that draw the p-values of one bout, each uniformly distributed, by how the p-values depend on each other. */
  const dependences: Readonly<Record<string, (rng: Rng, n: number) => number[]>> = {
    independent: (rng, n) => Array.from({ length: n }, () => 1 - rng.uniform()),
    equal: (rng, n) => Array<number>(n).fill(1 - rng.uniform()),
    opposite: (rng, n) => {
      const p = Math.max(rng.uniform(), 1e-12);
      return Array.from({ length: n }, (_, i) => (i % 2 === 0 ? p : 1 - p));
    },
  };

  it.each(Object.keys(dependences))("is worth at most 1 on average after each batch, if p-values are %s", (name) => {
    const rng = Rng.fromSeed(6);
    const draws = 100_000;
    const sums = [0, 0, 0, 0, 0];
    for (let i = 0; i < draws; i++) {
      let state = noEvidence;
      for (const [n, p] of dependences[name]!(rng, 5).entries()) {
        state = addEvidence(state, evidenceOf(p), walking);
        sums[n]! += state.value;
      }
    }
    // E-values of 20 or more are so rare that a finite sample underestimates the mean.
    for (const sum of sums) {
      expect(sum / draws).toBeGreaterThan(0.8);
      expect(sum / draws).toBeLessThanOrEqual(1);
    }
  });

  it.each(Object.keys(dependences))("runs as long as requested if p-values of a bout are %s", (name) => {
    const rng = Rng.fromSeed(7);
    const lengths = Array.from({ length: 300 }, () => {
      let state = noEvidence;
      for (let bout = 0; state.batches < 20_000; bout++) {
        for (const p of dependences[name]!(rng, 5)) {
          state = addEvidence(state, evidenceOf(p), bout % 2);
          if (evidenceReachesLevel(state, 50)) return state.batches;
        }
      }
      return state.batches;
    });
    expect(lengths.reduce((sum, length) => sum + length, 0) / lengths.length).toBeGreaterThanOrEqual(50);
  });
});
