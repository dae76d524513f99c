// The ledger of batches and what each stream remembers, inside one transaction of `MonitorDatabase`. It stores what it
// is told: which batch enters the reference, and what summaries, results and states mean, its callers know.
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { UserError } from "../errors.ts";

export type BatchStatus = "accepted" | "doubtful" | "alarmed" | "rejected" | "excluded";

/** A batch as it is written; `summary` and `result` are anything that JSON can hold. */
export interface NewBatch {
  readonly stream: string;
  /** Taken once in its stream. */
  readonly batchId: string;
  readonly contentHash: string;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  readonly status: BatchStatus;
  readonly reason: string | null;
  readonly inWindow: boolean;
  /** Null where there is nothing to remember; then it cannot be in the window. */
  readonly summary: unknown;
  /** As it was answered. */
  readonly result: unknown;
}

export interface LedgerRow extends Omit<NewBatch, "summary"> {
  /** Grows with every batch of any stream. */
  readonly sequence: number;
  readonly hasSummary: boolean;
}

/** A batch of the window. */
export interface WindowBatch {
  readonly batchId: string;
  readonly receivedAt: string;
  readonly summary: unknown;
}

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "expected JSON" });
    return z.NEVER;
  }
});

/**
 * What the ledger gave back, in the form in which it was put there.
 * @throws UserError where somebody or something else wrote there
 */
export function stored<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError(`the ledger is damaged: ${what}: ${[...issue!.path, issue!.message].join(": ")}`, {
    advice:
      "Restore monitor.sqlite from a copy, or move it away to begin with an empty ledger; the model itself is not touched.",
    cause: parsed.error,
  });
}

const ledgerRow = z
  .object({
    sequence: z.number(),
    stream: z.string(),
    batch_id: z.string(),
    content_hash: z.string(),
    received_at: z.string(),
    status: z.enum(["accepted", "doubtful", "alarmed", "rejected", "excluded"]),
    reason: z.string().nullable(),
    in_window: z.number(),
    has_summary: z.number(),
    result: json,
  })
  .transform(
    (row): LedgerRow => ({
      sequence: row.sequence,
      stream: row.stream,
      batchId: row.batch_id,
      contentHash: row.content_hash,
      receivedAt: row.received_at,
      status: row.status,
      reason: row.reason,
      inWindow: row.in_window === 1,
      hasSummary: row.has_summary === 1,
      result: row.result,
    }),
  );

const windowBatch = z
  .object({ batch_id: z.string(), received_at: z.string(), summary: json })
  .transform((row): WindowBatch => ({ batchId: row.batch_id, receivedAt: row.received_at, summary: row.summary }));

const streamRow = z.object({ name: z.string(), state: json.nullable(), reference_changed_at: z.string().nullable() });

const batchOf = (row: Record<string, unknown>): LedgerRow => stored(ledgerRow, row, `batch "${row.batch_id}"`);
const streamOf = (row: Record<string, unknown>): z.output<typeof streamRow> =>
  stored(streamRow, row, `stream "${row.name}"`);

const ledgerColumns = `sequence, stream, batch_id, content_hash, received_at, status, reason, in_window,
  summary IS NOT NULL AS has_summary, result`;

export class BatchLedger {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  find(stream: string, batchId: string): LedgerRow | undefined {
    const row = this.#database
      .prepare(`SELECT ${ledgerColumns} FROM batches WHERE stream = ? AND batch_id = ?`)
      .get(stream, batchId);
    return row === undefined ? undefined : batchOf(row);
  }

  /** The stream's last batches with `inWindow`, oldest first. */
  newest(stream: string, limit: number): WindowBatch[] {
    return this.#windowBatches("DESC", stream, limit).reverse();
  }

  /** The stream's first batches with `inWindow`, oldest first. */
  oldest(stream: string, limit: number): WindowBatch[] {
    return this.#windowBatches("ASC", stream, limit);
  }

  /** Up to `limit` batches, of one stream or of all, in the order they came. Go on with `after` the last sequence. */
  page({ stream, after = 0, limit = 100 }: { stream?: string; after?: number; limit?: number } = {}): LedgerRow[] {
    return this.#database
      .prepare(
        `SELECT ${ledgerColumns} FROM batches WHERE sequence > ? AND stream = coalesce(?, stream)
         ORDER BY sequence LIMIT ?`,
      )
      .all(after, stream ?? null, limit)
      .map((row) => batchOf(row));
  }

