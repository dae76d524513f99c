// Compares summaries by class, and distances within classes, with counts over plain rows.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { effectiveSize } from "../../../src/monitoring/drift/effective-size.ts";
import {
  effectiveSizeWithinClasses,
  ksWithinClasses,
  unseenShareWithinClasses,
} from "../../../src/monitoring/drift/within-classes.ts";
import type { BatchSummary } from "../../../src/monitoring/summaries/batch-summary.ts";
import { batchSummaryRows } from "../../../src/monitoring/summaries/batch-summary.ts";
import {
  type ClassSummaries,
  mergeAcrossClasses,
  mergeClassSummaries,
  subtractClassSummaries,
  summarizeByClass,
} from "../../../src/monitoring/summaries/class-summaries.ts";
import { Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import { ksDistance } from "../../../src/stats/ks.ts";

/** A sample of two channels with its predicted class; null is a missing value. */
interface Row {
  readonly x: number | null;
  readonly y: number | null;
  readonly k: number;
}

const nClasses = 4;
const edges = { x: [-20, -3, 0, 1, 2, 5, 20], y: [0, 10] };
const summarizer = new Summarizer(edges);
const columnOf = (rows: readonly Row[], name: "x" | "y"): Float32Array =>
  Float32Array.from(rows, (row) => row[name] ?? Number.NaN);
const summarize = (rows: readonly Row[], start?: number, end?: number): ClassSummaries =>
  summarizeByClass(
    summarizer,
    { x: columnOf(rows, "x"), y: columnOf(rows, "y") },
    rows.map(({ k }) => k),
    ...([nClasses, start, end] as const),
  );
const valuesOf = (rows: readonly Row[], name: "x" | "y"): number[] =>
  rows.map((row) => row[name]).filter((value) => value !== null);

/** Computes the expected summary of these rows, with sizes and counts but without moments, value by value. */
function slowSummary(rows: readonly Row[]) {
  return Object.fromEntries(
    (["x", "y"] as const).map((name) => {
      const [values, own] = [valuesOf(rows, name), edges[name]];
      const bins = [Number.NEGATIVE_INFINITY, ...own];
      return [
        name,
        {
          n: values.length,
          missing: rows.length - values.length,
          min: values.length === 0 ? 0 : Math.min(...values),
          max: values.length === 0 ? 0 : Math.max(...values),
          counts: bins.map(
            (low, bin) => values.filter((value) => value >= low && !(value >= (bins[bin + 1] ?? Infinity))).length,
          ),
        },
      ];
    }),
  );
}

function expectSummaryOf(summary: BatchSummary | null, rows: readonly Row[]): void {
  if (rows.length === 0) {
    expect(summary).toBeNull();
    return;
  }
  expect(summary).toMatchObject(slowSummary(rows));
  for (const name of ["x", "y"] as const) {
    const values = valuesOf(rows, name);
    const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length);
    expect(summary![name]!.mean).toBeCloseTo(mean, 9);
    expect(summary![name]!.std).toBeCloseTo(Math.sqrt(variance), 9);
    const beyond = (distance: (value: number) => number): number =>
      values.reduce((sum, value) => sum + Math.max(0, distance(value)), 0);
    expect(summary![name]!.excessBelow).toBeCloseTo(
      beyond((value) => edges[name][0]! - value),
      9,
    );
    expect(summary![name]!.excessAbove).toBeCloseTo(
      beyond((value) => value - edges[name].at(-1)!),
      9,
    );
  }
}

const ofClass = (rows: readonly Row[], k: number): Row[] => rows.filter((row) => row.k === k);
const each = (check: (k: number) => void): void => {
  for (let k = 0; k < nClasses; k++) check(k);
};

const value = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -40, max: 40 }).map((i) => i / 4) },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom(-1000, 1000) },
);
/** Labels with runs of one class, like predictions; some classes may not occur. */
const rows = fc
  .array(
    fc.tuple(
      fc.integer({ min: 0, max: nClasses - 1 }),
      fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 6 }),
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((runs) => runs.flatMap(([k, own]) => own.map(([x, y]): Row => ({ x, y, k }))));

