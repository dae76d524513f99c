// monitor.sqlite: what a model's monitor remembers between batches. It lies in the model folder, the manifest does not
// name it, and a copied folder takes it along. All reading and writing happens inside `transaction`, so that two checks
// at the same moment come one after the other and both count.
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { UserError } from "../errors.ts";
import { BatchLedger } from "./batch-ledger.ts";
import { SqliteFile, type SqliteOptions } from "./sqlite-file.ts";

export const monitorFile = "monitor.sqlite";

const schemaVersion = 1;

/**
 * `sequence` counts the batches of all streams and is never given twice. `in_window` says that a batch may be among the
 * last N of its stream; `summary` is dropped when the stream is reset, the ledger's other columns stay.
 */
const tables = `
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

export interface MonitorOptions extends SqliteOptions {
  /** The manifest's `model_version`: batches counted over one model's grid mean nothing to another. */
  readonly modelVersion: string;
}

export class MonitorDatabase {
  readonly #file: SqliteFile;

  private constructor(file: SqliteFile) {
    this.#file = file;
  }

  /**
   * Opens the model folder's `monitor.sqlite`, creating it where it is absent.
   * @throws UserError where it cannot be used: damaged, no permission, written by a newer Tidemark or for another model
   */
  static open(modelDirectory: string, { modelVersion, ...options }: MonitorOptions): MonitorDatabase {
    const file = new SqliteFile(join(modelDirectory, monitorFile), options);
    try {
      file.transaction((database) => prepareTables(database, file.path, modelVersion));
    } catch (error) {
      file.close();
      throw error;
    }
    return new MonitorDatabase(file);
  }

  /** Runs `work` alone: after the transactions of all processes before it, before those after it; all or nothing. */
  transaction<T>(work: (ledger: BatchLedger) => T): T {
    return this.#file.transaction((database) => work(new BatchLedger(database)));
  }

  close(): void {
    this.#file.close();
  }
}

function prepareTables(database: DatabaseSync, path: string, modelVersion: string): void {
  const version = database.prepare("PRAGMA user_version").get()?.user_version;
  if (typeof version !== "number" || version > schemaVersion) {
    throw new UserError(`${path}: schema version ${version}, this Tidemark knows versions up to ${schemaVersion}`, {
      advice: "It was written by a newer Tidemark: update to that one.",
    });
  }
  if (version === 0) {
    database.exec(tables);
    database.prepare("INSERT INTO model VALUES (?)").run(modelVersion);
    database.exec(`PRAGMA user_version = ${schemaVersion}`);
  }
  const owner = database.prepare("SELECT version FROM model").get()?.version;
  if (owner !== modelVersion) {
    throw new UserError(`${path} belongs to another model`, {
      details: [`expected ${modelVersion}`, `found    ${owner}`],
      advice: "Move it away: a new model begins with an empty ledger.",
    });
  }
}
