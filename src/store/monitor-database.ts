// monitor.sqlite: what a model's monitor remembers between batches. It lies in the model folder, the manifest does not
// name it, and a copied folder takes it along. What belongs together is read in a `snapshot`, which waits for nobody; a
// `transaction` writes, and first makes sure that what it rests on is still so.
import { existsSync, linkSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { UserError } from "../errors.ts";
import { hasCode } from "../system-error.ts";
import { temporaryBeside } from "../temporary-file.ts";
import { BatchLedger } from "./batch-ledger.ts";
import { beginLedger, schemaVersion } from "./ledger-tables.ts";
import { type UpgradeSummary, upgradeFromVersion1 } from "./ledger-upgrade.ts";
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
      const { version } = file.snapshot((database) => identityOf(database, path));
      if (version < schemaVersion) {
        file.transaction((database) => {
          if (identityOf(database, path).version < schemaVersion) upgradeFromVersion1(database, upgradeSummary);
        });
      }
      const { owner } = file.snapshot((database) => identityOf(database, path));
      if (owner !== modelVersion) {
        throw new UserError(`${path} belongs to another model`, {
          details: [`expected ${modelVersion}`, `found    ${owner}`],
          advice: "Move it away: a new model begins with an empty ledger.",
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
  const size = statSync(path, { throwIfNoEntry: false })?.size;
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
  const database = new DatabaseSync(path);
  try {
    // No journal file that a killed process could leave; the file has no other reader yet.
    database.exec("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = FULL; BEGIN");
    beginLedger(database, modelVersion);
    database.exec("COMMIT");
  } finally {
    database.close();
  }
}

function identityOf(database: DatabaseSync, path: string): { version: number; owner: unknown } {
  const version = database.prepare("PRAGMA user_version").get()?.user_version;
  const known = database.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'model'").get()?.n === 1;
  if (!known || typeof version !== "number" || version < 1) {
    throw new UserError(`${path} is an SQLite database, but not the ledger of a model's batches`, {
      advice: "Move it away to begin with an empty ledger; the model itself is not touched.",
    });
  }
  if (version > schemaVersion) {
    throw new UserError(`${path}: schema version ${version}, this Tidemark knows versions up to ${schemaVersion}`, {
      advice: "It was written by a newer Tidemark: update to that one.",
    });
  }
  return { version, owner: database.prepare("SELECT version FROM model").get()?.version };
}
