// Tests that every number is stored under the right key, and that every fault in a damaged file gets its own message.
// stats.test.ts compares the numbers with NumPy's.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { baselineStatsSchema } from "../../../src/monitoring/drift/baseline-stats.ts";
import { baselineStatsFaults } from "../../../src/monitoring/drift/baseline-stats-faults.ts";
import { baselineFromDescribedValues, describeValues } from "../../../src/monitoring/drift/describe-values.ts";

interface Column {
  name: string;
  values: number[];
  mean: number;
  std: number;
  quantiles: number[];
  counts: number[];
  edges: number[];
}
const fixture: { columns: Column[] } = JSON.parse(
  readFileSync(new URL("../../fixtures/stats.json", import.meta.url), "utf8"),
);
const gait = fixture.columns.find(({ name }) => name === "gait")!;
const mixed = fixture.columns.find(({ name }) => name === "walking then still")!;
const about = {
  sourceFile: ["a.parquet", "b.csv"],
  scalerPath: "scaler.json",
  scalerHash: `sha256:${"0f".repeat(32)}`,
  modelVersion: "walk-1",
  createdAt: new Date("2026-03-01T12:00:00Z"),
};
const columns = [Float32Array.from(gait.values), Float32Array.from(mixed.values)];
const baseline = baselineFromDescribedValues(
  describeValues(["Ax", "Gz"], (c) => columns[c]!),
  about,
);

describe("a baseline", () => {
  it("has exactly the published keys", () => {
    expect(Object.keys(baseline)).toEqual([
      "created_at",
      "source_file",
      "n_samples",
      "sensor_columns",
      "per_channel",
      "scaler_path",
      "scaler_hash",
      "model_version",
    ]);
    expect(Object.keys(baseline.per_channel)).toEqual(["Ax", "Gz"]);
    expect(Object.keys(baseline.per_channel.Ax!)).toEqual([
      "mean",
      "std",
      "min",
      "max",
      "percentile_5",
      "percentile_25",
      "percentile_50",
      "percentile_75",
      "percentile_95",
      "histogram",
    ]);
    expect(baseline).toMatchObject({
      created_at: "2026-03-01T12:00:00.000Z",
      source_file: "a.parquet, b.csv",
      n_samples: 1500,
      sensor_columns: ["Ax", "Gz"],
      scaler_path: "scaler.json",
      scaler_hash: about.scalerHash,
      model_version: "walk-1",
    });
  });

  it.each([
    ["Ax", gait],
    ["Gz", mixed],
  ])("%s: NumPy's numbers, each under its key", (name, expected) => {
    const stats = baseline.per_channel[name]!;
    expect(stats.mean).toBeCloseTo(expected.mean, 11);
    expect(stats.std).toBeCloseTo(expected.std, 11);
    expect([
      stats.min,
      stats.percentile_5,
      stats.percentile_25,
      stats.percentile_50,
      stats.percentile_75,
      stats.percentile_95,
      stats.max,
    ]).toEqual(expected.quantiles);
    expect(stats.histogram.counts).toEqual(expected.counts);
    stats.histogram.bin_edges.forEach((edge, i) => {
      expect(edge).toBeCloseTo(expected.edges[i]!, 11);
    });
  });

  it("survives JSON, its schema and its own validation, with keys of others", () => {
    const file: unknown = { ...JSON.parse(JSON.stringify(baseline)), added_by: "someone" };
    expect(baselineStatsSchema.parse(file)).toEqual({ ...baseline, added_by: "someone" });
    expect(baselineStatsFaults(file)).toEqual([]);
  });

  it("has a form for what check compares with, which the channels' statistics do without", () => {
    const file: unknown = { ...JSON.parse(JSON.stringify(baseline)), drift: { classes: ["a"] } };
    const { error } = baselineStatsSchema.safeParse(file);
    const paths = error?.issues.map(({ path }) => path.join("."));
    expect(paths).toEqual(expect.arrayContaining(["drift.classes", "drift.edges", "drift.calibration"]));
    expect(baselineStatsFaults(file)).toEqual([]);
  });

  it("refuses numbers that are not finite, and none at all", () => {
    const describing = (...values: number[]) => describeValues(["Ax"], () => Float32Array.from(values));
    expect(() => describing(1, Number.NaN)).toThrow(/channel Ax: expected finite numbers/);
    expect(() => describing(1, Number.NEGATIVE_INFINITY)).toThrow(/finite/);
    expect(() => describing()).toThrow(/undefined to undefined/);
  });
});

