// monitor.sqlite: what a model's monitor remembers between batches. It lies in the model folder, the manifest does not
// name it, and a copied folder takes it along. What belongs together is read in a `snapshot`, which waits for nobody; a
// `transaction` writes, and first makes sure that what it rests on is still so.
import { existsSync, linkSync, lstatSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { UserError } from "../../errors.ts";
import { kindOfFile } from "../../kind-of-file.ts";
import { hasCode } from "../../system-error.ts";
import { temporaryBeside } from "../../temporary-file.ts";
import { BatchLedger } from "./batch-ledger.ts";
import { beginLedger, isLedgerOf, schemaVersion } from "./ledger-tables.ts";
import { type UpgradeSummary, upgradeFromVersion1 } from "./ledger-upgrade.ts";
import { openSqlite } from "./open-sqlite.ts";
import { explained, SqliteFile, type SqliteOptions } from "./sqlite-file.ts";

export const monitorFile = "monitor.sqlite";

export interface MonitorOptions extends SqliteOptions {
  /** The manifest's `model_version`: batches counted over one model's grid mean nothing to another. */
  readonly modelVersion: string;
  /** From what a summary was in version 1 of the ledger to what it is now. */
  readonly upgradeSummary: UpgradeSummary;
}

export class MonitorDatabase {
  readonly #file: SqliteFile;

  private constructor(file: SqliteFile) {
    this.#file = file;
  }

  /**
   * Opens the model folder's `monitor.sqlite`, creating it if it is absent. One of version 1 is brought to the present
   * form in one transaction: killed in between, it is as it was.
   * @throws UserError if it cannot be used: empty, damaged, no permission, written by a newer Tidemark or for another model
   */
  static open(modelDirectory: string, { modelVersion, upgradeSummary, ...options }: MonitorOptions): MonitorDatabase {
    const path = join(modelDirectory, monitorFile);
    ensureLedger(path, modelVersion);
    const file = new SqliteFile(path, options);
    try {
      const version = file.snapshot((database) => ledgerVersion(database, path, modelVersion));
      if (version < schemaVersion) {
        file.transaction((database) => {
          const now = ledgerVersion(database, path, modelVersion);
          if (now < schemaVersion) upgradeFromVersion1(database, modelVersion, upgradeSummary);
        });
      }
    } catch (error) {
      file.close();
      throw error;
    }
    return new MonitorDatabase(file);
  }

  /** Runs `read` on one state of the ledger, whatever others write meanwhile; it must not write. */
  snapshot<T>(read: (ledger: BatchLedger) => T): T {
    return this.#file.snapshot((database) => read(new BatchLedger(database)));
  }

  /** Runs `work` alone: after the transactions of all processes before it, before those after it; all or nothing. */
  transaction<T>(work: (ledger: BatchLedger) => T): T {
    return this.#file.transaction((database) => work(new BatchLedger(database)));
  }

  /** Of the file and its log. */
  bytesOnDisk(): number {
    const { path } = this.#file;
    return [path, `${path}-wal`].reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
  }

  /** Gives the space of what was dropped back to the disk; needs as much again while it runs. */
  vacuum(): void {
    this.#file.vacuum();
  }

  close(): void {
    this.#file.close();
  }
}

/**
 * A ledger appears whole or not at all, made under another name and linked to its own. So a file without content is none
 * that was just begun, but what is left of one.
 */
function ensureLedger(path: string, modelVersion: string): void {
  const size = sizeOfFile(path);
  for (const own of ["-wal", "-shm"]) sizeOfFile(`${path}${own}`);
  if (sizeOfFile(`${path}-journal`) !== undefined) {
    throw new UserError(
      `${path}-journal is there, which no ledger has: SQLite would roll it back and remove what it names`,
      {
        advice: "Move it away, if you know who made the folder.",
      },
    );
  }
  if (size === 0) {
    throw new UserError(`${path} is empty: expected the ledger of this model's batches`, {
      advice: "Restore it from a copy, or remove it to begin with an empty ledger; the model itself is not touched.",
    });
  }
  if (size !== undefined) return;
  if (existsSync(`${path}-wal`) && !existsSync(path)) {
    throw new UserError(`${path}-wal is there without ${basename(path)}: batches in it would be lost`, {
      advice: `Put ${basename(path)} back beside it, or move ${basename(path)}-wal away as well to begin with an empty ledger.`,
    });
  }
  const temporary = temporaryBeside(path);
  try {
    explained(path, () => createLedger(temporary, modelVersion));
    appear(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Of two that begin one ledger the later one takes the other's. */
function appear(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (hasCode(error, "EEXIST")) return;
    // Some file systems have no links.
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].some((code) => hasCode(error, code))) throw error;
    if (!existsSync(path)) renameSync(temporary, path);
  }
}

function createLedger(path: string, modelVersion: string): void {
  const database = openSqlite(path);
  try {
    // No journal file that a killed process could leave; the file has no other reader yet.
    database.exec("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = FULL; BEGIN");
    beginLedger(database, modelVersion);
    // In a file that is not yet WAL's, the first process to open it would keep a journal for a moment, and others refuse that.
    database.exec("COMMIT; PRAGMA journal_mode = WAL");
  } finally {
    database.close();
  }
}

/** Undefined if there is nothing. In a folder from somebody else the name may be a link to any file. */
function sizeOfFile(path: string): number | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return found?.size;
  const kind = found.isSymbolicLink() ? "a symbolic link" : kindOfFile(found);
  throw new UserError(`${path}: expected a regular file, found ${kind}`, {
    advice: "Put the file itself in its place, or move it away to begin with an empty ledger.",
  });
}

/** @throws UserError if it is no ledger, one of a version that is not known here, or another model's */
function ledgerVersion(database: DatabaseSync, path: string, modelVersion: string): number {
  const version = Number(database.prepare("PRAGMA user_version").get()?.user_version);
  if (version > schemaVersion) {
    throw new UserError(`${path}: schema version ${version}, this Tidemark knows versions up to ${schemaVersion}`, {
      advice: "It was written by a newer Tidemark: update to that one.",
    });
  }
  if (!isLedgerOf(database, version)) {
    throw new UserError(`${path} is an SQLite database, but not the ledger of a model's batches`, {
      advice: "Restore it from a copy, or move it away to begin with an empty ledger; the model itself is not touched.",
    });
  }
  const owner = database.prepare("SELECT substr(version, 1, 200) AS version FROM model").get()?.version;
  if (owner === modelVersion) return version;
  throw new UserError(`${path} belongs to another model`, {
    details: [`expected ${modelVersion}`, `found    ${owner ?? "none"}`],
    advice: "Move it away: a new model begins with an empty ledger.",
  });
}
