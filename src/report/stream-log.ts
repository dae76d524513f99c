// The log of a stream's checks for a tracking server, with one run per stream and one step per batch. The log is read from
// the ledger, and the last step of the run shows where to continue.

import { basename, resolve } from "node:path";
import type { CheckResult, JudgedBatch } from "../monitoring/streams/check-result.ts";
import { canonicalJsonToHash, sha256Bytes } from "../storage/store/hash.ts";
import type { StoredBatch } from "../storage/store/stream-store.ts";
import type { TrackingEvent } from "../storage/tracking/tracking-event.ts";
import { tidemarkVersion } from "../versions.ts";

/** Tags of every stream's run. */
export const streamRun = "stream";
/** The metric that every batch has; it is sent last. */
export const verdictMetric = "verdict";
export const shownInNote = 20;
/** Tag of the run that names its ledger; see `streamLogMark`. */
export const ledgerTag = "tidemark.ledger";
const verdicts = { rejected: -1, normal: 0, gradual_drift: 1, sudden_change: 2 } as const;

export interface CheckedBatch extends Pick<StoredBatch, "batchId" | "contentHash" | "receivedAt" | "status"> {
  /** The batch's number in the stream, counted from 1. */
  readonly step: number;
  readonly result: CheckResult;
}

type BatchIdentity = Pick<StoredBatch, "batchId" | "contentHash" | "receivedAt">;

/** The hash covers the time, because two ledgers that received the same batch independently have different times. */
export function loggedBatchHash({ batchId, contentHash, receivedAt }: BatchIdentity): string {
  return sha256Bytes(canonicalJsonToHash({ batchId, contentHash, receivedAt }));
}

/** Identifies a ledger and records how much of it was sent: the number of the last batch sent, and its hash. */
export function streamLogMark(batch: BatchIdentity & { readonly step: number }): string {
  return `${batch.step} ${loggedBatchHash(batch)}`;
}

/** Null if the text is not a mark. */
export function readStreamLogMark(text: string | undefined): { step: number; hash: string } | null {
  const [, step, hash] = /^([1-9]\d{0,14}) (sha256:[0-9a-f]{64})$/.exec(text ?? "") ?? [];
  return step === undefined ? null : { step: Number(step), hash: hash! };
}

/**
 * Folders that were copied before their first batch have different first batches, and therefore different logs. If a
 * folder was copied later, `mark` distinguishes the runs.
 */
export function beginStreamLog(
  model: { directory: string; modelVersion: string },
  stream: string,
  { first, experiment, mark }: { first: BatchIdentity; experiment: string; mark: string },
): TrackingEvent[] {
  const id = `${model.modelVersion}/${stream}/${loggedBatchHash(first).slice("sha256:".length).slice(0, 16)}`;
  const at = Date.parse(first.receivedAt);
  return [
    { type: "log", id, experiment: `${experiment}/monitoring` },
    {
      type: "run",
      run: streamRun,
      name: `${stream} of ${basename(resolve(model.directory))}`,
      parent: null,
      at,
      tags: {
        "mlflow.source.name": "tidemark check",
        "mlflow.source.type": "LOCAL",
        "tidemark.version": tidemarkVersion,
        "tidemark.model_version": model.modelVersion,
        "tidemark.stream": stream,
        [ledgerTag]: mark,
      },
    },
  ];
}

/**
 * @param batches in order, at least one; the run's tags describe the last one
 * @param before some earlier batches, for the note
 */
export function streamLogEvents(batches: readonly CheckedBatch[], before: readonly CheckedBatch[]): TrackingEvent[] {
  const newest = batches.at(-1)!;
  return [
    ...batches.map((batch): TrackingEvent => {
      const at = Date.parse(batch.receivedAt);
      return { type: "metrics", run: streamRun, at, step: batch.step, values: streamLogMetrics(batch.result) };
    }),
    {
      type: "tags",
      run: streamRun,
      tags: {
        [ledgerTag]: streamLogMark(newest),
        verdict: newest.result.verdict,
        batch_id: newest.batchId,
        ...("alarm_since" in newest.result && { alarm_since: newest.result.alarm_since ?? "-" }),
        "mlflow.note.content": streamLogNote([...before, ...batches].slice(-shownInNote)),
      },
    },
  ];
}

function streamLogMetrics(result: CheckResult): Record<string, number> {
  if (result.verdict === "rejected") return { [verdictMetric]: verdicts.rejected };
  const values: Record<string, number | null> = {
    doubtful: Number(result.doubtful),
    unfamiliar: Number(result.unfamiliar),
    entered_references: Number(result.entered_references),
    windows: result.windows,
    seconds: result.seconds,
    evidence: result.evidence.value,
    alarm_at: result.evidence.alarm_at,
    evidence_share: result.evidence.share ?? null,
    ...streamLogSignals(result),
    ...Object.assign({}, ...result.comparisons.map(streamLogComparison)),
    [verdictMetric]: verdicts[result.verdict],
  };
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== null));
}

function streamLogSignals({ signals, accuracy }: JudgedBatch): Record<string, number | null> {
  const shares = Object.entries(signals.class_shares).map(([name, share]) => [`class_share/${name}`, share]);
  const against = Object.entries(signals.against).flatMap(([reference, distances]) =>
    Object.entries(distances).map(([name, value]) => [`${reference}/${name}`, value]),
  );
  return {
    mean_confidence: signals.mean_confidence,
    flip_rate: signals.flip_rate,
    estimated_accuracy: accuracy?.estimate ?? null,
    estimated_accuracy_lower: accuracy?.lower ?? null,
    estimated_accuracy_upper: accuracy?.upper ?? null,
    ...Object.fromEntries([...shares, ...against]),
  };
}

function streamLogComparison({
  reference,
  p_value,
  score,
  channels,
}: JudgedBatch["comparisons"][number]): Record<string, number | null> {
  const byChannel = Object.entries(channels).flatMap(([channel, statistics]) =>
    Object.entries(statistics).map(([name, value]) => [`${reference}/${name}/${channel}`, value]),
  );
  return { [`${reference}/p_value`]: p_value, [`${reference}/score`]: score, ...Object.fromEntries(byChannel) };
}

/** The last batches as Markdown, newest first. */
function streamLogNote(batches: readonly CheckedBatch[]): string {
  const cell = (text: string): string => text.replace(/[|\n]/g, " ");
  const rows = batches.toReversed().map(({ step, batchId, receivedAt, status, result }) => {
    const name = result.verdict.replace("_", " ");
    return `| ${step} | ${cell(batchId)} | ${receivedAt.slice(0, 16).replace("T", " ")} | ${name} | ${status} |`;
  });
  return ["| step | batch | checked | verdict | status |", "| --- | --- | --- | --- | --- |", ...rows].join("\n");
}