describe("validateBaseline", () => {
  /** Returns the faults after one change to the statistics of Ax, or to the whole baseline. */
  function faults(change: (ax: Record<string, unknown>, whole: Record<string, unknown>) => void): string[] {
    const ax: Record<string, unknown> = { ...baseline.per_channel.Ax };
    const whole: Record<string, unknown> = { ...baseline, per_channel: { ...baseline.per_channel, Ax: ax } };
    change(ax, whole);
    return baselineStatsFaults(JSON.parse(JSON.stringify(whole)));
  }
  const { counts, bin_edges: edges } = baseline.per_channel.Ax!.histogram;

  it.each<[string, Parameters<typeof faults>[0], RegExp[]]>([
    ["a lost statistic", (ax) => delete ax.percentile_75, [/^per_channel.Ax.percentile_75: /]],
    ["a number as text", (ax) => Object.assign(ax, { mean: "9.8" }), [/^per_channel.Ax.mean: /]],
    ["NaN, which JSON writes as null", (ax) => Object.assign(ax, { std: null }), [/^per_channel.Ax.std: /]],
    ["a negative deviation", (ax) => Object.assign(ax, { std: -1 }), [/Ax.std: expected more than 0, got -1/]],
    [
      "a constant channel",
      (ax) => Object.assign(ax, { std: 0 }),
      [/Ax.std: expected more than 0, got 0: a constant channel.*--channels/],
    ],
    [
      "percentiles out of order",
      (ax) => Object.assign(ax, { percentile_25: 99 }),
      [/percentile_50: expected at least percentile_25/],
    ],
    ["a mean out of range", (ax) => Object.assign(ax, { mean: 999 }), [/Ax.mean: expected a number in .*, got 999/]],
    [
      "a lost count",
      (ax) => Object.assign(ax, { histogram: { counts: [1, ...counts.slice(1)], bin_edges: edges } }),
      [/a sum of 1500 \(n_samples\)/],
    ],
    [
      "a lost edge",
      (ax) => Object.assign(ax, { histogram: { counts, bin_edges: edges.slice(1) } }),
      [/expected 65 edges for 64 counts, got 64/],
    ],
    [
      "edges out of order",
      (ax) => Object.assign(ax, { histogram: { counts, bin_edges: edges.toReversed() } }),
      [/expected ascending edges/],
    ],
    [
      "a lost channel",
      (_, whole) => Object.assign(whole, { per_channel: { Ax: baseline.per_channel.Ax } }),
      [/^per_channel.Gz: missing/],
    ],
    [
      "a channel too many",
      (_, whole) => Object.assign(whole, { sensor_columns: ["Ax"] }),
      [/"Gz" is not among the sensor columns/],
    ],
    [
      "a channel twice",
      (_, whole) => Object.assign(whole, { sensor_columns: ["Ax", "Gz", "Ax"] }),
      [/"Ax" is listed twice/],
    ],
    ["a bad hash", (_, whole) => Object.assign(whole, { scaler_hash: "0f0f" }), [/^scaler_hash: /]],
    [
      "a local time",
      (_, whole) => Object.assign(whole, { created_at: "2026-03-01T12:00:00+02:00" }),
      [/^created_at: /],
    ],
    [
      "two faults",
      (ax, whole) => Object.assign(whole, { n_samples: 1499 }) && Object.assign(ax, { std: 0 }),
      [/Ax.std/, /Ax.*1499/, /Gz.*1499/],
    ],
  ])("%s", (_, change, expected) => {
    const found = faults(change);
    expect(found).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });

  it.each([[null], [[]], ["text"], [{}]])("rejects what is not a baseline: %j", (value) => {
    expect(baselineStatsFaults(value).length).toBeGreaterThan(0);
  });

  it("finds the constant channel that was described", () => {
    const constant = baselineFromDescribedValues(
      describeValues(["Ax"], () => new Float32Array(99).fill(0.1)),
      about,
    );
    expect(baselineStatsFaults(JSON.parse(JSON.stringify(constant)))).toEqual([expect.stringMatching(/constant/)]);
  });
});
