// Computes the figures for the unlabelled windows that the gate compares.

import type { Proxies } from "../learning/training/promotion-gate.ts";
import type { RetrainReport } from "../learning/training/retrain-report.ts";
import { applyTemperature } from "../learning/training/temperature-scaling.ts";
import { modelOfDriftBaseline } from "../monitoring/drift/drift-baseline.ts";
import { statisticsForScore } from "../monitoring/drift/score.ts";
import { confidenceSignalDistance, flipRateSignalDistance } from "../monitoring/drift/signal-distances.ts";
import { baselineReferenceGrids } from "../monitoring/summaries/baseline-reference.ts";
import {
  classOfMeasuredSamples,
  followsMeasuredWindow,
  gatherMeasuredSamples,
} from "../monitoring/summaries/measure-batch.ts";
import { modelSignals } from "../monitoring/summaries/model-signals.ts";
import { withoutSensorSignals } from "../monitoring/summaries/sensor-signals.ts";
import { WindowSignals } from "../monitoring/summaries/window-signals.ts";
import { pickWindows } from "../signals/data/pick-windows.ts";
import { argmaxRows } from "../stats/argmax-rows.ts";
import type { BuiltModel } from "./build-model.ts";
import type { Candidate, RetrainRun } from "./candidate.ts";
import type { TrainedModel } from "./trained-model.ts";

/** Figures for both networks on the unlabelled windows, computed from probabilities after temperature scaling. */
export function gateProxies(
  run: RetrainRun,
  candidate: Candidate,
  trained: TrainedModel,
  built: BuiltModel,
): NonNullable<RetrainReport["proxies"]> {
  const { data, champion } = run;
  const windows = pickWindows(data.windows, data.unlabelledRows);
  const nClasses = windows.classes.length;
  const following = followsMeasuredWindow(windows, champion.config.overlap);
  const sensed = new WindowSignals(windows, []);
  const of = (probabilities: Float32Array, model: ReturnType<typeof modelOfDriftBaseline>): Proxies => {
    const signals = modelSignals(probabilities, nClasses, following);
    const classOf = gatherMeasuredSamples(
      windows,
      classOfMeasuredSamples(windows, argmaxRows(probabilities, nClasses)),
    );
    const known = withoutSensorSignals(model.baseline, model.channels);
    const current = sensed.summarize(baselineReferenceGrids(known), classOf, nClasses);
    const statistics = Object.values(statisticsForScore(model.byClass, current, known));
    return {
      mean_confidence: confidenceSignalDistance(signals),
      mean_entropy: signals.entropy.millionths / 1e6 / signals.windows,
      flip_rate: flipRateSignalDistance(signals),
      drift: Math.max(...statistics.map(({ ks }) => ks)),
    };
  };
  const scaled = applyTemperature(candidate.fit.unlabelled, nClasses, trained.crossValidation.temperature);
  const own = modelOfDriftBaseline(built.baseline.drift, windows.channels);
  return { champion: of(data.championOnUnlabelled, champion.model), candidate: of(scaled, own) };
}
