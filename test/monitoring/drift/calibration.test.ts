import { describe, expect, it } from "vitest";
import { z } from "zod";
import { calibrate } from "../../../src/monitoring/drift/calibrate.ts";
import { calibrationSchema } from "../../../src/monitoring/drift/calibration.ts";
import { conformalPValueOfNullScores } from "../../../src/monitoring/drift/null-scores.ts";
import {
  type Choices,
  type Chunk,
  drawRehearsalDay,
  type Group,
  rehearsalChoices,
  variedRehearsalChoices,
} from "../../../src/monitoring/drift/rehearsal.ts";
import {
  farStatisticsOfScore,
  scoreOf,
  scoreStandardBetween,
  scoreStandardOf,
  statisticsForScore,
} from "../../../src/monitoring/drift/score.ts";
import { storedDriftBaseline } from "../../../src/monitoring/drift/stored-drift-baseline.ts";
import { baselineReference, baselineReferenceGrids } from "../../../src/monitoring/summaries/baseline-reference.ts";
import {
  type ClassSummaries,
  mergeAcrossClasses,
  mergeClassSummaries,
} from "../../../src/monitoring/summaries/class-summaries.ts";
import { Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import { baselineReferenceSchema } from "../../../src/monitoring/summaries/summary-schemas.ts";
import { Rng } from "../../../src/random.ts";
import { poissonUpperLimit } from "../../../src/stats/poisson-limit.ts";
import { camelCaseKeys } from "../../camel-case-keys.ts";
import { makePeople, summaryOf } from "./people.ts";

/** A chunk whose only value is its number, so that the content of a batch shows which chunks it was built from. */
const numbered = (value: number, recording: string, label: string | null = "walk"): Chunk => {
  const counts = [0, 0, 0, 0, 0, 0];
  counts[value]! = 1;
  const x = { n: 1, missing: 0, mean: value, std: 0, min: value, max: value, counts, excessBelow: 0, excessAbove: 0 };
  return { recording, label, summary: [{ x }] };
};
const drawn = (counts: readonly number[]): number[] => counts.flatMap((count, i) => (count > 0 ? [i] : []));

describe("a rehearsed session", () => {
  const group: Group = {
    name: "a",
    chunks: [
      numbered(0, "r1"),
      numbered(1, "r1"),
      numbered(2, "r2"),
      numbered(3, "r3", "sit"),
      numbered(4, "r4", "sit"),
    ],
  };

  const session = (choices: Choices, count: number, rng: Rng, meanBout = 1): readonly number[] => {
    const plan = { sessions: 1, count, day: { bouts: [meanBout, meanBout] } } as const;
    const [chunks] = drawRehearsalDay({ choices, recorded: [] }, plan, rng);
    return mergeAcrossClasses(mergeClassSummaries(chunks!.map(({ summary }) => summary))).x!.counts;
  };

  it("takes each activity from one recording of it, chosen anew for each session", () => {
    const rng = Rng.fromSeed(1);
    const { choices, by } = rehearsalChoices(group);
    expect(by).toBe("recordings");
    const sessions = new Set<string>();
    for (let i = 0; i < 50; i++) sessions.add(drawn(session(choices, 60, rng)).join(" "));
    expect([...sessions].sort()).toEqual(["0 1 3", "0 1 4", "2 3", "2 4"]);
  });

  it("keeps the person's proportions of activities", () => {
    const counts = session(rehearsalChoices(group).choices, 5000, Rng.fromSeed(2));
    expect((counts[3]! + counts[4]!) / 5000).toBeCloseTo(2 / 5, 1);
  });

  it("takes the halves of what was recorded once, and leaves alone what has but one chunk", () => {
    const once: Group = { name: "b", chunks: [0, 1, 2, 3].map((i) => numbered(i, "r1")) };
    const { choices, by } = rehearsalChoices(once);
    expect(by).toBe("halves of recordings");
    const rng = Rng.fromSeed(2);
    const halves = new Set(Array.from({ length: 20 }, () => drawn(session(choices, 40, rng)).join(" ")));
    expect([...halves].sort()).toEqual(["0 1", "2 3"]);
    const single = rehearsalChoices({ name: "c", chunks: [numbered(0, "r1")] }).choices;
    expect(drawn(session(single, 1, rng))).toEqual([0]);
    expect(variedRehearsalChoices(single).size).toBe(0);
  });

  it("goes on in the same recording for the mean length of a bout", () => {
    const long = rehearsalChoices({ name: "d", chunks: [0, 1, 2, 3, 4, 5].map((i) => numbered(i, "r1")) }).choices;
    const neighbours = (meanBout: number): number => {
      const rng = Rng.fromSeed(3);
      let pairs = 0;
      for (let i = 0; i < 400; i++) {
        const values = drawn(session(long, 2, rng, meanBout));
        if (values.length === 2 && values[1]! - values[0]! === 1) pairs++;
      }
      return pairs / 400;
    };
    expect(neighbours(1)).toBeLessThan(0.5);
    expect(neighbours(100)).toBeGreaterThan(0.6);
  });
});

describe("the score", () => {
  const { baseline, groups } = makePeople({ people: 3, recordings: 2, chunks: 4 });
  const batches = groups.map(({ chunks }) =>
    statisticsForScore([summaryOf(baseline)], mergeClassSummaries(chunks.map(({ summary }) => summary)), baseline),
  );

  it("is the largest standardised statistic, and names where it lies", () => {
    const standard = { x: { ks: [0.1, 0.05] as const }, y: { ks: [0.2, 0.1] as const } };
    const [one] = batches;
    const statistics = { x: { ...one!.x!, ks: 0.3 }, y: { ...one!.y!, ks: 0.35 } };
    expect(scoreOf(statistics, standard, ["ks"])).toMatchObject({
      score: expect.closeTo(4, 12),
      channel: "x",
      statistic: "ks",
    });
  });

  it("counts a statistic by its size, whatever its sign", () => {
    const standard = { x: { ks: [0, 1], logSdRatio: [0, 0.1] } } as const;
    const statistics = { x: { ...batches[0]!.x!, logSdRatio: -0.9 } };
    expect(farStatisticsOfScore(standard)).toEqual(["logSdRatio"]);
    expect(scoreOf(statistics, standard, farStatisticsOfScore(standard))).toMatchObject({
      score: 9,
      statistic: "logSdRatio",
    });
  });

  it("counts the distance by class and the spread within classes only if they are large", () => {
    const standard = { x: { ksByClass: [0.5, 1], logSdWithin: [0, 0.1] } } as const;
    const scores = (ksByClass: number, logSdWithin: number): number[] =>
      (["ksByClass", "logSdWithin"] as const).map(
        (name) => scoreOf({ x: { ...batches[0]!.x!, ksByClass, logSdWithin } }, standard, [name]).score,
      );
    expect(farStatisticsOfScore(standard)).toEqual(["logSdWithin"]);
    expect(scores(3, 0.9)).toEqual([2.5, 9]);
    expect(scores(-3, -0.9)).toEqual([-3.5, -9]);
    const of = [-3, 1].map((size) => ({ x: { ...batches[0]!.x!, ksByClass: size, logSdWithin: size } }));
    expect(scoreStandardOf(of, ["ksByClass", "logSdWithin"])).toEqual({
      x: { ksByClass: [-1, 2], logSdWithin: [-1, 2] },
    });
  });

  it("has mean 0 and spread 1 on what it was standardised with, in between at a length in between", () => {
    const standard = scoreStandardOf(batches, ["ks"]);
    const scores = batches.map(({ x }) => scoreOf({ x: x! }, { x: standard.x! }, ["ks"]).score);
    expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(0, 3);
    expect(scores.reduce((sum, score) => sum + score * score, 0) / 3).toBeCloseTo(1, 3);
    expect(scoreStandardBetween({ x: { ks: [1, 2] } }, { x: { ks: [2, 6] } }, 0.25)).toEqual({ x: { ks: [1.25, 3] } });
    expect(() => scoreOf(batches[0]!, {}, ["ks"])).toThrow(RangeError);
  });
});

describe("calibrate", () => {
  const made = makePeople({ people: 20, recordings: 2, chunks: 6 });
  const options = { chunkSeconds: 10, samplingRateHz: 10, lengthsSeconds: [10, 60], nullBatches: 260 };
  const calibration = calibrate(made.baseline, made.groups, { ...options, rng: Rng.fromSeed(1) });

  it("rehearses every kind and length, and equal seeds give equal calibrations", () => {
    expect(Object.keys(calibration.kinds)).toEqual(["baseline", "own_past"]);
    for (const { rungs } of Object.values(calibration.kinds)) {
      // The groups are ordered by effective size, which is slightly less than the length of the batch, because a reference is
      // finite.
      expect(rungs.map(({ seconds, scores }) => [Math.round(seconds), scores.flat().length])).toEqual([
        [10, 260],
        [expect.closeTo(59, -1), 260],
      ]);
    }
    expect(calibrate(made.baseline, made.groups, { ...options, rng: Rng.fromSeed(1) })).toEqual(calibration);
    expect(calibration.kinds.baseline!.apart).toBe("people");
    expect(calibration.kinds.own_past!.apart).toBe("recordings");
  });

  it("finds new people's batches as unusual as they are, and shifted ones unusual", () => {
    const ps: number[] = [];
    const shifted: number[] = [];
    const rungs = calibration.kinds.baseline!.rungs;
    for (let person = 0; person < 150; person++) {
      const [own, session] = [Rng.fromSeed(1000 + person), Rng.fromSeed(5000 + person)];
      for (const [list, shift] of [
        [ps, 0],
        [shifted, 1.5],
      ] as const) {
        const chunks = Array.from({ length: 6 }, (_, i) => made.chunkOf(own, session, session.split(`${i}`)));
        const moved = chunks.map(({ x, y }) => ({ x: x!.map((value) => value + shift), y: y! }));
        const current = mergeClassSummaries(moved.map((chunk) => made.summarize(chunk)));
        const statistics = statisticsForScore(made.byClass, current, made.baseline);
        list.push(
          conformalPValueOfNullScores(rungs, scoreOf(statistics, rungs[1]!.standard, ["ksWithinClasses"]).score, 60).p,
        );
      }
    }
    expect(ps.filter((p) => p <= 0.05).length / 150).toBeLessThan(0.15);
    expect(shifted.filter((p) => p <= 0.05).length / 150).toBeGreaterThan(0.9);
  });

  it("measures the run length on each person's days without that person, each person counting once", () => {
    const { asked, at_least, confidence, people, seconds, days } = calibration.run_length!;
    expect([asked, confidence, people]).toEqual([500, 0.95, made.groups.length]);
    expect(calibration.kinds.own_past!.streams!.map((rung) => rung.seconds)).toContain(seconds);
    expect(days[0]!.day).toEqual(calibration.day);
    const longest = (calibration.day as { bout_seconds: readonly [number, number] }).bout_seconds[1];
    expect(days[1]!.day).toEqual({ bout_seconds: [2 * longest, 2 * longest] });
    const total = (key: "batches" | "alarms"): number => days.reduce((sum, own) => sum + own[key], 0);
    for (const { batches, alarms } of days) {
      expect(batches).toBeGreaterThanOrEqual(100 * (people - alarms) + alarms);
      expect(batches).toBeLessThanOrEqual(100 * people);
    }
    expect(at_least).toBe(Math.floor(total("batches") / 2 / poissonUpperLimit(total("alarms") / 2, 0.95)));
    // Even without any alarm, results from so few people cannot support a higher limit.
    expect(at_least).toBeLessThanOrEqual((100 * people) / 2.99);
  });

  it("leaves out what the recordings do not allow", () => {
    const few = makePeople({ people: 2, recordings: 2, chunks: 4 });
    const { kinds } = calibrate(few.baseline, few.groups, { ...options, rng: Rng.fromSeed(1) });
    expect(Object.entries(kinds).map(([kind, { apart }]) => [kind, apart])).toEqual([
      ["baseline", "bouts"],
      ["own_past", "recordings"],
    ]);
    const one = makePeople({ people: 1, recordings: 1, chunks: 4 });
    const alone = calibrate(one.baseline, one.groups, { ...options, rng: Rng.fromSeed(1) }).kinds.own_past!;
    expect(alone.apart).toBe("halves of recordings");
    expect(alone.rungs[0]!.false_alarms).toBeNull();
    const short = makePeople({ people: 1, recordings: 1, chunks: 1 });
    expect(Object.keys(calibrate(short.baseline, short.groups, { ...options, rng: Rng.fromSeed(1) }).kinds)).toEqual([
      "baseline",
    ]);
    expect(calibrate(made.baseline, [], { ...options, rng: Rng.fromSeed(1) }).kinds).toEqual({});
  });

  /**
   * Simulates ten people with two activities, each in six recordings. The means of the activities are `distance` apart, and the
   * recordings of the first activity differ by `restless`. With `oneClass`, all rows belong to the first class.
   */
  function shiftedPeople({ distance = 0, restless = 0, oneClass = false }) {
    const rng = Rng.fromSeed(3);
    const chunkOf = (activity: number, offset: number) =>
      Float32Array.from({ length: 50 }, () => activity * distance + offset + rng.normal());
    const raw = Array.from({ length: 10 }, () =>
      Array.from({ length: 12 }, (_, r) => {
        const activity = r % 2;
        const offset = activity === 0 ? restless * rng.normal() : 0;
        return { activity, recording: `${r >> 1}`, parts: [0, 1].map(() => chunkOf(activity, offset)) };
      }),
    );
    const values = raw.flat().flatMap(({ parts }) => parts.flatMap((x) => [...x]));
    const baseline = baselineReference({ x: Float32Array.from(values) });
    const summarizer = new Summarizer(baselineReferenceGrids(baseline));
    const shift = 0.6 * baseline.x!.summary.std;
    const groups = raw.map((recordings, p) => ({
      name: `person ${p}`,
      chunks: recordings.flatMap(({ activity, recording, parts }) => {
        const ofClass = (x: Float32Array): ClassSummaries => {
          const summary = summarizer.summarize({ x });
          return [0, 1].map((k) => (k === (oneClass ? 0 : activity) ? summary : null));
        };
        return parts.map((x) => ({
          recording,
          label: `activity ${activity}`,
          summary: ofClass(x),
          shifted: { x: ofClass(x.map((value) => value + shift)) },
        }));
      }),
    }));
    const chosen = { chunkSeconds: 5, samplingRateHz: 10, lengthsSeconds: [60], nullBatches: 260 };
    return calibrate(baseline, groups, { ...chosen, rng: Rng.fromSeed(1) }).kinds;
  }

  it("takes distances within classes if they detect a shift sooner, and always against the training data", () => {
    const { baseline, own_past } = shiftedPeople({ distance: 10 });
    for (const { statistic, seen } of [baseline!, own_past!]) {
      expect(statistic).toBe("ksWithinClasses");
      expect(seen!.growth!.ksWithinClasses).toBeGreaterThan(seen!.growth!.ks);
      for (const share of [seen!.ks, seen!.ksWithinClasses]) expect(share).toBeGreaterThan(0.1);
    }
  });

  it("takes distances of the whole if those within classes detect no more", () => {
    const { baseline, own_past } = shiftedPeople({ oneClass: true });
    expect([baseline!.statistic, own_past!.statistic]).toEqual(["ksWithinClasses", "ks"]);
    for (const { seen } of [baseline!, own_past!]) {
      const { ks, ksWithinClasses, ksByClass, growth } = seen!;
      expect([ksWithinClasses, ksByClass]).toEqual([ks, ks]);
      expect([growth!.ksWithinClasses, growth!.ksByClass]).toEqual([growth!.ks, growth!.ks]);
    }
  });

  it("standardises each class if one varies more than another, but never against the training data", () => {
    const { baseline, own_past } = shiftedPeople({ restless: 1.5 });
    for (const { seen } of [baseline!, own_past!]) {
      expect(seen!.growth!.ksByClass).toBeGreaterThan(Math.max(seen!.growth!.ks, seen!.growth!.ksWithinClasses));
    }
    expect(own_past!.statistic).toBe("ksByClass");
    expect(baseline!.statistic).toBe("ksWithinClasses");
    expect(own_past!.rungs[0]!.standard.x).toHaveProperty("ksByClass");
    expect(own_past!.classes!.map((rungs) => rungs.length > 0)).toEqual([true, true]);
  });

  it("refuses lengths below a chunk and out of order", () => {
    for (const lengthsSeconds of [[5, 60], [60, 10], []]) {
      expect(() => calibrate(made.baseline, made.groups, { ...options, lengthsSeconds, rng: Rng.fromSeed(1) })).toThrow(
        /ascending lengths/,
      );
    }
  });

  it("is kept as JSON", () => {
    const stored = z.object({ calibration: calibrationSchema });
    const file: unknown = JSON.parse(JSON.stringify(storedDriftBaseline({ calibration })));
    expect(camelCaseKeys(file)).toEqual([]);
    expect(stored.parse(file)).toEqual({ calibration });
    // Comparisons with one class in common form a separate group. Its standards are stored like those of every other group.
    const { classes, mixes, streams } = calibration.kinds.own_past!;
    expect(mixes!.map(({ from_classes, to_classes }) => [from_classes, to_classes])).toEqual([[0, 1.4]]);
    expect(Object.keys(mixes![0]!.rungs[0]!.standard.x!)).toContain("logSdWithin");
    expect([classes!.length, streams!.length]).toEqual([1, 2]);
    expect(baselineReferenceSchema.parse(JSON.parse(JSON.stringify(made.baseline)))).toEqual(made.baseline);
  });
});
