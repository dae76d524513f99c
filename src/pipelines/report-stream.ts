// Brings a stream's run on the tracking server up to date with its ledger.

import { checkResultSchema } from "../monitoring/check-result.ts";
import { stored } from "../store/batch-ledger.ts";
import { waitForLock } from "../store/lock.ts";
import { sendAll, type Unsent } from "../tracking/background-sender.ts";
import { EventSender } from "../tracking/event-sender.ts";
import type { MlflowClient } from "../tracking/mlflow-client.ts";
import { withMonitor } from "./monitor-stream.ts";
import type { MonitoredModel } from "./publish-reference.ts";
import { batchEvents, beginStream, type CheckedBatch, shownInNote, streamRun, verdictMetric } from "./stream-log.ts";

export interface ReportedStream {
  readonly stream: string;
  /** Batches that were new to the server. */
  readonly sent: number;
  readonly page: string | null;
  readonly unsent: Unsent | null;
}

/** Batches that are read and sent together. */
const atOnce = 50;

/**
 * Sends what the server does not have yet. One process a model does so at a time, since two might make a run each.
 * @param patienceMs how long to go on where nothing is taken
 */
export async function reportStream(
  client: MlflowClient,
  model: MonitoredModel,
  stream: string,
  options: { experiment: string; patienceMs: number; warn: (message: string) => void },
): Promise<ReportedStream> {
  const lock = await waitForLock(model.directory, options.patienceMs);
  if (!lock.held) {
    const reason = `${lock.holder} is sending, and may have begun before this batch; its lock is ${lock.flag}`;
    const unsent = { events: 1, reason };
    return { stream, sent: 0, page: null, unsent };
  }
  try {
    return await send(client, model, stream, options);
  } finally {
    await lock.release();
  }
}

async function send(
  client: MlflowClient,
  model: MonitoredModel,
  stream: string,
  { experiment, patienceMs, warn }: Parameters<typeof reportStream>[3],
): Promise<ReportedStream> {
  const [first] = batchesAfter(model, stream, 0, 1);
  if (first === undefined) return { stream, sent: 0, page: null, unsent: null };
  const sender = new EventSender(client, { fileOf: (file) => file, warn });
  const beginning = beginStream(model, stream, Date.parse(first.receivedAt), experiment);
  let unsent = await sendAll(sender, beginning, patienceMs);
  const last = sender.run(streamRun)?.lastSteps[verdictMetric] ?? 0;
  let sent = last;
  while (unsent === null) {
    const skip = Math.max(0, sent - shownInNote);
    const batches = batchesAfter(model, stream, skip, sent - skip + atOnce);
    const fresh = batches.slice(sent - skip);
    if (fresh.length === 0) break;
    unsent = await sendAll(sender, batchEvents(fresh, batches.slice(0, sent - skip)), patienceMs);
    if (unsent === null) sent += fresh.length;
  }
  return { stream, sent: sent - last, page: sender.page, unsent };
}

function batchesAfter(model: MonitoredModel, stream: string, skip: number, limit: number): CheckedBatch[] {
  const rows = withMonitor(model, {}, (database) => database.transaction((ledger) => ledger.skip(stream, skip, limit)));
  return rows.map((row, i) => {
    const what = `batch "${row.batchId}" of stream "${stream}": result`;
    return { ...row, step: skip + i + 1, result: stored(checkResultSchema, row.result, what) };
  });
}
