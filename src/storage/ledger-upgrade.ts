// Upgrades ledgers from earlier versions. Version 1 kept the summary and the full result of every batch as JSON forever; data
// that is no longer needed is deleted later, when new batches arrive. Version 2 had no headlines or overviews. Version 3 did
// not store the times of the data.
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import {
  boundedLedgerCell,
  deflatedJson,
  deflateForLedgerCell,
  headlineAsLedgerCell,
  jsonForLedgerCell,
  jsonText,
  longestJson,
  longestName,
  longestSummary,
} from "./ledger-cells.ts";
import { alterLedgerTablesOfVersion2, alterLedgerTablesOfVersion3, createLedgerTables } from "./ledger-tables.ts";
import { parseStoredValue } from "./stored-value.ts";

/** @throws UserError if the summary is damaged; the message uses `what` to refer to the batch */
export type UpgradeSummary = (
  json: unknown,
  what: string,
) => { readonly summary: Uint8Array; readonly figures: unknown };

/**
 * Returns the headline for a stored result; see `DecidedBatch`.
 * @param before the headline of the stream's previous batch; null if there is none
 */
export type UpgradeHeadline = (result: unknown, before: unknown, receivedAt: string) => unknown;

/** Conversions of stored values to the current form, supplied by the code that defines their meaning. */
export interface LedgerUpgrade {
  readonly upgradeSummary: UpgradeSummary;
  readonly upgradeHeadline: UpgradeHeadline;
}

/** Runs within the caller's transaction. @param version version of the ledger, lower than the current one */
export function upgradeLedger(
  database: DatabaseSync,
  version: number,
  { modelVersion, upgradeSummary, upgradeHeadline }: LedgerUpgrade & { readonly modelVersion: string },
): void {
  if (version === 1) upgradeLedgerFromVersion1(database, modelVersion, upgradeSummary);
  if (version === 2) alterLedgerTablesOfVersion2(database);
  if (version !== 1) alterLedgerTablesOfVersion3(database);
  if (version === 3) return;
  database.exec(`
    INSERT INTO overviews (stream, accepted, doubtful, alarmed, rejected, excluded)
    SELECT stream, sum(status = 'accepted'), sum(status = 'doubtful'), sum(status = 'alarmed'),
      sum(status = 'rejected'), sum(status = 'excluded')
    FROM batches GROUP BY stream
  `);
  addHeadlinesToLedger(database, upgradeHeadline);
}

/** Adds a headline to each stored batch. A damaged result gets no headline; the damage is reported when the batch is read. */
function addHeadlinesToLedger(database: DatabaseSync, upgradeHeadline: UpgradeHeadline): void {
  const columns = [boundedLedgerCell("stream", longestName), boundedLedgerCell("received_at", longestName, "''")];
  const sql = `SELECT sequence, ${columns.join(", ")}, ${boundedLedgerCell("result", longestJson, "''")} FROM batches
    WHERE stream = ? AND sequence > ? ORDER BY sequence LIMIT 100`;
  const [streams, some, set] = [
    database.prepare("SELECT stream FROM overviews"),
    database.prepare(sql),
    database.prepare("UPDATE batches SET headline = ? WHERE sequence = ?"),
  ];
  for (const stream of streams.all().map((row) => String(row.stream))) {
    let before: unknown = null;
    let done = 0;
    for (let rows = some.all(stream, done); rows.length > 0; rows = some.all(stream, done)) {
      for (const { sequence, received_at, result } of rows) {
        done = Number(sequence);
        const value = deflatedJson.safeParse(result);
        const headline = value.success ? upgradeHeadline(value.data, before, String(received_at)) : null;
        if (headline !== null) set.run(headlineAsLedgerCell(headline), done);
        before = headline ?? before;
      }
    }
  }
}

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
  .map((column) => boundedLedgerCell(column, longestName))
  .join(
    ", ",
  )}, ${boundedLedgerCell("reason", longestJson)}, ${boundedLedgerCell("result", longestJson)}, ${boundedLedgerCell("summary", longestSummary)}
  FROM old_batches ORDER BY sequence`;

function upgradeLedgerFromVersion1(database: DatabaseSync, modelVersion: string, upgradeSummary: UpgradeSummary): void {
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
        upgraded === null ? null : jsonForLedgerCell(upgraded.figures),
        deflateForLedgerCell(old.result),
      ],
    );
    if (upgraded !== null) insertSummary.run(old.sequence, old.stream, upgraded.summary);
  }
  database.exec("DROP TABLE old_batches; DROP TABLE old_streams");
}
