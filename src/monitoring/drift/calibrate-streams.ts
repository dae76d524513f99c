// Computes the alarm level and the resulting run length. Each person's rehearsed days are judged as in production, by a model
// that excludes that person: it uses the other people's training data and their calibration ladders for both kinds of
// reference. The level therefore accounts for everything that adds to the evidence. Only the grids, the per-class standards and
// the choice of statistic are based on all people.

import type { Rng } from "../../random.ts";
import type { BaselineReference } from "../summaries/baseline-reference.ts";
import { mergeClassSummaries, subtractClassSummaries } from "../summaries/class-summaries.ts";
import type {
  Calibration,
  CalibrationKind,
  KindCalibration,
  MeasuredRunLength,
  RehearsedDay,
  StreamRung,
} from "./calibration.ts";
import { laddersOfBareRungs, type Rehearsed } from "./calibration-rung.ts";
import type { DriftModel } from "./comparison.ts";
import { batchesPerStream, evidenceFactor, evidenceFactorPaths, evidenceFactorStreams } from "./evidence-factor.ts";
import { type DayPlan, type Group, rehearsalChoices, variedRehearsalChoices } from "./rehearsal.ts";
import type { RehearsalProgress } from "./rehearsal-progress.ts";
import type { RehearsedPerson } from "./rehearsed-stream.ts";
import { measureRunLength } from "./run-length.ts";
import { roundScoreFigure } from "./score.ts";

/** The calibration of one kind of reference, and the batches that it was made from. */
export interface RehearsedKind {
  readonly calibration: KindCalibration;
  readonly rehearsed: readonly Rehearsed[];
}

export interface StreamsPlan {
  /** The number of chunks per batch, for each batch length. */
  readonly counts: readonly number[];
  readonly chunkSeconds: number;
  readonly samplingRateHz: number;
  readonly day: DayPlan;
  readonly rng: Rng;
  readonly progress: RehearsalProgress;
}

/** Measured time for one stream, as a multiple of the time to merge a chunk. */
const unitsToCalibrateStreams = (chunks: number): number => batchesPerStream * (150 + chunks);

/** Estimated time of `calibrateStreams`, as a multiple of the time to merge a chunk. */
export function calibrateStreamsUnits(
  people: number,
  plan: Pick<StreamsPlan, "counts" | "chunkSeconds" | "day">,
): number {
  const rehearsed = plan.counts.flatMap((count) => new Array<number>(evidenceFactorStreams(people)).fill(count));
  const all = [...rehearsed, ...daysOfCalibratedStreams(plan.day).map(() => judgedLengthOfCalibratedStreams(plan))];
  return people * all.reduce((sum, count) => sum + unitsToCalibrateStreams(count), 0);
}

/** @returns null if fewer than two people have enough recordings */
export function calibrateStreams(
  baseline: BaselineReference,
  groups: readonly Group[],
  kinds: Readonly<Partial<Record<CalibrationKind, RehearsedKind>>>,
  general: Omit<Calibration, "kinds">,
  plan: StreamsPlan,
): { readonly streams: StreamRung[]; readonly runLength: MeasuredRunLength } | null {
  const { counts, chunkSeconds, day, rng, progress } = plan;
  if (kinds.own_past === undefined) return null;
  const people = peopleOfCalibratedStreams(baseline, groups, kinds, general, plan);
  if (people.length < 2) return null;
  const rungs = counts.map((count) => {
    const paths = evidenceFactorPaths(people, {
      count,
      day: hardestDayOfCalibratedStreams(day),
      rng: rng.split(`streams ${count}`),
      map: (streams, own) => progress.stage(streams.length * unitsToCalibrateStreams(count), streams, own),
    });
    return { count, seconds: roundScoreFigure(count * chunkSeconds), paths };
  });
  const { count, seconds, paths } = rungs.find((rung) => rung.count === judgedLengthOfCalibratedStreams(plan))!;
  const judged = daysOfCalibratedStreams(day).map((own) => ({
    day: own,
    described: describeDayOfCalibratedStreams(own, chunkSeconds),
  }));
  const leftOut = people.map((person, i) => {
    const factor = roundScoreFigure(evidenceFactor(paths.toSpliced(i, 1).flat()));
    return withCalibratedStreams(person, [{ seconds, evidence_factor: factor }]);
  });
  const runLength = measureRunLength(leftOut, judged, {
    count,
    seconds,
    batches: batchesPerStream,
    rng: rng.split("run length"),
    map: (all, each) => progress.stage(all.length * judged.length * unitsToCalibrateStreams(count), all, each),
  });
  const streams = rungs.map((rung) => ({
    seconds: rung.seconds,
    evidence_factor: roundScoreFigure(evidenceFactor(rung.paths.flat())),
  }));
  return { streams, runLength };
}