describe("summaries by class", () => {
  it("hold each class's rows and no others, and null if there are none", () => {
    fc.assert(
      fc.property(rows, (batch) => {
        const summaries = summarize(batch);
        expect(summaries).toHaveLength(nClasses);
        each((k) => expectSummaryOf(summaries[k]!, ofClass(batch, k)));
        each((k) => expect(batchSummaryRows(summaries[k]!)).toBe(ofClass(batch, k).length));
      }),
    );
  });

  it("can be made of some of the rows", () => {
    fc.assert(
      fc.property(rows, fc.nat(), fc.nat(), (batch, a, b) => {
        const start = a % batch.length;
        const end = start + 1 + (b % (batch.length - start));
        const summaries = summarize(batch, start, end);
        each((k) => expectSummaryOf(summaries[k]!, ofClass(batch.slice(start, end), k)));
      }),
    );
  });

  it("merge to the summaries of all rows", () => {
    fc.assert(
      fc.property(fc.array(rows, { minLength: 1, maxLength: 5 }), (batches) => {
        const merged = mergeClassSummaries(batches.map((batch) => summarize(batch)));
        each((k) => expectSummaryOf(merged[k]!, ofClass(batches.flat(), k)));
      }),
    );
  });

  it("merge to the same counts in any order and grouping", () => {
    fc.assert(
      fc.property(rows, rows, rows, (first, second, third) => {
        const [a, b, c] = [first, second, third].map((batch) => summarize(batch));
        const counts = (batch: ClassSummaries): unknown =>
          batch.map((own) => own && Object.values(own).map((channel) => [channel.n, channel.missing, channel.counts]));
        const expected = counts(mergeClassSummaries([a!, b!, c!]));
        expect(counts(mergeClassSummaries([c!, a!, b!]))).toEqual(expected);
        expect(counts(mergeClassSummaries([a!, mergeClassSummaries([c!, b!])]))).toEqual(expected);
        const shuffled = [...first, ...second, ...third].sort((p, q) => p.k - q.k);
        expect(counts(summarize(shuffled))).toEqual(expected);
      }),
    );
  });

  it("are one summary of everything when the classes are put together", () => {
    fc.assert(
      fc.property(rows, (batch) => {
        const whole = mergeAcrossClasses(summarize(batch));
        expectSummaryOf(whole, batch);
        expect(whole).toMatchObject(slowSummary(batch));
      }),
    );
  });

  it("can be taken apart again, down to a class of which nothing is left", () => {
    fc.assert(
      fc.property(rows, rows, (first, second) => {
        // The removed part belongs to a larger summary whose other rows also have values, as when one person is left out.
        const valued = second.filter(({ x, y }) => x !== null && y !== null);
        const rest = valued.length === 0 ? [{ x: 1, y: 1, k: 0 }] : valued;
        const left = subtractClassSummaries(summarize([...first, ...rest]), summarize(first));
        each((k) => {
          const own = ofClass(rest, k);
          if (own.length === 0) return expect(left[k]).toBeNull();
          const { x, y } = left[k]!;
          expect([x!.counts, y!.counts]).toEqual(Object.values(slowSummary(own)).map(({ counts }) => counts));
        });
      }),
    );
  });

  it("do not change what they were made of", () => {
    const parts = [summarize([{ x: 1, y: 2, k: 0 }]), summarize([{ x: 3, y: 4, k: 1 }])];
    const before = structuredClone(parts);
    mergeClassSummaries(parts);
    mergeAcrossClasses(parts[0]!);
    expect(parts).toEqual(before);
  });

  it("are refused of no rows, of no batches, and of a class that is not there", () => {
    expect(() => summarize([])).toThrow(/at least one row/);
    expect(() => summarize([{ x: 1, y: 1, k: 0 }], 1, 1)).toThrow(/at least one row/);
    expect(() => mergeClassSummaries([])).toThrow(/at least one batch/);
    expect(() =>
      summarize([
        { x: 1, y: 1, k: 0 },
        { x: 1, y: 1, k: nClasses },
      ]),
    ).toThrow(/row 1.*below 4, got 4/);
    expect(() => summarize([{ x: 1, y: 1, k: -1 }])).toThrow(/got -1/);
  });
});

/** The KS distance: the largest difference, over all bin edges, between the two shares of values below the edge. */
function slowKs(a: readonly number[], b: readonly number[], grid: readonly number[]): number {
  const below = (values: readonly number[], edge: number): number =>
    values.filter((value) => value < edge).length / values.length;
  return Math.max(...grid.map((edge) => Math.abs(below(a, edge) - below(b, edge))));
}

/** The mean of the classes' distances, weighted by n m / (n + m). */
function slowKsWithin(reference: readonly Row[], current: readonly Row[], name: "x" | "y"): number {
  let [sum, weights] = [0, 0];
  each((k) => {
    const [a, b] = [reference, current].map((side) => valuesOf(ofClass(side, k), name));
    if (a!.length === 0 || b!.length === 0) return;
    const weight = 1 / (1 / a!.length + 1 / b!.length);
    sum += weight * slowKs(a!, b!, edges[name]);
    weights += weight;
  });
  return weights === 0 ? 0 : sum / weights;
}

/** Generates rows of one class, all with the same value. */
const many = (n: number, x: number, k: number): Row[] => Array.from({ length: n }, () => ({ x, y: 5, k }));

