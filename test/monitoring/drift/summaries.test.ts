// Compares grids and summaries with counts from plain loops, including for the largest and smallest values that a column can
// hold.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { channelStatistics } from "../../../src/monitoring/drift/channel-statistics.ts";
import { mergeBatchSummaries, subtractBatchSummary } from "../../../src/monitoring/summaries/batch-summary.ts";
import { quantileGrid } from "../../../src/monitoring/summaries/quantile-grid.ts";
import { Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import { Rng } from "../../../src/random.ts";
import { sortFloats } from "../../../src/stats/sort-floats.ts";

const rng = Rng.fromSeed(7);
const normals = (n: number, scale = 1): Float32Array => Float32Array.from({ length: n }, () => scale * rng.normal());
const grid = (values: Float32Array, nBins?: number): number[] => quantileGrid(sortFloats(values), nBins);
const summarize = (edges: readonly number[], values: ArrayLike<number>) =>
  new Summarizer({ x: edges }).summarize({ x: Float32Array.from(values) }).x!;

describe("quantileGrid", () => {
  it("has 256 bins of equal mass if no value repeats", () => {
    const values = normals(25_600);
    const edges = grid(values);
    expect(edges).toHaveLength(255);
    const { counts } = summarize(edges, values);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
  });

  it("gives a constant channel three bins, and two values one each", () => {
    expect(summarize(grid(new Float32Array(1000).fill(0.1)), [0, 0.1, 0.1, 0.2]).counts).toEqual([1, 2, 1]);
    const edges = grid(Float32Array.of(...new Array<number>(300).fill(-1), ...new Array<number>(700).fill(2)));
    expect(summarize(edges, [-2, -1, 0, 2, 2, 3]).counts).toEqual([1, 1, 1, 2, 1]);
  });

  it("works from one sample, and from zeros of either sign", () => {
    expect(summarize(grid(Float32Array.of(-3)), [-3, -4, -2]).counts).toEqual([1, 1, 1]);
    expect(summarize(grid(Float32Array.of(0, -0)), [0, -0, 1e-44, -1e-44]).counts).toEqual([1, 2, 1]);
  });

  it("has strictly ascending float32 edges for any values", () => {
    fc.assert(
      fc.property(
        fc.float32Array({ noNaN: true, noDefaultInfinity: true, minLength: 1, maxLength: 300 }),
        fc.integer({ min: 3, max: 256 }),
        (values, nBins) => {
          const edges = grid(values, nBins);
          expect(edges.length).toBeGreaterThan(0);
          expect(edges.length).toBeLessThan(nBins);
          expect(edges.every((edge, i) => Math.fround(edge) === edge && (i === 0 || edge > edges[i - 1]!))).toBe(true);
        },
      ),
    );
  });

  it("refuses no values and values that are not finite", () => {
    expect(() => grid(new Float32Array())).toThrow(/at least one/);
    expect(() => grid(Float32Array.of(1, Number.NaN))).toThrow(/finite/);
    expect(() => grid(Float32Array.of(1, Number.POSITIVE_INFINITY))).toThrow(/finite/);
  });
});

describe("summarize", () => {
  it("counts every value in its bin", () => {
    fc.assert(
      fc.property(
        fc.float32Array({ noNaN: true, noDefaultInfinity: true, minLength: 1, maxLength: 60 }),
        fc.float32Array({ maxLength: 200 }),
        (training, values) => {
          const edges = grid(training, 20);
          const summary = summarize(edges, values);
          const finite = values.filter(Number.isFinite);
          const counts = new Array<number>(edges.length + 1).fill(0);
          for (const x of finite) counts[edges.filter((edge) => edge <= x).length]! += 1;
          expect(summary.counts).toEqual(counts);
          expect(summary.n).toBe(finite.length);
          expect(summary.missing).toBe(values.length - finite.length);
        },
      ),
      { numRuns: 500 },
    );
  });

  const edges = grid(normals(10_000));

  it("knows values far outside the grid by their excess", () => {
    const { counts, excessAbove, excessBelow, max } = summarize(edges, [1e30, -1e30]);
    expect([counts[0], counts.at(-1), max]).toEqual([1, 1, Math.fround(1e30)]);
    expect(excessAbove / Math.fround(1e30)).toBeCloseTo(1, 12);
    expect(excessBelow / Math.fround(1e30)).toBeCloseTo(1, 12);
  });

  it("counts what is not finite as missing", () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, 3];
    expect(summarize(edges, values)).toMatchObject({ n: 2, missing: 3, mean: 2, std: 1, min: 1, max: 3 });
  });

  it("says of a batch without values that it has none, and compares nothing with it", () => {
    const empty = summarize(edges, [Number.NaN, Number.NaN]);
    expect(empty).toMatchObject({ n: 0, missing: 2, mean: 0, std: 0, min: 0, max: 0 });
    const reference = summarize(edges, [1, 2]);
    expect(() => channelStatistics(reference, empty, { edges, std: 1 })).toThrow(/values on both sides/);
    expect(() => channelStatistics(reference, reference, { edges, std: 0 })).toThrow(/standard deviation/);
  });

  it("gives finite statistics of one sample, and of a million identical values", () => {
    const reference = summarize(edges, normals(5000));
    for (const values of [[0.3], new Float32Array(1_000_000).fill(0.3)]) {
      const statistics = channelStatistics(reference, summarize(edges, values), { edges, std: 1 });
      expect(Object.values(statistics).every(Number.isFinite)).toBe(true);
      expect(statistics.ks).toBeGreaterThan(0.5);
      expect(statistics.meanShift).toBeCloseTo(0.3 - reference.mean, 6);
    }
    expect(summarize(edges, new Float32Array(1_000_000).fill(0.3)).std).toBe(0);
  });

  it("takes channels by name, in any order, and refuses a missing one", () => {
    const summarizer = new Summarizer({ x: edges, y: [5] });
    const [x, y] = [Float32Array.of(1, 2), Float32Array.of(4, 9)];
    expect(summarizer.summarize({ y, other: x, x })).toEqual(summarizer.summarize({ x, y }));
    expect(summarizer.summarize({ y, x }).y!.mean).toBe(6.5);
    expect(() => summarizer.summarize({ x })).toThrow(/"y"/);
  });

  it("leaves its input alone and survives JSON", () => {
    const values = normals(100);
    const before = values.slice();
    const summary = new Summarizer({ x: edges }).summarize({ x: values });
    expect(values).toEqual(before);
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  });
});

