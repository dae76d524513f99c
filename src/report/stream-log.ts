// The log of a stream's checks for a tracking server, with one run per stream and one step per batch. The log is read from the
// ledger, and the run's last step shows where to continue. A run has at most 30 metrics, because an MLflow page stops showing
// charts beyond that number; a table holds every statistic of a batch.

import { basename, resolve } from "node:path";
import type { CheckResult, JudgedBatch } from "../monitoring/streams/check-result.ts";
import { canonicalJsonToHash, sha256Bytes } from "../storage/hash.ts";
import type { StoredBatch } from "../storage/stream-store.ts";
import type { TrackingEvent } from "../storage/tracking-event.ts";
import { tidemarkVersion } from "../versions.ts";

/** The log's name for the run of a stream. */
export const streamRun = "stream";
/** The metric that every batch has; it is sent last. */
export const verdictMetric = "verdict";
/** Number of most recent batches in the note of a run. */
export const shownInNote = 20;
/** Number of batches per table; limited because a table is sent again with each new batch. */
const batchesPerTable = 100;
/** Number of newest tables that MLflow lists; limited because their names are stored in a tag of limited length. */
const listedTables = 50;
/** More classes than this would exceed 30 metrics, so only the table contains their shares. */
const mostClassMetrics = 10;
/** The run's tag that identifies its ledger; see `streamLogMark`. */
export const ledgerTag = "tidemark.ledger";
const verdicts = { rejected: -1, normal: 0, gradual_drift: 1, sudden_change: 2 } as const;

export interface CheckedBatch extends Pick<StoredBatch, "batchId" | "contentHash" | "receivedAt" | "status"> {
  /** The batch's number in the stream, counted from 1. */
  readonly step: number;
  readonly result: CheckResult;
}

type BatchIdentity = Pick<StoredBatch, "batchId" | "contentHash" | "receivedAt">;

/** The hash covers the time because two ledgers that received the same batch independently have different times. */
export function loggedBatchHash({ batchId, contentHash, receivedAt }: BatchIdentity): string {
  return sha256Bytes(canonicalJsonToHash({ batchId, contentHash, receivedAt }));
}

/** Identifies a ledger and records how much of it was sent: the number of the last batch sent, and its hash. */
export function streamLogMark(batch: BatchIdentity & { readonly step: number }): string {
  return `${batch.step} ${loggedBatchHash(batch)}`;
}

/** Parses the mark that a stream's run carries; null if the text is not a mark. */
export function readStreamLogMark(text: string | undefined): { step: number; hash: string } | null {
  const [, step, hash] = /^([1-9]\d{0,14}) (sha256:[0-9a-f]{64})$/.exec(text ?? "") ?? [];
  return step === undefined ? null : { step: Number(step), hash: hash! };
}

/**
 * Begins the log of a stream. If a model folder was copied before the stream's first batch, the copies have different first
 * batches, and therefore different logs. If it was copied later, `mark` distinguishes the runs.
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
 * The events are ordered so that sending may stop at any point: a batch counts as sent once its verdict and the tags have
 * arrived.
 *
 * @param batches in order, at least one; the run's tags describe the last one
 * @param before earlier batches, for the note and the tables
 * @param options.tables whether the server stores artifacts
 */
export function streamLogEvents(
  batches: readonly CheckedBatch[],
  before: readonly CheckedBatch[],
  { tables }: { tables: boolean },
): TrackingEvent[] {
  const newest = batches.at(-1)!;
  const all = [...before, ...batches];
  const starts = new Set(batches.map(({ step }) => streamLogTableStart(step)));
  return [
    ...(tables ? [...starts].map((start) => streamLogTable(all, start)) : []),
    // Nothing runs between two checks, so each check moves the run's end time.
    { type: "status", run: streamRun, status: "FINISHED", at: Date.parse(newest.receivedAt) },
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
        ...(tables && { "mlflow.loggedArtifacts": streamLogTables(newest.step) }),
        "mlflow.note.content": streamLogNote(all.slice(-shownInNote)),
      },
    },
  ];
}

/** The first batch in the table that contains the given batch. */
export function streamLogTableStart(step: number): number {
  return step - ((step - 1) % batchesPerTable);
}

const streamLogTableFile = (start: number): string => `batches-${start}.json`;

/** The value of the tag that tells MLflow that an artifact is a table. */
function streamLogTables(newest: number): string {
  const starts = Array.from({ length: Math.ceil(newest / batchesPerTable) }, (_, i) => 1 + i * batchesPerTable);
  return JSON.stringify(
    starts.slice(-listedTables).map((start) => ({ path: streamLogTableFile(start), type: "table" })),
  );
}

/** All statistics of some batches, in pandas' "split" orient, which `mlflow.load_table` reads. */
function streamLogTable(batches: readonly CheckedBatch[], start: number): TrackingEvent {
  const rows = batches
    .filter(({ step }) => streamLogTableStart(step) === start)
    .map(({ step, batchId, receivedAt, status, result }) => ({
      step,
      verdict: result.verdict,
      batch_id: batchId,
      checked_at: receivedAt,
      status,
      ...(result.verdict === "rejected" ? {} : streamLogStatistics(result)),
    }));
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const data = rows.map((row) => columns.map((column) => (row as Record<string, unknown>)[column] ?? null));
  const file = streamLogTableFile(start);
  return { type: "artifact", run: streamRun, file, path: file, content: JSON.stringify({ columns, data }) };
}

/**
 * The metrics of a batch. All batches of a stream have at most 30 different metrics in total. The verdict comes last; see
 * `verdictMetric`.
 */
function streamLogMetrics(result: CheckResult): Record<string, number> {
  if (result.verdict === "rejected") return { [verdictMetric]: verdicts.rejected };
  const shares = Object.keys(result.signals.class_shares).map((name) => `class_share/${name}`);
  const shown = [...headlineMetrics, ...(shares.length <= mostClassMetrics ? shares : [])];
  const statistics = streamLogStatistics(result);
  const values = shown.map((name): [string, number | null | undefined] => [name, statistics[name]]);
  return {
    ...Object.fromEntries(values.filter((entry): entry is [string, number] => typeof entry[1] === "number")),
    [verdictMetric]: verdicts[result.verdict],
  };
}

const headlineMetrics: readonly string[] = [
  "evidence",
  "alarm_at",
  "evidence_share",
  "doubtful",
  "unfamiliar",
  "entered_references",
  "windows",
  "seconds",
  "mean_confidence",
  "flip_rate",
  "estimated_accuracy",
  "estimated_accuracy_lower",
  "estimated_accuracy_upper",
  ...["baseline", "anchor", "rolling"].flatMap((reference) => [`${reference}/p_value`, `${reference}/score`]),
];

function streamLogStatistics(result: JudgedBatch): Record<string, number | null> {
  return {
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
  };
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

/** The verdict, followed by the most recent batches as a Markdown table, newest first. */
function streamLogNote(batches: readonly CheckedBatch[]): string {
  const cell = (text: string): string => text.replace(/[|\n]/g, " ");
  const rows = batches.toReversed().map(({ step, batchId, receivedAt, status, result }) => {
    return `| ${step} | ${verdictInStreamLog(result)} | ${cell(batchId)} | ${receivedAt.slice(0, 16).replace("T", " ")} | ${status} |`;
  });
  const { step, batchId, result } = batches.at(-1)!;
  return [
    `**${verdictInStreamLog(result)}** after batch ${step} (${cell(batchId)})`,
    "",
    "| step | verdict | batch | checked | status |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

const verdictInStreamLog = ({ verdict }: CheckResult): string => verdict.replace("_", " ");
