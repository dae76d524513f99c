// Stores streams in monitor.sqlite, in a model folder or in a folder of a `SqliteStore`. A batch is judged outside the ledger's
// lock. The commit checks that the stream still has the version against which the batch was judged; if not, the batch is judged
// again. Each batch is therefore judged with knowledge of all earlier batches, even if many processes add batches at the same
// time, and a process rarely waits while another process judges.
import { setTimeout } from "node:timers/promises";
import type { BatchLedger } from "./batch-ledger.ts";
import { MonitorDatabase, type MonitorOptions } from "./monitor-database.ts";
import { type PublishedReference, publishReference, unpublishReference } from "./published-reference.ts";
import { isLockedSqliteFile } from "./sqlite-file.ts";
import type { ActionNote, DecisionNote, StreamAction } from "./stream-actions.ts";
import {
  type BatchStanding,
  type CompactedLedger,
  type DecidedBatch,
  type FleetOptions,
  type IncomingBatch,
  type NamedBatch,
  type PageOptions,
  type RecordedBatch,
  type StoredBatch,
  type StoredMemory,
  type StreamOverview,
  type StreamPage,
  type StreamRules,
  type StreamStore,
  shortenedPerBatch,
} from "./stream-store.ts";

export interface SqliteStoreOptions extends MonitorOptions {
  /** What each stream's rolling_reference.json contains. By default, these files are not written. */
  readonly published?: PublishedReference;
}

/** Maximum number of attempts to judge a batch outside the lock, after which the batch is judged inside the lock. */
const mostRaces = 4;
/** Maximum number of batches shortened per transaction, so that checks can run in between. */
const shortenedAtOnce = 200;

/** As with PostgreSQL, attempts are repeated for about ten seconds. */
const [longestLockWaitMs, lockPauseMs] = [10_000, 100];

type Decide = Parameters<StreamStore["record"]>[1];

export class SqliteStreamStore implements StreamStore {
  readonly #database: MonitorDatabase;
  readonly #directory: string;
  readonly #published: PublishedReference | undefined;
  /** Streams whose files were updated since the store was opened. */
  readonly #upToDate = new Set<string>();

  private constructor(database: MonitorDatabase, directory: string, published: PublishedReference | undefined) {
    this.#database = database;
    this.#directory = directory;
    this.#published = published;
  }

  /** @throws UserError under the same conditions as `MonitorDatabase.open` */
  static open(modelDirectory: string, { published, ...options }: SqliteStoreOptions): SqliteStreamStore {
    return new SqliteStreamStore(MonitorDatabase.open(modelDirectory, options), modelDirectory, published);
  }

  async record(batch: IncomingBatch, decide: Decide, rules: StreamRules): Promise<RecordedBatch> {
    return this.#whenUnlocked(() => this.#recordAtOnce(batch, decide, rules));
  }

