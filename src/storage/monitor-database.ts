// monitor.sqlite stores the state of the streams between batches. The file is in the model folder, but not in the manifest, and
// is copied together with the folder. A `snapshot` reads a consistent state without waiting for other processes. A
// `transaction` writes; by then, other processes may have changed what a `snapshot` showed.
import { existsSync, linkSync, lstatSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { UserError } from "../errors.ts";
import { kindOfFile } from "../kind-of-file.ts";
import { hasSystemErrorCode } from "../system-error.ts";
import { removeTemporaryLeftovers, temporaryBeside } from "../temporary-file.ts";
import { BatchLedger } from "./batch-ledger.ts";
import { createLedgerTables, hasLedgerTables, ledgerSchemaVersion } from "./ledger-tables.ts";
import { type LedgerUpgrade, upgradeLedger } from "./ledger-upgrade.ts";
import { openSqlite } from "./open-sqlite.ts";
import { explainSqliteFileErrors, SqliteFile, type SqliteOptions } from "./sqlite-file.ts";

export const monitorFile = "monitor.sqlite";

export interface MonitorOptions extends SqliteOptions, LedgerUpgrade {
  /** The manifest's `model_version`, because counts on the grid of one model are meaningless for another model. */
  readonly modelVersion: string;
}

export class MonitorDatabase {
  readonly #file: SqliteFile;
  /** Kept open, so that its prepared statements are used again. */
  #ledger: BatchLedger | undefined;

  private constructor(file: SqliteFile) {
    this.#file = file;
  }

  /**
   * Opens or creates the model folder's `monitor.sqlite`. A ledger from an earlier version is upgraded in one transaction, so
   * it stays unchanged if the process is killed during the upgrade.
   * @throws UserError if it cannot be used: it is empty or damaged, permission is denied, or it was written by a newer version
   *   of Tidemark or for a different model
   */
  static open(modelDirectory: string, options: MonitorOptions): MonitorDatabase {
    const { modelVersion } = options;
    const path = join(modelDirectory, monitorFile);
    ensureMonitorDatabase(path, modelVersion);
    const file = new SqliteFile(path, options);
    try {
      const version = file.snapshot((database) => monitorDatabaseVersion(database, path, modelVersion));
      if (version < ledgerSchemaVersion) {
        file.transaction((database) => {
          const now = monitorDatabaseVersion(database, path, modelVersion);
          if (now < ledgerSchemaVersion) upgradeLedger(database, now, options);
        });
      }
    } catch (error) {
      file.close();
      throw error;
    }
    return new MonitorDatabase(file);
  }

  /** Runs `read` on a single state of the ledger, regardless of concurrent writes by other processes. `read` must not write. */
  snapshot<T>(read: (ledger: BatchLedger) => T): T {
    return this.#file.snapshot((database) => read(this.#ledgerOf(database)));
  }

  /** Runs `work` in an atomic transaction. No other process's transaction overlaps with it. */
  transaction<T>(work: (ledger: BatchLedger) => T): T {
    return this.#file.transaction((database) => work(this.#ledgerOf(database)));
  }

  /** Like `transaction`, but overwrites deleted data with zeros. */
  secureTransaction<T>(work: (ledger: BatchLedger) => T): T {
    return this.#file.secureTransaction((database) => work(this.#ledgerOf(database)));
  }

  /** Size of the file and its write-ahead log, in bytes. */
  bytesOnDisk(): number {
    const { path } = this.#file;
    return [path, `${path}-wal`].reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
  }

  /**
   * Returns freed space to the file system. The operation temporarily needs up to twice the size of the ledger in additional
   * space.
   */
  vacuum(): void {
    this.#file.vacuum();
  }

  close(): void {
    this.#file.close();
  }

  #ledgerOf(database: DatabaseSync): BatchLedger {
    this.#ledger ??= new BatchLedger(database);
    return this.#ledger;
  }
}

/**
 * Creates the ledger unless it exists. A new ledger is complete when it appears, because it is created under another name and
 * then linked. An empty file is therefore never a new ledger; it is what remains of a damaged one.
 */
