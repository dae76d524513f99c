// Determines how much evidence raises an alarm (the alarm level). The e-detector maintains its run length if each p-value is
// valid given the previous ones. The p-values of one stream are not quite valid: an unusual anchor stays unusual for all later
// batches, and some people vary more than others. Whole drift-free streams of each person are therefore rehearsed and judged as
// in production, by a calibration based on the other people, and the level is raised until these streams reach the requested
// run length. This costs little. Evidence of a clear change multiplies with every bet, so a level ten times as high delays the
// alarm by only one or two bets. A bet is one batch with several activities, or up to five batches from one bout.

import type { Rng } from "../../random.ts";
import type { DayPlan } from "./rehearsal.ts";
import { judgeRehearsedStream, type RehearsedPerson } from "./rehearsed-stream.ts";
import { weighedEvidence } from "./weigh-evidence.ts";

/** Run lengths that the level is measured for; streams of `batchesPerStream` batches are too short for much longer ones. */
const runLengths = [50, 100, 200, 400] as const;
export const batchesPerStream = 100;
/**
 * If there are few people, each contributes several streams, until there are `leastStreams` or each has `mostPerPerson`.
 * Otherwise, two or three streams alone would determine the level. With fewer than `fewestPeople`, each contributes only one,
 * because even many streams from a few people are not representative. All three are arbitrary.
 */
const [leastStreams, mostPerPerson, fewestPeople] = [36, 3, 5];
/**
 * Limits of the factor. A dozen people determine it only within about a factor of ten either way: models of the two halves of
 * MotionSense need 1 and 100. For a few people, the evidence exceeds any level, and a level above the upper limit would hide
 * everyone else's faults.
 */
const [leastFactor, mostFactor] = [30, 1000];
/** Run length at which no amount of evidence raises an alarm. */
const endlessRunLength = 1e12;

export interface EvidencePlan {
  /** Chunks per batch. */
  readonly count: number;
  readonly day: DayPlan;
  readonly rng: Rng;
  /** Maps over the streams (default: sequentially). */
  readonly map?: <Item, Result>(items: readonly Item[], each: (item: Item) => Result) => Result[];
}

/** The evidence after each batch of streams without alarms, by person; see `evidenceFactorStreams`. */
export function evidenceFactorPaths(people: readonly RehearsedPerson[], plan: EvidencePlan): number[][][] {
  const { map = (all, each) => all.map((item) => each(item)), count, day, rng } = plan;
  const stream = { batches: batchesPerStream, count, day, arl: endlessRunLength };
  const each = evidenceFactorStreams(people.length);
  const streams = people.flatMap((person, i) =>
    Array.from({ length: each }, (_, n) => ({ person, rng: rng.split(`${i} ${n}`) })),
  );
  const paths = map(streams, (own) =>
    Array.from(judgeRehearsedStream(own.person, stream, own.rng), ({ state }) => weighedEvidence(state)),
  );
  return people.map((_, i) => paths.slice(i * each, (i + 1) * each));
}

export function evidenceFactorStreams(people: number): number {
  return people < fewestPeople ? 1 : Math.min(mostPerPerson, Math.ceil(leastStreams / people));
}

/**
 * @param paths the evidence after each batch of one or more streams per person
 * @param limits least and largest factor to return
 * @returns within the limits, the largest ratio, over all run lengths, of the required evidence to the run length
 */
export function evidenceFactor(
  paths: readonly (readonly number[])[],
  { least = leastFactor, most = mostFactor }: { readonly least?: number; readonly most?: number } = {},
): number {
  return Math.min(most, Math.max(least, ...runLengths.map((arl) => evidenceFactorLevel(paths, arl) / arl)));
}

/**
 * Finds the lowest level at which first crossings by streams occur at most once per `arl` batches. A stream's batches count up
 * to its first crossing, or to its end if it never crosses the level.
 */
export function evidenceFactorLevel(paths: readonly (readonly number[])[], arl: number): number {
  const levels = [...new Set(paths.flatMap(evidenceFactorPeaks))].sort((a, b) => a - b);
  const runLength = (level: number): number => {
    const passages = paths.map((path) => path.findIndex((value) => value > level));
    const batches = passages.reduce((sum, at, i) => sum + (at < 0 ? paths[i]!.length : at + 1), 0);
    return batches / passages.filter((at) => at >= 0).length;
  };
  return levels.find((level) => runLength(level) >= arl) ?? levels.at(-1) ?? 0;
}

/** Returns the values that exceed all earlier values. */
function evidenceFactorPeaks(path: readonly number[]): number[] {
  let highest = 0;
  return path.filter((value) => {
    if (value <= highest) return false;
    highest = value;
    return true;
  });
}
