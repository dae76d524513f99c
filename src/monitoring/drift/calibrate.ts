// Calibration by rehearsal. For a ladder of lengths, drift-free batches of people outside the reference are scored as
// production batches will be. If chunks come with shifted copies, the same batches with one channel shifted show which
// score makes the evidence grow faster, and that score is used.

import type { Rng } from "../../stats/random.ts";
import type { BaselineReference } from "../summaries/baseline-reference.ts";
import {
  type ClassSummaries,
  mergeAcrossClasses,
  mergeClassSummaries,
  subtractClassSummaries,
} from "../summaries/class-summaries.ts";
import type { Calibration, CalibrationKind, KindCalibration } from "./calibration.ts";
import { calibrationRung, type Rehearsed, rungPValues, rungWithoutGroup } from "./calibration-rung.ts";
import { evidenceOf } from "./evidence.ts";
import { evidenceFactor } from "./evidence-factor.ts";
import { type Chunk, drawRehearsalSession, type Group, rehearsalChoices, variedRehearsalChoices } from "./rehearsal.ts";
import {
  type BatchStatistics,
  roundScoreFigure,
  type ScoreStatistic,
  scorePairSize,
  statisticsForScore,
} from "./score.ts";

export interface CalibrateOptions {
  /** Mean length of the chunks. */
  readonly chunkSeconds: number;
  readonly samplingRateHz: number;
  readonly rng: Rng;
  /** Ascending, none shorter than a chunk (default: 15 s, 1, 5 and 15 minutes). */
  readonly lengthsSeconds?: readonly number[];
  /** Batches in the rolling reference and in the anchor (default: 5). */
  readonly referenceBatches?: number;
  /** Drift-free batches per kind and length, divided evenly among the groups (default: 500). */
  readonly nullBatches?: number;
  /** Mean duration of one activity (default: one chunk). */
  readonly boutSeconds?: number;
  /** Size of the shift in the chunks' `shifted`, in standard deviations of the baseline (default: .6). */
  readonly shiftSd?: number;
  /** Stored unchanged, for kinds that could not be rehearsed (default: null). */
  readonly correlationSeconds?: Calibration["correlation_seconds"];
}

interface Pair {
  /** Merged on demand, because all references of one length would take much memory. */
  readonly reference: () => ClassSummaries;
  readonly current: readonly Chunk[];
}

interface Rehearsal {
  /** Chunks per batch. */
  readonly count: number;
  readonly seconds: Readonly<Record<ScoreStatistic, number>>;
  readonly batches: readonly Rehearsed[];
  /** The same batches with one channel shifted. */
  readonly shifted: readonly BatchStatistics[];
}

/** A drift-free pair for batches of `count` chunks; undefined if the group's recordings do not suffice. */
type DrawPair = (group: Group, count: number, rng: Rng) => Pair | undefined;

/** With fewer people, a held-out person says little about the next stranger; an arbitrary limit. */
const fewestGroups = 5;
/** Number of batches used to measure detection; an arbitrary limit. */
const shortestSeenSeconds = 45;
const scoreStatistics: readonly ScoreStatistic[] = ["ks", "ksWithinClasses"];

/**
 * Per kind of reference:
 * - baseline: a person's batch against the training data without that person; with fewer than 5 people against all
 * - own_past: a session against as many sessions of the same person as a reference holds
 * @param baseline whose grids the chunks were counted on
 * @param groups one group per person
 * @returns the calibration, without kinds for which the recordings do not suffice
 */
