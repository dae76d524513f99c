// Tests the calibration that is stored for rehearsed batches, with statistics and chunks for which it can be computed by hand.
import { describe, expect, it } from "vitest";
import { type CalibrateOptions, calibrate } from "../../../src/monitoring/drift/calibrate.ts";
import {
  calibrationLadders,
  calibrationRung,
  laddersOfBareRungs,
  type Rehearsed,
  rungPValues,
  rungsByEffectiveLength,
} from "../../../src/monitoring/drift/calibration-rung.ts";
import type { Group } from "../../../src/monitoring/drift/rehearsal.ts";
import type { BatchStatistics } from "../../../src/monitoring/drift/score.ts";
import { Rng } from "../../../src/random.ts";
import { batchOf, modelOf } from "./hand-made.ts";

const none = {
  psi: 0,
  wasserstein: 0,
  jensenShannon: 0,
  meanShift: 0,
  ksWithinClasses: 0,
  ksByClass: 0,
  logSdRatio: 0,
};
const statistics = (ks: number, logSdWithin = 0): BatchStatistics => ({ x: { ...none, ks, logSdWithin } });
/** A batch with `classes` equally frequent classes. Its effective length is `seconds` for every statistic. */
const rehearsed = (group: string, own: BatchStatistics, seconds = 60, classes = 1): Rehearsed => ({
  group,
  statistics: own,
  distances: Array.from({ length: classes }, () => ({ rows: 600, ks: { x: own.x!.ks } })),
  seconds: { ks: seconds, ksWithinClasses: seconds, ksByClass: seconds },
});
/** The batches of a group, with KS distances spread evenly from `low` to `high`. */
const batches = (group: string, n: number, low: number, high: number, logSd = (_: number) => 0): Rehearsed[] =>
  Array.from({ length: n }, (_, i) => rehearsed(group, statistics(low + (i * (high - low)) / (n - 1), logSd(i))));

describe("a rung", () => {
  it("has each batch's score in deviations from the mean of all, by group and ascending", () => {
    const rung = calibrationRung(60, [...batches("a", 2, 0.4, 0.2), ...batches("b", 2, 0.1, 0.3)], "ks");
    // The mean is .25, and the standard deviation is sqrt(.0125).
    const deviation = Math.sqrt(0.0125);
    expect(rung.standard.x!.ks).toEqual([0.25, expect.closeTo(deviation, 6)]);
    const score = (ks: number) => expect.closeTo((ks - 0.25) / deviation, 4);
    expect(rung.scores).toEqual([
      [score(0.2), score(0.4)],
      [score(0.1), score(0.3)],
    ]);
    expect({ seconds: rung.seconds, factor: rung.evidence_factor }).toEqual({ seconds: 60, factor: 1 });
  });

  it("reaches as far above its highest far score as that is above the middle one; less spread than usual is not far", () => {
    const sizes = [0, 0.1, -0.2, 0.3, 0.9];
    const { reach } = calibrationRung(
      60,
      batches("a", 5, 0.1, 0.2, (i) => sizes[i]!),
      "ks",
    );
    // The mean is .22, and the median is .1.
    const deviation = Math.sqrt(sizes.reduce((sum, size) => sum + (size - 0.22) ** 2, 0) / 5);
    const far = (size: number): number => (size - 0.22) / deviation;
    expect(reach).toBeCloseTo(2 * far(0.9) - far(0.1), 4);
  });

  it("gives batches that are not free of drift their p-values", () => {
    // The distances of the 19 null batches range from 0 to .36: none is above 1, one is above .35, and all are at least 0.
    const ps = rungPValues(
      60,
      batches("a", 19, 0, 0.36),
      [1, 0.35, 0].map((ks) => statistics(ks)),
      "ks",
    );
    expect(ps).toEqual([1 / 20, 2 / 20, 1].map((p) => expect.closeTo(p, 12)));
  });
});