  #recordAtOnce(batch: IncomingBatch, decide: Decide, rules: StreamRules): RecordedBatch {
    let recorded: RecordedBatch | null = null;
    for (let race = 0; recorded === null && race < mostRaces; race++) {
      recorded = this.#judgeAndCommit(batch, decide, rules);
    }
    recorded ??= this.#database.transaction(
      (ledger) =>
        findSqliteStreamBatch(ledger, batch) ??
        appendSqliteStreamBatch(
          ledger,
          batch,
          decide(sqliteStreamMemory(ledger, batch.stream, rules), ledger.sameContent(batch.stream, batch.contentHash)),
          rules,
        ),
    );
    this.#publish(batch.stream);
    return recorded;
  }

  async decideByHand(
    { stream, batchId }: Pick<IncomingBatch, "stream" | "batchId">,
    decide: (batch: StoredBatch | undefined) => BatchStanding | null,
    note: DecisionNote,
  ): Promise<boolean> {
    const changed = await this.#transaction((ledger) => {
      const standing = decide(ledger.find(stream, batchId));
      if (standing === null) return false;
      ledger.setStanding(stream, batchId, { ...standing, at: note.at });
      ledger.actions.record({ ...note, stream, subject: batchId });
      return true;
    });
    this.#publish(stream);
    return changed;
  }

  async reset(streams: readonly string[], note: ActionNote): Promise<void> {
    await this.#transaction((ledger) => {
      for (const stream of streams) {
        if (ledger.stream(stream) === undefined) continue;
        ledger.reset(stream, note.at);
        ledger.actions.record({ ...note, action: "reset", stream, subject: null });
      }
    });
    for (const stream of streams) this.#publish(stream);
  }

  async memory(stream: string, rules: Pick<StreamRules, "referenceBatches">): Promise<StoredMemory> {
    this.#publishOnce(stream);
    return this.#database.snapshot((ledger) => sqliteStreamMemory(ledger, stream, rules));
  }

  async page(stream: string, options: PageOptions = {}): Promise<StreamPage> {
    this.#publishOnce(stream);
    return this.#database.snapshot((ledger) => ({
      total: ledger.stream(stream)?.batches ?? 0,
      batches: ledger.page(stream, options),
    }));
  }

  async find(stream: string, batchId: string): Promise<StoredBatch | null> {
    return this.#database.snapshot((ledger) => ledger.find(stream, batchId) ?? null);
  }

  async summary(stream: string, batchId: string): Promise<Uint8Array | null> {
    return this.#database.snapshot((ledger) => ledger.summary(stream, batchId));
  }

  async streams(): Promise<string[]> {
    return this.#database.snapshot((ledger) => ledger.streams());
  }

  async fleet(options: FleetOptions): Promise<StreamOverview[]> {
    return this.#database.snapshot((ledger) => ledger.fleet(options));
  }

  async fleetMarks(): Promise<Map<string, string>> {
    return this.#database.snapshot((ledger) => ledger.fleetMarks());
  }

  async rename(stream: string, to: string, note: ActionNote): Promise<"renamed" | "unknown" | "taken"> {
    const done = await this.#secureTransaction((ledger) => {
      if (ledger.stream(stream) === undefined) return "unknown";
      if (ledger.stream(to) !== undefined) return "taken";
      ledger.rename(stream, to);
      ledger.actions.record({ ...note, action: "rename", stream: to, subject: stream });
      return "renamed";
    });
    if (done !== "taken") this.#unpublish(stream);
    if (done === "renamed") this.#publish(to);
    return done;
  }

  async retire(stream: string, note: ActionNote): Promise<boolean> {
    return this.#transaction((ledger) => {
      const isDone = ledger.retire(stream, note.at);
      if (isDone) ledger.actions.record({ ...note, action: "retire", stream, subject: null });
      return isDone;
    });
  }

  async erase(stream: string, note: ActionNote & { readonly recordedAs: string }): Promise<number | null> {
    const { recordedAs } = note;
    const erased = await this.#secureTransaction((ledger) => {
      if (ledger.stream(stream) === undefined) return null;
      const batches = ledger.erase(stream, recordedAs);
      ledger.actions.record({ ...note, action: "erase", stream: recordedAs, subject: null });
      return batches;
    });
    this.#unpublish(stream);
    // Pages that were freed earlier, when records were shortened, may still contain data from the stream.
    await this.#whenUnlocked(() => this.#database.vacuum());
    return erased;
  }

  async actions(stream?: string): Promise<StreamAction[]> {
    return this.#database.snapshot((ledger) => ledger.actions.list(stream));
  }

  async compact(rules: StreamRules): Promise<CompactedLedger> {
    const bytesBefore = this.#database.bytesOnDisk();
    for (const stream of await this.streams()) {
      this.#database.transaction((ledger) => ledger.retention.forgetMiddle(stream, rules.keptAtEnds));
    }
    const damaged: NamedBatch[] = [];
    let treated = 0;
    for (let done = shortenedAtOnce; done === shortenedAtOnce; treated += done) {
      const some = this.#database.transaction((ledger) => ledger.retention.forget(rules, shortenedAtOnce));
      damaged.push(...some.damaged);
      done = some.done;
    }
    this.#database.vacuum();
    return { shortened: treated - damaged.length, damaged, bytesBefore, bytesAfter: this.#database.bytesOnDisk() };
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  /**
   * Repeats `work` while the file is locked. During an attempt, SQLite blocks this process for up to `busyTimeoutMs`; other
   * work continues only between attempts.
   */
  async #whenUnlocked<T>(work: () => T): Promise<T> {
    for (const deadline = Date.now() + longestLockWaitMs; ; await setTimeout(lockPauseMs)) {
      try {
        return work();
      } catch (error) {
        if (!(isLockedSqliteFile(error) && Date.now() < deadline)) throw error;
      }
    }
  }

  #transaction<T>(work: (ledger: BatchLedger) => T): Promise<T> {
    return this.#whenUnlocked(() => this.#database.transaction(work));
  }

  #secureTransaction<T>(work: (ledger: BatchLedger) => T): Promise<T> {
    return this.#whenUnlocked(() => this.#database.secureTransaction(work));
  }

  /** Judges and stores a batch; null if the stream changed between the decision and the commit. */
  #judgeAndCommit(batch: IncomingBatch, decide: Decide, rules: StreamRules): RecordedBatch | null {
    const seen = this.#database.snapshot(
      (ledger) =>
        findSqliteStreamBatch(ledger, batch) ?? {
          memory: sqliteStreamMemory(ledger, batch.stream, rules),
          sameContent: ledger.sameContent(batch.stream, batch.contentHash),
        },
    );
    if ("known" in seen) return seen;
    const decided = decide(seen.memory, seen.sameContent);
    return this.#database.transaction((ledger) =>
      ledger.version(batch.stream) === seen.memory.version
        ? appendSqliteStreamBatch(ledger, batch, decided, rules)
        : null,
    );
  }

  #publish(stream: string): void {
    if (this.#published !== undefined) publishReference(this.#database, this.#directory, stream, this.#published);
    this.#upToDate.add(stream);
  }

  #unpublish(stream: string): void {
    if (this.#published !== undefined) unpublishReference(this.#database, this.#directory, stream, this.#published);
    this.#upToDate.delete(stream);
  }

  /** Updates the stream's file when the stream is first read, because a killed process may have left the file out of date. */
  #publishOnce(stream: string): void {
    if (!this.#upToDate.has(stream)) this.#publish(stream);
  }
}

