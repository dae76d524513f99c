// Compares figures about the network's output with those that SciPy computes from raw probabilities
// (test/fixtures/scripts/model_signals.py), and checks that they do not depend on the order of the windows or on how the
// windows are split into pieces.
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  confidenceSignalDistance,
  flipRateSignalDistance,
  signalDistances,
} from "../../../src/monitoring/drift/signal-distances.ts";
import {
  followsForModelSignals,
  type ModelSignals,
  mergeModelSignals,
  modelSignals,
  signalEdges,
} from "../../../src/monitoring/summaries/model-signals.ts";

const signalNames = ["confidence", "entropy", "margin"] as const;
type Side = {
  probabilities: number[];
  classCounts: number[];
  means: Record<(typeof signalNames)[number], number>;
  flips: number;
};
const {
  pairs,
}: {
  pairs: {
    name: string;
    nClasses: number;
    reference: Side;
    current: Side;
    mixShift: number;
    ks: Record<(typeof signalNames)[number], number>;
  }[];
} = JSON.parse(readFileSync(new URL("../../fixtures/model-signals.json", import.meta.url), "utf8"));

/** Returns the flags of windows that all belong to one recording, each directly after the previous window. */
const inARow = (windows: number): Uint8Array => new Uint8Array(windows).fill(1);
const summarize = (probabilities: ArrayLike<number>, nClasses: number): ModelSignals =>
  modelSignals(Float32Array.from(probabilities), nClasses, inARow(probabilities.length / nClasses));

