// What is kept of rehearsed batches, on statistics and chunks that are chosen so that it can be worked out by hand.
import { describe, expect, it } from "vitest";
import { type CalibrateOptions, calibrate } from "../../../src/monitoring/drift/calibrate.ts";
import {
  calibrationRung,
  type Rehearsed,
  rungPValues,
  rungWithoutGroup,
} from "../../../src/monitoring/drift/calibration-rung.ts";
import type { Chunk, Group } from "../../../src/monitoring/drift/rehearsal.ts";
import { drawRehearsalSession, variedRehearsalChoices } from "../../../src/monitoring/drift/rehearsal.ts";
import type { BatchStatistics } from "../../../src/monitoring/drift/score.ts";
import { Rng } from "../../../src/stats/random.ts";
import { batchOf, modelOf } from "./hand-made.ts";

const none = { psi: 0, wasserstein: 0, jensenShannon: 0, meanShift: 0, ksWithinClasses: 0 };
const statistics = (ks: number, logSdRatio = 0): BatchStatistics => ({ x: { ...none, ks, logSdRatio } });
/** Batches of a group, their KS distances evenly from `low` to `high`. */
const batches = (group: string, n: number, low: number, high: number, logSd = (_: number) => 0): Rehearsed[] =>
  Array.from({ length: n }, (_, i) => ({
    group,
    statistics: statistics(low + (i * (high - low)) / (n - 1), logSd(i)),
  }));

