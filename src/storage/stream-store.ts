// The port for storing streams of batches: plain records of names, times, bytes and opaque JSON values. The callers interpret
// states, summaries and results, and decide which batches are added to the references. The port's adapters handle storage and
// concurrent writers. `SqliteStreamStore` and `PostgresStreamStore` are the adapters; test/storage/stream-store-contract.ts
// states what every adapter guarantees.
//
// A store keeps three kinds of data about a batch, each for a different time. The record with a few figures is kept until
// the stream is erased. The full result is kept for some days, and the summary is kept while a reference needs it or a user may
// still accept or exclude the batch.

import type { ActionNote, DecisionNote, StreamAction } from "./stream-actions.ts";

/** Status of a batch. */
export type BatchStatus = "accepted" | "doubtful" | "alarmed" | "rejected" | "excluded";

/** Times of the first and last samples in a batch; ISO 8601, UTC. */
export interface DataTime {
  /** When the first sample was recorded. */
  readonly from: string;
  /** When the last sample was recorded. */
  readonly to: string;
}

/** Identity of a batch. */
export interface IncomingBatch {
  /** Stream to which the batch belongs. */
  readonly stream: string;
  /** Unique within its stream. */
  readonly batchId: string;
  /** Hash of its content, with which the caller recognises a batch id that is used for different content. */
  readonly contentHash: string;
  /** When the batch arrived; ISO 8601, UTC. */
  readonly receivedAt: string;
  /** When its data was recorded; null if unknown (default: null). */
  readonly dataTime?: DataTime | null;
}

/** Whether a batch may be added to the stream's references, and the reason. */
export interface BatchStanding {
  /** The decision. */
  readonly status: BatchStatus;
  /** The reason in words; null if there is none. */
  readonly reason: string | null;
  /** Whether the references, with which later batches are compared, may include this batch. */
  readonly inReferences: boolean;
}

/** The outcome of a decision about a batch; `figures`, `result`, `headline` and `state` are any JSON values. */
export interface DecidedBatch extends BatchStanding {
  /** Data for the references; if null, the batch cannot be added to the references. */
  readonly summary: Uint8Array | null;
  /** Key figures that are kept until the stream is erased; null if nothing was measured. */
  readonly figures: unknown;
  /** The full answer. */
  readonly result: unknown;
  /**
   * The part of the result that a list of streams shows: a small JSON value that is kept until the stream is erased (default:
   * null).
   */
  readonly headline?: unknown;
  /** The stream's new state; absent if it does not change. */
  readonly state?: unknown;
  /** A user's decision that came with the batch; it is recorded in the stream's actions. */
  readonly by?: DecisionNote;
}

/** A batch in the store. */
export interface StoredBatch extends IncomingBatch, BatchStanding {
  /** Sequence number, which increases with every batch of any stream. */
  readonly sequence: number;
  readonly dataTime: DataTime | null;
  /** Whether the summary, from which references are built, is still stored. */
  readonly hasSummary: boolean;
  /** Key figures that are kept until the stream is erased; null if nothing was measured. */
  readonly figures: unknown;
  /** The result, in full or shortened; see `StreamRules`. */
  readonly result: unknown;
}

/** A batch in a reference, without its summary. */
export interface ReferenceFigures extends Pick<IncomingBatch, "batchId" | "receivedAt"> {
  readonly figures: unknown;
}
export interface ReferenceSummary extends ReferenceFigures {
  readonly summary: Uint8Array;
}

/** The stored state of a stream; before the first batch, it is empty and has version 0. */
export interface StoredMemory {
  /** Increases with every change to the stream. */
  readonly version: number;
  /** Number of batches so far, regardless of status. */
  readonly batches: number;
  /** The state after the most recent decision; null before the first decision and after a reset. */
  readonly state: unknown;
  /** The headline of the most recent batch, regardless of status; null before the first batch. */
  readonly headline: unknown;
  /** The last N batches with `inReferences` that still have a summary, oldest first. */
  readonly rolling: readonly ReferenceSummary[];
  /** The first N batches with `inReferences` that still have a summary, oldest first. */
  readonly anchor: readonly ReferenceSummary[];
  /** When the references last changed; ISO 8601; null until a batch has been added to the references. */
  readonly referencesChangedAt: string | null;
}

/** Rules that limit how much is kept. */
export interface StreamRules {
  /** N, the number of batches in a reference. */
  readonly referenceBatches: number;
  /**
   * How many of the first and how many of the last batches with `inReferences` keep their summaries regardless of age; at least
   * N.
   */
  readonly keptAtEnds: number;
  /**
   * ISO 8601, UTC. Full results, and summaries that no reference needs, are kept only for batches received at this time or
   * later.
   */
  readonly since: string;
  /** Total size of the store in bytes above which the oldest batches are shortened regardless of age. */
  readonly bytes: number;
  /** Returns the part of a result that is kept after shortening. */
  readonly shorten: (result: unknown) => unknown;
}

/** Number of old batches shortened per new batch; more than one, so that a long backlog shrinks. */
export const shortenedPerBatch = 10;

export type RecordedBatch = { readonly known: false } | { readonly known: true; readonly batch: StoredBatch };

export interface PageOptions {
  /** Number of batches to skip before the page, in order of arrival (default 0). */
  readonly skip?: number;
  /** Maximum number of batches on the page (default 100). */
  readonly limit?: number;
  /** Counts `skip` and `limit` from the newest batch; the page itself is still ordered oldest first. */
  readonly fromEnd?: boolean;
}

