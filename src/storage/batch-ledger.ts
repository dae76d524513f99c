// The statements with which `SqliteStreamStore` reads and writes a ledger's tables, inside one transaction of
// `MonitorDatabase`. The `in_window` column is 1 if the references may include the batch.
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { LedgerActions } from "./ledger-actions.ts";
import {
  batchStatus,
  boundedLedgerCell,
  deflateForLedgerCell,
  headlineAsLedgerCell,
  jsonForLedgerCell,
  jsonText,
  longestHeadline,
  longestJson,
  longestName,
  longestSummary,
  storedBytes,
} from "./ledger-cells.ts";
import { LedgerRetention } from "./ledger-retention.ts";
import {
  figuresOfLedgerRow,
  ledgerBatch,
  ledgerColumns,
  nameColumns,
  overviewOfLedgerRow,
  type StreamRow,
  streamColumns,
  streamOfLedgerRow,
} from "./ledger-rows.ts";
import { PreparedStatements } from "./prepared-statements.ts";
import { parseStoredValue } from "./stored-value.ts";
import type {
  BatchStanding,
  BatchStatus,
  DecidedBatch,
  FleetOptions,
  IncomingBatch,
  PageOptions,
  ReferenceFigures,
  ReferenceSummary,
  StoredBatch,
  StreamOverview,
} from "./stream-store.ts";

/** A batch to write. */
export type NewBatch = IncomingBatch & Omit<DecidedBatch, "state" | "by">;

/** One schema for all names, because constructing it for each of 20,000 streams takes longer than reading their names. */
const storedName = z.string();

export class BatchLedger {
  readonly #sql: PreparedStatements;
  /** Shortens old batches. */
  readonly retention: LedgerRetention;
  /** Users' actions. */
  readonly actions: LedgerActions;