describe.each(pairs)("$name", ({ nClasses, reference, current, mixShift, ks }) => {
  const [a, b] = [reference, current].map(({ probabilities }) => summarize(probabilities, nClasses)) as [
    ModelSignals,
    ModelSignals,
  ];

  it("has NumPy's class counts and flips, and the means to a millionth", () => {
    for (const [signals, side] of [
      [a, reference],
      [b, current],
    ] as const) {
      expect(signals.classCounts).toEqual(side.classCounts);
      expect([signals.flips, signals.pairs]).toEqual([side.flips, signals.windows - 1]);
      for (const name of signalNames) {
        expect(Math.abs(signals[name].millionths / 1e6 / signals.windows - side.means[name])).toBeLessThan(1e-6);
        expect(signals[name].counts.reduce((sum, count) => sum + count, 0)).toBe(signals.windows);
      }
      expect(confidenceSignalDistance(signals)).toBeCloseTo(side.means.confidence, 6);
    }
  });

  it("has SciPy's KS distances to the mass of one bin, and its mix shift", () => {
    const distances = signalDistances(a, b);
    expect(distances.mixShift).toBeCloseTo(mixShift, 12);
    const found = { confidence: distances.confidenceKs, entropy: distances.entropyKs, margin: distances.marginKs };
    for (const name of signalNames) {
      const share = (signals: ModelSignals): number => Math.max(...signals[name].counts) / signals.windows;
      expect(found[name]).toBeLessThanOrEqual(ks[name] + 1e-12);
      expect(ks[name] - found[name]).toBeLessThanOrEqual(Math.max(share(a), share(b)));
    }
    expect(distances.confidenceShift).toBeCloseTo(current.means.confidence - reference.means.confidence, 6);
    expect(distances.flipRateShift).toBeCloseTo(
      current.flips / (b.windows - 1) - reference.flips / (a.windows - 1),
      12,
    );
  });

  it("is at no distance from itself", () => {
    expect(Object.values(signalDistances(a, a))).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

/** Generates rows of probabilities, [W, K], some of which have a probability of 1. */
const answers = (nClasses: number): fc.Arbitrary<number[][]> =>
  fc
    .array(
      fc.oneof(
        fc.array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: nClasses, maxLength: nClasses }),
        fc.nat({ max: nClasses - 1 }).map((k) => Array.from({ length: nClasses }, (_, i) => (i === k ? 1 : 0))),
      ),
      { minLength: 1, maxLength: 40 },
    )
    .map((rows) =>
      rows.map((row) => {
        const sum = row.reduce((total, p) => total + p, 0);
        return row.map((p) => p / sum);
      }),
    );

describe("any answers", () => {
  it("merge to the whole, in any order, and subtract to the part", () => {
    fc.assert(
      fc.property(answers(3), answers(3), answers(3), (x, y, z) => {
        const [a, b, c] = [x, y, z].map((rows) => summarize(rows.flat(), 3)) as [
          ModelSignals,
          ModelSignals,
          ModelSignals,
        ];
        const follows = inARow(x.length + y.length + z.length);
        follows[x.length] = 0;
        follows[x.length + y.length] = 0;
        const whole = modelSignals(Float32Array.from([x, y, z].flat(2)), 3, follows);
        expect(mergeModelSignals([a, b, c])).toEqual(whole);
        expect(mergeModelSignals([c, mergeModelSignals([b, a])])).toEqual(whole);
        expect(JSON.parse(JSON.stringify(whole))).toEqual(whole);
      }),
    );
  });

  it("are counted in the bin whose edges hold them", () => {
    fc.assert(
      fc.property(fc.float({ min: Math.fround(0.5), max: 1, noNaN: true }), (p) => {
        const bin = summarize([p, 1 - p], 2).confidence.counts.indexOf(1);
        // A value exactly on an edge may be counted on either side because of rounding.
        expect(p).toBeGreaterThanOrEqual((signalEdges[bin - 1] ?? 0) * (1 - 1e-12));
        expect(p).toBeLessThanOrEqual((signalEdges[bin] ?? 1) * (1 + 1e-12));
      }),
    );
  });

  it("are left as they were", () => {
    const probabilities = Float32Array.of(0.25, 0.75, 1, 0);
    modelSignals(probabilities, 2, inARow(2));
    expect(probabilities).toEqual(Float32Array.of(0.25, 0.75, 1, 0));
  });
});

it("takes the first of equal classes, as argmax does", () => {
  const signals = summarize([0.4, 0.4, 0.2], 3);
  expect(signals.classCounts).toEqual([1, 0, 0]);
  expect(signals.margin.millionths).toBe(0);
});

it("takes certain answers: no entropy, whole margin, the outermost bins", () => {
  const { confidence, entropy, margin } = summarize([0, 1, 0], 3);
  expect([confidence.millionths, entropy.millionths, margin.millionths]).toEqual([1e6, 0, 1e6]);
  expect([confidence.counts.at(-1), entropy.counts[0], margin.counts.at(-1)]).toEqual([1, 1, 1]);
});

it("has entropy 1 for uniform answers", () => {
  expect(summarize([0.25, 0.25, 0.25, 0.25], 4).entropy).toMatchObject({ millionths: 1e6 });
});

describe("neighbours", () => {
  it("are one step apart in one recording", () => {
    const recordings = [0, 0, 0, 0, 1, 1];
    const starts = [0, 2, 4, 9, 11, 13.00001];
    expect([...followsForModelSignals(recordings, starts, 2)]).toEqual([0, 1, 1, 0, 0, 1]);
  });

  it("alone make flips", () => {
    const probabilities = Float32Array.of(1, 0, 0, 1, 1, 0, 1, 0);
    const signals = modelSignals(probabilities, 2, [0, 1, 0, 1]);
    expect([signals.pairs, signals.flips, flipRateSignalDistance(signals)]).toEqual([2, 1, 0.5]);
    const apart = modelSignals(probabilities, 2, [0, 0, 0, 0]);
    expect(flipRateSignalDistance(apart)).toBeNull();
    expect(signalDistances(signals, apart).flipRateShift).toBeNull();
  });
});

describe("refuses", () => {
  it.each([
    ["no windows", [], 2, /at least one window, /],
    ["one class", [1], 1, /2 or more classes/],
    ["NaN", [0.5, Number.NaN], 2, /window 0: expected probabilities.*NaN/],
    ["a negative number", [1.5, -0.5], 2, /-0.5/],
    ["an infinite number", [0, Number.POSITIVE_INFINITY], 2, /sum/],
    ["logits", [2, 3], 2, /sum to 1, got 5/],
  ])("%s", (_, probabilities, nClasses, message) => {
    expect(() => summarize(probabilities, nClasses)).toThrow(message);
  });

  it("rows that do not fit, other classes, and no parts", () => {
    const [two, three] = [summarize([0.5, 0.5, 1, 0], 2), summarize([1, 0, 0], 3)];
    expect(() => modelSignals(Float32Array.of(1, 0, 1), 2, [0, 0])).toThrow(/ x 2 probabilities/);
    expect(() => mergeModelSignals([two, three])).toThrow(/equal classes/);
    expect(() => mergeModelSignals([])).toThrow(/at least one/);
  });
});