describe("the KS distance within classes", () => {
  it("is the classes' own distances, averaged by n m / (n + m)", () => {
    fc.assert(
      fc.property(rows, rows, (reference, current) => {
        for (const name of ["x", "y"] as const) {
          const distance = ksWithinClasses(summarize(reference), summarize(current), name);
          expect(distance).toBeCloseTo(slowKsWithin(reference, current, name), 12);
          expect(distance).toBeGreaterThanOrEqual(0);
          expect(distance).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("weighs a class by what both sides hold of it", () => {
    // Class 0 has a distance of 1, class 1 a distance of 0.
    const reference = summarize([...many(100, 0, 0), ...many(75, 0, 1)]);
    const current = summarize([...many(300, 10, 0), ...many(25, 0, 1)]);
    const [far, same] = [(100 * 300) / 400, (75 * 25) / 100];
    expect(ksWithinClasses(reference, current, "x")).toBeCloseTo(far / (far + same), 12);
  });

  it("is 0 for equal data and the same seen from either side", () => {
    fc.assert(
      fc.property(rows, rows, (one, other) => {
        const [a, b] = [summarize(one), summarize(other)];
        expect(ksWithinClasses(a, a, "x")).toBe(0);
        expect(ksWithinClasses(a, b, "x")).toBeCloseTo(ksWithinClasses(b, a, "x"), 12);
      }),
    );
  });

  it("does not see another mix of classes, which the whole does", () => {
    const sitting = [-1, 0, 0.5, 1, 3].map((x): Row => ({ x, y: 1, k: 0 }));
    const walking = [4, 6, 10, 30].map((x): Row => ({ x, y: 1, k: 1 }));
    const times = (n: number, own: readonly Row[]): Row[] => Array.from({ length: n }, () => own).flat();
    const mixes: [number, number][] = [
      [1, 1],
      [1, 40],
      [25, 2],
    ];
    const reference = summarize([...times(3, sitting), ...times(2, walking)]);
    for (const [sits, walks] of mixes) {
      const current = summarize([...times(sits, sitting), ...times(walks, walking)]);
      expect(ksWithinClasses(reference, current, "x")).toBe(0);
    }
    const other = summarize([...sitting, ...times(40, walking)]);
    expect(ksDistance(mergeAcrossClasses(reference).x!.counts, mergeAcrossClasses(other).x!.counts)).toBeGreaterThan(
      0.4,
    );
    // If the difference is the same in each class, the distance equals this difference for any mix of classes.
    const moved = (own: readonly Row[]): Row[] => own.map((row, i) => (i === 0 ? { ...row, x: 100 } : row));
    const quarter = [...many(3, 4, 0), ...many(1, -5, 0)];
    const same = quarter.map((row): Row => ({ ...row, k: 1 }));
    for (const [first, second] of mixes) {
      const distance = ksWithinClasses(
        summarize([...quarter, ...same]),
        summarize([...times(first, moved(quarter)), ...times(second, moved(same))]),
        "x",
      );
      expect(distance).toBeCloseTo(0.25, 12);
    }
  });

  it("leaves out a class on one side alone, and is 0 if no class is on both", () => {
    const shared = { before: many(10, 0, 0), now: [...many(5, 0, 0), ...many(5, 10, 0)] };
    const alone = ksWithinClasses(summarize(shared.before), summarize(shared.now), "x");
    expect(alone).toBeCloseTo(0.5, 12);
    expect(ksWithinClasses(summarize([...shared.before, ...many(500, 3, 2)]), summarize(shared.now), "x")).toBe(alone);
    expect(ksWithinClasses(summarize(shared.before), summarize([...shared.now, ...many(500, 3, 3)]), "x")).toBe(alone);
    expect(ksWithinClasses(summarize(many(9, 0, 0)), summarize(many(9, 10, 1)), "x")).toBe(0);
  });

  it("leaves out a class without values of the channel, but not of the other", () => {
    const still = many(8, 0, 1).map((row): Row => ({ ...row, x: null }));
    const reference = summarize([...many(10, 0, 0), ...many(8, 0, 1)]);
    const current = summarize([...many(10, 10, 0), ...still]);
    expect(ksWithinClasses(reference, current, "x")).toBe(1);
    expect(ksWithinClasses(reference, current, "y")).toBe(0);
  });
});

describe("how much was compared", () => {
  it("is n m / (n + m) of each class, summed, and 0 if a side is empty", () => {
    expect([effectiveSize(6, 3), effectiveSize(0, 3), effectiveSize(3, 0)]).toEqual([2, 0, 0]);
    fc.assert(
      fc.property(rows, rows, (reference, current) => {
        let sum = 0;
        each((k) => {
          const [n, m] = [ofClass(reference, k).length, ofClass(current, k).length];
          if (n > 0 && m > 0) sum += 1 / (1 / n + 1 / m);
        });
        expect(effectiveSizeWithinClasses(summarize(reference), summarize(current))).toBeCloseTo(sum, 9);
      }),
    );
  });

  it("leaves unseen the rows of classes that the reference does not hold", () => {
    fc.assert(
      fc.property(rows, rows, (reference, current) => {
        const known = new Set(reference.map(({ k }) => k));
        const unseen = current.filter(({ k }) => !known.has(k)).length / current.length;
        expect(unseenShareWithinClasses(summarize(reference), summarize(current))).toBeCloseTo(unseen, 12);
      }),
    );
  });
});
