// Determines how much evidence should raise an alarm. The e-detector keeps its run length if each p-value is valid
// given the previous ones. Those of one stream are not quite valid: an unusual anchor stays unusual for all later
// batches, and some people vary more than others. Whole drift-free streams of each person are therefore rehearsed and
// judged by the other people's calibration, and the level is raised until these streams reach the requested run length.
// This costs little. Evidence of a real change multiplies with every bet, so a tenfold level delays the alarm by only
// one or two bets: one or two batches of several activities, or five to ten batches of one bout.

import type { Rng } from "../../stats/random.ts";
import type { BaselineReference } from "../summaries/baseline-reference.ts";
import { type ClassSummaries, mergeClassSummaries } from "../summaries/class-summaries.ts";
import type { Calibration, KindCalibration } from "./calibration.ts";
import { type DriftState, newDriftState } from "./drift-state.ts";
import { type DayPlan, type DaySource, drawRehearsalDay } from "./rehearsal.ts";
import { decideVerdict } from "./verdict.ts";
import { weighedEvidence } from "./weigh-evidence.ts";

export interface RehearsedStream {
  readonly source: DaySource;
  /** Calibration of the stream's own past, without the stream's person. */
  readonly ownPast: KindCalibration;
}

/**
 * Run lengths for which the level is measured; streams of `batchesPerStream` batches are too short for much longer
 * ones.
 */
const runLengths = [50, 100, 200, 400] as const;
export const batchesPerStream = 100;
/**
 * The evidence of a few people runs away from any level, and a level that they set would hide every fault of everyone else.
 */
const mostFactor = 100;

/**
 * @param streams one or more streams per person
 * @param plan.count chunks per batch
 * @param plan.calibration the calibration, except `kinds`, which each stream has for itself
 * @returns at least 1; see `evidenceFactorOfPaths`
 */
export function evidenceFactor(
  baseline: BaselineReference,
  byClass: ClassSummaries,
  streams: readonly RehearsedStream[],
  plan: EvidencePlan & { readonly most?: number },
): number {
  return evidenceFactorOfPaths(evidenceFactorPaths(baseline, byClass, streams, plan), plan.most);
}

export interface EvidencePlan {
  /** Chunks per batch. */
  readonly count: number;
  readonly day: DayPlan;
  /** The calibration, except `kinds`, which each stream has for itself. */
  readonly calibration: Omit<Calibration, "kinds">;
  readonly samplingRateHz: number;
  readonly rng: Rng;
  /** Maps the streams (default: `streams.map`). */
  readonly map?: <Path>(
    streams: readonly RehearsedStream[],
    path: (stream: RehearsedStream, i: number) => Path,
  ) => Path[];
}

/** By stream, the evidence after each batch. */
export function evidenceFactorPaths(
  baseline: BaselineReference,
  byClass: ClassSummaries,
  streams: readonly RehearsedStream[],
  plan: EvidencePlan,
): number[][] {
  const { map = (all, path) => all.map(path) } = plan;
  return map(streams, (stream, i) => evidenceFactorPath(baseline, byClass, stream, plan, plan.rng.split(`${i}`)));
}

/**
 * @param most upper limit of the factor
 * @returns at least 1: the largest ratio of the evidence needed for a run length to that run length
 */
export function evidenceFactorOfPaths(paths: readonly (readonly number[])[], most: number = mostFactor): number {
  return Math.min(most, Math.max(1, ...runLengths.map((arl) => evidenceFactorLevel(paths, arl) / arl)));
}

/** The evidence after each batch of a stream without alarms. */
function evidenceFactorPath(
  baseline: BaselineReference,
  byClass: ClassSummaries,
  { source, ownPast }: RehearsedStream,
  { count, day, calibration, samplingRateHz }: EvidencePlan,
  rng: Rng,
): number[] {
  const own: Calibration = { ...calibration, kinds: { own_past: ownPast } };
  const referenceBatches = calibration.reference_batches;
  const model = { channels: Object.keys(baseline), baseline, byClass, calibration: own, samplingRateHz };
  const accepted: ClassSummaries[] = [];
  const path: number[] = [];
  let state: DriftState = newDriftState;
  for (const session of drawRehearsalDay(source, { sessions: batchesPerStream, count, day }, rng)) {
    const current = mergeClassSummaries(session.map(({ summary }) => summary));
    const past = { rolling: accepted.slice(-referenceBatches), anchor: accepted.slice(0, referenceBatches) };
    const judged = decideVerdict(current, past, state, model, { arl: 1e12 });
    state = judged.state;
    if (!judged.judgement.doubtful) accepted.push(current);
    path.push(weighedEvidence(state));
  }
  return path;
}

/**
 * The lowest level that streams cross rarely enough: at least `arl` batches per first crossing. A stream's batches
 * count up to its first crossing, or to its end if it crosses nothing.
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

/** Values above all earlier ones. */
function evidenceFactorPeaks(path: readonly number[]): number[] {
  let highest = 0;
  return path.filter((value) => {
    if (value <= highest) return false;
    highest = value;
    return true;
  });
}