  /** The stream's batches after the first `skip`, at most `limit`, oldest first. */
  skip(stream: string, skip: number, limit: number): LedgerRow[] {
    return this.#database
      .prepare(`SELECT ${ledgerColumns} FROM batches WHERE stream = ? ORDER BY sequence LIMIT ? OFFSET ?`)
      .all(stream, limit, skip)
      .map((row) => batchOf(row));
  }

  /** The stream's last `limit` batches, whatever became of them, oldest first. */
  last(stream: string, limit: number): LedgerRow[] {
    return this.#database
      .prepare(`SELECT ${ledgerColumns} FROM batches WHERE stream = ? ORDER BY sequence DESC LIMIT ?`)
      .all(stream, limit)
      .map((row) => batchOf(row))
      .reverse();
  }

  /** How many batches of the stream have come, whatever became of them. */
  count(stream: string): number {
    const row = this.#database.prepare("SELECT count(*) AS n FROM batches WHERE stream = ?").get(stream);
    return Number(row?.n);
  }

  /** Adds a batch to the end of its stream, and a stream with its first batch. */
  append(batch: NewBatch): void {
    const { stream, batchId, contentHash, receivedAt, status, reason, inWindow, summary, result } = batch;
    this.#database.prepare("INSERT INTO streams (name) VALUES (?) ON CONFLICT DO NOTHING").run(stream);
    this.#database
      .prepare(
        `INSERT INTO batches (stream, batch_id, content_hash, received_at, status, reason, in_window, summary, result)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        ...[stream, batchId, contentHash, receivedAt, status, reason],
        ...[inWindow ? 1 : 0, summary === null ? null : jsonOf(summary), jsonOf(result)],
      );
    if (inWindow) this.#referenceChanged(stream, receivedAt);
  }

  /** What a person decides about a batch afterwards. */
  setStatus(
    stream: string,
    batchId: string,
    { status, reason, inWindow, at }: Pick<NewBatch, "status" | "reason" | "inWindow"> & { readonly at: string },
  ): void {
    const { changes } = this.#database
      .prepare("UPDATE batches SET status = ?, reason = ?, in_window = ? WHERE stream = ? AND batch_id = ?")
      .run(status, reason, inWindow ? 1 : 0, stream, batchId);
    if (changes !== 1) throw new RangeError(`ledger: expected batch "${batchId}" in stream "${stream}"`);
    this.#referenceChanged(stream, at);
  }

  /** The names of all streams that had a batch. */
  streams(): string[] {
    const rows = this.#database.prepare("SELECT * FROM streams ORDER BY name").all();
    return rows.map((row) => streamOf(row).name);
  }

  /** What was last put for the stream, null before; and when its window last changed, in ISO 8601. */
  stream(name: string): { readonly state: unknown; readonly referenceChangedAt: string | null } | undefined {
    const row = this.#database.prepare("SELECT * FROM streams WHERE name = ?").get(name);
    if (row === undefined) return undefined;
    const { state, reference_changed_at } = streamOf(row);
    return { state, referenceChangedAt: reference_changed_at };
  }

  /** @param state anything that JSON can hold; of a stream that has a batch */
  putState(stream: string, state: unknown): void {
    this.#database.prepare("UPDATE streams SET state = ? WHERE name = ?").run(jsonOf(state), stream);
  }

  /**
   * A stream begins again: no window, no state, no summaries. What came before stays in the ledger as history, and its
   * batch ids stay taken.
   */
  reset(stream: string, at: string): void {
    this.#database.prepare("UPDATE batches SET in_window = 0, summary = NULL WHERE stream = ?").run(stream);
    this.#database.prepare("UPDATE streams SET state = NULL WHERE name = ?").run(stream);
    this.#referenceChanged(stream, at);
  }

  #windowBatches(order: "ASC" | "DESC", stream: string, limit: number): WindowBatch[] {
    return this.#database
      .prepare(
        `SELECT batch_id, received_at, summary FROM batches WHERE stream = ? AND in_window = 1
         ORDER BY sequence ${order} LIMIT ?`,
      )
      .all(stream, limit)
      .map((row) => stored(windowBatch, row, `batch "${row.batch_id}"`));
  }

  #referenceChanged(stream: string, at: string): void {
    this.#database.prepare("UPDATE streams SET reference_changed_at = ? WHERE name = ?").run(at, stream);
  }
}

function jsonOf(value: unknown): string {
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`ledger: expected a value that JSON can hold, got ${typeof value}`);
  return text;
}
