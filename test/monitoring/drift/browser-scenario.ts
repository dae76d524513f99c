// browser.full.test.ts runs this code in Node.js and in a browser: every step of drift detection on seeded data, including
// extreme values. The results are plain JSON.

import { calibrate } from "../../../src/monitoring/drift/calibrate.ts";
import { channelStatistics } from "../../../src/monitoring/drift/channel-statistics.ts";
import type { DriftModel } from "../../../src/monitoring/drift/comparison.ts";
import { newDriftState } from "../../../src/monitoring/drift/drift-state.ts";
import { statisticsForScore } from "../../../src/monitoring/drift/score.ts";
import { decideVerdict } from "../../../src/monitoring/drift/verdict.ts";
import { baselineReference, baselineReferenceGrids } from "../../../src/monitoring/summaries/baseline-reference.ts";
import { mergeBatchSummaries, subtractBatchSummary } from "../../../src/monitoring/summaries/batch-summary.ts";
import {
  type ClassSummaries,
  mergeClassSummaries,
  subtractClassSummaries,
  summarizeByClass,
} from "../../../src/monitoring/summaries/class-summaries.ts";
import { mergeModelSignals, modelSignals } from "../../../src/monitoring/summaries/model-signals.ts";
import { Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import { Rng } from "../../../src/random.ts";
import { makePeople, summaryOf } from "./people.ts";

export function runScenario(): unknown {
  return { summaries: summaries(), classes: classes(), stream: stream() };
}

function summaries(): unknown {
  const rng = Rng.fromSeed(1);
  const column = (length: number, value: (i: number) => number): Float32Array =>
    Float32Array.from({ length }, (_, i) => value(i));
  const baseline = baselineReference({
    noise: column(5000, () => rng.normal()),
    skewed: column(5000, () => 1 / (1 - rng.uniform())),
    constant: column(5000, () => 9.80665),
  });
  const strange = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e30, -1e30, -0, 1e-42];
  const summarizer = new Summarizer(baselineReferenceGrids(baseline));
  const batches = Array.from({ length: 4 }, () =>
    summarizer.summarize({
      noise: column(1000, (i) => (i % 50 === 0 ? strange[rng.integer(strange.length)]! : 0.3 + 1.4 * rng.normal())),
      skewed: column(1000, () => 7),
      constant: column(1000, (i) => (i % 100 === 0 ? 9.81 : 9.80665)),
    }),
  );
  const merged = mergeBatchSummaries(batches);
  const statistics = ["noise", "skewed"].map((name) => {
    const { edges, summary } = baseline[name]!;
    return batches.map((batch) => channelStatistics(summary, batch[name]!, { edges, std: summary.std }));
  });
  return {
    baseline,
    batches,
    merged,
    rest: subtractBatchSummary(merged, batches[0]!),
    whole: summaryOf(baseline),
    statistics,
  };
}

/** Builds two batches that contain two activities in different shares, and plausible network outputs for these batches. */
function classes(): unknown {
  const rng = Rng.fromSeed(4);
  const columns = { x: Float32Array.from({ length: 2000 }, (_, i) => (i < 800 ? 0 : 5) + rng.normal()) };
  const baseline = baselineReference(columns);
  const summarizer = new Summarizer(baselineReferenceGrids(baseline));
  const classOf = Uint8Array.from({ length: 2000 }, (_, i) => (i < 800 ? 0 : 1));
  const whole = summarizeByClass(summarizer, columns, classOf, 3);
  const part = summarizeByClass(summarizer, columns, classOf, 3, 700, 1000);
  const rest = subtractClassSummaries(whole, part);
  const said = [0.9, 0.6].map((p) => modelSignals(Float32Array.of(p, 1 - p, 0.2, 0.8), 2, [0, 1]));
  return {
    whole,
    part,
    rest,
    merged: mergeClassSummaries([rest, part]),
    statistics: statisticsForScore(rest, part, baseline),
    signals: mergeModelSignals(said),
  };
}

/** Builds 60 s batches from a new person, with a jump after two thirds of the batches. */
function stream(): unknown {
  const { baseline, byClass, groups, summarize, chunkOf } = makePeople({ people: 6, recordings: 3, chunks: 4 });
  const calibration = calibrate(baseline, groups, {
    chunkSeconds: 10,
    samplingRateHz: 10,
    lengthsSeconds: [10, 60],
    nullBatches: 60,
    rng: Rng.fromSeed(2),
  });
  const model: DriftModel = { channels: Object.keys(baseline), baseline, byClass, calibration, samplingRateHz: 10 };
  const size = calibration.reference_batches;
  const person = Rng.fromSeed(3);
  const accepted: ClassSummaries[] = [];
  let state = newDriftState;
  const judgements = Array.from({ length: 18 }, (_, batch) => {
    const session = person.split(`session ${batch}`);
    const chunks = Array.from({ length: 6 }, (_, i) => chunkOf(person, session, session.split(`chunk ${i}`)));
    const jump = batch < 12 ? 0 : 2;
    const current = mergeClassSummaries(chunks.map(({ x, y }) => summarize({ x: x!.map((v) => v + jump), y: y! })));
    const judged = decideVerdict(
      current,
      { rolling: accepted.slice(-size), anchor: accepted.slice(0, size) },
      state,
      model,
    );
    state = judged.state;
    if (judged.judgement.verdict === "normal" && !judged.judgement.doubtful) accepted.push(current);
    return judged.judgement;
  });
  return { calibration, judgements, state };
}
