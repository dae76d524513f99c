// Those who judge a stream of batches: the monitor with its update rules, calibrated or with the textbook's constants, and the
// competitor of drift-competitor.ts.

import { type DriftState, type DriftVerdict, newDriftState } from "../src/monitoring/drift/drift-state.ts";
import { type DriftOptions, decideVerdict, type Judgement, type Past } from "../src/monitoring/drift/verdict.ts";
import { admitByUpdateRules } from "../src/monitoring/streams/update-rules.ts";
import type { WatchedModel } from "../src/monitoring/streams/watched-model.ts";
import type { ClassSummaries } from "../src/monitoring/summaries/class-summaries.ts";
import type { WindowFeatures } from "./drift-competitor.ts";

export interface DayBatch {
  readonly byClass: ClassSummaries;
  readonly features: WindowFeatures;
}

export interface Answer {
  readonly verdict: DriftVerdict;
  readonly unfamiliar: boolean;
  /** Whether the batch enters the stream's references. */
  readonly entered: boolean;
}

/** A judge at some moment of a stream. It is not changed by judging, so several futures can follow the same past. */
export interface Judge {
  readonly judge: (batch: DayBatch) => { readonly answer: Answer; readonly after: Judge };
}

/** What the monitor knows of a stream. */
export interface MonitorMemory {
  readonly past: Past;
  readonly state: DriftState;
}

export const newMonitorMemory: MonitorMemory = { past: { rolling: [], anchor: [] }, state: newDriftState };

export function monitorJudge({ model }: Pick<WatchedModel, "model">, options: DriftOptions = {}): Judge {
  const at = (memory: MonitorMemory): Judge => ({
    judge: ({ byClass }) => {
      const { judgement, entered, after } = judgeWithMemory(byClass, memory, model, options);
      return { answer: { verdict: judgement.verdict, unfamiliar: judgement.unfamiliar, entered }, after: at(after) };
    },
  });
  return at(newMonitorMemory);
}

/** The verdict on one batch, and what the monitor knows afterwards. */
export function judgeWithMemory(
  batch: ClassSummaries,
  { past, state }: MonitorMemory,
  model: WatchedModel["model"],
  options: DriftOptions = {},
): { judgement: Judgement; entered: boolean; after: MonitorMemory } {
  const size = model.calibration.reference_batches;
  const judged = decideVerdict(batch, past, state, model, options);
  const { verdict, doubtful } = judged.judgement;
  const { inReferences: entered } = admitByUpdateRules(verdict, { doubtful });
  const kept = entered
    ? { rolling: [...past.rolling, batch].slice(-size), anchor: [...past.anchor, batch].slice(0, size) }
    : past;
  return { judgement: judged.judgement, entered, after: { past: kept, state: judged.state } };
}
