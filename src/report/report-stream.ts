// Brings a stream's run on the tracking server up to date with the ledger. A copied folder contains a copy of the ledger, and
// the two may diverge, so a run records the number and hash of the last batch that it received. If the ledger does not contain
// that batch, the ledger's batches are reported to a new run.

import { counted } from "../counted.ts";
import { UserError } from "../errors.ts";
import { checkResultSchema } from "../monitoring/streams/check-result-schema.ts";
import type { LedgerOwner, ReadableLedger } from "../monitoring/streams/model-ledger.ts";
import type { Reporter } from "../reporter.ts";
import { runBackgroundSender, type Unsent } from "../storage/background-sender.ts";
import { EventSender } from "../storage/event-sender.ts";
import { waitForLock } from "../storage/lock.ts";
import type { MlflowClient } from "../storage/mlflow-client.ts";
import type { MlflowRun } from "../storage/mlflow-run.ts";
import type { Clock } from "../storage/sender-clock.ts";
import type { ServerTimeLimits } from "../storage/server-time-limits.ts";
import { parseStoredValue } from "../storage/stored-value.ts";
import type { StoredBatch } from "../storage/stream-store.ts";
import {
  beginStreamLog,
  type CheckedBatch,
  ledgerTag,
  loggedBatchHash,
  readStreamLogMark,
  shownInNote,
  streamLogEvents,
  streamLogMark,
  streamLogTableStart,
  streamRun,
  verdictMetric,
} from "./stream-log.ts";

/** Outcome of sending one stream's batches to a server. */
export interface ReportedStream {
  /** Name of the stream. */
  readonly stream: string;
  /** Batches that were new to the server. */
  readonly sent: number;
  /** Address of the run's page; null if the server has none. */
  readonly page: string | null;
  /** Batches that the server did not accept; `events` is their number. */
  readonly unsent: Unsent | null;
}

export interface ReportOptions {
  readonly experiment: string;
  /** Time limits shared by all streams that are reported together. */
  readonly limits: ServerTimeLimits;
  readonly warn: Reporter["warn"];
  readonly clock?: Clock;
  /** Folder whose lock allows only one process to send; null if no other process sends. Default: the model's folder. */
  readonly lockIn?: string | null;
}

/** Maximum number of batches read and sent together. */
const atOnce = 50;

/**
 * Sends everything that the server does not have yet. Only one process per stream may do this, because two processes might each
 * create a run.
 */
export async function reportStream(
  client: MlflowClient,
  ledger: ReadableLedger,
  model: LedgerOwner,
  stream: string,
  options: ReportOptions,
): Promise<ReportedStream> {
  const { limits, lockIn = model.directory } = options;
  const { total } = await ledger.page(stream, { limit: 0 });
  if (total === 0) return { stream, sent: 0, page: null, unsent: null };
  const notBegun = (reason: string): ReportedStream => {
    return { stream, sent: 0, page: null, unsent: { events: total, reason } };
  };
  if (limits.leftMs <= 0) return notBegun("not tried, because no time was left");
  if (lockIn === null) return reportStreamUnderLock(client, ledger, model, stream, options);
  const began = performance.now();
  const lock = await waitForLock(lockIn, limits.leftMs);
  if (!lock.held) {
    limits.spend(performance.now() - began);
    return notBegun(
      `${lock.holder} is already sending, but may have started before the last batch; its lock is ${lock.flag}`,
    );
  }
  try {
    return await reportStreamUnderLock(client, ledger, model, stream, options);
  } finally {
    await lock.release();
  }
}

