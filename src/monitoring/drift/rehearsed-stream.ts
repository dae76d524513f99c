// Judges a person's rehearsed day as `check` judges a stream, with the same decisions and the same rules for the references.
// Impossible values are not looked for, because there are only summaries, and the kind of drift is not determined, because it
// is not needed.

import type { Rng } from "../../random.ts";
import { type ClassSummaries, mergeClassSummaries } from "../summaries/class-summaries.ts";
import type { DriftModel } from "./comparison.ts";
import { type DriftState, newDriftState } from "./drift-state.ts";
import { type DayPlan, type DaySource, drawRehearsalDay } from "./rehearsal.ts";
import { decideVerdict, type Judgement } from "./verdict.ts";

/** A person whose days are judged by a model built without that person's data. */
export interface RehearsedPerson {
  readonly source: DaySource;
  readonly model: () => DriftModel;
}

/** @param plan.count chunks per batch */
export function* judgeRehearsedStream(
  { source, model: made }: RehearsedPerson,
  plan: { readonly batches: number; readonly count: number; readonly day: DayPlan; readonly arl: number },
  rng: Rng,
): Generator<{ readonly judgement: Judgement; readonly state: DriftState }> {
  const model = made();
  const size = model.calibration.reference_batches;
  const accepted: ClassSummaries[] = [];
  let state: DriftState = newDriftState;
  for (const session of drawRehearsalDay(source, { ...plan, sessions: plan.batches }, rng)) {
    const current = mergeClassSummaries(session.map(({ summary }) => summary));
    const past = { rolling: accepted.slice(-size), anchor: accepted.slice(0, size) };
    const judged = decideVerdict(current, past, state, model, { arl: plan.arl, named: false });
    state = judged.state;
    if (judged.judgement.alarm === null && !judged.judgement.doubtful) accepted.push(current);
    yield judged;
  }
}