function ensureMonitorDatabase(path: string, modelVersion: string): void {
  const size = monitorDatabaseSize(path);
  for (const own of ["-wal", "-shm"]) monitorDatabaseSize(`${path}${own}`);
  if (monitorDatabaseSize(`${path}-journal`) !== undefined) {
    throw new UserError(
      `${path}-journal exists, but no ledger has such a file: SQLite would roll back its changes and remove the files that it names`,
      {
        advice: "If you trust the author of the folder, move this file away.",
      },
    );
  }
  if (size === 0) {
    throw new UserError(`${path}: expected the ledger of this model's batches, found an empty file`, {
      advice: "Restore it from a copy, or remove it to start with an empty ledger; the model itself is not affected.",
    });
  }
  if (size !== undefined) {
    // A process that is killed just after it created the ledger leaves the other name behind, and nobody creates it again.
    removeTemporaryLeftovers(path);
    return;
  }
  if (existsSync(`${path}-wal`) && !existsSync(path)) {
    throw new UserError(`${path}-wal exists without ${basename(path)}: its batches would be lost`, {
      advice: `Put ${basename(path)} back into the folder, or move ${basename(path)}-wal away as well to start with an empty ledger.`,
    });
  }
  const temporary = temporaryBeside(path);
  try {
    explainSqliteFileErrors(path, () => createMonitorDatabase(temporary, modelVersion));
    linkMonitorDatabase(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/**
 * Gives a new ledger its final name. If two processes create the ledger at the same time, the later one uses the other's
 * ledger.
 */
function linkMonitorDatabase(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (hasSystemErrorCode(error, "EEXIST")) return;
    // Some file systems do not support links.
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].some((code) => hasSystemErrorCode(error, code))) throw error;
    if (!existsSync(path)) renameSync(temporary, path);
  }
}

function createMonitorDatabase(path: string, modelVersion: string): void {
  const database = openSqlite(path);
  try {
    // No journal file is needed, because no other process reads the file yet. A killed process therefore leaves no journal
    // behind.
    database.exec("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = FULL; BEGIN");
    createLedgerTables(database, modelVersion);
    // If the file were not yet in WAL mode, the first process to open it would briefly keep a journal, which other processes
    // reject.
    database.exec("COMMIT; PRAGMA journal_mode = WAL");
  } finally {
    database.close();
  }
}

/**
 * Returns the size of a regular file; undefined if it does not exist. In an untrusted folder, the path may be a link to any
 * other file, so links are rejected.
 */
function monitorDatabaseSize(path: string): number | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return found?.size;
  const kind = found.isSymbolicLink() ? "a symbolic link" : kindOfFile(found);
  throw new UserError(`${path}: expected a regular file, found ${kind}`, {
    advice: "Replace it with the ledger's file itself, or move it elsewhere to start with an empty ledger.",
  });
}

/** @throws UserError if the file is not a ledger, has an unknown version, or belongs to a different model */
function monitorDatabaseVersion(database: DatabaseSync, path: string, modelVersion: string): number {
  const version = Number(database.prepare("PRAGMA user_version").get()?.user_version);
  if (version > ledgerSchemaVersion) {
    throw new UserError(`${path}: expected a schema version up to ${ledgerSchemaVersion}, got ${version}`, {
      advice: "The ledger was written by a newer version of Tidemark: update Tidemark.",
    });
  }
  if (!hasLedgerTables(database, version)) {
    throw new UserError(`${path} is an SQLite database, but not the ledger of a model's batches`, {
      advice:
        "Restore it from a copy, or move it away to start with an empty ledger; the model itself is not affected.",
    });
  }
  const owner = database.prepare("SELECT substr(version, 1, 200) AS version FROM model").get()?.version;
  if (owner === modelVersion) return version;
  throw new UserError(`${path} belongs to another model`, {
    details: [`expected ${modelVersion}`, `found    ${owner ?? "none"}`],
    advice: "Move it away: a new model starts with an empty ledger.",
  });
}