export interface StreamPage {
  /** Number of batches in the stream. */
  readonly total: number;
  readonly batches: readonly StoredBatch[];
}

/** A batch in a list of streams. */
export interface LatestBatch extends Pick<IncomingBatch, "batchId" | "receivedAt"> {
  readonly status: BatchStatus;
  readonly headline: unknown;
}

/** The overview of a stream in a list of streams. */
export interface StreamOverview {
  readonly stream: string;
  /** Number of batches per status. */
  readonly counts: Readonly<Record<BatchStatus, number>>;
  /** Whether the stream has a state from a decision made since it began or was last reset. */
  readonly hasState: boolean;
  /** Time at which a user retired the stream, ISO 8601, UTC; null if it is not retired. */
  readonly retiredAt: string | null;
  /** The most recent batches, oldest first. */
  readonly latest: readonly LatestBatch[];
}

export interface FleetOptions {
  /** Maximum number of most recent batches per stream. */
  readonly latest: number;
  /** Only include these streams (default: all streams). */
  readonly streams?: readonly string[];
}

/** The names that together identify a batch. */
export interface NamedBatch {
  /** Name of its stream. */
  readonly stream: string;
  /** Its id. */
  readonly batch: string;
}

/** The result of a compaction. */
export interface CompactedLedger {
  /** Number of batches whose records were shortened. */
  readonly shortened: number;
  /** Batches whose stored results are damaged and were left unchanged. */
  readonly damaged: readonly NamedBatch[];
  /** Size before compaction, in bytes: of the ledger and its write-ahead log, or of the model's rows in PostgreSQL. */
  readonly bytesBefore: number;
  /** Size after compaction, in bytes. */
  readonly bytesAfter: number;
}

export interface StreamStore {
  /**
   * Judges a batch against the state of its stream, and stores it, in one atomic step. If the id already exists, returns the
   * stored batch and changes nothing. In this case, the caller must check whether the content is the same.
   * @param decide pure and synchronous; called again if the stream changed in between, so that each batch is judged with
   * knowledge of all earlier batches. If it throws, the exception is passed on, and nothing is changed
   * @param decide.sameContent id of the stream's first batch with the same content hash that is in the references or still has
   * a summary; null if there is none. A reset excludes all earlier batches
   */
  record(
    batch: IncomingBatch,
    decide: (memory: StoredMemory, sameContent: string | null) => DecidedBatch,
    rules: StreamRules,
  ): Promise<RecordedBatch>;

  /**
   * Changes the status of a stored batch. A change is recorded in the stream's actions.
   * @param decide pure and synchronous; receives undefined if the batch does not exist; returns null to change nothing
   * @returns whether the standing changed
   */
  decideByHand(
    batch: Pick<IncomingBatch, "stream" | "batchId">,
    decide: (batch: StoredBatch | undefined) => BatchStanding | null,
    note: DecisionNote,
  ): Promise<boolean>;

  /**
   * Clears the references and the state of all the given streams, or of none if one fails. The streams keep their batches,
   * whose ids cannot be used again. The reset is recorded in the actions of each stream.
   */
  reset(streams: readonly string[], note: ActionNote): Promise<void>;

  memory(stream: string, rules: Pick<StreamRules, "referenceBatches">): Promise<StoredMemory>;

  /** Batches of a stream, in order of arrival. */
  page(stream: string, options?: PageOptions): Promise<StreamPage>;

  /** One batch; null if the stream has no batch with this id. */
  find(stream: string, batchId: string): Promise<StoredBatch | null>;

  /** The summary of a batch; null if the batch does not exist, or its summary is no longer stored. */
  summary(stream: string, batchId: string): Promise<Uint8Array | null>;

  /** The names of all streams with at least one batch, sorted. */
  streams(): Promise<string[]>;

  /**
   * An overview of every stream, sorted by name. The cost is the same for long and short streams: only `latest` batches are
   * read.
   */
  fleet(options: FleetOptions): Promise<StreamOverview[]>;

  /**
   * A change mark for each stream with at least one batch, by name. If a stream's overview has changed, its mark differs from
   * all earlier marks of streams with this name.
   */
  fleetMarks(): Promise<Map<string, string>>;

  /**
   * Renames a stream. The stream's batches, references and state do not change; its actions are kept under the new name.
   * @returns "unknown" if the stream does not exist, "taken" if another stream has the new name; in both cases, nothing has
   *   been changed
   */
  rename(stream: string, to: string, note: ActionNote): Promise<"renamed" | "unknown" | "taken">;

  /**
   * Marks a stream as retired. The stream's next batch ends the retirement.
   * @returns false if the stream does not exist or is already retired
   */
  retire(stream: string, note: ActionNote): Promise<boolean>;

  /**
   * Deletes all of a stream's data from the store and from the published files. In SQLite, the file then no longer contains the
   * data; PostgreSQL overwrites it later. Only the record of users' actions on the stream is kept, with
   * `recordedAs` in place of the stream's name.
   * @returns the number of batches; null if the stream does not exist, in which case the remains of an interrupted erasure are
   * removed
   */
  erase(stream: string, note: ActionNote & { readonly recordedAs: string }): Promise<number | null>;

  /** Users' actions on one stream or on all streams, oldest first. */
  actions(stream?: string): Promise<StreamAction[]>;

  /** Shortens all records that the rules no longer keep in full, and frees the space. */
  compact(rules: StreamRules): Promise<CompactedLedger>;

  close(): Promise<void>;
}
