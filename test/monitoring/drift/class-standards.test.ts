// Tests the usual distances for each class with numbers that can be computed by hand.
import { describe, expect, it } from "vitest";
import {
  type ClassDistances,
  type ClassRung,
  classStandardScores,
  classStandards,
  classStandardsSchema,
  distancesForClassStandards,
  effectiveCountForClassStandards,
} from "../../../src/monitoring/drift/class-standards.ts";
import type { ChannelSummary } from "../../../src/monitoring/summaries/batch-summary.ts";
import { Rng } from "../../../src/random.ts";
import { channelOf } from "./hand-made.ts";

const of = (rows: number, x: number): ClassDistances => ({ rows, ks: { x } });
const secondsPerRow = 0.1;

describe("distances by class", () => {
  const empty: ChannelSummary = { ...channelOf({ rows: 0 }), missing: 100 };

  it("are of the classes that both sides have, with their effective size", () => {
    const reference = [{ x: channelOf({ rows: 300 }) }, { x: channelOf({ rows: 50 }) }, null, null];
    const current = [{ x: channelOf({ rows: 100, away: 0.4 }) }, null, { x: channelOf() }, null];
    expect(distancesForClassStandards(reference, current, ["x"])).toEqual([
      { rows: 75, ks: { x: expect.closeTo(0.4, 12) } },
      null,
      null,
      null,
    ]);
  });

  it("have no channel without values on a side", () => {
    const full = { x: channelOf({ rows: 100 }), y: channelOf({ rows: 100, away: 1 }) };
    expect(distancesForClassStandards([full], [{ ...full, x: empty }], ["x", "y"])).toEqual([
      { rows: 50, ks: { y: 0 } },
    ]);
    expect(distancesForClassStandards([{ ...full, y: empty }], [full], ["x", "y"])).toEqual([
      { rows: 50, ks: { x: 0 } },
    ]);
  });
});

describe("the effective number of classes", () => {
  it("is the number of equal ones, and less if one prevails", () => {
    expect(effectiveCountForClassStandards([of(7, 0)])).toBe(1);
    expect(effectiveCountForClassStandards([of(7, 0), null, of(7, 0), of(7, 0)])).toBeCloseTo(3, 12);
    // Shares of 3/4 and 1/4: 1 / (9/16 + 1/16).
    expect(effectiveCountForClassStandards([of(30, 0), of(10, 0)])).toBeCloseTo(1.6, 12);
  });

  it("is 0 for none", () => {
    expect([effectiveCountForClassStandards([]), effectiveCountForClassStandards([null, null])]).toEqual([0, 0]);
  });
});

describe("standards by class", () => {
  it("are the mean distance and its deviation, of pairs that have the class", () => {
    const pairs = Array.from({ length: 30 }, (_, i) => [
      of(400, i % 2 === 0 ? 0.1 : 0.3),
      i < 20 ? of(50, 0.25) : null,
    ]);
    expect(classStandards(pairs, secondsPerRow, ["x"])).toEqual([
      [{ seconds: 40, ks: { x: [0.2, 0.1] } }],
      // If all distances are equal, their spread says little about the next distance.
      [{ seconds: 5, ks: { x: [0.25, 0.01] } }],
    ]);
  });

  it("need 20 pairs", () => {
    const pairs = (n: number) => Array.from({ length: n }, () => [of(400, 0.1)]);
    expect(classStandards(pairs(19), secondsPerRow, ["x"])).toEqual([[]]);
    expect(classStandards(pairs(20), secondsPerRow, ["x"])[0]).toHaveLength(1);
    expect(classStandards([], secondsPerRow, ["x"])).toEqual([]);
    expect(classStandards([[null]], secondsPerRow, ["x"])).toEqual([[]]);
  });

  it("are one for each 60 pairs of similar length, at the geometric mean, eight at most", () => {
    const long = Array.from({ length: 60 }, (_, i) => [of(i % 2 === 0 ? 400 : 900, 0.1)]);
    const short = Array.from({ length: 60 }, (_, i) => [of(i % 2 === 0 ? 10 : 40, 0.3)]);
    const pairs = Rng.fromSeed(1).shuffle([...long, ...short]);
    expect(classStandards(pairs, secondsPerRow, ["x"])).toEqual([
      [
        { seconds: 2, ks: { x: [0.3, 0.01] } },
        { seconds: 60, ks: { x: [0.1, 0.01] } },
      ],
    ]);
    const many = Array.from({ length: 6000 }, (_, i) => [of(i + 1, 0.1)]);
    expect(classStandards(many, secondsPerRow, ["x"])[0]).toHaveLength(8);
    expect(classStandards(pairs.slice(0, 119), secondsPerRow, ["x"])[0]).toHaveLength(1);
  });

  it("are of each channel that has values, and never NaN", () => {
    const pairs = Array.from({ length: 20 }, (_, i) => [{ rows: 10, ks: i < 10 ? { x: 0.1 } : { x: 0.1, y: 0.5 } }]);
    const standards = classStandards(pairs, secondsPerRow, ["x", "y", "z"]);
    expect(standards).toEqual([[{ seconds: 1, ks: { x: [0.1, 0.01], y: [0.5, 0.01] } }]]);
    expect(classStandardsSchema.parse(JSON.parse(JSON.stringify(standards)))).toEqual(standards);
  });
});