  constructor(database: DatabaseSync) {
    this.#sql = new PreparedStatements(database);
    this.retention = new LedgerRetention(this.#sql);
    this.actions = new LedgerActions(this.#sql);
  }

  find(stream: string, batchId: string): StoredBatch | undefined {
    const row = this.#sql.get(
      `SELECT ${ledgerColumns} FROM batches WHERE stream = ? AND batch_id = ?`,
      stream,
      batchId,
    );
    return row === undefined ? undefined : ledgerBatch(row);
  }

  /** See `StreamStore.summary`. */
  summary(stream: string, batchId: string): Uint8Array | null {
    const sql = `SELECT ${boundedLedgerCell("summary", longestSummary, "''")} FROM batches JOIN summaries USING (sequence)
      WHERE batches.stream = ? AND batch_id = ?`;
    const row = this.#sql.get(sql, stream, batchId);
    return row === undefined ? null : parseStoredValue(storedBytes, row.summary, `batch "${batchId}"`);
  }

  /** Id of the first batch with the same content; see `StreamStore.record`. */
  sameContent(stream: string, contentHash: string): string | null {
    const sql = `SELECT ${boundedLedgerCell("batch_id", longestName)} FROM batches
      WHERE stream = ? AND content_hash = ?
        AND (in_window = 1 OR EXISTS (SELECT 1 FROM summaries WHERE summaries.sequence = batches.sequence))
      ORDER BY sequence LIMIT 1`;
    const row = this.#sql.get(sql, stream, contentHash);
    return row === undefined ? null : parseStoredValue(storedName, row.batch_id, "a batch");
  }

  /** The stream's last batches with `inReferences` that still have a summary, oldest first. */
  newest(stream: string, limit: number): ReferenceSummary[] {
    return this.#summarized("DESC", stream, limit).reverse();
  }

  /** The stream's first batches with `inReferences` that still have a summary, oldest first. */
  oldest(stream: string, limit: number): ReferenceSummary[] {
    return this.#summarized("ASC", stream, limit);
  }

  /** `newest` without the summaries. */
  newestFigures(stream: string, limit: number): ReferenceFigures[] {
    const sql = `SELECT ${nameColumns}, ${boundedLedgerCell("figures", longestJson)} FROM batches WHERE stream = ? AND in_window = 1
      AND EXISTS (SELECT 1 FROM summaries WHERE summaries.sequence = batches.sequence) ORDER BY sequence DESC LIMIT ?`;
    const rows = this.#sql.all(sql, stream, limit).map(figuresOfLedgerRow);
    return rows.reverse();
  }

  /** A page of the stream's batches, oldest first. */
  page(stream: string, { skip = 0, limit = 100, fromEnd = false }: PageOptions = {}): StoredBatch[] {
    const order = fromEnd ? "DESC" : "ASC";
    const sql = `SELECT ${ledgerColumns} FROM batches WHERE stream = ? ORDER BY sequence ${order} LIMIT ? OFFSET ?`;
    const rows = this.#sql.all(sql, stream, limit, skip).map(ledgerBatch);
    return fromEnd ? rows.reverse() : rows;
  }

  /** Appends a batch to its stream. The first batch creates the stream. */
  append(batch: NewBatch): void {
    const { stream, batchId, contentHash, receivedAt, status, reason, inReferences, summary, figures, result } = batch;
    const { headline = null, dataTime } = batch;
    if (inReferences && summary === null)
      throw new RangeError(`ledger: batch "${batchId}": a batch in the references needs a summary`);
    const begun = "INSERT INTO streams (name, batches) VALUES (?, 1) ON CONFLICT DO UPDATE SET batches = batches + 1";
    this.#sql.run(begun, stream);
    this.#sql.run("INSERT INTO overviews (stream) VALUES (?) ON CONFLICT DO NOTHING", stream);
    this.#count(stream, status, 1);
    this.#sql.run("UPDATE overviews SET retired_at = NULL WHERE stream = ? AND retired_at IS NOT NULL", stream);
    const { lastInsertRowid } = this.#sql.run(
      `INSERT INTO batches (stream, batch_id, content_hash, received_at, status, reason, in_window, figures, result, whole, headline, data_from, data_to)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)`,
      ...[stream, batchId, contentHash, receivedAt, status, reason, inReferences ? 1 : 0],
      ...[figures === null ? null : jsonForLedgerCell(figures), deflateForLedgerCell(result)],
      ...[headline === null ? null : headlineAsLedgerCell(headline), dataTime?.from ?? null, dataTime?.to ?? null],
    );
    if (summary !== null) {
      this.#sql.run(
        "INSERT INTO summaries (sequence, stream, summary) VALUES (?, ?, ?)",
        lastInsertRowid,
        stream,
        summary,
      );
    }
    this.#changed(stream, inReferences ? receivedAt : null);
  }

  /** Records a user's decision about a batch. */
  setStanding(
    stream: string,
    batchId: string,
    { status, reason, inReferences, at }: BatchStanding & { readonly at: string },
  ): void {
    const before = this.#sql.get(
      "SELECT status FROM batches WHERE stream = ? AND batch_id = ?",
      stream,
      batchId,
    )?.status;
    const { changes } = this.#sql.run(
      "UPDATE batches SET status = ?, reason = ?, in_window = ? WHERE stream = ? AND batch_id = ?",
      status,
      reason,
      inReferences ? 1 : 0,
      stream,
      batchId,
    );
    if (changes !== 1) throw new RangeError(`ledger: expected batch "${batchId}" in stream "${stream}"`);
    this.#count(stream, parseStoredValue(batchStatus, before, `batch "${batchId}"`), -1);
    this.#count(stream, status, 1);
    this.#changed(stream, at);
  }

  /** The names of all streams with at least one batch. */
  streams(): string[] {
    return this.#sql
      .all(`SELECT ${boundedLedgerCell("name", longestName)} FROM streams ORDER BY name`)
      .map((row) => parseStoredValue(storedName, row.name, "a stream"));
  }

  /** See `StreamStore.fleet`. */
  fleet({ latest, streams }: FleetOptions): StreamOverview[] {
    const columns = [
      boundedLedgerCell("batch_id", longestName, "''"),
      boundedLedgerCell("received_at", longestName, "''"),
      boundedLedgerCell("status", longestName, "''"),
      boundedLedgerCell("headline", longestHeadline, "''"),
    ];
    const sql = `SELECT ${boundedLedgerCell("name", longestName)}, accepted, doubtful, alarmed, rejected, excluded,
        state IS NOT NULL AS has_state, retired_at, (
          SELECT json_group_array(json_array(batch_id, received_at, status, headline) ORDER BY sequence)
          FROM (SELECT sequence, ${columns.join(", ")} FROM batches WHERE batches.stream = streams.name ORDER BY sequence DESC LIMIT ?)
        ) AS latest
      FROM streams JOIN overviews ON overviews.stream = streams.name
      ${streams === undefined ? "" : "WHERE streams.name IN (SELECT value FROM json_each(?))"} ORDER BY name`;
    const values = streams === undefined ? [latest] : [latest, JSON.stringify(streams)];
    return this.#sql.all(sql, ...values).map(overviewOfLedgerRow);
  }

  /** See `StreamStore.fleetMarks`. */
  fleetMarks(): Map<string, string> {
    // A stream that begins again after it was erased may have the same version as before, but a sequence number is never
    // reused.
    const sql = `SELECT ${boundedLedgerCell("name", longestName)}, version,
      (SELECT max(sequence) FROM batches WHERE stream = name) AS last FROM streams`;
    return new Map(
      this.#sql
        .all(sql)
        .map(({ name, version, last }) => [parseStoredValue(storedName, name, "a stream"), `${version} ${last}`]),
    );
  }

  /** Renames a stream. The new name must not be in use. */
  rename(stream: string, to: string): void {
    this.#sql.run(
      `INSERT INTO streams (name, state, reference_changed_at, batches, version)
       SELECT ?, state, reference_changed_at, batches, version + 1 FROM streams WHERE name = ?`,
      to,
      stream,
    );
    for (const table of ["overviews", "batches", "summaries", "actions"])
      this.#sql.run(`UPDATE ${table} SET stream = ? WHERE stream = ?`, to, stream);
    this.#sql.run("DELETE FROM streams WHERE name = ?", stream);
  }

  /** @returns whether the stream exists and was not retired */
  retire(stream: string, at: string): boolean {
    const { changes } = this.#sql.run(
      "UPDATE overviews SET retired_at = ? WHERE stream = ? AND retired_at IS NULL",
      at,
      stream,
    );
    if (changes === 1) this.#changed(stream, null);
    return changes === 1;
  }

  /**
   * Deletes a stream, but keeps its actions, with the text `recordedAs` instead of the stream's name and without subjects.
   * @returns the number of its batches
   */
  erase(stream: string, recordedAs: string): number {
    this.#sql.run("UPDATE actions SET stream = ?, subject = NULL WHERE stream = ?", recordedAs, stream);
    this.#sql.run("DELETE FROM summaries WHERE stream = ?", stream);
    const { changes } = this.#sql.run("DELETE FROM batches WHERE stream = ?", stream);
    this.#sql.run("DELETE FROM overviews WHERE stream = ?", stream);
    this.#sql.run("DELETE FROM streams WHERE name = ?", stream);
    return Number(changes);
  }

  /** The headline of a stream's last batch; null if there is none. */
  lastHeadline(stream: string): unknown {
    const sql = `SELECT ${boundedLedgerCell("headline", longestHeadline)} FROM batches WHERE stream = ? ORDER BY sequence DESC LIMIT 1`;
    const headline = this.#sql.get(sql, stream)?.headline ?? null;
    return parseStoredValue(jsonText.nullable(), headline, `the last batch of stream "${stream}"`);
  }

  stream(name: string): StreamRow | undefined {
    const row = this.#sql.get(`SELECT ${streamColumns} FROM streams WHERE name = ?`, name);
    return row === undefined ? undefined : streamOfLedgerRow(row);
  }

  /** Reads only the stream's version; 0 before its first batch. */
  version(stream: string): number {
    return Number(this.#sql.get("SELECT version FROM streams WHERE name = ?", stream)?.version ?? 0);
  }

  /** @param state any JSON value; the stream must have at least one batch */
  putState(stream: string, state: unknown): void {
    this.#sql.run("UPDATE streams SET state = ? WHERE name = ?", jsonForLedgerCell(state), stream);
    this.#changed(stream, null);
  }

  /**
   * Clears a stream's references, state and summaries. Earlier batches stay in the ledger as history, and their ids
   * cannot be used again.
   */
  reset(stream: string, at: string): void {
    this.#sql.run("UPDATE batches SET in_window = 0 WHERE stream = ?", stream);
    this.#sql.run("DELETE FROM summaries WHERE stream = ?", stream);
    this.#sql.run("UPDATE streams SET state = NULL WHERE name = ?", stream);
    this.#changed(stream, at);
  }

  #summarized(order: "ASC" | "DESC", stream: string, limit: number): ReferenceSummary[] {
    const sql = `SELECT ${nameColumns}, ${boundedLedgerCell("figures", longestJson)}, ${boundedLedgerCell("summary", longestSummary, "''")} FROM batches JOIN summaries USING (sequence)
      WHERE batches.stream = ? AND in_window = 1 ORDER BY batches.sequence ${order} LIMIT ?`;
    return this.#sql.all(sql, stream, limit).map((row) => {
      const what = `batch "${row.batch_id}"`;
      return { ...figuresOfLedgerRow(row), summary: parseStoredValue(storedBytes, row.summary, what) };
    });
  }

  /** @param at time at which the references changed; null if they did not change */
  #changed(stream: string, at: string | null): void {
    this.#sql.run(
      "UPDATE streams SET version = version + 1, reference_changed_at = coalesce(?, reference_changed_at) WHERE name = ?",
      at,
      stream,
    );
  }

  #count(stream: string, status: BatchStatus, by: 1 | -1): void {
    this.#sql.run(`UPDATE overviews SET ${status} = ${status} + ? WHERE stream = ?`, by, stream);
  }
}
