// Shortens the records of a model's old batches in a PostgreSQL store. As in SQLite, whenever a batch is added, a few of those
// that are due are shortened. The store's size is measured as the sum over its rows, not as the size of its files, because
// PostgreSQL reuses freed space but rarely returns it to the system.
import { shortenedLedgerResult } from "./ledger-cells.ts";
import type { PostgresConnection, PostgresQuery, PostgresRow } from "./postgres-connection.ts";
import {
  bytesStatement,
  forgetMiddleStatement,
  lockOldestStatement,
  lockStreamsStatement,
  oldestStatement,
  shortenStatement,
} from "./postgres-statements.ts";
import { StoreUnavailable } from "./store-unavailable.ts";
import { type CompactedLedger, type NamedBatch, type StreamRules, shortenedPerBatch } from "./stream-store.ts";

/** Number of batches that this process adds between two checks of the size. */
const batchesPerSizeCheck = 500;
/** Maximum number of batches shortened per transaction, so that batches can be added in between. */
const shortenedAtOnce = 200;

interface Shortened {
  readonly done: number;
  readonly damaged: readonly NamedBatch[];
}

export class PostgresRetention {
  readonly #connection: PostgresConnection;
  readonly #model: number;
  /** Number of batches until the next check of the size. */
  #untilSizeCheck = 0;
  #isTooLarge = false;
  #limit = Number.POSITIVE_INFINITY;

  constructor(connection: PostgresConnection, model: number) {
    this.#connection = connection;
    this.#model = model;
  }

  /**
   * Shortens a few batches if any are too old, or if all batches together take up too many bytes. The added batch has already
   * been stored, so an unreachable server is not an error: a later batch repeats the work.
   * @param isExpired whether any batch is too old
   */
  async afterBatch(rules: StreamRules, isExpired: boolean): Promise<void> {
    try {
      if (this.#untilSizeCheck-- <= 0 || this.#isTooLarge || rules.bytes < this.#limit) {
        this.#isTooLarge = (await this.#bytes()) > rules.bytes;
        this.#untilSizeCheck = batchesPerSizeCheck;
        this.#limit = rules.bytes;
      }
      if (isExpired || this.#isTooLarge) await this.#shorten(rules, shortenedPerBatch, false);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }

  async compact(rules: StreamRules, streams: readonly string[]): Promise<CompactedLedger> {
    const bytesBefore = await this.#bytes();
    for (const stream of streams) {
      await this.#transaction(async (query) => {
        const [locked] = await query(lockStreamsStatement, [this.#model, [stream]]);
        if (locked !== undefined) await query(forgetMiddleStatement, [locked.stream_id, rules.keptAtEnds]);
      });
    }
    const damaged: NamedBatch[] = [];
    let treated = 0;
    for (let done = shortenedAtOnce; done === shortenedAtOnce; treated += done) {
      const some = await this.#shorten(rules, shortenedAtOnce, true);
      damaged.push(...some.damaged);
      done = some.done;
    }
    return { shortened: treated - damaged.length, damaged, bytesBefore, bytesAfter: await this.#bytes() };
  }

  /** @param waits whether to wait for streams that other transactions are changing; otherwise, these streams are skipped */
  async #shorten(rules: StreamRules, limit: number, waits: boolean): Promise<Shortened> {
    return this.#transaction(async (query) => {
      const [sum] = await query(bytesStatement, [this.#model]);
      let excess = Number(sum?.bytes) - rules.bytes;
      const since = excess > 0 ? null : rules.since;
      const locked = await query(lockOldestStatement(waits), [this.#model, since, limit]);
      const rows = await query(oldestStatement, [
        ...[this.#model, since, limit, locked.map(({ stream_id }) => stream_id), rules.keptAtEnds],
      ]);
      const damaged: NamedBatch[] = [];
      const changes: { row: PostgresRow; result: Uint8Array | null }[] = [];
      for (const row of rows) {
        if ((row.received_at as Date).toISOString() >= rules.since && !(excess > 0)) break;
        const result = shortenedLedgerResult(row.result, rules.shorten);
        if (result === null) damaged.push({ stream: String(row.name), batch: String(row.batch_id) });
        const freed = (row.result as Uint8Array).length - (result ?? (row.result as Uint8Array)).length;
        excess -= freed + (row.kept === true ? 0 : Number(row.summary_bytes));
        changes.push({ row, result });
      }
      if (changes.length > 0) {
        await query(shortenStatement, [
          changes.map(({ row }) => row.sequence),
          changes.map(({ result }) => result),
          changes.map(({ row }) => row.kept !== true),
        ]);
      }
      return { done: changes.length, damaged };
    });
  }

  async #bytes(): Promise<number> {
    const [sum] = await this.#connection.repeat(() => this.#connection.query(bytesStatement, [this.#model]));
    return Number(sum?.bytes);
  }

  #transaction<T>(work: (query: PostgresQuery) => Promise<T>): Promise<T> {
    return this.#connection.repeat(() => this.#connection.transaction(work));
  }
}
