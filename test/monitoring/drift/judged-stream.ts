// Judges streams of one-minute batches from new people, batch by batch, with a model of sixteen other people.

import { calibrate } from "../../../src/monitoring/drift/calibrate.ts";
import type { DriftModel } from "../../../src/monitoring/drift/comparison.ts";
import { type DriftState, newDriftState } from "../../../src/monitoring/drift/drift-state.ts";
import { type DriftOptions, decideVerdict, type Judgement } from "../../../src/monitoring/drift/verdict.ts";
import { type ClassSummaries, mergeClassSummaries } from "../../../src/monitoring/summaries/class-summaries.ts";
import type { Columns } from "../../../src/monitoring/summaries/summarize.ts";
import { Rng } from "../../../src/random.ts";
import { type Made, makePeople } from "./people.ts";

export const made: Made = makePeople({ people: 16, recordings: 8, chunks: 6 });
export const model: DriftModel = {
  channels: Object.keys(made.baseline),
  baseline: made.baseline,
  byClass: made.byClass,
  calibration: calibrate(made.baseline, made.groups, {
    chunkSeconds: 10,
    samplingRateHz: 10,
    lengthsSeconds: [10, 60],
    nullBatches: 480,
    // Every chunk is drawn independently, as in the streams below.
    day: { boutSeconds: [10, 10] },
    rng: Rng.fromSeed(1),
  }),
  samplingRateHz: 10,
};
/** Maximum number of batches in a reference. */
export const size: number = model.calibration.reference_batches;

/** Changes one chunk of a batch. */
export type Change = (columns: Columns, batch: number, rng: Rng) => Columns;

/**
 * Judges the stream of one new person, in batches of a minute. Batches that raise an alarm or are doubtful are not added to any
 * reference.
 */
export function judgedStream(
  seed: number,
  batches: number,
  change: Change,
  options: DriftOptions = {},
): { judgements: Judgement[]; state: DriftState } {
  const person = Rng.fromSeed(seed);
  const accepted: ClassSummaries[] = [];
  const judgements: Judgement[] = [];
  let state = newDriftState;
  for (let batch = 0; batch < batches; batch++) {
    const session = person.split(`session ${batch}`);
    const chunks = Array.from({ length: 6 }, (_, i) => {
      const chunk = made.chunkOf(person, session, session.split(`chunk ${i}`));
      return made.summarize(change(chunk, batch, session.split(`change ${i}`)));
    });
    const current = mergeClassSummaries(chunks);
    const past = { rolling: accepted.slice(-size), anchor: accepted.slice(0, size) };
    const judged = decideVerdict(current, past, state, model, options);
    state = judged.state;
    judgements.push(judged.judgement);
    if (judged.judgement.verdict === "normal" && !judged.judgement.doubtful) accepted.push(current);
  }
  return { judgements, state };
}