function findSqliteStreamBatch(ledger: BatchLedger, { stream, batchId }: IncomingBatch): RecordedBatch | null {
  const batch = ledger.find(stream, batchId);
  return batch === undefined ? null : { known: true, batch };
}

function appendSqliteStreamBatch(
  ledger: BatchLedger,
  { stream, batchId, contentHash, receivedAt, dataTime = null }: IncomingBatch,
  { state, by, ...decided }: DecidedBatch,
  rules: StreamRules,
): RecordedBatch {
  ledger.append({ ...decided, stream, batchId, contentHash, receivedAt, dataTime });
  if (state !== undefined) ledger.putState(stream, state);
  if (by !== undefined) {
    ledger.actions.record({ ...by, stream, subject: batchId });
  }
  if (decided.inReferences) ledger.retention.forgetMiddle(stream, rules.keptAtEnds);
  ledger.retention.forget(rules, shortenedPerBatch);
  return { known: false };
}

function sqliteStreamMemory(
  ledger: BatchLedger,
  stream: string,
  { referenceBatches }: Pick<StreamRules, "referenceBatches">,
): StoredMemory {
  const row = ledger.stream(stream);
  return {
    version: row?.version ?? 0,
    batches: row?.batches ?? 0,
    state: row?.state ?? null,
    headline: ledger.lastHeadline(stream),
    rolling: ledger.newest(stream, referenceBatches),
    anchor: ledger.oldest(stream, referenceBatches),
    referencesChangedAt: row?.referencesChangedAt ?? null,
  };
}