export function calibrate(
  baseline: BaselineReference,
  groups: readonly Group[],
  options: CalibrateOptions,
): Calibration {
  const { chunkSeconds, lengthsSeconds = [15, 60, 300, 900], referenceBatches = 5, nullBatches = 500 } = options;
  const meanBout = (options.boutSeconds ?? chunkSeconds) / chunkSeconds;
  if (!(chunkSeconds > 0 && meanBout >= 1 && nullBatches >= 1 && referenceBatches >= 1)) {
    throw new RangeError("calibrate: expected lengths and numbers above 0, and bouts of at least one chunk");
  }
  if (!(lengthsSeconds.length > 0 && lengthsSeconds.every((s, i) => s >= (lengthsSeconds[i - 1] ?? chunkSeconds)))) {
    throw new RangeError(`calibrate: expected ascending lengths of at least ${chunkSeconds} s, got ${lengthsSeconds}`);
  }
  const filled = groups.filter((group) => group.chunks.length > 0);
  const sources: Record<CalibrationKind, { draw: DrawPair; apart: KindCalibration["apart"]; factor: number }> = {
    baseline: { ...strangersToCalibrate(filled, meanBout), factor: 1 },
    own_past: { ...ownPastToCalibrate(filled, meanBout, referenceBatches), factor: 1 + 1 / referenceBatches },
  };
  const kinds: Partial<Record<CalibrationKind, KindCalibration>> = {};
  for (const [name, { draw, apart, factor }] of Object.entries(sources) as [
    CalibrationKind,
    (typeof sources)[CalibrationKind],
  ][]) {
    const ladder = lengthsSeconds.flatMap((seconds) => {
      const rng = options.rng.split(`${name} ${seconds}`);
      const count = Math.round(seconds / chunkSeconds);
      const pairs = drawPairsToCalibrate(filled, draw, count, nullBatches, rng);
      return pairs.length === 0
        ? []
        : [{ count, ...rehearseToCalibrate(baseline, pairs, factor / options.samplingRateHz, rng) }];
    });
    if (ladder.length === 0) continue;
    const seen = calibrateSeenShifts(ladder, options.shiftSd ?? 0.6);
    const statistic =
      seen?.growth !== undefined && seen.growth.ksWithinClasses > seen.growth.ks ? "ksWithinClasses" : "ks";
    const rungs = ladder
      .map(({ seconds, batches }) => calibrationRung(roundScoreFigure(seconds[statistic]), batches, statistic))
      .filter((rung, i, all) => i === 0 || rung.seconds > all[i - 1]!.seconds);
    kinds[name] = { apart, statistic, seen, rungs };
    if (name === "own_past") kinds[name] = calibrateEvidenceFactors(kinds[name], baseline, filled, ladder, options);
  }
  return { reference_batches: referenceBatches, kinds, correlation_seconds: options.correlationSeconds ?? null };
}

/** Each rung's factor, from streams of everyone with sessions to draw, judged by the other people's calibration. */
function calibrateEvidenceFactors(
  calibration: KindCalibration,
  baseline: BaselineReference,
  groups: readonly Group[],
  ladder: readonly Rehearsal[],
  options: CalibrateOptions,
): KindCalibration {
  const { chunkSeconds, samplingRateHz, referenceBatches = 5, boutSeconds = chunkSeconds } = options;
  const people = groups.filter((group) => variedRehearsalChoices(rehearsalChoices(group).choices).size > 0);
  if (people.length < 2) return calibration;
  const { statistic } = calibration;
  const streams = people.map((group) => ({
    choices: variedRehearsalChoices(rehearsalChoices(group).choices),
    ownPast: {
      ...calibration,
      rungs: ladder.map(({ seconds, batches }) => ({
        ...rungWithoutGroup(roundScoreFigure(seconds[statistic]), batches, statistic, group.name),
        false_alarms: null,
        evidence_factor: 1,
      })),
    },
  }));
  const byClass = mergeClassSummaries(groups.flatMap(({ chunks }) => chunks.map(({ summary }) => summary)));
  const rungs = calibration.rungs.map((rung) => {
    const { count } = ladder.find(({ seconds }) => roundScoreFigure(seconds[statistic]) === rung.seconds)!;
    const rng = options.rng.split(`streams ${count}`);
    const plan = { count, meanBout: boutSeconds / chunkSeconds, referenceBatches, samplingRateHz, rng };
    return { ...rung, evidence_factor: roundScoreFigure(evidenceFactor(baseline, byClass, streams, plan)) };
  });
  return { ...calibration, rungs };
}

function strangersToCalibrate(
  groups: readonly Group[],
  meanBout: number,
): { draw: DrawPair; apart: KindCalibration["apart"] } {
  const own = new Map(groups.map((group) => [group, mergeClassSummaries(group.chunks.map(({ summary }) => summary))]));
  const everyone = groups.length === 0 ? [] : mergeClassSummaries([...own.values()]);
  const few = groups.length < fewestGroups;
  const others = new Map(
    groups.map((group) => [group, few ? everyone : subtractClassSummaries(everyone, own.get(group)!)]),
  );
  const choices = new Map(groups.map((group) => [group, rehearsalChoices(group).choices]));
  return {
    apart: few ? "bouts" : "people",
    draw: (group, count, rng) => ({
      reference: () => others.get(group)!,
      current: drawRehearsalSession(choices.get(group)!, count, meanBout, rng),
    }),
  };
}

