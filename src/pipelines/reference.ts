// `tidemark reference` and `tidemark baseline`: what a model's references are, and what a person decides about them.

import { UserError } from "../errors.ts";
import { listStreams, withStream } from "../monitoring/streams/monitor-stream.ts";
import { openMonitor } from "../monitoring/streams/open-monitor.ts";
import type { RollingReference } from "../monitoring/streams/rolling-reference.ts";
import { streamSchemas } from "../monitoring/streams/stream-state.ts";
import type { ByHand } from "../monitoring/streams/update-rules.ts";
import type { LedgerRow } from "../storage/store/batch-ledger.ts";

export type { ByHand };

export interface ShownReference {
  readonly reference: RollingReference;
  /** The stream's newest batches, whatever became of them, oldest first. */
  readonly ledger: readonly LedgerRow[];
  /** All streams of the model that had a batch. */
  readonly streams: readonly string[];
}

export interface ReferenceOptions {
  readonly model: string;
  readonly stream: string;
}

/** Rows of the ledger that are shown. */
const shownRows = 20;

/** @throws UserError where the model folder cannot be used, or has no such stream */
export async function showReference(options: ReferenceOptions): Promise<ShownReference> {
  const { monitored } = await openMonitor(options.model);
  const streams = listStreams(monitored);
  return withStream(monitored, { stream: options.stream, schemas: streamSchemas }, (stream) => ({
    reference: stream.reference(),
    ledger: stream.newest(shownRows),
    streams,
  }));
}

/**
 * Takes a batch into the stream's references, or out of them.
 * @returns false where it was so already
 */
export async function decideReference(action: ByHand, batchId: string, options: ReferenceOptions): Promise<boolean> {
  const { monitored } = await openMonitor(options.model);
  return withStream(monitored, { stream: options.stream, schemas: streamSchemas }, (stream) =>
    stream.decideByHand(action, batchId, "by hand"),
  );
}

/** The stream begins again: empty references, no evidence; batch ids stay taken. */
export async function resetReference(options: ReferenceOptions): Promise<void> {
  const { monitored } = await openMonitor(options.model);
  if (!listStreams(monitored).includes(options.stream)) throw noStream(options, listStreams(monitored));
  withStream(monitored, { stream: options.stream, schemas: streamSchemas }, (stream) => stream.reset());
}

function noStream({ stream, model }: ReferenceOptions, known: readonly string[]): UserError {
  return new UserError(`stream "${stream}": ${model} has had no batch of it`, {
    advice: known.length === 0 ? "No stream has had a batch yet." : `Streams of this model: ${known.join(", ")}`,
  });
}
