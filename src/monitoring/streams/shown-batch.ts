// What the history of a stream says about one of its batches: the verdict with its reasons, in the words and numbers that the
// ledger keeps forever, and the distances by channel as long as it keeps those.
import { parseStoredValue } from "../../storage/store/stored-value.ts";
import type { BatchStatus, StoredBatch } from "../../storage/store/stream-store.ts";
import { headlineEvidenceShare } from "./batch-headline.ts";
import type { CheckResult, JudgedBatch, ReferenceName } from "./check-result.ts";
import { checkResultSchema } from "./check-result-schema.ts";

/** Maximum number of a batch's channels in a history. */
const mostChannels = 5;

/** The distance of a batch from one reference. */
export interface ShownComparison {
  /** Which reference. */
  reference: ReferenceName;
  /** Channel or signal that is furthest away. */
  channel: string;
  /** Statistic by which it is furthest away. */
  statistic: string;
  /** The largest distance, relative to what is usual. */
  score: number;
  /** Share of drift-free batches at least as far away; null if judged by constants. */
  p_value: number | null;
}

/** A batch in the history of its stream. */
export interface ShownBatch {
  /** Number of the batch in its stream, counted from 1. */
  number: number;
  /** Id of the batch, unique within its stream. */
  batch_id: string;
  /** ISO 8601, UTC. */
  received_at: string;
  /** Verdict about the batch. */
  verdict: CheckResult["verdict"];
  /** Whether the name of the change is final; null for a rejected batch. */
  confirmed: boolean | null;
  /** Status of the batch. */
  status: BatchStatus;
  /** Reason for the status; null if there is none. */
  reason: string | null;
  /** Whether later batches are compared with it. */
  in_references: boolean;
  /** Evidence as a share of the alarm level; null for a rejected batch. */
  evidence: number | null;
  /** What raises the alarm; null without an alarm. */
  raised_by: "evidence" | "beyond_chance" | "constants" | null;
  /** Id of the batch at which the alarm began; null without an alarm. */
  alarm_since: string | null;
  /** Id of the batch at which the change is estimated to have begun; null if unknown. */
  change_point: string | null;
  /** Whether the batch differs from the stream's past without raising an alarm. */
  doubtful: boolean;
  /** Whether the batch differs from the people in the training data. */
  unfamiliar: boolean;
  /** Reference from which it is furthest away; null if nothing could be compared. */
  leading: ReferenceName | null;
  /** One entry per available reference. */
  comparisons: ShownComparison[];
  /** Channels that are furthest from the leading reference; empty for an old batch, whose distances have been dropped. */
  channels: { channel: string; score: number }[];
  /** Faults that would explain the change. */
  likely_causes: JudgedBatch["likely_causes"];
  /** Share of windows by predicted class; null for a rejected batch. */
  class_shares: Record<string, number> | null;
  /** Accuracy estimated without labels; null if it cannot be estimated. */
  accuracy: JudgedBatch["accuracy"];
  /** Windows labelled; null for a rejected batch. */
  windows: number | null;
  /** Recorded time; null for a rejected batch. */
  seconds: number | null;
  /** Reasons of the quality gate; empty unless the batch was rejected. */
  faults: { code: string; message: string }[];
}

/** @param number of the batch in its stream, counted from 1 */
export function shownBatch(stored: StoredBatch, number: number): ShownBatch {
  const { batchId, receivedAt, status, reason, inReferences } = stored;
  const result = parseStoredValue(checkResultSchema, stored.result, `batch "${batchId}"`);
  const own = { number, batch_id: batchId, received_at: receivedAt, status, reason, in_references: inReferences };
  if (result.verdict === "rejected") {
    return {
      ...own,
      verdict: "rejected",
      confirmed: null,
      evidence: null,
      raised_by: null,
      alarm_since: null,
      change_point: null,
      doubtful: false,
      unfamiliar: false,
      leading: null,
      comparisons: [],
      channels: [],
      likely_causes: [],
      class_shares: null,
      accuracy: null,
      windows: null,
      seconds: null,
      faults: result.reasons.map(({ code, message }) => ({ code, message })),
    };
  }
  const { verdict, confirmed, evidence, alarm_since, change_point, doubtful, unfamiliar, leading } = result;
  return {
    ...own,
    verdict,
    confirmed,
    evidence: headlineEvidenceShare(result),
    raised_by: evidence.raised_by ?? null,
    alarm_since,
    change_point,
    doubtful,
    unfamiliar,
    leading,
    comparisons: result.comparisons.map(({ reference, channel, statistic, score, p_value }) => ({
      reference,
      channel,
      statistic,
      score,
      p_value,
    })),
    channels: shownBatchChannels(result),
    likely_causes: result.likely_causes,
    class_shares: result.signals.class_shares,
    accuracy: result.accuracy,
    windows: result.windows,
    seconds: result.seconds,
    faults: [],
  };
}

function shownBatchChannels({ leading, comparisons }: JudgedBatch): ShownBatch["channels"] {
  const { channels = {} } = comparisons.find(({ reference }) => reference === leading) ?? {};
  const scored = Object.entries(channels).flatMap(([channel, { score }]) =>
    score === undefined ? [] : [{ channel, score }],
  );
  return scored.sort((a, b) => b.score - a.score).slice(0, mostChannels);
}
