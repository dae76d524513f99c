// Tests the evidence factor on simulated people whose variation from session to session is known. Only with the factor do new
// drift-free streams reach the requested run length, and real changes are detected almost as early as without it.
import { describe, expect, it } from "vitest";
import { calibrate } from "../../../src/monitoring/drift/calibrate.ts";
import type { KindCalibration } from "../../../src/monitoring/drift/calibration.ts";
import type { DriftModel } from "../../../src/monitoring/drift/comparison.ts";
import { type DriftState, newDriftState } from "../../../src/monitoring/drift/drift-state.ts";
import {
  evidenceFactor,
  evidenceFactorLevel,
  evidenceFactorPaths,
  evidenceFactorStreams,
} from "../../../src/monitoring/drift/evidence-factor.ts";
import {
  type Chunk,
  type DayPlan,
  type DaySource,
  drawRehearsalDay,
  type Group,
  rehearsalChoices,
} from "../../../src/monitoring/drift/rehearsal.ts";
import { decideVerdict } from "../../../src/monitoring/drift/verdict.ts";
import { baselineReference, baselineReferenceGrids } from "../../../src/monitoring/summaries/baseline-reference.ts";
import { type ClassSummaries, mergeClassSummaries } from "../../../src/monitoring/summaries/class-summaries.ts";
import { Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import { Rng } from "../../../src/random.ts";
import { summaryOf } from "./people.ts";

const rate = 10;
const referenceBatches = 5;
/** Number of chunks in a batch. */
const count = 3;
/** Every chunk is a separate bout. */
const day: DayPlan = { bouts: [1, 1] };
const general = {
  reference_batches: referenceBatches,
  correlation_seconds: null,
  day: { bout_seconds: [10, 10] },
} as const;

const root = Rng.fromSeed(1);
const baseline = baselineReference({ x: Float32Array.from({ length: 20_000 }, () => root.normal()) });
const byClass = [summaryOf(baseline), summaryOf(baseline)];
const summarizer = new Summarizer(baselineReferenceGrids(baseline));
const valuesAt = (offset: number, rng: Rng, n: number) =>
  summarizer.summarize({ x: Float32Array.from({ length: n }, () => offset + rng.normal()) });
/** Returns a chunk that belongs half to the first activity and half to the second. */
const chunkAt = (offset: number, rng: Rng): ClassSummaries => [valuesAt(offset, rng, 50), valuesAt(offset, rng, 50)];
const chunkOfOneActivity = (offset: number, rng: Rng): ClassSummaries => [valuesAt(offset, rng, 100), null];

/** Returns a person with twelve recordings. The offset of each recording is drawn with the given standard deviation. */
function person(name: string, spread: number): Group {
  const rng = Rng.fromSeed(2).split(name);
  const chunks = Array.from({ length: 12 }, (_, r) => {
    const offset = spread * rng.normal();
    return Array.from({ length: 3 }, (): Chunk => ({ recording: `r${r}`, label: null, summary: chunkAt(offset, rng) }));
  });
  return { name, chunks: chunks.flat() };
}

const people = (n: number, spread: number): Group[] =>
  Array.from({ length: n }, (_, i) => person(`${i} of ${spread}`, spread));
const calibrationOf = (groups: readonly Group[]) =>
  calibrate(baseline, groups, {
    chunkSeconds: 10,
    samplingRateHz: rate,
    lengthsSeconds: [10 * count],
    nullBatches: 400,
    referenceBatches,
    day: { boutSeconds: [10, 10] },
    rng: Rng.fromSeed(3),
  });
const sourceOf = (group: Group): DaySource => ({ ...rehearsalChoices(group), recorded: group.chunks });

const quiet = people(10, 0.1);
/**
 * People who vary so much that their first batches do not show how much they vary.
 */
const restless = people(10, 0.3);
const ofQuiet = calibrationOf(quiet).kinds.own_past!;
/** The training data is so widely spread that no person's session is far from it. */
const wide = calibrationOf(people(10, 0.3)).kinds.baseline!;

function factorOf(
  groups: readonly Group[],
  ownPast: KindCalibration,
  seed = 1,
  limits: Parameters<typeof evidenceFactor>[1] = { least: 1, most: Number.POSITIVE_INFINITY },
): number {
  const model = {
    channels: Object.keys(baseline),
    baseline,
    byClass,
    samplingRateHz: rate,
    calibration: { ...general, kinds: { own_past: ownPast } },
  };
  const rehearsed = groups.map((group) => ({ source: sourceOf(group), model: () => model }));
  return evidenceFactor(evidenceFactorPaths(rehearsed, { count, day, rng: Rng.fromSeed(seed) }).flat(), limits);
}

const modelWith = (factor: number): DriftModel => ({
  channels: Object.keys(baseline),
  baseline,
  byClass,
  samplingRateHz: rate,
  calibration: {
    ...general,
    kinds: {
      baseline: wide,
      own_past: { ...ofQuiet, streams: [{ seconds: 10 * count, evidence_factor: factor }] },
    },
  },
});

/** Number of batches until a stream raises an alarm; null if it raises no alarm within the limit. */
function firstAlarm(model: DriftModel, batches: number, arl: number, draw: (batch: number) => ClassSummaries) {
  const accepted: ClassSummaries[] = [];
  let state: DriftState = newDriftState;
  for (let batch = 0; batch < batches; batch++) {
    const current = draw(batch);
    const past = { rolling: accepted.slice(-referenceBatches), anchor: accepted.slice(0, referenceBatches) };
    const judged = decideVerdict(current, past, state, model, { arl });
    state = judged.state;
    if (judged.judgement.verdict !== "normal") return batch + 1;
    if (!judged.judgement.doubtful) accepted.push(current);
  }
  return null;
}

const sessionOf = (group: Group, rng: Rng): ClassSummaries =>
  mergeClassSummaries(
    drawRehearsalDay(sourceOf(group), { sessions: 1, count, day }, rng)
      .flat()
      .map(({ summary }) => summary),
  );

/** Number of batches per first alarm, over new streams from the same people. */
function runLength(groups: readonly Group[], factor: number, arl: number): number {
  let [batches, alarms] = [0, 0];
  for (const [g, group] of groups.entries()) {
    for (let stream = 0; stream < 4; stream++) {
      const rng = Rng.fromSeed(900 + 10 * g + stream);
      const alarm = firstAlarm(modelWith(factor), 100, arl, () => sessionOf(group, rng));
      batches += alarm ?? 100;
      if (alarm !== null) alarms++;
    }
  }
  return batches / Math.max(1, alarms);
}

describe("the level for a run length", () => {
  // The two streams first exceed 1 in batches 2 and 1; the first stream exceeds 2 in batch 4; no stream exceeds 3.
  const paths = [
    [1, 2, 1, 3],
    [2, 0, 1, 2],
  ];

  it("is the lowest that is crossed rarely enough, batches up to the crossing or the end counted per crossing", () => {
    // Above 1: (2 + 1) / 2 = 1.5. Above 2: (4 + 4) / 1 = 8. Above 3: never.
    expect([1, 1.5, 1.6, 8, 8.1, 1000].map((arl) => evidenceFactorLevel(paths, arl))).toEqual([1, 1, 2, 2, 3, 3]);
  });

  it("is the last peak of a single path if no lower level suffices, and 0 without paths", () => {
    expect(evidenceFactorLevel([[5, 4, 3]], 2)).toBe(5);
    expect(evidenceFactorLevel([[0, 0]], 2)).toBe(0);
    expect(evidenceFactorLevel([], 2)).toBe(0);
  });
});

describe("the evidence factor", () => {
  it("is 1 for people who vary like those who judge them: their streams run as long as requested", () => {
    expect(factorOf(quiet, ofQuiet)).toBe(1);
    for (const arl of [50, 100]) expect(runLength(quiet, 1, arl)).toBeGreaterThan(arl);
  });

  it("makes new streams of people who vary more run as long as requested, which they do not without it", () => {
    const factor = factorOf(restless, ofQuiet);
    expect(factor).toBeGreaterThan(10);
    for (const arl of [50, 100]) {
      expect(runLength(restless, 1, arl)).toBeLessThan(arl);
      expect(runLength(restless, factor, arl)).toBeGreaterThan(arl);
    }
  });

  it("is larger for people who vary more", () => {
    const [none, more, most] = [0, 0.2, 0.3].map((spread) => factorOf(people(10, spread), ofQuiet));
    expect(none).toBe(1);
    expect(more).toBeGreaterThan(1);
    expect(most).toBeGreaterThan(10 * more!);
  });

  it("is at least 30, because a few people cannot show that less is enough", () => {
    expect(factorOf(quiet, ofQuiet, 1, {})).toBe(30);
  });

  it("is at most 1,000, so that people whose evidence runs away do not set everyone's level", () => {
    const few = restless.slice(0, 3);
    expect(factorOf(few, ofQuiet, 7)).toBeGreaterThan(1000);
    expect(factorOf(few, ofQuiet, 7, {})).toBe(1000);
  });

  it("rests on several streams of each person if there are few people, but not very few", () => {
    expect([1, 4, 5, 12, 24, 35, 36, 100].map(evidenceFactorStreams)).toEqual([1, 1, 3, 3, 2, 2, 1, 1]);
  });

  it("is the same for equal seeds, and finite for other ones and for a single stream", () => {
    const [once, again, other] = [7, 7, 8].map((seed) => factorOf(restless.slice(0, 3), ofQuiet, seed));
    expect(once).toBe(again);
    expect(once).not.toBe(other);
    for (const seed of [1, 2, 3]) expect(Number.isFinite(factorOf(restless.slice(0, 1), ofQuiet, seed))).toBe(true);
  });

  describe.each([
    ["several activities, a batch or two more", chunkAt, 2, 1.5],
    ["one activity, a bet of five batches or two more, seldom three", chunkOfOneActivity, 15, 7.5],
  ])("of ten times the size costs, in a day of %s", (_, chunk, most, onAverage) => {
    it("delays the alarm after a real change only slightly", () => {
      let slower = 0;
      for (let seed = 0; seed < 20; seed++) {
        const [one, ten] = [1, 10].map((factor) => {
          const rng = Rng.fromSeed(seed);
          return firstAlarm(modelWith(factor), 60, 500, (batch) => {
            const offset = 0.1 * rng.normal() + (batch < 12 ? 0 : 0.6);
            return mergeClassSummaries(Array.from({ length: count }, () => chunk(offset, rng)));
          });
        });
        expect(one).toBeGreaterThan(12);
        expect(ten! - one!).toBeGreaterThanOrEqual(0);
        expect(ten! - one!).toBeLessThanOrEqual(most);
        slower += ten! - one!;
      }
      expect(slower / 20).toBeLessThanOrEqual(onAverage);
    });
  });
});

describe("calibrate", () => {
  it("measures the factor of each batch length by people whom it leaves out, for the own past alone", () => {
    const { kinds } = calibrationOf(quiet);
    expect(kinds.own_past!.streams).toEqual([{ seconds: 30, evidence_factor: 30 }]);
    expect(kinds.baseline!.streams).toBeUndefined();
    const odd = calibrationOf([...people(3, 0.05), ...people(1, 0.6)]).kinds.own_past!;
    expect(odd.streams![0]!.evidence_factor).toBeGreaterThan(30);
    expect(odd.rungs.map(({ evidence_factor }) => evidence_factor)).toEqual([1]);
  });

  it("knows none with a single person, whom nobody can judge", () => {
    const { streams, rungs } = calibrationOf(people(1, 0.5)).kinds.own_past!;
    expect(streams).toBeUndefined();
    expect(rungs.map(({ evidence_factor }) => evidence_factor)).toEqual([1]);
  });
});
