// Runs the monitor and its competitors on one stream of batches. The competitors are textbook thresholds, a Kolmogorov-Smirnov
// p-value computed from raw counts, and an alarm on every hundredth batch regardless of its content. Each judge that needs
// references keeps its own and adds to them the batches that raise no alarm and, in the monitor's opinion, are not doubtful.

import { ksPValue } from "../../stats/ks.ts";
import { type ClassSummaries, mergeAcrossClasses, mergeClassSummaries } from "../summaries/class-summaries.ts";
import { withoutSensorSignals } from "../summaries/sensor-signals.ts";
import type { JudgeName, Verdicts } from "./bench-figures.ts";
import type { DriftModel } from "./comparison.ts";
import { type DriftState, type DriftVerdict, newDriftState } from "./drift-state.ts";
import { statisticsForScore } from "./score.ts";
import { type DriftOptions, decideVerdict } from "./verdict.ts";

/** Returns the verdict on each batch of a stream. */
export type StreamJudge = (stream: readonly ClassSummaries[], model: DriftModel) => Verdicts;

export function benchJudges(options: DriftOptions & { alpha: number }): Readonly<Record<JudgeName, StreamJudge>> {
  return {
    tidemark: (stream, model) => benchMonitorJudge(stream, model, options),
    constants: (stream, model) => benchMonitorJudge(stream, model, { ...options, thresholds: "fixed" }),
    "KS p-value": (stream, model) => benchPValueJudge(stream, model, options.alpha),
    "every 100": (stream) => stream.map((_, i) => (i % 100 === 50 ? "sudden_change" : "normal")),
  };
}

function benchMonitorJudge(stream: readonly ClassSummaries[], model: DriftModel, options: DriftOptions): Verdicts {
  const size = model.calibration.reference_batches;
  const accepted: ClassSummaries[] = [];
  let state: DriftState = newDriftState;
  return stream.map((batch) => {
    const past = { rolling: accepted.slice(-size), anchor: accepted.slice(0, size) };
    const judged = decideVerdict(batch, past, state, model, options);
    state = judged.state;
    if (judged.judgement.verdict === "normal" && !judged.judgement.doubtful) accepted.push(batch);
    return judged.judgement.verdict;
  });
}

function benchPValueJudge(stream: readonly ClassSummaries[], model: DriftModel, alpha: number): Verdicts {
  const size = model.calibration.reference_batches;
  const accepted: ClassSummaries[] = [];
  const differs = (reference: ClassSummaries, batch: ClassSummaries): boolean => {
    const [before, now] = [mergeAcrossClasses(reference), mergeAcrossClasses(batch)];
    const channels = Object.entries(
      statisticsForScore(reference, batch, withoutSensorSignals(model.baseline, model.channels)),
    );
    return channels.some(([name, { ks }]) => ksPValue(ks, before[name]!.n, now[name]!.n) * channels.length <= alpha);
  };
  return stream.map((batch): DriftVerdict => {
    const rolling = accepted.slice(-size);
    const sudden = rolling.length === size && differs(mergeClassSummaries(rolling), batch);
    const verdict = sudden ? "sudden_change" : differs(model.byClass, batch) ? "gradual_drift" : "normal";
    if (verdict === "normal") accepted.push(batch);
    return verdict;
  });
}
