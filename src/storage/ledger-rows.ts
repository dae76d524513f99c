// The rows of an SQLite ledger: which columns are read, and how they are converted to records.
import { z } from "zod";
import {
  batchStatus,
  boundedLedgerCell,
  dataTimeOfCells,
  deflatedJson,
  jsonText,
  latestBatch,
  longestJson,
  longestName,
  longestSummary,
  storedBytes,
  userAction,
} from "./ledger-cells.ts";
import { parseStoredValue } from "./stored-value.ts";
import type { StreamAction } from "./stream-actions.ts";
import type { ReferenceFigures, StoredBatch, StoredMemory, StreamOverview } from "./stream-store.ts";

const batchRow = z
  .object({
    sequence: z.number(),
    stream: z.string(),
    batch_id: z.string(),
    content_hash: z.string(),
    received_at: z.iso.datetime(),
    status: batchStatus,
    reason: z.string().nullable(),
    in_window: z.number(),
    has_summary: z.number(),
    figures: jsonText.nullable(),
    result: deflatedJson,
    data_from: z.iso.datetime().nullable(),
    data_to: z.iso.datetime().nullable(),
  })
  .transform(
    (row): StoredBatch => ({
      sequence: row.sequence,
      stream: row.stream,
      batchId: row.batch_id,
      contentHash: row.content_hash,
      receivedAt: row.received_at,
      dataTime: dataTimeOfCells(row.data_from, row.data_to),
      status: row.status,
      reason: row.reason,
      inReferences: row.in_window === 1,
      hasSummary: row.has_summary === 1,
      figures: row.figures,
      result: row.result,
    }),
  );

const figuresRow = z
  .object({ batch_id: z.string(), received_at: z.iso.datetime(), figures: jsonText.nullable() })
  .transform((row): ReferenceFigures => ({ batchId: row.batch_id, receivedAt: row.received_at, figures: row.figures }));

/** A batch that still has its full result; the result is "" if it is too long to be read. */
export interface WholeRow {
  readonly sequence: number;
  readonly stream: string;
  readonly batch_id: string;
  readonly result: Uint8Array | "";
}

const wholeRow: z.ZodType<WholeRow> = z.object({
  sequence: z.number(),
  stream: z.string(),
  batch_id: z.string(),
  result: storedBytes.or(z.literal("")),
});

export type StreamRow = Pick<StoredMemory, "state" | "referencesChangedAt" | "batches" | "version">;

const streamRow = z
  .object({
    name: z.string(),
    state: jsonText.nullable(),
    reference_changed_at: z.iso.datetime().nullable(),
    batches: z.number(),
    version: z.number(),
  })
  .transform(
    ({ state, reference_changed_at, batches, version }): StreamRow => ({
      state,
      referencesChangedAt: reference_changed_at,
      batches,
      version,
    }),
  );

const overviewRow = z
  .object({
    name: z.string(),
    accepted: z.number(),
    doubtful: z.number(),
    alarmed: z.number(),
    rejected: z.number(),
    excluded: z.number(),
    has_state: z.number(),
    retired_at: z.iso.datetime().nullable(),
    latest: jsonText.pipe(z.array(latestBatch)),
  })
  .transform(
    ({ name, has_state, retired_at, latest, ...counts }): StreamOverview => ({
      stream: name,
      counts,
      hasState: has_state === 1,
      retiredAt: retired_at,
      latest,
    }),
  );

const actionRow: z.ZodType<StreamAction> = z.object({
  at: z.iso.datetime(),
  who: z.string(),
  action: userAction,
  stream: z.string(),
  subject: z.string().nullable(),
  reason: z.string().nullable(),
});

type LedgerRow = Record<string, unknown>;

export function ledgerBatch(row: LedgerRow): StoredBatch {
  return parseStoredValue(batchRow, row, `batch "${row.batch_id}"`);
}

/** A batch as kept in a reference, without its summary. */
export function figuresOfLedgerRow(row: LedgerRow): ReferenceFigures {
  return parseStoredValue(figuresRow, row, `batch "${row.batch_id}"`);
}

export function ledgerWholeBatch(row: LedgerRow): WholeRow {
  return parseStoredValue(wholeRow, row, "a batch");
}

export function streamOfLedgerRow(row: LedgerRow): StreamRow {
  return parseStoredValue(streamRow, row, `stream "${row.name}"`);
}

export function overviewOfLedgerRow(row: LedgerRow): StreamOverview {
  return parseStoredValue(overviewRow, row, `stream "${row.name}"`);
}

export function actionOfLedgerRow(row: LedgerRow): StreamAction {
  return parseStoredValue(actionRow, row, "an action");
}

export const nameColumns: string = ["batch_id", "received_at"]
  .map((column) => boundedLedgerCell(column, longestName))
  .join(", ");
export const streamColumns: string = `${boundedLedgerCell("name", longestName)}, ${boundedLedgerCell("state", longestSummary)}, reference_changed_at, batches, version`;
export const ledgerColumns: string = `sequence, ${nameColumns}, ${boundedLedgerCell("stream", longestName)}, ${boundedLedgerCell("content_hash", longestName)},
  ${boundedLedgerCell("status", longestName)}, ${boundedLedgerCell("reason", longestJson)}, in_window, ${boundedLedgerCell("figures", longestJson)},
  ${boundedLedgerCell("result", longestJson, "''")}, ${boundedLedgerCell("data_from", longestName)}, ${boundedLedgerCell("data_to", longestName)},
  EXISTS (SELECT 1 FROM summaries WHERE summaries.sequence = batches.sequence) AS has_summary`;
