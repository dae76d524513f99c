// Those who judge a stream of batches: the monitor as `check` runs it, calibrated or with the textbook's constants, and the
// competitor of drift-competitor.ts.

import type { CheckResult } from "../src/monitoring/streams/check-result.ts";
import { judgeBatch } from "../src/monitoring/streams/judge-batch.ts";
import type { StreamMemory } from "../src/monitoring/streams/monitor-stream.ts";
import type { JudgeOptions, MeasuredBatch, StreamState } from "../src/monitoring/streams/stream-state.ts";
import { admitByUpdateRules } from "../src/monitoring/streams/update-rules.ts";
import type { WatchedModel } from "../src/monitoring/streams/watched-model.ts";
import type { WindowFeatures } from "./drift-competitor.ts";

export interface DayBatch {
  readonly measured: MeasuredBatch;
  readonly features: WindowFeatures;
}

export type JudgedResult = Extract<CheckResult, { comparisons: unknown }>;

export interface Answer {
  readonly verdict: JudgedResult["verdict"];
  readonly unfamiliar: boolean;
  /** Whether the batch enters the stream's references. */
  readonly entered: boolean;
}

/** A judge at some moment of a stream. It is not changed by judging, so several futures can follow the same past. */
export interface Judge {
  readonly judge: (batch: DayBatch) => { readonly answer: Answer; readonly after: Judge };
}

const usual: JudgeOptions = { thresholds: "calibrated", alpha: 0.05, arl: 500, accept: false };

export const newMonitorMemory: StreamMemory<StreamState> = {
  rolling: [],
  anchor: [],
  evidence: null,
  batchesBefore: 0,
};

export function monitorJudge(model: WatchedModel, options: Partial<JudgeOptions> = {}): Judge {
  const at = (memory: StreamMemory<StreamState>): Judge => ({
    judge: ({ measured }) => {
      const { result, after } = judgeWithMemory(measured, memory, model, options);
      const { verdict, unfamiliar, entered_references: entered } = result;
      return { answer: { verdict, unfamiliar, entered }, after: at(after) };
    },
  });
  return at(newMonitorMemory);
}

/** The answer of `check` about one batch, and what the stream remembers afterwards. */
export function judgeWithMemory(
  batch: MeasuredBatch,
  memory: StreamMemory<StreamState>,
  model: WatchedModel,
  options: Partial<JudgeOptions> = {},
): { readonly result: JudgedResult; readonly after: StreamMemory<StreamState> } {
  const { rolling, anchor, batchesBefore } = memory;
  const facts = { batchId: `${batchesBefore}`, stream: "bench", modelVersion: "", checkedAt: "" };
  const decision = judgeBatch(batch, memory, model, { ...usual, ...options }, facts);
  if (decision.verdict === "rejected" || decision.result.verdict === "rejected") {
    throw new Error("the monitor rejected a batch that had already been measured");
  }
  const { doubtful = false, summary, evidence, result } = decision;
  const size = model.monitored.referenceBatches;
  const kept = admitByUpdateRules(decision.verdict, { doubtful }).inReferences
    ? { rolling: [...rolling, summary].slice(-size), anchor: [...anchor, summary].slice(0, size) }
    : { rolling, anchor };
  return { result, after: { ...kept, evidence, batchesBefore: batchesBefore + 1 } };
}
