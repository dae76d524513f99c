// Compares moments, quantiles and histograms with NumPy's (test/fixtures/scripts/stats.py).

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { histogram } from "../../src/stats/histogram.ts";
import { moments } from "../../src/stats/moments.ts";
import { quantiles } from "../../src/stats/quantile.ts";
import { sortFloats } from "../../src/stats/sort-floats.ts";

interface Described {
  mean: number;
  std: number;
  quantiles: number[];
  counts: number[];
  edges: number[];
}
const fixture: {
  probabilities: number[];
  columns: (Described & { name: string; values: number[] })[];
  motionsense: Record<string, Described & { n: number }>;
} = JSON.parse(readFileSync(new URL("../fixtures/stats.json", import.meta.url), "utf8"));

function expectNumPys(values: Float32Array, expected: Described): void {
  const sorted = sortFloats(values);
  const close = (actual: number, wanted: number, scale: number): void =>
    expect(Math.abs(actual - wanted)).toBeLessThanOrEqual(1e-12 * Math.max(scale, Number.MIN_VALUE));
  const { mean, std } = moments(values);
  const size = Math.max(Math.abs(sorted[0]!), Math.abs(sorted.at(-1)!));
  close(mean, expected.mean, size);
  close(std, expected.std, size);
  expect(quantiles(sorted, fixture.probabilities)).toEqual(expected.quantiles);
  const { counts, binEdges } = histogram(sorted, 64);
  expect(counts).toEqual(expected.counts);
  expect(binEdges).toHaveLength(65);
  binEdges.forEach((edge, i) => {
    close(edge, expected.edges[i]!, size);
  });
}

it.each(fixture.columns)("$name: the statistics are NumPy's", ({ values, ...expected }) => {
  expectNumPys(Float32Array.from(values), expected);
});

const recordings = fileURLToPath(new URL("../../../shared/data/motionsense/motionsense.parquet", import.meta.url));
it.skipIf(!existsSync(recordings))(
  "MotionSense: the statistics are NumPy's (skipped without ../shared/data)",
  async () => {
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    for (const [name, { n, ...expected }] of Object.entries(fixture.motionsense)) {
      const values = new Float32Array(n);
      let row = 0;
      const result = await connection.stream(`select ${name} from '${recordings}'`);
      for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
        for (const value of chunk.getColumnValues(0)) values[row++] = Number(value);
      }
      expect(row).toBe(n);
      expectNumPys(values, expected);
    }
    connection.closeSync();
  },
);

describe("sortFloats", () => {
  it("orders as the built-in sort does, infinities and signed zeros too, and leaves its input alone", () => {
    fc.assert(
      fc.property(fc.float32Array({ noNaN: true, maxLength: 200 }), fc.nat(200), (all, from) => {
        const before = all.slice();
        const values = all.subarray(from % (all.length + 1));
        expect(sortFloats(values)).toEqual(values.toSorted());
        expect(all).toEqual(before);
      }),
      { numRuns: 500 },
    );
  });

  it("puts NaN at an end", () => {
    expect(sortFloats(Float32Array.of(2, Number.NaN, Number.NEGATIVE_INFINITY)).includes(Number.NaN)).toBe(true);
    expect(sortFloats(Float32Array.of(2, Number.NaN, 1)).at(-1)).toBeNaN();
  });
});

it("a histogram counts every number once, each in its bin", () => {
  fc.assert(
    fc.property(
      fc.float32Array({ noNaN: true, noDefaultInfinity: true, minLength: 1, maxLength: 100 }),
      fc.integer({ min: 1, max: 20 }),
      (values, nBins) => {
        const sorted = sortFloats(values);
        const { counts, binEdges } = histogram(sorted, nBins);
        const inBin = counts.map((_, bin) =>
          values.reduce((n, value) => {
            const last = bin === nBins - 1;
            const inside = value >= binEdges[bin]! && (last ? value <= binEdges[nBins]! : value < binEdges[bin + 1]!);
            return n + (inside ? 1 : 0);
          }, 0),
        );
        expect(counts).toEqual(inBin);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
      },
    ),
  );
});

it("statistics refuse an empty list, and quantiles outside 0 to 1", () => {
  expect(() => moments([])).toThrow(/at least one number/);
  expect(() => histogram([], 4)).toThrow(/at least one number/);
  expect(() => quantiles([], [0.5])).toThrow(/at least one number/);
  expect(() => quantiles([1], [1.5])).toThrow(/1.5/);
  expect(() => quantiles([1], [Number.NaN])).toThrow(/NaN/);
});
