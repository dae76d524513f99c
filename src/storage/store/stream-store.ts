// The port for storing streams of batches: plain records of names, times, bytes and opaque JSON values. Its callers know the
// meaning of a state, a summary or a result, and decide which batches enter the references. Its adapters handle storage and
// concurrent writers. `SqliteStreamStore` is an adapter; test/storage/store/stream-store-contract.ts states what every
// adapter guarantees.
//
// A store keeps three kinds of data about a batch, each for as long as it is useful. It always keeps the record with a few
// figures. It keeps the full result for some days, and the summary while a reference needs it or the user may still make a
// decision about the batch.

/** Status of a batch. */
export type BatchStatus = "accepted" | "doubtful" | "alarmed" | "rejected" | "excluded";

/** Identity of a batch. */
export interface IncomingBatch {
  /** Stream that the batch belongs to. */
  readonly stream: string;
  /** Unique within its stream. */
  readonly batchId: string;
  /** Hash of its content. The same id with a different hash is rejected. */
  readonly contentHash: string;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
}

/** Whether a batch may enter the stream's references, and why. */
export interface BatchStanding {
  /** The decision. */
  readonly status: BatchStatus;
  /** The reason in words; null if there is none. */
  readonly reason: string | null;
  /** Whether later batches are compared with it. */
  readonly inReferences: boolean;
}

/** The outcome of a decision about a batch; `figures`, `result`, `headline` and `state` are any JSON values. */
export interface DecidedBatch extends BatchStanding {
  /** Data for the references; if null, the batch cannot enter the references. */
  readonly summary: Uint8Array | null;
  /** Key figures that are kept forever; null if nothing was measured. */
  readonly figures: unknown;
  /** The full answer. */
  readonly result: unknown;
  /** What a list of streams shows about the answer: a small JSON value that is kept forever (default: null). */
  readonly headline?: unknown;
  /** The stream's new state; absent if it does not change. */
  readonly state?: unknown;
}

/** A batch in the store. */
export interface StoredBatch extends IncomingBatch, BatchStanding {
  /** Increases with every batch of any stream. */
  readonly sequence: number;
  /** Whether the summary that references are built from is still kept. */
  readonly hasSummary: boolean;
  /** Key figures that are kept forever; null if nothing was measured. */
  readonly figures: unknown;
  /** The answer, in full or shortened; see `StreamRules`. */
  readonly result: unknown;
}

/** A batch in a reference, without its summary. */
export interface ReferenceFigures extends Pick<IncomingBatch, "batchId" | "receivedAt"> {
  readonly figures: unknown;
}
export interface ReferenceSummary extends ReferenceFigures {
  readonly summary: Uint8Array;
}

/** The memory of a stream; before its first batch, it is empty, with version 0. */
export interface StoredMemory {
  /** Increases with every change of the stream. */
  readonly version: number;
  /** Number of batches so far, whatever their status. */
  readonly batches: number;
  /** The state after the last decision; null before the first, and after a reset. */
  readonly state: unknown;
  /** The headline of the last batch, whatever its status; null before the first. */
  readonly headline: unknown;
  /** The last N batches with `inReferences` that still have a summary, oldest first. */
  readonly rolling: readonly ReferenceSummary[];
  /** The first N such batches, oldest first. */
  readonly anchor: readonly ReferenceSummary[];
  /** ISO 8601; null until a batch has entered the references. */
  readonly referencesChangedAt: string | null;
}

/** Rules for how much is kept. */
export interface StreamRules {
  /** N, the number of batches in a reference. */
  readonly referenceBatches: number;
  /** Number of batches with `inReferences`, at each end, whose summaries are kept regardless of age; at least N. */
  readonly keptAtEnds: number;
  /**
   * ISO 8601, UTC. Full results, and summaries that no reference needs, are kept only for batches received at this time or
   * later.
   */
  readonly since: string;
  /** Size of the whole store, in bytes, above which the oldest batches are shortened regardless of age. */
  readonly bytes: number;
  /** Returns the part of a result that is kept. */
  readonly shorten: (result: unknown) => unknown;
}

/** Number of old batches that are shortened per new batch; more than one, so that a long backlog shrinks. */
export const shortenedPerBatch = 10;

/** Number of a stream's latest batches that are searched for one with the same content. */
export const searchedForContent = 1000;

export type RecordedBatch = { readonly known: false } | { readonly known: true; readonly batch: StoredBatch };

export interface PageOptions {
  /** Number of batches before the page, in order of arrival (default 0). */
  readonly skip?: number;
  /** Maximum number of batches on the page (default 100). */
  readonly limit?: number;
  /** Counts `skip` and `limit` from the newest batch; the page is still oldest first. */
  readonly fromEnd?: boolean;
}

export interface StreamPage {
  /** Number of batches in the stream. */
  readonly total: number;
  readonly batches: readonly StoredBatch[];
}

/** A batch as a list of streams shows it. */
export interface LatestBatch extends Pick<IncomingBatch, "batchId" | "receivedAt"> {
  readonly status: BatchStatus;
  readonly headline: unknown;
}