function ownPastToCalibrate(
  groups: readonly Group[],
  meanBout: number,
  referenceBatches: number,
): { draw: DrawPair; apart: KindCalibration["apart"] } {
  const choices = new Map(groups.map((group) => [group, rehearsalChoices(group)]));
  const varied = new Map(groups.map((group) => [group, variedRehearsalChoices(choices.get(group)!.choices)]));
  const weaker = groups.some((group) => varied.get(group)!.size > 0 && choices.get(group)!.by !== "recordings");
  return {
    apart: weaker ? "halves of recordings" : "recordings",
    draw: (group, count, rng) => {
      const own = varied.get(group)!;
      if (own.size === 0) return undefined;
      const sessions = Array.from({ length: referenceBatches }, () => drawRehearsalSession(own, count, meanBout, rng));
      return {
        reference: () => mergeClassSummaries(sessions.flat().map(({ summary }) => summary)),
        current: drawRehearsalSession(own, count, meanBout, rng),
      };
    },
  };
}

function drawPairsToCalibrate(
  groups: readonly Group[],
  draw: DrawPair,
  count: number,
  nullBatches: number,
  rng: Rng,
): { group: string; pair: Pair }[] {
  return Array.from({ length: Math.ceil(nullBatches / Math.max(1, groups.length)) }).flatMap(() =>
    groups.flatMap((group) => {
      const pair = draw(group, count, rng);
      return pair === undefined ? [] : [{ group: group.name, pair }];
    }),
  );
}

function rehearseToCalibrate(
  baseline: BaselineReference,
  pairs: readonly { group: string; pair: Pair }[],
  secondsPerRow: number,
  rng: Rng,
): Omit<Rehearsal, "count"> {
  const seconds = { ks: 0, ksWithinClasses: 0 };
  const shifted: BatchStatistics[] = [];
  const batches = pairs.map(({ group, pair: { reference: merged, current: chunks } }) => {
    const reference = merged();
    const current = mergeClassSummaries(chunks.map(({ summary }) => summary));
    for (const name of scoreStatistics) {
      seconds[name] += (scorePairSize(reference, current, name) * secondsPerRow) / pairs.length;
    }
    const statistics = statisticsForScore(reference, current, baseline);
    const channels = Object.keys(chunks[0]!.shifted ?? {});
    if (channels.length > 0) {
      const channel = channels[rng.integer(channels.length)]!;
      const moved = mergeClassSummaries(chunks.map((chunk) => chunk.shifted![channel]!));
      shifted.push({ ...statistics, ...statisticsForScore(reference, moved, baselineToCalibrate(baseline, moved)) });
    }
    return { group, statistics };
  });
  return { seconds, batches, shifted };
}

/** Restricts the baseline to the channels of a summary. */
function baselineToCalibrate(baseline: BaselineReference, summary: ClassSummaries): BaselineReference {
  return Object.fromEntries(Object.keys(mergeAcrossClasses(summary)).map((name) => [name, baseline[name]!]));
}

function calibrateSeenShifts(ladder: readonly Rehearsal[], shiftSd: number): KindCalibration["seen"] {
  if (ladder.every(({ shifted }) => shifted.length === 0)) return null;
  // A batch of a few seconds holds one activity; a score that works there works nowhere else.
  const longer = ladder.filter(({ seconds }) => seconds.ks >= shortestSeenSeconds);
  const judged = longer.length > 0 ? longer : ladder;
  const pValues = (name: ScoreStatistic): number[] =>
    judged.flatMap(({ seconds, batches, shifted }) => rungPValues(seconds[name], batches, shifted, name));
  const [ks, ksWithinClasses] = [pValues("ks"), pValues("ksWithinClasses")];
  const means = (value: (p: number) => number): Record<ScoreStatistic, number> => {
    const mean = (ps: readonly number[]): number =>
      roundScoreFigure(ps.reduce((sum, p) => sum + value(p), 0) / ps.length);
    return { ks: mean(ks), ksWithinClasses: mean(ksWithinClasses) };
  };
  return { shift_sd: shiftSd, ...means((p) => (p <= 0.05 ? 1 : 0)), growth: means((p) => Math.log(evidenceOf(p))) };
}