describe("scores by class", () => {
  const rungs: readonly ClassRung[] = [
    { seconds: 10, ks: { x: [0.2, 0.1] } },
    { seconds: 40, ks: { x: [0.1, 0.02] } },
  ];
  const score = (distances: readonly (ClassDistances | null)[], standards = [rungs, rungs]): number =>
    classStandardScores(distances, standards, secondsPerRow, ["x"]).x!;

  it("are distances in usual deviations, interpolated over the logarithm of the length", () => {
    expect(score([of(100, 0.5)])).toBeCloseTo((0.5 - 0.2) / 0.1, 9);
    expect(score([of(400, 0.5)])).toBeCloseTo((0.5 - 0.1) / 0.02, 9);
    // On a logarithmic scale, 20 s is halfway between 10 s and 40 s.
    expect(score([of(200, 0.27)])).toBeCloseTo((0.27 - 0.15) / 0.06, 9);
    expect(score([of(200, 0.03)])).toBeCloseTo((0.03 - 0.15) / 0.06, 9);
  });

  it("beyond the lengths take the nearest", () => {
    expect(score([of(1, 0.5)])).toBeCloseTo(3, 9);
    expect(score([of(4e6, 0.5)])).toBeCloseTo(20, 9);
  });

  it("combine classes as Stouffer does, weighted by the roots of their sizes", () => {
    // The distance is one deviation above the mean in 400 rows, and two in 100 rows: (20 * 1 + 10 * 2) / sqrt(500).
    expect(score([of(400, 0.12), of(100, 0.4)])).toBeCloseTo(40 / Math.sqrt(500), 9);
    expect(score([of(400, 0.12), null])).toBeCloseTo(1, 9);
    // Opposite deviations cancel.
    expect(score([of(400, 0.12), of(400, 0.08)])).toBeCloseTo(0, 9);
  });

  it("do not count a class without a standard, and are 0 without any", () => {
    expect(score([of(400, 0.12), of(100, 1)], [rungs, []])).toBeCloseTo(1, 9);
    expect(score([of(400, 0.12), of(100, 1)], [rungs])).toBeCloseTo(1, 9);
    expect(score([of(400, 0.12)], [[]])).toBe(0);
    expect(score([])).toBe(0);
    expect(score([null, null])).toBe(0);
  });

  it("take another length if a channel had no values at one, and are 0 for a channel without standards", () => {
    const some: ClassRung[] = [
      { seconds: 10, ks: { x: [0.2, 0.1], y: [0.1, 0.1] } },
      { seconds: 40, ks: { x: [0.1, 0.02] } },
    ];
    const distances = [{ rows: 200, ks: { x: 0.27, y: 0.3, z: 0.3 } }];
    expect(classStandardScores(distances, [some], secondsPerRow, ["x", "y", "z"])).toEqual({
      x: expect.closeTo(2, 9),
      y: expect.closeTo(2, 9),
      z: 0,
    });
  });

  it("have mean 0 and deviation 1 for the pairs that the standards were computed from, whatever their lengths and classes", () => {
    const rng = Rng.fromSeed(1);
    const usual = (k: number, rows: number): ClassDistances =>
      of(rows, Math.min(1, Math.max(0, (k + 1) * (0.1 + 0.05 * rng.normal()))));
    const pairs = Array.from({ length: 3000 }, () => [0, 1].map((k) => usual(k, 100 + rng.integer(900))));
    const standards = classStandards(pairs, secondsPerRow, ["x"]);
    const scores = pairs.map((pair) => score(pair, standards as ClassRung[][]));
    const mean = scores.reduce((sum, value) => sum + value, 0) / scores.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(Math.sqrt(scores.reduce((sum, value) => sum + (value - mean) ** 2, 0) / scores.length)).toBeCloseTo(1, 1);
  });
});

it("standards are read from a file with distances in 0..1 that vary, and lengths above 0", () => {
  const accepts = (seconds: number, mean: number, std: number): boolean =>
    classStandardsSchema.safeParse([[{ seconds, ks: { x: [mean, std] } }]]).success;
  expect([1e-3, 1e9, 0, 1.1e9].map((seconds) => accepts(seconds, 0.2, 0.1))).toEqual([true, true, false, false]);
  expect([0, 1, -0.1, 1.1].map((mean) => accepts(60, mean, 0.1))).toEqual([true, true, false, false]);
  expect([1e-3, 1, 0, 1.1].map((std) => accepts(60, 0.2, std))).toEqual([true, true, false, false]);
});