describe("false alarms of a left-out group", () => {
  it("are none if there is one group", () => {
    expect(calibrationRung(60, batches("a", 5, 0.1, 0.2), "ks").false_alarms).toBeNull();
  });

  it("are its batches' shares with a p-value of at most 5 and 1 %, judged by what the others gave", () => {
    // The p-value of a batch is (1 + n) / 100 if n of 99 distances from 0 to .98 are at least the batch's distance.
    const others = batches("b", 99, 0, 0.98);
    const odd = [0.985, 0.945, 0.935, 0.5].map((ks) => rehearsed("a", statistics(ks)));
    const { false_alarms } = calibrationRung(60, [...odd, ...others], "ks");
    // The p-values of a's batches are .01, .05, .06 and .50. The batches of b are compared with the four batches of a, so none
    // of their p-values is below 1/5.
    expect(false_alarms).toEqual({
      p_at_most_5_percent: expect.closeTo(2 / 103, 6),
      p_at_most_1_percent: expect.closeTo(1 / 103, 6),
      beyond_reach: 0,
    });
  });

  it("count apart what lies beyond the others' reach", () => {
    const spread = (i: number): number => i / 10;
    const others = batches("b", 5, 0.1, 0.2, spread);
    // The sizes of b's batches are 0 to .4, with a median of .2, and .6 is as far above .4 as .4 is above .2.
    const far = (size: number): Rehearsed => rehearsed("a", statistics(0.15, size));
    const beyond = (...sizes: number[]): number =>
      calibrationRung(60, [...sizes.map(far), ...others], "ks").false_alarms!.beyond_reach;
    // The five batches of b are compared with a's sizes, whose maximum is at least as large as that of b's.
    expect(beyond(0.599, -0.599)).toBe(0);
    expect(beyond(0.601, 0.599)).toBeCloseTo(1 / 7, 6);
    expect(beyond(0.601, 0.61)).toBeCloseTo(2 / 7, 6);
    expect(beyond(0.601, -0.61)).toBeCloseTo(1 / 7, 6);
  });
});

describe("batches by effective length", () => {
  const of = (seconds: number): Rehearsed => rehearsed("a", statistics(0.1), seconds);
  const lengths = (all: readonly Rehearsed[]) =>
    rungsByEffectiveLength(all, "ks").map(({ seconds, batches: own }) => [seconds, own.length]);

  it("are one group below 500, at the geometric mean of their lengths", () => {
    expect(lengths([of(40), of(10)])).toEqual([[expect.closeTo(20, 9), 2]]);
    expect(lengths(Array.from({ length: 499 }, () => of(7)))).toEqual([[expect.closeTo(7, 9), 499]]);
  });

  it("are groups of at least 250 and of even size, shortest first, whatever order they come in", () => {
    // The batches, which last 1, 2, ..., 760 s, form three groups of 253, 254 and 253 batches.
    const all = Rng.fromSeed(1).shuffle(Array.from({ length: 760 }, (_, i) => of(i + 1)));
    const before = [...all];
    const groups = rungsByEffectiveLength(all, "ks");
    expect(all).toEqual(before);
    expect(groups.map(({ batches: own }) => own.map(({ seconds }) => seconds.ks))).toEqual(
      [
        [1, 253],
        [254, 507],
        [508, 760],
      ].map(([from, to]) => Array.from({ length: to! - from! + 1 }, (_, i) => from! + i)),
    );
    // ln 253! / 253, by Stirling's series.
    const logFactorial = 253.5 * Math.log(253) - 253 + Math.log(2 * Math.PI) / 2 + 1 / (12 * 253);
    expect(groups[0]!.seconds).toBeCloseTo(Math.exp(logFactorial / 253), 3);
  });

  it("are one group if they differ only by how much each person recorded", () => {
    // All batches last 60 s, but their effective length depends on the size of the training data.
    const people = [59.1, 59.9].flatMap((seconds, g) =>
      Array.from({ length: 300 }, () => ({ ...of(seconds), group: `${g}` })),
    );
    expect(rungsByEffectiveLength(people, "ks").map(({ batches: own }) => own.length)).toEqual([600]);
    expect(rungsByEffectiveLength([...people, ...Array.from({ length: 300 }, () => of(76))], "ks")).toHaveLength(2);
  });

  it("leave out what has nothing in common with its reference", () => {
    expect(lengths([of(0), of(10)])).toEqual([[expect.closeTo(10, 9), 1]]);
    expect(lengths([of(0)])).toEqual([]);
    const within = { ...of(10), seconds: { ks: 10, ksWithinClasses: 0, ksByClass: 0 } };
    expect(rungsByEffectiveLength([within], "ksWithinClasses")).toEqual([]);
    expect(rungsByEffectiveLength([within], "ks")).toHaveLength(1);
  });
});

