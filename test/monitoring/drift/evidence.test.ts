import { describe, expect, it } from "vitest";
import {
  addEvidence,
  evidenceOf,
  evidenceRaisesAlarm,
  evidenceStateSchema,
  noEvidence,
} from "../../../src/monitoring/drift/evidence.ts";
import { Rng } from "../../../src/stats/random.ts";

/** Batches until the alarm when p-values are drawn by `draw`. */
function runLength(arl: number, draw: () => number, limit = 1_000_000): number {
  let state = noEvidence;
  while (state.batches < limit) {
    state = addEvidence(state, draw());
    if (evidenceRaisesAlarm(state, arl)) break;
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
    // The last of the mass lies at p below 1/n.
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
    for (let i = 0; i < 40; i++) state = addEvidence(state, 1 - rng.uniform());
    let more = 0;
    while (!evidenceRaisesAlarm(state, 500)) {
      state = addEvidence(state, 0.01);
      more++;
    }
    expect(more).toBeLessThanOrEqual(6);
  });

  it("keeps its state as JSON", () => {
    const state = addEvidence(addEvidence(noEvidence, 0.2), 0.7);
    expect(evidenceStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
    expect(state.value).toBeCloseTo((evidenceOf(0.2) + 1) * evidenceOf(0.7), 12);
  });

  it("alarms with as much as the run length, and no less", () => {
    expect([99.9, 100, 100.1].map((value) => evidenceRaisesAlarm({ value, batches: 1 }, 100))).toEqual([
      false,
      true,
      true,
    ]);
    expect(evidenceRaisesAlarm({ value: 1.02, batches: 1 }, 1.01)).toBe(true);
  });

  it("refuses a run length that is none", () => {
    expect(() => evidenceRaisesAlarm(noEvidence, 1)).toThrow(RangeError);
    expect(() => evidenceRaisesAlarm(noEvidence, Number.NaN)).toThrow(RangeError);
  });
});
