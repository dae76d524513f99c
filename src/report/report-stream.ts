// Brings a stream's run on the tracking server up to date with its ledger. A copied folder has a copy of the ledger, and
// the two go different ways: a run names the last batch it received, by number and hash, and a ledger without that batch
// leaves it alone and reports to a run of its own.

import { UserError } from "../errors.ts";
import { checkResultSchema } from "../monitoring/streams/check-result.ts";
import { withMonitor } from "../monitoring/streams/monitor-stream.ts";
import type { LedgerOwner } from "../monitoring/streams/publish-reference.ts";
import { type LedgerRow, stored } from "../storage/store/batch-ledger.ts";
import { waitForLock } from "../storage/store/lock.ts";
import { sendAll, type Unsent } from "../storage/tracking/background-sender.ts";
import type { Clock } from "../storage/tracking/clock.ts";
import { EventSender } from "../storage/tracking/event-sender.ts";
import type { MlflowClient, MlflowRun } from "../storage/tracking/mlflow-client.ts";
import type { Patience } from "../storage/tracking/patience.ts";
import {
  batchEvents,
  batchHash,
  beginStream,
  type CheckedBatch,
  ledgerMark,
  ledgerTag,
  readLedgerMark,
  shownInNote,
  streamRun,
  verdictMetric,
} from "./stream-log.ts";

export interface ReportedStream {
  readonly stream: string;
  /** Batches that were new to the server. */
  readonly sent: number;
  readonly page: string | null;
  /** `events` are batches. */
  readonly unsent: Unsent | null;
}

export interface ReportOptions {
  readonly experiment: string;
  /** Shared by all streams that are reported together. */
  readonly patience: Patience;
  readonly warn: (message: string) => void;
  readonly clock?: Clock;
}

/** Batches that are read and sent together. */
const atOnce = 50;

/** Sends what the server does not have yet. One process a model does so at a time, since two might make a run each. */
export async function reportStream(
  client: MlflowClient,
  model: LedgerOwner,
  stream: string,
  options: ReportOptions,
): Promise<ReportedStream> {
  const { patience } = options;
  const total = withMonitor(model, {}, (database) =>
    database.snapshot((ledger) => ledger.stream(stream)?.batches ?? 0),
  );
  if (total === 0) return { stream, sent: 0, page: null, unsent: null };
  const notBegun = (reason: string): ReportedStream => {
    return { stream, sent: 0, page: null, unsent: { events: total, reason } };
  };
  if (patience.leftMs <= 0) return notBegun("not tried: no time was left");
  const began = performance.now();
  const lock = await waitForLock(model.directory, patience.leftMs);
  if (!lock.held) {
    patience.spend(performance.now() - began);
    return notBegun(`${lock.holder} is sending, and may have begun before the last batch; its lock is ${lock.flag}`);
  }
  try {
    return await send(client, model, stream, options);
  } finally {
    await lock.release();
  }
}

async function send(
  client: MlflowClient,
  model: LedgerOwner,
  stream: string,
  { experiment, patience, warn, clock }: ReportOptions,
): Promise<ReportedStream> {
  const { first, newest, total } = ends(model, stream);
  const mark = ledgerMark({ ...newest, step: total });
  let others = 0;
  const sender = new EventSender(client, {
    read: () => Promise.reject(new Error("a stream has no artifacts")),
    belongs: (run) => {
      const own = isToldOf(run, model, stream);
      others += own ? 0 : 1;
      return own;
    },
    warn,
  });
  let unsent = await sendAll(sender, beginStream(model, stream, { first, experiment, mark }), patience, clock);
  const run = sender.run(streamRun);
  const last = run === undefined ? 0 : sentBefore(run);
  if (run !== undefined && last === 0 && others > 0) {
    warn(
      `stream ${stream}: a copy of this folder reported other batches to the run that was there: ` +
        "this folder's batches are in a run of their own",
    );
  }
  let sent = last;
  while (unsent === null && sent < total) {
    const skip = Math.max(0, sent - shownInNote);
    const batches = batchesAfter(model, stream, skip, Math.min(total, sent + atOnce) - skip);
    const fresh = batches.slice(sent - skip);
    if (fresh.length === 0) throw tooFew(stream, total);
    unsent = await sendAll(sender, batchEvents(fresh, batches.slice(0, sent - skip)), patience, clock);
    if (unsent === null) sent += fresh.length;
  }
  const missing = unsent === null ? null : { events: total - sent, reason: unsent.reason };
  return { stream, sent: sent - last, page: sender.page, unsent: missing };
}

/** A new run is marked before anything is sent; what was sent beyond a mark may be another ledger's. */
function sentBefore({ lastSteps, tags }: MlflowRun): number {
  return Math.min(lastSteps[verdictMetric] ?? 0, readLedgerMark(tags[ledgerTag])?.step ?? 0);
}

/** Whether the batch that a run was last told of is in this ledger, in the same place. */
function isToldOf({ tags }: MlflowRun, model: LedgerOwner, stream: string): boolean {
  const mark = readLedgerMark(tags[ledgerTag]);
  if (mark === null) return false;
  const [row] = rowsAfter(model, stream, mark.step - 1, 1);
  return row !== undefined && batchHash(row) === mark.hash;
}

/** Of a stream that has a batch. */
function ends(model: LedgerOwner, stream: string): { first: LedgerRow; newest: LedgerRow; total: number } {
  return withMonitor(model, {}, (database) =>
    database.snapshot((ledger) => {
      const [first] = ledger.skip(stream, 0, 1);
      const [newest] = ledger.last(stream, 1);
      const total = ledger.stream(stream)?.batches ?? 0;
      if (first === undefined || newest === undefined) throw tooFew(stream, total);
      return { first, newest, total };
    }),
  );
}

function tooFew(stream: string, total: number): UserError {
  return new UserError(`the ledger is damaged: stream "${stream}" counts more batches (${total}) than it has`, {
    advice: "Restore monitor.sqlite from a copy; the model itself is not touched.",
  });
}

function rowsAfter(model: LedgerOwner, stream: string, skip: number, limit: number): LedgerRow[] {
  return withMonitor(model, {}, (database) => database.snapshot((ledger) => ledger.skip(stream, skip, limit)));
}

function batchesAfter(model: LedgerOwner, stream: string, skip: number, limit: number): CheckedBatch[] {
  return rowsAfter(model, stream, skip, limit).map((row, i) => {
    const what = `batch "${row.batchId}" of stream "${stream}": result`;
    return { ...row, step: skip + i + 1, result: stored(checkResultSchema, row.result, what) };
  });
}