describe("the ladders", () => {
  /** Batches with the given number of classes; the more classes, the smaller the distances. */
  const mixed = (classes: number, n: number, group = "a"): Rehearsed[] =>
    Array.from({ length: n }, (_, i) => rehearsed(group, statistics((i + 1) / n / classes), 60, classes));

  it("are one of all batches, and one of each number of classes in common that 250 batches have", () => {
    const { rungs, mixes } = calibrationLadders([...mixed(1, 250), ...mixed(2, 249), ...mixed(3, 260)], "ks");
    expect(rungs.map(({ scores }) => scores.flat().length)).toEqual([759]);
    expect(
      mixes!.map(({ from_classes, to_classes, rungs: own }) => [
        from_classes,
        to_classes,
        own[0]!.scores.flat().length,
      ]),
    ).toEqual([
      [0, 1.4, 250],
      [2.4, null, 260],
    ]);
    // The distances run from 1/n to 1 in the first group, and from 1/(3 n) to 1/3 in the second one.
    expect(mixes![0]!.rungs[0]!.standard.x!.ks![0]).toBeCloseTo(251 / 500, 6);
    expect(mixes![1]!.rungs[0]!.standard.x!.ks![0]).toBeCloseTo(261 / 520 / 3, 6);
  });

  it("count a batch with nothing in common for no mix", () => {
    const nothing = mixed(0, 250).map((batch) => ({
      ...batch,
      statistics: statistics(0.1),
      seconds: { ks: 60, ksWithinClasses: 0, ksByClass: 0 },
    }));
    expect(calibrationLadders([...nothing, ...mixed(1, 249)], "ksWithinClasses").mixes).toEqual([]);
  });

  it("have one rung of each length, of all its batches", () => {
    const { rungs } = calibrationLadders(mixed(1, 1000), "ks");
    expect(rungs.map(({ seconds, scores }) => [seconds, scores.flat().length])).toEqual([[60, 1000]]);
  });

  it("are the same without false alarms, to judge a person by the others", () => {
    const all = [...mixed(1, 300, "a"), ...mixed(3, 300, "b")];
    const { rungs, mixes } = calibrationLadders(all, "ks");
    const bare = (rung: (typeof rungs)[number]) => ({ ...rung, false_alarms: null });
    expect(rungs[0]!.false_alarms).not.toBeNull();
    expect(laddersOfBareRungs(all, "ks")).toEqual({
      rungs: rungs.map(bare),
      mixes: mixes!.map((mix) => ({ ...mix, rungs: mix.rungs.map(bare) })),
    });
  });
});

