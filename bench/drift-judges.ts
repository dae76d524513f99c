// Methods that judge a stream of batches: the monitor as `check` runs it, calibrated or with textbook constants, and
// the competitor from drift-competitor.ts.

import type { CheckResult } from "../src/monitoring/streams/check-result.ts";
import { judgeBatch } from "../src/monitoring/streams/judge-batch.ts";
import type { StreamMemory } from "../src/monitoring/streams/monitor-stream.ts";
import type { JudgeOptions, MeasuredBatch, StreamState } from "../src/monitoring/streams/stream-state.ts";
import { admitByUpdateRules } from "../src/monitoring/streams/update-rules.ts";
import type { ModelHandle } from "../src/pipelines/model-handle.ts";
import { withSuspectedFaults } from "./day-streams.ts";
import type { WindowFeatures } from "./drift-competitor.ts";

export interface DayBatch {
  readonly measured: MeasuredBatch;
  readonly features: WindowFeatures;
}

export type JudgedResult = Extract<CheckResult, { comparisons: unknown }>;

export interface Answer {
  readonly verdict: JudgedResult["verdict"];
  readonly unfamiliar: boolean;
  /** Whether the batch is added to the stream's references. */
  readonly entered: boolean;
}

/**
 * The state of a judge after some batches of a stream. Judging a batch does not change the judge, so several continuations can
 * start from the same state.
 */
export interface Judge {
  readonly judge: (batch: DayBatch) => Promise<{ readonly answer: Answer; readonly after: Judge }>;
}

const usual: JudgeOptions = { thresholds: "calibrated", alpha: 0.05, arl: 500, accept: false };

export const newMonitorMemory: StreamMemory<StreamState> = {
  rolling: [],
  anchor: [],
  evidence: null,
  batchesBefore: 0,
};

export function monitorJudge(model: ModelHandle, options: Partial<JudgeOptions> = {}): Judge {
  const at = (memory: StreamMemory<StreamState>): Judge => ({
    judge: async ({ measured }) => {
      const { result, after } = await judgeWithMemory(measured, memory, model, options);
      const { verdict, unfamiliar, entered_references: entered } = result;
      return { answer: { verdict, unfamiliar, entered }, after: at(after) };
    },
  });
  return at(newMonitorMemory);
}

/** Returns what `check` answers for one batch, and the stream's state after that batch. */
export async function judgeWithMemory(
  batch: MeasuredBatch,
  memory: StreamMemory<StreamState>,
  model: ModelHandle,
  options: Partial<JudgeOptions> = {},
): Promise<{ readonly result: JudgedResult; readonly after: StreamMemory<StreamState> }> {
  const { rolling, anchor, batchesBefore } = memory;
  const size = model.watched.monitored.referenceBatches;
  const facts = { batchId: `${batchesBefore}`, stream: "bench", modelVersion: "", checkedAt: "" };
  const decide = (measured: MeasuredBatch): ReturnType<typeof judgeBatch> =>
    judgeBatch(measured, memory, model.watched, { ...usual, ...options }, facts);
  let decision = decide(batch);
  // The verdict depends on causes only if a stream has no past. Searching for causes takes much longer than judging.
  const { result: first } = decision;
  if (anchor.length < size && first.verdict !== "rejected" && (first.verdict !== "normal" || first.unfamiliar)) {
    decision = decide(await withSuspectedFaults(model, batch));
  }
  if (decision.verdict === "rejected" || decision.result.verdict === "rejected") {
    throw new Error("the monitor rejected a batch that had already been measured");
  }
  const { doubtful = false, summary, evidence, result } = decision;
  const kept = admitByUpdateRules(decision.verdict, { doubtful }).inReferences
    ? { rolling: [...rolling, summary].slice(-size), anchor: [...anchor, summary].slice(0, size) }
    : { rolling, anchor };
  return { result, after: { ...kept, evidence, batchesBefore: batchesBefore + 1 } };
}