describe("merging", () => {
  const edges = grid(normals(3000, 2));
  const parts = [400, 1, 0, 2500].map((n) => ({ x: summarize(edges, normals(n, 3)) }));

  it("has the moments and counts of all values together", () => {
    const values = normals(3000, 5).map((x) => x + 1000);
    const [whole, head, tail] = [values, values.subarray(0, 700), values.subarray(700)].map((part) => ({
      x: summarize(edges, part),
    }));
    const { mean, std, excessAbove, ...exact } = mergeBatchSummaries([head!, tail!]).x!;
    expect(whole!.x).toMatchObject(exact);
    expect(mean).toBeCloseTo(whole!.x.mean, 10);
    expect(std).toBeCloseTo(whole!.x.std, 10);
    expect(excessAbove / whole!.x.excessAbove).toBeCloseTo(1, 12);
  });

  it("does not depend on order or grouping, and empty parts change nothing", () => {
    const [a, b, c, d] = parts;
    const left = mergeBatchSummaries([a!, b!, c!, d!]).x!;
    const right = mergeBatchSummaries([mergeBatchSummaries([d!, c!]), mergeBatchSummaries([b!, a!])]).x!;
    expect(right.counts).toEqual(left.counts);
    expect(right.mean).toBeCloseTo(left.mean, 12);
    expect(right.std).toBeCloseTo(left.std, 12);
  });

  it("is undone by subtraction", () => {
    const whole = mergeBatchSummaries(parts);
    const rest = subtractBatchSummary(whole, parts[0]!).x!;
    const expected = mergeBatchSummaries(parts.slice(1)).x!;
    expect(rest.counts).toEqual(expected.counts);
    expect(rest.n).toBe(expected.n);
    expect(rest.mean).toBeCloseTo(expected.mean, 12);
    expect(rest.std).toBeCloseTo(expected.std, 12);
    expect(() => subtractBatchSummary(parts[1]!, parts[0]!)).toThrow(/not contained/);
  });

  it("refuses other grids and other channels", () => {
    expect(() => mergeBatchSummaries([{ x: summarize(edges, [1]) }, { x: summarize([0], [1]) }])).toThrow(
      /equal grids/,
    );
    expect(() => mergeBatchSummaries([{ x: summarize(edges, [1]) }, { y: summarize(edges, [1]) }])).toThrow(/"x"/);
    expect(() => mergeBatchSummaries([])).toThrow(/at least one/);
  });
});
