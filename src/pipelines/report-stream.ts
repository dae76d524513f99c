// Brings a stream's run on the tracking server up to date with its ledger.

import { setTimeout as sleep } from "node:timers/promises";
import { checkResultSchema } from "../monitoring/check-result.ts";
import { acquireLock } from "../store/lock.ts";
import { BackgroundSender, type Unsent } from "../tracking/background-sender.ts";
import { EventSender } from "../tracking/event-sender.ts";
import type { MlflowClient } from "../tracking/mlflow-client.ts";
import type { TrackingEvent } from "../tracking/tracking-event.ts";
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
  const release = await lock(model.directory, options.patienceMs);
  if (release === null) {
    const unsent = { events: 1, reason: "another process is sending; it may have begun before this batch" };
    return { stream, sent: 0, page: null, unsent };
  }
  try {
    return await send(client, model, stream, options);
  } finally {
    await release();
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
  const sendAll = async (events: readonly TrackingEvent[]): Promise<Unsent | null> => {
    const background = new BackgroundSender(sender);
    background.enqueue(...events);
    return background.finish(patienceMs);
  };
  let unsent = await sendAll(beginStream(model, stream, Date.parse(first.receivedAt), experiment));
  const last = sender.run(streamRun)?.lastSteps[verdictMetric] ?? 0;
  let sent = last;
  while (unsent === null) {
    const skip = Math.max(0, sent - shownInNote);
    const batches = batchesAfter(model, stream, skip, sent - skip + atOnce);
    const fresh = batches.slice(sent - skip);
    if (fresh.length === 0) break;
    unsent = await sendAll(batchEvents(fresh, batches.slice(0, sent - skip)));
    if (unsent === null) sent += fresh.length;
  }
  return { stream, sent: sent - last, page: sender.page, unsent };
}

function batchesAfter(model: MonitoredModel, stream: string, skip: number, limit: number): CheckedBatch[] {
  const rows = withMonitor(model, {}, (database) => database.transaction((ledger) => ledger.skip(stream, skip, limit)));
  return rows.map((row, i) => ({ ...row, step: skip + i + 1, result: checkResultSchema.parse(row.result) }));
}

async function lock(directory: string, patienceMs: number): Promise<(() => Promise<void>) | null> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const lock = await acquireLock(directory);
    if (lock.held) return lock.release;
    if (performance.now() > until) return null;
    await sleep(100);
  }
}
