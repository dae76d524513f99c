// Where streams of batches are remembered, as a port: plain records of names, times, bytes and opaque JSON values. What a
// state, a summary or a result means, and which batch enters the references, its callers know; how records are kept, and how
// several writers get along, its adapters do. `SqliteStreamStore` is one; test/storage/store/stream-store-contract.ts holds
// what each of them promises.
//
// Three things are kept of a batch, for as long as they are of use: its record with a few figures, always; its whole result,
// for some days; its summary, while a reference needs it or a person may still decide about it.

/** Status of a batch. */
export type BatchStatus = "accepted" | "doubtful" | "alarmed" | "rejected" | "excluded";

/** Identity of a batch. */
export interface IncomingBatch {
  /** Stream that the batch belongs to. */
  readonly stream: string;
  /** Unique within its stream. */
  readonly batchId: string;
  /** Hash of its content; the same id with a different hash is rejected. */
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

/** What a decision makes of a batch; `figures`, `result` and `state` are anything that JSON can hold. */
export interface DecidedBatch extends BatchStanding {
  /** What references are made of; null if there is nothing to compare with, and then it enters none. */
  readonly summary: Uint8Array | null;
  /** Key figures that are kept forever; null if nothing was measured. */
  readonly figures: unknown;
  /** As it was answered. */
  readonly result: unknown;
  /** The stream's from now on; absent: it stays as it is. */
  readonly state?: unknown;
}

/** A batch as the store keeps it. */
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

/** A batch of a reference, without and with what it is made of. */
export interface ReferenceFigures extends Pick<IncomingBatch, "batchId" | "receivedAt"> {
  readonly figures: unknown;
}
export interface ReferenceSummary extends ReferenceFigures {
  readonly summary: Uint8Array;
}

/** What a stream remembers. One that had no batch remembers nothing, at version 0. */
export interface StoredMemory {
  /** Grows with whatever changes the stream. */
  readonly version: number;
  /** How many batches have come, whatever became of them. */
  readonly batches: number;
  /** What the last decision left; null before, and after a reset. */
  readonly state: unknown;
  /** The last N batches with `inReferences` that still have a summary, oldest first. */
  readonly rolling: readonly ReferenceSummary[];
  /** The first N of them, oldest first. */
  readonly anchor: readonly ReferenceSummary[];
  /** ISO 8601; null before a batch entered the references. */
  readonly referencesChangedAt: string | null;
}

/** How much is remembered. */
export interface StreamRules {
  /** N. */
  readonly referenceBatches: number;
  /** Batches at either end of those with `inReferences` whose summaries stay whatever their age; at least N. */
  readonly keptAtEnds: number;
  /** ISO 8601, UTC: whole results and the summaries outside of all references stay if they came at this moment or later. */
  readonly since: string;
  /** Bytes of the whole store above which older batches are shortened whatever their age. */
  readonly bytes: number;
  /** What stays of a result. */
  readonly shorten: (result: unknown) => unknown;
}

/** A new batch shortens so many old ones: more than come, so that a longer past is caught up with. */
export const shortenedPerBatch = 10;

export type RecordedBatch = { readonly known: false } | { readonly known: true; readonly batch: StoredBatch };

export interface PageOptions {
  /** Batches before the first one of the page, in the order they came (0 when not given). */
  readonly skip?: number;
  /** 100 when not given. */
  readonly limit?: number;
  /** Counts `skip` and `limit` from the newest batch; the page is still oldest first. */
  readonly fromEnd?: boolean;
}

export interface StreamPage {
  /** How many batches the stream has. */
  readonly total: number;
  readonly batches: readonly StoredBatch[];
}

/** How much compaction shortened and saved. */
export interface CompactedStore {
  /** Number of batches shortened. */
  readonly shortened: number;
  /** Size of the ledger and its log before compaction. */
  readonly bytesBefore: number;
  /** Size of both after compaction. */
  readonly bytesAfter: number;
}

export interface StreamStore {
  /**
   * Judges a batch by what its stream remembers, and remembers it, all or nothing. If its id was there, gives back what is
   * remembered under it, and changes nothing; whether the content is the same is for the caller to say.
   * @param decide pure and synchronous: called again if another batch came in between, so that each is judged by all that
   *   came before it. What it throws comes out, and nothing has happened
   */
  record(
    batch: IncomingBatch,
    decide: (memory: StoredMemory) => DecidedBatch,
    rules: StreamRules,
  ): Promise<RecordedBatch>;

  /**
   * Changes the standing of a batch afterwards.
   * @param decide pure and synchronous, of undefined if there is no such batch; null: it stays as it is
   * @param at ISO 8601, UTC
   * @returns whether it changed
   */
  decideByHand(
    batch: Pick<IncomingBatch, "stream" | "batchId">,
    decide: (batch: StoredBatch | undefined) => BatchStanding | null,
    at: string,
  ): Promise<boolean>;

  /** Streams begin again, all or none of them: no references, no state. Their batches stay, and ids stay taken. */
  reset(streams: readonly string[], at: string): Promise<void>;

  memory(stream: string, rules: Pick<StreamRules, "referenceBatches">): Promise<StoredMemory>;

  /** Batches of a stream in the order they came. */
  page(stream: string, options?: PageOptions): Promise<StreamPage>;

  /** The names of all streams that had a batch, sorted. */
  streams(): Promise<string[]>;

  /** Shortens all that the rules no longer keep whole, and gives the space back. */
  compact(rules: StreamRules): Promise<CompactedStore>;

  close(): Promise<void>;
}