/** What a list of streams shows about a stream. */
export interface StreamOverview {
  readonly stream: string;
  /** Number of batches by status. */
  readonly counts: Readonly<Record<BatchStatus, number>>;
  /** Whether a decision has left a state since the stream began, or since its last reset. */
  readonly hasState: boolean;
  /** Time at which the user retired the stream, ISO 8601, UTC; null if it is in use. */
  readonly retiredAt: string | null;
  /** The last batches, oldest first. */
  readonly latest: readonly LatestBatch[];
}

export interface FleetOptions {
  /** Maximum number of each stream's last batches. */
  readonly latest: number;
  /** Only these streams (default: all). */
  readonly streams?: readonly string[];
}

/** Who did something to a stream, when and why. */
export interface ActionNote {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Name of the user. */
  readonly who: string;
  /** Null if none was given. */
  readonly reason: string | null;
}

/** What a user can do to a stream or to one of its batches. */
export type UserAction = "accept" | "exclude" | "reset" | "rename" | "retire" | "erase";

/** Who decided about a batch, what, when and why. */
export interface DecisionNote extends ActionNote {
  readonly action: "accept" | "exclude";
}

/** What a user did to a stream or to one of its batches. */
export interface StreamAction extends ActionNote {
  /** What was done. */
  readonly action: UserAction;
  /** The stream's present name; for an erased stream, the text that stands for it. */
  readonly stream: string;
  /**
   * The id of a batch that was accepted or excluded, or the previous name of a renamed stream; null for other actions, and if the
   * stream was erased.
   */
  readonly subject: string | null;
}

/** The names that identify a batch. */
export interface NamedBatch {
  /** Name of its stream. */
  readonly stream: string;
  /** Its id. */
  readonly batch: string;
}

/** The result of a compaction. */
export interface CompactedStore {
  /** Number of batches whose records were shortened. */
  readonly shortened: number;
  /** Batches whose stored answers are damaged; the answers were left unchanged. */
  readonly damaged: readonly NamedBatch[];
  /** Size of the ledger and its write-ahead log before compaction, in bytes. */
  readonly bytesBefore: number;
  /** Size of both after compaction. */
  readonly bytesAfter: number;
}

export interface StreamStore {
  /**
   * Judges a batch by its stream's memory, and stores it, in one atomic step. If the id exists, it returns the stored batch and
   * changes nothing. The caller must check whether the content is the same.
   * @param decide pure and synchronous; called again if another batch arrived in between, so that each batch is judged with
   *   knowledge of all earlier batches. An exception is passed on, and nothing is changed
   * @param decide.sameContent id of a batch among the stream's last `searchedForContent` that has the same content hash
   * and was checked since the last reset; null if there is none
   */
  record(
    batch: IncomingBatch,
    decide: (memory: StoredMemory, sameContent: string | null) => DecidedBatch,
    rules: StreamRules,
  ): Promise<RecordedBatch>;

  /**
   * Changes the standing of a batch afterwards. If it changes, the stream's actions record it.
   * @param decide pure and synchronous; gets undefined if there is no such batch; returns null to change nothing
   * @returns whether the standing changed
   */
  decideByHand(
    batch: Pick<IncomingBatch, "stream" | "batchId">,
    decide: (batch: StoredBatch | undefined) => BatchStanding | null,
    note: DecisionNote,
  ): Promise<boolean>;

  /**
   * Restarts the streams without references and state: all of them, or none if one fails. Their batches are kept, and the batch
   * ids cannot be used again. The actions of each stream record it.
   */
  reset(streams: readonly string[], note: ActionNote): Promise<void>;

  memory(stream: string, rules: Pick<StreamRules, "referenceBatches">): Promise<StoredMemory>;

  /** Batches of a stream, in order of arrival. */
  page(stream: string, options?: PageOptions): Promise<StreamPage>;

  /** One batch; null if the stream has none with this id. */
  find(stream: string, batchId: string): Promise<StoredBatch | null>;

  /** The summary of a batch; null if there is no such batch, or its summary is no longer kept. */
  summary(stream: string, batchId: string): Promise<Uint8Array | null>;

  /** The names of all streams with at least one batch, sorted. */
  streams(): Promise<string[]>;

  /** An overview of every stream, sorted by name. It costs the same for long and short streams: only `latest` batches are read. */
  fleet(options: FleetOptions): Promise<StreamOverview[]>;

  /**
   * Gives a stream another name. Its batches, references and state stay as they are, and so do its actions, under the new name.
   * @returns "unknown" if there is no such stream, "taken" if there is one with the other name; nothing is changed then
   */
  rename(stream: string, to: string, note: ActionNote): Promise<"renamed" | "unknown" | "taken">;

  /**
   * Marks a stream as retired. Its next batch ends that.
   * @returns false if there is no such stream, or it is retired already
   */
  retire(stream: string, note: ActionNote): Promise<boolean>;

  /**
   * Deletes everything about a stream, so that neither the store's files nor what it publishes contain it. Only the record of its
   * actions is kept, under the text `recordedAs`.
   * @returns the number of batches; null if there is no such stream, in which case the remains of an interrupted call are removed
   */
  erase(stream: string, note: ActionNote & { readonly recordedAs: string }): Promise<number | null>;

  /** What users did to a stream, or to all streams, oldest first. */
  actions(stream?: string): Promise<StreamAction[]>;

  /** Shortens everything that the rules no longer keep in full, and frees the space. */
  compact(rules: StreamRules): Promise<CompactedStore>;

  close(): Promise<void>;
}
