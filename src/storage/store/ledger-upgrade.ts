// Upgrades version 1 of the ledger, which kept the summary and the full result of every batch as JSON forever. Data that no
// reference needs is deleted later, when the next batches arrive.
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import {
  boundedBatchColumn,
  deflateForBatchLedger,
  jsonForBatchLedger,
  jsonText,
  longestJson,
  longestName,
  longestSummary,
} from "./batch-ledger.ts";
import { createLedgerTables } from "./ledger-tables.ts";
import { parseStoredValue } from "./stored-value.ts";

/** @throws UserError if the summary is damaged; `what` names the batch in the message */
export type UpgradeSummary = (
  json: unknown,
  what: string,
) => { readonly summary: Uint8Array; readonly figures: unknown };

const oldBatch = z.object({
  sequence: z.number(),
  stream: z.string(),
  batch_id: z.string(),
  content_hash: z.string(),
  received_at: z.string(),
  status: z.string(),
  reason: z.string().nullable(),
  in_window: z.number(),
  summary: jsonText.nullable(),
  result: jsonText,
});

const oldBatches = `SELECT sequence, in_window, ${["stream", "batch_id", "content_hash", "received_at", "status"]
  .map((column) => boundedBatchColumn(column, longestName))
  .join(
    ", ",
  )}, ${boundedBatchColumn("reason", longestJson)}, ${boundedBatchColumn("result", longestJson)}, ${boundedBatchColumn("summary", longestSummary)}
  FROM old_batches ORDER BY sequence`;

/** Runs inside the caller's transaction. */
export function upgradeLedgerFromVersion1(
  database: DatabaseSync,
  modelVersion: string,
  upgradeSummary: UpgradeSummary,
): void {
  database.exec(`
    DROP INDEX window_batches;
    ALTER TABLE batches RENAME TO old_batches;
    ALTER TABLE streams RENAME TO old_streams;
    DROP TABLE model;
  `);
  createLedgerTables(database, modelVersion);
  database.exec(`
    INSERT INTO streams (name, state, reference_changed_at, batches, version)
    SELECT name, state, reference_changed_at, n, n FROM old_streams
    JOIN (SELECT stream, count(*) AS n FROM old_batches GROUP BY stream) ON stream = name
  `);
  const insertBatch = database.prepare(
    `INSERT INTO batches (sequence, stream, batch_id, content_hash, received_at, status, reason, in_window, figures, result, whole)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
  );
  const insertSummary = database.prepare("INSERT INTO summaries (sequence, stream, summary) VALUES (?, ?, ?)");
  for (const row of database.prepare(oldBatches).iterate()) {
    const what = `batch "${row.batch_id}"`;
    const old = parseStoredValue(oldBatch, row, what);
    const upgraded = old.summary === null ? null : upgradeSummary(old.summary, what);
    insertBatch.run(
      ...[old.sequence, old.stream, old.batch_id, old.content_hash, old.received_at, old.status, old.reason],
      ...[
        old.in_window,
        upgraded === null ? null : jsonForBatchLedger(upgraded.figures),
        deflateForBatchLedger(old.result),
      ],
    );
    if (upgraded !== null) insertSummary.run(old.sequence, old.stream, upgraded.summary);
  }
  database.exec("DROP TABLE old_batches; DROP TABLE old_streams");
}
