// How much evidence is worth an alarm. The e-detector keeps its run length if each p-value is valid given the ones before;
// those of one stream are not quite, since an anchor that happens to be odd is odd for all batches that follow, and some
// people vary more than others. So whole drift-free streams of each person are rehearsed, judged by what the others gave,
// and the level is raised until they run as long as was asked for. It costs little: evidence of a real change multiplies
// with every batch, so that ten times the level is a batch or two more.

import type { Rng } from "../../stats/random.ts";
import type { BaselineReference } from "../summaries/baseline-reference.ts";
import { type ClassSummaries, mergeClassSummaries } from "../summaries/class-summaries.ts";
import type { Calibration, KindCalibration } from "./calibration.ts";
import { type DriftState, evidenceValue, judge, newDriftState } from "./decision.ts";
import { type Choices, drawSession } from "./rehearsal.ts";

export interface RehearsedStream {
  readonly choices: Choices;
  /** Of the stream's own past, without the stream's person. */
  readonly ownPast: KindCalibration;
}

/** Run lengths at which the level is set; a stream of the length below shows longer ones too seldom. */
const runLengths = [50, 100, 200, 400] as const;
const batchesPerStream = 100;

/**
 * @param streams one for each person or several
 * @param count chunks a batch
 * @param referenceBatches N of the anchor and the rolling reference
 * @returns at least 1: the largest ratio of the evidence that is needed for a run length to that length
 */
export function evidenceFactor(
  baseline: BaselineReference,
  byClass: ClassSummaries,
  streams: readonly RehearsedStream[],
  plan: { count: number; meanBout: number; referenceBatches: number; samplingRateHz: number; rng: Rng },
): number {
  const paths = streams.map((stream, i) => evidencePath(baseline, byClass, stream, plan, plan.rng.split(`${i}`)));
  return Math.max(1, ...runLengths.map((arl) => levelFor(paths, arl) / arl));
}

/** The evidence after each batch of a stream in which nothing alarms. */
function evidencePath(
  baseline: BaselineReference,
  byClass: ClassSummaries,
  { choices, ownPast }: RehearsedStream,
  { count, meanBout, referenceBatches, samplingRateHz }: Parameters<typeof evidenceFactor>[3],
  rng: Rng,
): number[] {
  const calibration: Calibration = {
    reference_batches: referenceBatches,
    kinds: { own_past: ownPast },
    correlation_seconds: null,
  };
  const model = { channels: Object.keys(baseline), baseline, byClass, calibration, samplingRateHz };
  const accepted: ClassSummaries[] = [];
  const path: number[] = [];
  let state: DriftState = newDriftState;
  for (let batch = 0; batch < batchesPerStream; batch++) {
    const current = mergeClassSummaries(drawSession(choices, count, meanBout, rng).map(({ summary }) => summary));
    const past = { rolling: accepted.slice(-referenceBatches), anchor: accepted.slice(0, referenceBatches) };
    const judged = judge(current, past, state, model, { arl: 1e12 });
    state = judged.state;
    if (!judged.judgement.doubtful) accepted.push(current);
    path.push(evidenceValue(state));
  }
  return path;
}

/** The least level whose first passages are so seldom: batches until then or to the end, for each passage, at least `arl`. */
function levelFor(paths: readonly (readonly number[])[], arl: number): number {
  const levels = [...new Set(paths.flatMap(peaks))].sort((a, b) => a - b);
  const runLength = (level: number): number => {
    const passages = paths.map((path) => path.findIndex((value) => value > level));
    const batches = passages.reduce((sum, at, i) => sum + (at < 0 ? paths[i]!.length : at + 1), 0);
    return batches / passages.filter((at) => at >= 0).length;
  };
  return levels.find((level) => runLength(level) >= arl) ?? levels.at(-1) ?? 0;
}

/** Values above all before them. */
function peaks(path: readonly number[]): number[] {
  let highest = 0;
  return path.filter((value) => {
    if (value <= highest) return false;
    highest = value;
    return true;
  });
}