describe("a rung", () => {
  it("has each batch's score in deviations from the mean of all, by group and ascending", () => {
    const rung = calibrationRung(60, [...batches("a", 2, 0.4, 0.2), ...batches("b", 2, 0.1, 0.3)], "ks");
    // Mean .25, deviation sqrt(.0125).
    const deviation = Math.sqrt(0.0125);
    expect(rung.standard.x!.ks).toEqual([0.25, expect.closeTo(deviation, 6)]);
    const score = (ks: number) => expect.closeTo((ks - 0.25) / deviation, 4);
    expect(rung.scores).toEqual([
      [score(0.2), score(0.4)],
      [score(0.1), score(0.3)],
    ]);
    expect({ seconds: rung.seconds, factor: rung.evidence_factor }).toEqual({ seconds: 60, factor: 1 });
  });

  it("reaches as far above its highest far score as that is above the middle one", () => {
    const sizes = [0, 0.1, -0.2, 0.3, 0.9];
    const { reach } = calibrationRung(
      60,
      batches("a", 5, 0.1, 0.2, (i) => sizes[i]!),
      "ks",
    );
    const deviation = Math.sqrt([0, 0.1, 0.2, 0.3, 0.9].reduce((sum, size) => sum + (size - 0.3) ** 2, 0) / 5);
    const far = (size: number): number => (size - 0.3) / deviation;
    expect(reach).toBeCloseTo(2 * far(0.9) - far(0.2), 4);
  });

  it("without a group is that of the others", () => {
    const others = batches("b", 3, 0.1, 0.3);
    const without = rungWithoutGroup(60, [...batches("a", 4, 0.6, 0.9), ...others], "ks", "a");
    const { seconds, scores, standard, reach } = calibrationRung(60, others, "ks");
    expect(without).toEqual({ seconds, scores, standard, reach });
    expect(rungWithoutGroup(60, others, "ks").scores).toEqual(scores);
  });

  it("gives batches that are not free of drift their p-values", () => {
    // 19 null batches from 0 to .36: none is above 1, one above .35, all are at least 0.
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
  it("are none where there is one group", () => {
    expect(calibrationRung(60, batches("a", 5, 0.1, 0.2), "ks").false_alarms).toBeNull();
  });

  it("are its batches' shares with a p-value of at most 5 and 1 %, judged by what the others gave", () => {
    // Of 99 others from 0 to .98 those above a batch's distance give its p-value: (1 + those) / 100.
    const others = batches("b", 99, 0, 0.98);
    const odd = [0.985, 0.945, 0.935, 0.5].map((ks): Rehearsed => ({ group: "a", statistics: statistics(ks) }));
    const { false_alarms } = calibrationRung(60, [...odd, ...others], "ks");
    // Of a: p = .01, .05, .06, .50; by its four, no p-value of b's is below 1/5.
    expect(false_alarms).toEqual({
      p_at_most_5_percent: expect.closeTo(2 / 103, 6),
      p_at_most_1_percent: expect.closeTo(1 / 103, 6),
      beyond_reach: 0,
    });
  });

  it("count apart what lies beyond the others' reach", () => {
    const spread = (i: number): number => i / 10;
    const others = batches("b", 5, 0.1, 0.2, spread);
    // The others' sizes are 0 to .4, their middle .2: .6 is as far above .4 as that is above .2.
    const far = (size: number): Rehearsed => ({ group: "a", statistics: statistics(0.15, size) });
    const beyond = (...sizes: number[]): number =>
      calibrationRung(60, [...sizes.map(far), ...others], "ks").false_alarms!.beyond_reach;
    // Each time the five others are judged by a's sizes, which reach at least as far as theirs.
    expect(beyond(0.599, -0.599)).toBe(0);
    expect(beyond(0.601, -0.599)).toBeCloseTo(1 / 7, 6);
    expect(beyond(0.601, -0.61)).toBeCloseTo(2 / 7, 6);
  });
});

describe("a session", () => {
  const chunk = (recording: string, i: number): Chunk => ({ recording, label: null, summary: batchOf({ mean: i }) });
  const long = Array.from({ length: 50 }, (_, i) => chunk("r", i));
  const places = (meanBout: number): number[] =>
    drawRehearsalSession(new Map([[null, [long]]]), 2000, meanBout, Rng.fromSeed(1)).map(
      ({ summary }) => summary[0]!.x!.mean,
    );
  const goesOn = (meanBout: number): number => {
    const drawn = places(meanBout);
    return drawn.filter((place, i) => i > 0 && place === drawn[i - 1]! + 1).length / drawn.length;
  };

  it("goes on to the next chunk in all but one of a bout's mean length, as far as the recording goes", () => {
    expect(places(8)).toHaveLength(2000);
    // One in fifty bouts begins where the last one ended, and one in fifty chunks is the recording's last.
    expect(goesOn(8)).toBeCloseTo((1 - 1 / 8) * (49 / 50), 1);
    expect(goesOn(2)).toBeCloseTo(0.5 * (49 / 50) + 0.01, 1);
    expect(goesOn(1)).toBeLessThan(0.04);
    expect(Math.max(...places(8))).toBe(49);
  });

  it("can differ in labels of two recordings or more", () => {
    const choices = new Map([
      ["sit", [[long[0]!]]],
      ["walk", [[long[0]!], [long[1]!]]],
    ]);
    expect([...variedRehearsalChoices(choices).keys()]).toEqual(["walk"]);
  });
});

describe("calibrate", () => {
  const { baseline } = modelOf();
  const rate = 10;
  /** Chunks of ten seconds; `away` of the i-th says how far it is from the training data. */
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

  it("rehearses as many batches as asked for, shared evenly by the people and rounded up", () => {
    const sizes = (people: number, nullBatches: number) =>
      run(many(people), { nullBatches }).kinds.baseline!.rungs.map(({ scores }) => scores.map((own) => own.length));
    expect(sizes(6, 12)).toEqual([Array(6).fill(2), Array(6).fill(2)]);
    expect(sizes(5, 12)).toEqual([Array(5).fill(3), Array(5).fill(3)]);
    const defaults = { chunkSeconds: 10, samplingRateHz: rate, lengthsSeconds: [10], rng: Rng.fromSeed(1) };
    const [rung] = calibrate(baseline, many(5), defaults).kinds.own_past!.rungs;
    expect(rung!.scores.map((own) => own.length)).toEqual(Array(5).fill(100));
  });

  it("measures lengths by effective size: against all other people, or five sessions and the chance of drawing them", () => {
    const { kinds } = run(many(6));
    const size = (n: number, m: number): number => (n * m) / (n + m) / rate;
    // Each person has six chunks of 100 rows; a session of 10 s is one, of 30 s are three.
    expect(kinds.baseline!.rungs.map(({ seconds }) => seconds)).toEqual([
      ...[size(3000, 100), size(3000, 300)].map((seconds) => expect.closeTo(seconds, 3)),
    ]);
    expect(kinds.own_past!.rungs.map(({ seconds }) => seconds)).toEqual([
      ...[1.2 * size(500, 100), 1.2 * size(1500, 300)].map((seconds) => expect.closeTo(seconds, 3)),
    ]);
    const three = run(many(6), { referenceBatches: 3 });
    expect(three.reference_batches).toBe(3);
    expect(three.kinds.own_past!.rungs[0]!.seconds).toBeCloseTo((4 / 3) * size(300, 100), 3);
  });

  it("leaves a person out of the training data where there are five, and says so", () => {
    expect(run(many(5)).kinds.baseline!.apart).toBe("people");
    const few = run(many(4)).kinds.baseline!;
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
    expect(run(many(6), { lengthsSeconds: [10, 12, 30] }).kinds.baseline!.rungs).toHaveLength(2);
  });

  it("has by default lengths of 15 s to 15 min, five batches in a reference, and keeps given correlations", () => {
    const defaults = calibrate(baseline, many(2), {
      chunkSeconds: 15,
      samplingRateHz: 100 / 15,
      nullBatches: 2,
      rng: Rng.fromSeed(1),
      correlationSeconds: { x: 3 },
    });
    const chunks = [1, 4, 20, 60].map((n) => (100 * n * 1.2 * 5) / 6 / (100 / 15));
    expect(defaults.kinds.own_past!.rungs.map(({ seconds }) => seconds)).toEqual(
      chunks.map((s) => expect.closeTo(s, 2)),
    );
    expect(defaults).toMatchObject({ reference_batches: 5, correlation_seconds: { x: 3 } });
    expect(run(many(2)).correlation_seconds).toBeNull();
  });

  it.each<[string, Partial<CalibrateOptions>]>([
    ["chunks of no length", { chunkSeconds: 0 }],
    ["bouts shorter than a chunk", { boutSeconds: 9 }],
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
      run(many(2), { boutSeconds: 10, nullBatches: 1, referenceBatches: 1, lengthsSeconds: [10] }),
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

    it("asks the batches of a minute or more, if there are any: one of seconds holds one activity", () => {
      const of = (lengthsSeconds: number[]) =>
        run(shifted(0.05, noise), { lengthsSeconds, nullBatches: 60 }).kinds.own_past!.seen!;
      expect(of([10, 60])).toEqual(of([30, 60]));
      expect(of([10, 20]).ks).toBeGreaterThan(0);
      expect(of([10, 60])).not.toEqual(of([10, 20]));
    });

    it("knows nothing of shifts without", () => {
      expect(run(many(6)).kinds.own_past).toMatchObject({ seen: null, statistic: "ks" });
    });
  });
});
