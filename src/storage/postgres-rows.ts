// Converts rows of the PostgreSQL tables to records of `StreamStore`, and back.
import { z } from "zod";
import {
  batchStatus,
  dataTimeOfCells,
  deflatedJson,
  jsonForLedgerCell,
  jsonText,
  latestBatch,
} from "./ledger-cells.ts";
import type { PostgresRow } from "./postgres-connection.ts";
import { parseStoredValue } from "./stored-value.ts";
import type { ReferenceSummary, StoredBatch, StoredMemory, StreamOverview } from "./stream-store.ts";

/** A bigint, which pg returns as text. */
const whole = z.coerce.number().int();
const instant = z.date().transform((date) => date.toISOString());
const bytes = z.instanceof(Uint8Array);

/** The columns of `batches` (as b) that `postgresBatch` reads, and `attempt`; the stream's name is in another table. */
export const postgresBatchColumns = `b.sequence, b.batch_id, b.content_hash, b.received_at, b.status, b.reason, b.in_references,
  b.figures, b.result, b.attempt, b.data_from, b.data_to,
  EXISTS (SELECT FROM tidemark.summaries k WHERE k.stream_id = b.stream_id AND k.sequence = b.sequence) AS has_summary`;

const batchRow = z
  .object({
    sequence: whole,
    batch_id: z.string(),
    content_hash: z.string(),
    received_at: instant,
    status: batchStatus,
    reason: z.string().nullable(),
    in_references: z.boolean(),
    has_summary: z.boolean(),
    figures: jsonText.nullable(),
    result: deflatedJson,
    data_from: instant.nullable(),
    data_to: instant.nullable(),
  })
  .transform(
    (row): Omit<StoredBatch, "stream"> => ({
      sequence: row.sequence,
      batchId: row.batch_id,
      contentHash: row.content_hash,
      receivedAt: row.received_at,
      dataTime: dataTimeOfCells(row.data_from, row.data_to),
      status: row.status,
      reason: row.reason,
      inReferences: row.in_references,
      hasSummary: row.has_summary,
      figures: row.figures,
      result: row.result,
    }),
  );

export function postgresBatch(row: PostgresRow, stream: string): StoredBatch {
  return { stream, ...parseStoredValue(batchRow, row, `batch "${row.batch_id}"`) };
}

const referenceRow = z
  .object({ batch_id: z.string(), received_at: instant, figures: jsonText.nullable(), summary: bytes })
  .transform(
    (row): ReferenceSummary => ({
      batchId: row.batch_id,
      receivedAt: row.received_at,
      figures: row.figures,
      summary: row.summary,
    }),
  );

export function referenceOfPostgresRow(row: PostgresRow): ReferenceSummary {
  return parseStoredValue(referenceRow, row, `batch "${row.batch_id}"`);
}

export interface PostgresStream
  extends Pick<StoredMemory, "version" | "batches" | "state" | "referencesChangedAt" | "headline"> {
  readonly streamId: number;
}

const streamRow = z
  .object({
    stream_id: whole,
    version: whole,
    batches: whole,
    state: jsonText.nullable(),
    references_changed_at: instant.nullable(),
    headline: jsonText.nullable(),
  })
  .transform(
    (row): PostgresStream => ({
      streamId: row.stream_id,
      version: row.version,
      batches: row.batches,
      state: row.state,
      referencesChangedAt: row.references_changed_at,
      headline: row.headline,
    }),
  );

export function postgresStreamOfRow(row: PostgresRow, stream: string): PostgresStream {
  return parseStoredValue(streamRow, row, `stream "${stream}"`);
}

const overviewRow = z
  .object({
    name: z.string(),
    accepted: whole,
    doubtful: whole,
    alarmed: whole,
    rejected: whole,
    excluded: whole,
    has_state: z.boolean(),
    retired_at: instant.nullable(),
    latest: jsonText.pipe(z.array(latestBatch)).nullable(),
  })
  .transform(
    ({ name, has_state, retired_at, latest, ...counts }): StreamOverview => ({
      stream: name,
      counts,
      hasState: has_state,
      retiredAt: retired_at,
      latest: (latest ?? []).reverse(),
    }),
  );

export function overviewOfPostgresRow(row: PostgresRow): StreamOverview {
  return parseStoredValue(overviewRow, row, `stream "${row.name}"`);
}

/** A JSON value for a text column; null stays null. */
export function postgresJson(value: unknown): string | null {
  return value === null ? null : jsonForLedgerCell(value);
}
