// The tables of monitor.sqlite, and a check that a file contains exactly these tables. An untrusted database may contain views
// that never end, or triggers that delete data.
import type { DatabaseSync } from "node:sqlite";
import { openSqlite } from "./open-sqlite.ts";

export const ledgerSchemaVersion = 4;

const dataTimeColumns = ["data_from TEXT", "data_to TEXT"];

const addedByVersion4 = "CREATE INDEX batches_by_content ON batches (stream, content_hash);";

const addedByVersion3 = `
  CREATE INDEX batches_of_stream ON batches (stream, sequence, batch_id, received_at, status, headline);
  CREATE TABLE overviews (
    stream TEXT PRIMARY KEY REFERENCES streams (name),
    accepted INTEGER NOT NULL DEFAULT 0,
    doubtful INTEGER NOT NULL DEFAULT 0,
    alarmed INTEGER NOT NULL DEFAULT 0,
    rejected INTEGER NOT NULL DEFAULT 0,
    excluded INTEGER NOT NULL DEFAULT 0,
    retired_at TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE actions (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    stream TEXT NOT NULL,
    subject TEXT,
    reason TEXT
  ) STRICT;
`;

/**
 * `sequence` numbers the batches of all streams and is never reused. `in_window` is 1 if the references of the stream may
 * include the batch, and `whole` is 1 until `LedgerRetention.forget` has shortened the batch. A row of `summaries` is deleted
 * when an accepted batch leaves the ends of the references, when a batch that no reference needs is shortened, or when the
 * stream is reset; the row in `batches` is kept until the stream is erased. `overviews` has one row per stream, with its
 * number of batches by status, so that a list of streams need not count them. The index `batches_of_stream` covers the columns
 * of `batches` that a list of streams needs. `actions` records users' actions on streams and on their batches. `data_from` and
 * `data_to` are the times of the first and last samples in a batch; both are null if unknown.
 */
const tables = `
  CREATE TABLE model (version TEXT NOT NULL) STRICT;
  CREATE TABLE streams (
    name TEXT PRIMARY KEY,
    state TEXT,
    reference_changed_at TEXT,
    batches INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE batches (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    stream TEXT NOT NULL REFERENCES streams (name),
    batch_id TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    received_at TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('accepted', 'doubtful', 'alarmed', 'rejected', 'excluded')),
    reason TEXT,
    in_window INTEGER NOT NULL CHECK (in_window IN (0, 1)),
    figures TEXT,
    result BLOB NOT NULL,
    whole INTEGER NOT NULL CHECK (whole IN (0, 1)),
    headline TEXT,
    ${dataTimeColumns.join(", ")},
    UNIQUE (stream, batch_id)
  ) STRICT;
  CREATE INDEX window_batches ON batches (stream, sequence) WHERE in_window = 1;
  CREATE INDEX whole_batches ON batches (received_at, sequence) WHERE whole = 1;
  CREATE TABLE summaries (
    sequence INTEGER PRIMARY KEY REFERENCES batches (sequence),
    stream TEXT NOT NULL,
    summary BLOB NOT NULL
  ) STRICT;
  CREATE INDEX summaries_of_stream ON summaries (stream, sequence);
  ${addedByVersion3}
  ${addedByVersion4}
`;

/** Creates the tables of an empty ledger, within the caller's transaction. */
export function createLedgerTables(database: DatabaseSync, modelVersion: string): void {
  database.exec(tables);
  database.prepare("INSERT INTO model VALUES (?)").run(modelVersion);
  database.exec(`PRAGMA user_version = ${ledgerSchemaVersion}`);
}

/** The tables as they were before the times of the data were added. */
const tables3 = tables.replace(addedByVersion4, "").replace(`${dataTimeColumns.join(", ")},`, "");

/** The tables before headlines, overviews and actions were added. */
const tables2 = tables3
  .replace(addedByVersion3, "CREATE INDEX batches_of_stream ON batches (stream, sequence);")
  .replace("headline TEXT,", "");

/** Upgrades the tables of version 2, within the caller's transaction; headlines are left empty. */
export function alterLedgerTablesOfVersion2(database: DatabaseSync): void {
  database.exec(`
    DROP INDEX batches_of_stream;
    ALTER TABLE batches ADD COLUMN headline TEXT;
    ${addedByVersion3}
    PRAGMA user_version = 3;
  `);
}

/** Upgrades the tables of version 3, within the caller's transaction; the times of the data are unknown. */
export function alterLedgerTablesOfVersion3(database: DatabaseSync): void {
  database.exec(`
    ${dataTimeColumns.map((column) => `ALTER TABLE batches ADD COLUMN ${column};`).join("\n")}
    ${addedByVersion4}
    PRAGMA user_version = ${ledgerSchemaVersion};
  `);
}

export function createLedgerTablesOfVersion3(database: DatabaseSync, modelVersion: string): void {
  createEarlierLedgerTables(database, 3, tables3, modelVersion);
}

export function createLedgerTablesOfVersion2(database: DatabaseSync, modelVersion: string): void {
  createEarlierLedgerTables(database, 2, tables2, modelVersion);
}

/** The tables of all versions up to commit 85d68b1. */
const tables1 = `
  CREATE TABLE model (version TEXT NOT NULL) STRICT;
  CREATE TABLE streams (
    name TEXT PRIMARY KEY,
    state TEXT,
    reference_changed_at TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE batches (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    stream TEXT NOT NULL REFERENCES streams (name),
    batch_id TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    received_at TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('accepted', 'doubtful', 'alarmed', 'rejected', 'excluded')),
    reason TEXT,
    in_window INTEGER NOT NULL CHECK (in_window IN (0, 1)),
    summary TEXT,
    result TEXT NOT NULL,
    UNIQUE (stream, batch_id),
    CHECK (in_window = 0 OR summary IS NOT NULL)
  ) STRICT;
  CREATE INDEX window_batches ON batches (stream, sequence) WHERE in_window = 1;
`;

export function createLedgerTablesOfVersion1(database: DatabaseSync, modelVersion: string): void {
  createEarlierLedgerTables(database, 1, tables1, modelVersion);
}

function createEarlierLedgerTables(database: DatabaseSync, version: number, sql: string, modelVersion: string): void {
  database.exec(sql);
  database.prepare("INSERT INTO model VALUES (?)").run(modelVersion);
  database.exec(`PRAGMA user_version = ${version}`);
}

/** Whether the database contains exactly the tables and indexes of a version of the ledger. */
export function hasLedgerTables(database: DatabaseSync, version: number): boolean {
  const fresh = openSqlite(":memory:");
  try {
    if (version === 1) createLedgerTablesOfVersion1(fresh, "");
    else if (version === 2) createLedgerTablesOfVersion2(fresh, "");
    else if (version === 3) createLedgerTablesOfVersion3(fresh, "");
    else if (version === ledgerSchemaVersion) createLedgerTables(fresh, "");
    else return false;
    return ledgerTablesSchema(database) === ledgerTablesSchema(fresh);
  } finally {
    fresh.close();
  }
}

/** All database objects except those that SQLite itself creates. */
function ledgerTablesSchema(database: DatabaseSync): string {
  const sql = `SELECT type, name, tbl_name, sql FROM sqlite_schema
    WHERE NOT (name LIKE 'sqlite\\_%' ESCAPE '\\' AND type IN ('table', 'index')) ORDER BY type, name LIMIT 100`;
  return JSON.stringify(database.prepare(sql).all()).replace(/(\\n|\s)+/g, " ");
}