export function describeDayOfCalibratedStreams(day: DayPlan, chunkSeconds: number): RehearsedDay {
  return day === "recorded" ? day : { bout_seconds: [day.bouts[0] * chunkSeconds, day.bouts[1] * chunkSeconds] };
}

/**
 * Returns the people whose streams can be rehearsed, each with a model calibrated on the others. For days of bouts, a person
 * needs a label with several recordings (or halves of one) to choose from.
 */
function peopleOfCalibratedStreams(
  baseline: BaselineReference,
  groups: readonly Group[],
  kinds: Readonly<Partial<Record<CalibrationKind, RehearsedKind>>>,
  general: Omit<Calibration, "kinds">,
  { day, samplingRateHz }: StreamsPlan,
): RehearsedPerson[] {
  const own = groups.map(({ chunks }) => mergeClassSummaries(chunks.map(({ summary }) => summary)));
  const everyone = mergeClassSummaries(own);
  return groups.flatMap((group, g) => {
    const source = { choices: variedRehearsalChoices(rehearsalChoices(group).choices), recorded: group.chunks };
    if (day !== "recorded" && source.choices.size === 0) return [];
    const isLeftOut = ({ group: name }: Rehearsed): boolean => name === group.name;
    if (kinds.own_past!.rehearsed.every(isLeftOut)) return [];
    // Built only when this thread judges one of the person's streams, because other threads may judge all of them.
    let made: DriftModel | undefined;
    return [{ source, model: () => (made ??= modelOfOthers(g, group.name)) }];
  });

  function modelOfOthers(g: number, person: string): DriftModel {
    const others = kindsToCalibrateStreams(kinds, person);
    // With too few people, the training data of a rehearsed comparison includes the person, so the person is not removed here
    // either.
    const byClass = others.baseline?.apart === "people" ? subtractClassSummaries(everyone, own[g]!) : everyone;
    const calibration = { ...general, kinds: others };
    return { channels: Object.keys(baseline), baseline, byClass, calibration, samplingRateHz };
  }
}

/** Returns the calibration of each kind of reference without the rehearsed batches of the person whose streams are judged. */
function kindsToCalibrateStreams(
  kinds: Readonly<Partial<Record<CalibrationKind, RehearsedKind>>>,
  person: string,
): Calibration["kinds"] {
  const without = Object.entries(kinds).flatMap(([name, { calibration, rehearsed }]) => {
    const others = rehearsed.filter(({ group }) => group !== person);
    if (others.length === 0) return [];
    return [[name, { ...calibration, ...laddersOfBareRungs(others, calibration.statistic) }] as const];
  });
  return Object.fromEntries(without);
}

function withCalibratedStreams({ source, model }: RehearsedPerson, streams: readonly StreamRung[]): RehearsedPerson {
  return {
    source,
    model: () => {
      const known = model();
      const { kinds } = known.calibration;
      const calibration = { ...known.calibration, kinds: { ...kinds, own_past: { ...kinds.own_past!, streams } } };
      return { ...known, calibration };
    },
  };
}

/**
 * Days like the rehearsed ones and, unless these are in recorded order, days whose mean bout length is twice the longest
 * rehearsed one.
 */
function daysOfCalibratedStreams(day: DayPlan): DayPlan[] {
  return day === "recorded" ? [day] : [day, { bouts: [2 * day.bouts[1], 2 * day.bouts[1]] }];
}

/**
 * The assumed kind of day with the longest bouts that it allows. The alarm level is set on such days, because it must hold for
 * every day of the assumed kind. In the absence of drift, evidence accumulates fastest when bouts are long and their batches
 * resemble each other.
 */
function hardestDayOfCalibratedStreams(day: DayPlan): DayPlan {
  return day === "recorded" ? day : { bouts: [day.bouts[1], day.bouts[1]] };
}

/** The batch length for which the run length is measured: the one closest to a minute. */
function judgedLengthOfCalibratedStreams({
  counts,
  chunkSeconds,
}: Pick<StreamsPlan, "counts" | "chunkSeconds">): number {
  const far = (count: number): number => Math.abs(Math.log((count * chunkSeconds) / 60));
  return counts.reduce((best, count) => (far(count) < far(best) ? count : best));
}
