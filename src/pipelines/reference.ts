// `tidemark reference`: shows the references of a model's streams, and records users' decisions about them.

import { UserError } from "../errors.ts";
import type { DecidedBy } from "../monitoring/streams/monitor-stream.ts";
import type { RollingReference } from "../monitoring/streams/rolling-reference.ts";
import type { ByHand } from "../monitoring/streams/update-rules.ts";
import type { StoredBatch, StreamStore } from "../storage/stream-store.ts";
import { type ModelHandle, openModelHandleWithStore } from "./model-handle.ts";

export type { PerChannel, RollingReference } from "../monitoring/streams/rolling-reference.ts";
export type { Trend } from "../monitoring/streams/trend.ts";
export type { ByHand } from "../monitoring/streams/update-rules.ts";
export type {
  BatchStanding,
  BatchStatus,
  DataTime,
  IncomingBatch,
  StoredBatch,
} from "../storage/stream-store.ts";

/** A stream's references and recent batches. */
export interface ShownReference {
  /** The content of the stream's rolling_reference.json. */
  readonly reference: RollingReference;
  /** The stream's newest batches of any status, oldest first. */
  readonly ledger: readonly StoredBatch[];
  /** All streams of the model that have at least one batch. */
  readonly streams: readonly string[];
}

/** Selects a stream. */
export interface ReferenceOptions {
  /** A model folder; or DIR/LINE@champion or DIR/LINE@3, for the champion or version 3 of a line. */
  readonly model: string;
  /** Name of the stream, such as a device, a person or a site. */
  readonly stream: string;
  /** Where streams are kept (default: the model folder): sqlite:DIR or postgres://user:password@host/database. */
  readonly store?: string;
}

/** Selects a stream, and gives the author and the reason of a decision, which the ledger records. */
export interface DecisionOptions extends ReferenceOptions {
  /** Author of the decision (default: the name of your account). */
  readonly by?: string;
  /** Why. */
  readonly reason?: string;
}

/** Maximum number of batches shown. */
const shownRows = 20;

/**
 * Reads the references with which a stream's batches are compared.
 *
 * @throws UserError if the model folder cannot be used
 */
export async function showReference(options: ReferenceOptions): Promise<ShownReference> {
  return withReferenceStream(options, async (stream, store) => ({
    reference: await stream.reference(),
    ledger: (await stream.page({ fromEnd: true, limit: shownRows })).batches,
    streams: await store.streams(),
  }));
}

/**
 * Adds a batch to the stream's references, or removes it.
 * @returns false if nothing had to be changed
 */
export async function decideReference(action: ByHand, batchId: string, options: DecisionOptions): Promise<boolean> {
  return withReferenceStream(options, (stream) => stream.decideByHand(action, batchId, referenceDecidedBy(options)));
}

/** Restarts the stream with empty references and no evidence; its batch ids cannot be used again. */
export async function resetReference(options: DecisionOptions): Promise<void> {
  await withReferenceStream(options, async (stream, store) => {
    const known = await store.streams();
    if (!known.includes(options.stream)) throw unknownReferenceStream(options, known);
    await stream.reset(referenceDecidedBy(options));
  });
}

function referenceDecidedBy({ by, reason }: DecisionOptions): DecidedBy {
  return { ...(by !== undefined && { who: by }), ...(reason !== undefined && { reason }) };
}

async function withReferenceStream<T>(
  where: ReferenceOptions,
  use: (stream: ReturnType<ModelHandle["stream"]>, store: StreamStore) => Promise<T>,
): Promise<T> {
  const model = await openModelHandleWithStore(where);
  try {
    return await use(model.stream(where.stream), model.store);
  } finally {
    await model.close();
  }
}

function unknownReferenceStream({ stream, model }: ReferenceOptions, known: readonly string[]): UserError {
  return new UserError(`stream "${stream}": ${model} has no batch of this stream`, {
    advice:
      known.length === 0
        ? "No batch of any stream has been checked yet."
        : `Streams of this model: ${known.join(", ")}`,
  });
}
