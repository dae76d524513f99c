// The figures on unlabelled windows that the gate compares.

import type { Proxies } from "../learning/pseudo-labeling/gate.ts";
import type { RetrainReport } from "../learning/pseudo-labeling/retrain-report.ts";
import { applyTemperature } from "../learning/training/temperature-scaling.ts";
import { driftModel } from "../monitoring/drift/drift-baseline.ts";
import { batchStatistics } from "../monitoring/drift/score.ts";
import { flipRate, meanConfidence } from "../monitoring/drift/signal-distances.ts";
import { gridsOf } from "../monitoring/summaries/baseline-reference.ts";
import { classOfSamples, follows, gatherUnder } from "../monitoring/summaries/measure-batch.ts";
import { modelSignals } from "../monitoring/summaries/model-signals.ts";
import { ofChannels } from "../monitoring/summaries/sensor-signals.ts";
import { WindowSignals } from "../monitoring/summaries/window-signals.ts";
import { pickWindows } from "../signals/preprocessing/join-windows.ts";
import { argmaxRows } from "../stats/argmax-rows.ts";
import type { Candidate, RetrainRun } from "./candidate.ts";
import type { BuiltModel, TrainedModel } from "./write-model.ts";

/** Figures of both networks on the unlabelled windows; probabilities after temperature scaling, as the exported networks give them. */
export function proxiesOf(
  run: RetrainRun,
  candidate: Candidate,
  trained: TrainedModel,
  built: BuiltModel,
): NonNullable<RetrainReport["proxies"]> {
  const { data, champion } = run;
  const windows = pickWindows(data.windows, data.unlabelledRows);
  const nClasses = windows.classes.length;
  const following = follows(windows, champion.config.overlap);
  const sensed = new WindowSignals(windows, []);
  const of = (probabilities: Float32Array, model: ReturnType<typeof driftModel>): Proxies => {
    const signals = modelSignals(probabilities, nClasses, following);
    const classOf = gatherUnder(windows, classOfSamples(windows, argmaxRows(probabilities, nClasses)));
    const known = ofChannels(model.baseline, model.channels);
    const current = sensed.summarize(gridsOf(known), classOf, nClasses);
    const statistics = Object.values(batchStatistics(model.byClass, current, known));
    return {
      mean_confidence: meanConfidence(signals),
      mean_entropy: signals.entropy.millionths / 1e6 / signals.windows,
      flip_rate: flipRate(signals),
      drift: Math.max(...statistics.map(({ ks }) => ks)),
    };
  };
  const scaled = applyTemperature(candidate.fit.unlabelled, nClasses, trained.crossValidation.temperature);
  const own = driftModel(built.baseline.drift, windows.channels);
  return { champion: of(data.championOnUnlabelled, champion.model), candidate: of(scaled, own) };
}