async function reportStreamUnderLock(
  client: MlflowClient,
  ledger: ReadableLedger,
  model: LedgerOwner,
  stream: string,
  { experiment, limits, warn, clock }: ReportOptions,
): Promise<ReportedStream> {
  const { first, newest, total } = await endsOfReportedStream(ledger, stream);
  const mark = streamLogMark({ ...newest, step: total });
  let others = 0;
  const sender = new EventSender(client, {
    read: ({ content = "" }) => Promise.resolve(Buffer.from(content)),
    belongs: async (run) => {
      const own = await runReportsStream(run, ledger, stream);
      others += own ? 0 : 1;
      return own;
    },
    warn,
  });
  let unsent = await runBackgroundSender(
    sender,
    beginStreamLog(model, stream, { first, experiment, mark }),
    limits,
    clock,
  );
  const run = sender.run(streamRun);
  const last = run === undefined ? 0 : countReportedBatches(run);
  if (run !== undefined && last === 0 && others > 0) {
    warn(
      `stream ${stream}: a copy of this folder has reported other batches to the existing run, so ` +
        "this folder's batches are reported to a new run",
    );
  }
  // A server that stores its artifacts elsewhere would reject every table of every check.
  const tables = run?.artifactUri.startsWith("mlflow-artifacts:") ?? false;
  let sent = last;
  while (unsent === null && sent < total) {
    const skip = Math.max(0, Math.min(sent - shownInNote, streamLogTableStart(sent + 1) - 1));
    const batches = await batchesToReport(ledger, stream, skip, Math.min(total, sent + atOnce) - skip);
    const fresh = batches.slice(sent - skip);
    if (fresh.length === 0) throw tooFewBatchesToReport(stream, total);
    const events = streamLogEvents(fresh, batches.slice(0, sent - skip), { tables });
    unsent = await runBackgroundSender(sender, events, limits, clock);
    if (unsent === null) sent += fresh.length;
  }
  const missing = unsent === null ? null : { events: total - sent, reason: unsent.reason };
  return { stream, sent: sent - last, page: sender.page, unsent: missing };
}

/**
 * The number of batches that the run is certain to have received. Batches after the mark do not count, because they may come
 * from another ledger. For this reason, a new run is marked before anything is sent to it.
 */
function countReportedBatches({ lastSteps, tags }: MlflowRun): number {
  return Math.min(lastSteps[verdictMetric] ?? 0, readStreamLogMark(tags[ledgerTag])?.step ?? 0);
}

/** Whether this ledger contains, at the same position, the last batch that the run received. */
async function runReportsStream({ tags }: MlflowRun, ledger: ReadableLedger, stream: string): Promise<boolean> {
  const mark = readStreamLogMark(tags[ledgerTag]);
  if (mark === null) return false;
  const [batch] = (await ledger.page(stream, { skip: mark.step - 1, limit: 1 })).batches;
  return batch !== undefined && loggedBatchHash(batch) === mark.hash;
}

/** The first and the newest batch of a stream that has at least one batch, and the total number of its batches. */
async function endsOfReportedStream(
  ledger: ReadableLedger,
  stream: string,
): Promise<{ first: StoredBatch; newest: StoredBatch; total: number }> {
  const { total, batches } = await ledger.page(stream, { fromEnd: true, limit: 1 });
  const [newest] = batches;
  const [first] = (await ledger.page(stream, { limit: 1 })).batches;
  if (first === undefined || newest === undefined) throw tooFewBatchesToReport(stream, total);
  return { first, newest, total };
}

function tooFewBatchesToReport(stream: string, total: number): UserError {
  return new UserError(
    `the ledger is damaged: stream "${stream}": expected ${counted(total, "batch", "batches")}, found fewer`,
    {
      advice: "Restore monitor.sqlite from a copy; the model itself is not affected.",
    },
  );
}

async function batchesToReport(
  ledger: ReadableLedger,
  stream: string,
  skip: number,
  limit: number,
): Promise<CheckedBatch[]> {
  const { batches } = await ledger.page(stream, { skip, limit });
  return batches.map((batch, i) => {
    const what = `batch "${batch.batchId}" of stream "${stream}": result`;
    return { ...batch, step: skip + i + 1, result: parseStoredValue(checkResultSchema, batch.result, what) };
  });
}