describe("calibrate", () => {
  const { baseline } = modelOf();
  const rate = 10;
  /** Chunks of ten seconds; `away` returns the distance of the i-th chunk from the training data. */
  const group = (name: string, recordings: number, chunks: number, away = (_: number) => 0): Group => ({
    name,
    chunks: Array.from({ length: recordings * chunks }, (_, i) => ({
      recording: `r${Math.floor(i / chunks)}`,
      label: "walk",
      summary: batchOf({ rows: 100, away: away(i) }),
    })),
  });
  const run = (groups: readonly Group[], options: Partial<CalibrateOptions> = {}) =>
    calibrate(baseline, groups, {
      chunkSeconds: 10,
      samplingRateHz: rate,
      lengthsSeconds: [10, 30],
      nullBatches: 12,
      rng: Rng.fromSeed(1),
      ...options,
    });
  const many = (n: number): Group[] => Array.from({ length: n }, (_, i) => group(`p${i}`, 3, 2));

  it("rehearses as many batches of each length as asked for, shared evenly by the people and rounded up", () => {
    const sizes = (people: number, nullBatches: number) =>
      run(many(people), { nullBatches }).kinds.baseline!.rungs.map(({ scores }) => scores.map((own) => own.length));
    expect(sizes(6, 12)).toEqual([Array(6).fill(2 * 2)]);
    expect(sizes(5, 12)).toEqual([Array(5).fill(2 * 3)]);
    const defaults = { chunkSeconds: 10, samplingRateHz: rate, lengthsSeconds: [10], rng: Rng.fromSeed(1) };
    const { rungs } = calibrate(baseline, many(5), defaults).kinds.own_past!;
    expect(rungs.map(({ scores }) => scores.map((own) => own.length))).toEqual([Array(5).fill(100)]);
  });

  it("says how far it is, in steps that ascend to 1, and stays the same", () => {
    const steps: number[] = [];
    expect(run(many(6), { progress: (done) => steps.push(done) })).toEqual(run(many(6)));
    expect(steps.length).toBeGreaterThan(4 * 12);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    // If all people have enough recordings, no comparison is left out, so the estimate of the work is exact.
    expect(steps.at(-2)).toBeCloseTo(1, 9);
    expect(steps.at(-1)).toBe(1);
    const few: number[] = [];
    run(many(1), { progress: (done) => few.push(done) });
    expect(few.at(-1)).toBe(1);
  });

  it("measures lengths by effective size: against all other people, or five sessions and the chance of drawing them", () => {
    const { kinds } = run(many(6), { nullBatches: 252 });
    const size = (n: number, m: number): number => (n * m) / (n + m) / rate;
    // Each person has six chunks of 100 rows; a session of 10 s has one chunk, and a session of 30 s has three.
    expect(kinds.baseline!.rungs.map(({ seconds }) => seconds)).toEqual([
      ...[size(3000, 100), size(3000, 300)].map((seconds) => expect.closeTo(seconds, 3)),
    ]);
    expect(kinds.own_past!.rungs.map(({ seconds }) => seconds)).toEqual([
      ...[1.2 * size(500, 100), 1.2 * size(1500, 300)].map((seconds) => expect.closeTo(seconds, 3)),
    ]);
    const three = run(many(6), { referenceBatches: 3, lengthsSeconds: [10] });
    expect(three.reference_batches).toBe(3);
    expect(three.kinds.own_past!.rungs[0]!.seconds).toBeCloseTo((4 / 3) * size(300, 100), 3);
  });

  it("leaves a person out of the training data if there are five, and says so", () => {
    expect(run(many(5)).kinds.baseline!.apart).toBe("people");
    const few = run(many(4), { lengthsSeconds: [10] }).kinds.baseline!;
    expect(few.apart).toBe("bouts");
    expect(few.rungs[0]!.seconds).toBeCloseTo((2400 * 100) / 2500 / rate, 3);
    expect(run([...many(4), { name: "nobody", chunks: [] }]).kinds.baseline!.apart).toBe("bouts");
  });

  it("says what kept the own past's sessions apart, by the people who have sessions to differ", () => {
    const apart = (...groups: Group[]) => run(groups).kinds.own_past?.apart;
    expect(apart(group("a", 2, 2), group("b", 2, 2))).toBe("recordings");
    expect(apart(group("a", 2, 2), group("b", 1, 4))).toBe("halves of recordings");
    expect(apart(group("a", 2, 2), group("b", 1, 1))).toBe("recordings");
    expect(apart(group("a", 1, 1), group("b", 1, 1))).toBeUndefined();
  });

  it("has one rung of each length that differs from the one before", () => {
    const { kinds } = run(many(6), { lengthsSeconds: [10, 12, 30], nullBatches: 252 });
    expect(kinds.baseline!.rungs).toHaveLength(2);
  });

  it("has by default lengths of 15 s to 15 min, five batches in a reference, bouts of a chunk to 5 min, and keeps given correlations", () => {
    const defaults = calibrate(baseline, many(2), {
      chunkSeconds: 15,
      samplingRateHz: 100 / 15,
      nullBatches: 250,
      rng: Rng.fromSeed(1),
      correlationSeconds: { x: 3 },
    });
    const chunks = [1, 4, 20, 60].map((n) => (100 * n * 1.2 * 5) / 6 / (100 / 15));
    expect(defaults.kinds.own_past!.rungs.map(({ seconds }) => seconds)).toEqual(
      chunks.map((s) => expect.closeTo(s, 2)),
    );
    expect(defaults.kinds.own_past!.streams!.map(({ seconds }) => seconds)).toEqual([15, 60, 300, 900]);
    expect(defaults).toMatchObject({
      reference_batches: 5,
      correlation_seconds: { x: 3 },
      day: { bout_seconds: [15, 300] },
    });
    expect(run(many(2)).correlation_seconds).toBeNull();
  });

  it("says which days it rehearsed; no bout is shorter than a chunk", () => {
    const dayOf = (day: CalibrateOptions["day"]) => run(many(2), day === undefined ? {} : { day }).day;
    expect(dayOf(undefined)).toEqual({ bout_seconds: [10, 300] });
    expect(dayOf({ boutSeconds: [20, 120] })).toEqual({ bout_seconds: [20, 120] });
    expect(dayOf({ boutSeconds: [4, 120] })).toEqual({ bout_seconds: [10, 120] });
    expect(dayOf("recorded")).toBe("recorded");
  });

  it.each<[string, Partial<CalibrateOptions>]>([
    ["chunks of no length", { chunkSeconds: 0 }],
    ["a range of bouts that is empty", { day: { boutSeconds: [120, 20] } }],
    ["bouts of NaN", { day: { boutSeconds: [20, Number.NaN] } }],
    ["no null batches", { nullBatches: 0.9 }],
    ["no reference", { referenceBatches: 0.9 }],
    ["no lengths", { lengthsSeconds: [] }],
    ["a length below a chunk", { lengthsSeconds: [9.9, 30] }],
    ["falling lengths", { lengthsSeconds: [30, 20] }],
    ["NaN", { chunkSeconds: Number.NaN }],
  ])("refuses %s", (_, options) => {
    expect(() => run(many(2), options)).toThrow(RangeError);
  });

  it("takes what is just allowed", () => {
    expect(() =>
      run(many(2), { day: { boutSeconds: [10, 10] }, nullBatches: 1, referenceBatches: 1, lengthsSeconds: [10] }),
    ).not.toThrow();
  });

  describe("with shifted copies of the chunks", () => {
    const shifted = (size: number, base = (_: number) => 0): Group[] =>
      Array.from({ length: 6 }, (_, p) => {
        const own = group(`p${p}`, 4, 2, base);
        const chunks = own.chunks.map((chunk, i) => ({
          ...chunk,
          shifted: { x: batchOf({ rows: 100, away: base(i) + size }) },
        }));
        return { ...own, chunks };
      });
    const noise = (i: number): number => ((7 * i) % 10) / 100;

    it("says by which size they were shifted, .6 deviations by default, and which share was seen", () => {
      const large = run(shifted(0.6, noise), { lengthsSeconds: [50], nullBatches: 60 }).kinds.own_past!.seen!;
      expect(large).toMatchObject({ shift_sd: 0.6, ks: 1, ksWithinClasses: 1 });
      expect(large.growth!.ks).toBeGreaterThan(0);
      const hidden = run(shifted(0, noise), { lengthsSeconds: [50], nullBatches: 60, shiftSd: 0.25 }).kinds.own_past!
        .seen!;
      expect(hidden.shift_sd).toBe(0.25);
      expect(hidden.ks).toBeLessThan(0.3);
      expect(hidden.growth!.ks).toBeLessThan(large.growth!.ks);
    });

    it("counts a batch as seen that only one of twenty without drift is like", () => {
      const seenAmong = (nullBatches: number) =>
        run(shifted(0.6, noise).slice(0, 1), { lengthsSeconds: [50], nullBatches }).kinds.own_past!.seen!.ks;
      expect([19, 18].map(seenAmong)).toEqual([1, 0]);
    });

    it("asks the batches of a minute or more, if there are any: one of seconds holds one activity", () => {
      const of = (lengthsSeconds: number[]) => {
        const { seen } = run(shifted(0.05, noise), { lengthsSeconds, nullBatches: 252 }).kinds.own_past!;
        const { ks, ksWithinClasses, growth } = seen!;
        return [ks, ksWithinClasses, growth!.ks, growth!.ksWithinClasses];
      };
      expect(of([10, 60])).toEqual(of([30, 60]));
      expect(of([10, 20])[0]).toBeGreaterThan(0);
      expect(of([10, 60])).not.toEqual(of([10, 20]));
    });

    it("knows nothing of shifts without", () => {
      expect(run(many(6)).kinds.own_past).toMatchObject({ seen: null, statistic: "ks" });
    });
  });
});
