// An SQLite database file to which several processes may write at once (https://sqlite.org/wal.html). With a write-ahead log
// and synchronous = FULL, a committed transaction survives a killed process and a power cut, and an uncommitted transaction
// leaves nothing behind. A write-ahead log requires that all processes share memory, so it does not work across machines on a
// network file system.
import { resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { UserError } from "../errors.ts";
import { hasSystemErrorCode } from "../system-error.ts";
import { openSqlite } from "./open-sqlite.ts";
import { StoreUnavailable } from "./store-unavailable.ts";

/** Longer than any transaction takes, but short enough for a person to wait; an arbitrary choice. */
const defaultBusyTimeoutMs = 30_000;

export interface SqliteOptions {
  /** Maximum time to wait for another process's transaction (default 30,000). */
  readonly busyTimeoutMs?: number;
}

/**
 * An SQLite file. Every failure of the file itself (not a database, no permission, disk full, locked too long) becomes a
 * UserError.
 */
export class SqliteFile {
  readonly path: string;
  readonly #database: DatabaseSync;

  /** Opens or creates the file; its directory must exist. */
  constructor(path: string, { busyTimeoutMs = defaultBusyTimeoutMs }: SqliteOptions = {}) {
    this.path = path;
    const database = explainSqliteFileErrors(path, () => openSqlite(resolve(path), { timeout: busyTimeoutMs }));
    try {
      explainSqliteFileErrors(path, () => {
        useSqliteWriteAheadLog(database, busyTimeoutMs);
        database.exec("PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF");
      });
    } catch (error) {
      database.close();
      throw error;
    }
    this.#database = database;
  }

  /**
   * Runs `work` as one transaction. No other transaction that writes, in this process or another, overlaps with it, so the data
   * that it reads cannot change before it commits. If it throws, nothing is changed. `work` must be synchronous; otherwise, its
   * lock would block other work in this process while it waits.
   */
  transaction<T>(work: (database: DatabaseSync) => T): T {
    const database = this.#database;
    return explainSqliteFileErrors(this.path, () => {
      database.exec("BEGIN IMMEDIATE");
      try {
        const result = work(database);
        if (result instanceof Promise) throw new TypeError("transaction: expected synchronous work, got a promise");
        database.exec("COMMIT");
        return result;
      } catch (error) {
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
    });
  }

  /**
   * Runs `read` on a snapshot of the file, taken at the first statement of `read`, regardless of concurrent writes by other
   * processes. Readers and writers do not wait for each other.
   */
  snapshot<T>(read: (database: DatabaseSync) => T): T {
    const database = this.#database;
    return explainSqliteFileErrors(this.path, () => {
      database.exec("BEGIN");
      try {
        return read(database);
      } finally {
        if (database.isTransaction) database.exec("ROLLBACK");
      }
    });
  }

  /**
   * Runs `work` as a transaction whose deleted data is overwritten with zeros
   * (https://sqlite.org/pragma.html#pragma_secure_delete).
   */
  secureTransaction<T>(work: (database: DatabaseSync) => T): T {
    this.#database.exec("PRAGMA secure_delete = ON");
    try {
      return this.transaction(work);
    } finally {
      this.#database.exec("PRAGMA secure_delete = OFF");
    }
  }

  vacuum(): void {
    explainSqliteFileErrors(this.path, () => this.#database.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)"));
  }

  close(): void {
    this.#database.close();
  }
}

/**
 * Turns on the write-ahead log. Retries, because if two processes create the same database, SQLite fails for one of them at
 * once, without waiting for the busy timeout.
 */
function useSqliteWriteAheadLog(database: DatabaseSync, busyTimeoutMs: number): void {
  for (const deadline = Date.now() + busyTimeoutMs; ; sleepBeforeSqliteRetry(5)) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (sqliteErrorCode(error) !== lockedFile || Date.now() > deadline) throw error;
    }
  }
}

function sleepBeforeSqliteRetry(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

const [lockedFile, damagedFile] = [5, 11];
/** Codes of faults that may pass although the request stays the same: locked file, failed disk, full disk. */
const passing = [lockedFile, 10, 13];

/** Explanations of SQLite's primary result codes (https://sqlite.org/rescode.html) for users. */
const faults: Readonly<Record<number, { what: string; advice: string }>> = {
  3: {
    what: "cannot be read or written: permission is denied",
    advice: "Check the permissions of the file and of its folder.",
  },
  [lockedFile]: {
    what: "is locked by another process, which did not finish in time",
    advice: "Try again; if it happens again, look for a process that uses this folder and does not respond.",
  },
  8: { what: "cannot be written", advice: "Check the permissions of the file and of its folder." },
  10: { what: "could not be read or written: the disk failed", advice: "Check the disk, then try again." },
  [damagedFile]: {
    what: "is damaged",
    advice: "Restore it from a copy, or move it away to start with an empty ledger; the model itself is not affected.",
  },
  13: {
    what: "could not be written: the disk is full",
    advice: "Free some space, then try again; nothing was changed.",
  },
  14: {
    what: "cannot be opened or created",
    advice: "Check that its folder exists and can be written to; a ledger creates further files in the same folder.",
  },
  26: {
    what: "is not an SQLite database",
    advice: "Restore it from a copy, or move it away to start with an empty ledger; the model itself is not affected.",
  },
};

/** Runs `work`, and turns every failure of SQLite that `faults` explains into a UserError that names the file. */
export function explainSqliteFileErrors<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    // Node.js rejects integers that a number cannot represent.
    const fault = faults[hasSystemErrorCode(error, "ERR_OUT_OF_RANGE") ? damagedFile : (sqliteErrorCode(error) ?? -1)];
    if (fault === undefined) throw error;
    const message = `${path} ${fault.what} (${error instanceof Error ? error.message : error})`;
    const Fault = passing.includes(sqliteErrorCode(error) ?? -1) ? StoreUnavailable : UserError;
    throw new Fault(message, { advice: fault.advice, cause: error });
  }
}

/** Whether the error comes from `explainSqliteFileErrors` and says that another process has locked the file. */
export function isLockedSqliteFile(error: unknown): boolean {
  return error instanceof StoreUnavailable && sqliteErrorCode(error.cause) === lockedFile;
}

/** The low byte of an extended result code; undefined if the error does not come from SQLite. */
function sqliteErrorCode(error: unknown): number | undefined {
  if (!(error instanceof Error && "errcode" in error && typeof error.errcode === "number")) return undefined;
  return error.errcode & 0xff;
}
