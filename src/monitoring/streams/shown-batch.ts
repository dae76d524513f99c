// A batch in the history of its stream: the verdict and its reasons, which the ledger keeps until the stream is erased, and the
// channels that are furthest away, for as long as the ledger keeps the per-channel distances.

import { alarmShare } from "../../alarm-share.ts";
import { parseStoredValue } from "../../storage/stored-value.ts";
import type { BatchStatus, StoredBatch } from "../../storage/stream-store.ts";
import type { CheckResult, JudgedBatch, ReferenceName } from "./check-result.ts";
import { checkResultSchema } from "./check-result-schema.ts";

/** Maximum number of channels shown per batch in a history. */
const mostChannels = 5;

/** The distance of a batch from one reference. */
export interface ShownComparison {
  /** The reference that the batch is compared with. */
  reference: ReferenceName;
  /** Channel or signal that is furthest away. */
  channel: string;
  /** Statistic that is furthest from its usual values. */
  statistic: string;
  /** The largest distance of any channel or signal, relative to its usual values. */
  score: number;
  /** Probability that a drift-free batch is at least as far from the reference; null if judged by constants. */
  p_value: number | null;
}

/** A batch in the history of its stream. */
export interface ShownBatch {
  /** Number of the batch within its stream, counting from 1. */
  number: number;
  /** Id of the batch, unique within its stream. */
  batch_id: string;
  /** When the batch arrived; ISO 8601, UTC. */
  received_at: string;
  /** Time of the batch's first sample, ISO 8601, UTC; null if unknown. */
  data_from: string | null;
  /** Time of the batch's last sample, ISO 8601, UTC; null if unknown. */
  data_to: string | null;
  /** Verdict on the batch. */
  verdict: CheckResult["verdict"];
  /** Whether the kind of drift is final; null for a rejected batch. */
  confirmed: boolean | null;
  /** Status of the batch. */
  status: BatchStatus;
  /** Reason for the status; null if there is none. */
  reason: string | null;
  /** Whether the batch is in the references, so that later batches are compared with it. */
  in_references: boolean;
  /** Evidence as a fraction of the alarm level; null for a rejected batch. */
  evidence: number | null;
  /** What raises the alarm; null if there is no alarm. */
  raised_by: "evidence" | "beyond_chance" | "constants" | null;
  /** Id of the batch at which the alarm began; null if there is no alarm, or if it began more than 99 judged batches ago. */
  alarm_since: string | null;
  /** Id of the batch at which the change is estimated to have begun; null if unknown. */
  change_point: string | null;
  /** Whether the batch is kept out of the references even if it raises no alarm; see `JudgedBatch`. */
  doubtful: boolean;
  /** Whether the batch differs from the people in the training data. */
  unfamiliar: boolean;
  /** Reference that the batch is furthest from; null if nothing could be compared. */
  leading: ReferenceName | null;
  /** One entry per reference that the batch could be compared with. */
  comparisons: ShownComparison[];
  /** Channels that are furthest from the leading reference; empty if the ledger no longer keeps the per-channel distances. */
  channels: {
    /** Name of the channel or signal. */
    channel: string;
    /** Its score against the leading reference. */
    score: number;
  }[];
  /** Faults that would explain the change. */
  likely_causes: JudgedBatch["likely_causes"];
  /** Share of windows by predicted class; null for a rejected batch. */
  class_shares: Record<string, number> | null;
  /** Accuracy estimated without labels; null if it cannot be estimated. */
  accuracy: JudgedBatch["accuracy"];
  /** Number of windows labelled by the network; null for a rejected batch. */
  windows: number | null;
  /** Recorded time in seconds; null for a rejected batch. */
  seconds: number | null;
  /** Faults found by the quality gate; empty unless the batch was rejected. */
  faults: {
    /** Identifies the kind of fault. */
    code: string;
    /** The fault in words. */
    message: string;
  }[];
}

/** What a store knows about a batch besides its result, as JSON. */
export function shownBatchFacts({ receivedAt, dataTime, status, reason, inReferences }: StoredBatch): {
  received_at: string;
  data_from: string | null;
  data_to: string | null;
  status: BatchStatus;
  reason: string | null;
  in_references: boolean;
} {
  return {
    received_at: receivedAt,
    data_from: dataTime?.from ?? null,
    data_to: dataTime?.to ?? null,
    status,
    reason,
    in_references: inReferences,
  };
}

/** @param number the batch's number within its stream, counting from 1 */
export function shownBatch(stored: StoredBatch, number: number): ShownBatch {
  const { batchId } = stored;
  const result = parseStoredValue(checkResultSchema, stored.result, `batch "${batchId}"`);
  const own = {
    number,
    batch_id: batchId,
    ...shownBatchFacts(stored),
  };
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
    evidence: alarmShare(result),
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
