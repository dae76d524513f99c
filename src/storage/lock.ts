// A lock that admits one process at a time to a directory. A process that wants the lock first creates a flag (a file with a
// unique name) and then looks for other flags. If two processes do this at the same time, at least one of them sees the other's
// flag, so they never both continue. A flag is an empty SQLite file that its process keeps locked. The operating system
// releases this file lock no matter how the process ends, so a flag that can be locked has no owner. The lock relies neither on
// pids, which are reused, nor on host names, which containers change, nor on the clock. Hosts see each other's locks only on
// network file systems that share locks. The directory may come from an untrusted source, and SQLite follows links and replays
// the journal of any file that is not empty. The lock therefore opens only empty regular files.
import { randomBytes } from "node:crypto";
import { lstatSync, readdirSync, rmSync, type Stats } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { UserError } from "../errors.ts";
import { openSqlite } from "./open-sqlite.ts";

/** `holder` describes the process, its host and the time; `flag` is the path of its file. */
export type LockResult = { held: true; release: () => Promise<void> } | { held: false; holder: string; flag: string };

const flagPattern = /^lock-(?<pid>\d+)-[0-9a-f]{12}@(?<host>.+)$/;

/**
 * Matches the names of lock files of earlier versions, which give the holder's pid. Such files are removed, because no
 * process of such a version is expected to be running.
 */
const earlierFlagPattern = /^lock-\d+-\w+\.json$/;

/** Whether a file in a directory belongs to the directory's lock. */
export function isLockFlag(directory: string, name: string): boolean {
  if (!flagPattern.test(name)) return false;
  const found = lockFlagStats(join(directory, name));
  return found?.isFile() === true && found.size === 0;
}

/**
 * Takes the lock of an existing directory, or takes it over from a dead process. If a running process holds the lock,
 * returns a description of that process and the path of its flag.
 * @throws UserError if no file in the directory can be locked, or if a flag in it cannot be tested
 */
export async function acquireLock(directory: string): Promise<LockResult> {
  for (let attempt = 1; ; attempt++) {
    const own = raiseLockFlag(directory);
    let other: string | undefined;
    try {
      other = livingLockHolder(directory, own.name);
    } catch (error) {
      own.lower();
      throw error;
    }
    if (other === undefined) return { held: true, release: async () => own.lower() };
    own.lower();
    if (attempt === 4)
      return { held: false, holder: describeLockHolder(directory, other), flag: join(directory, other) };
    await wait(20 + Math.random() * 80);
  }
}

/** Like `acquireLock`, but waits up to `patienceMs` for the lock, because other processes hold it only briefly. */
export async function waitForLock(directory: string, patienceMs: number): Promise<LockResult> {
  const deadline = performance.now() + patienceMs;
  let lock = await acquireLock(directory);
  while (!lock.held && performance.now() < deadline) {
    await wait(50 * Math.random());
    lock = await acquireLock(directory);
  }
  return lock;
}

/**
 * Creates a flag and locks it. Before the flag is locked, other processes may remove it because it seems to have no owner; this
 * process then creates another flag.
 */
function raiseLockFlag(directory: string): { name: string; lower: () => void } {
  for (let attempt = 1; attempt <= 100; attempt++) {
    const name = `lock-${process.pid}-${randomBytes(6).toString("hex")}@${encodeURIComponent(hostname())}`;
    const path = join(directory, name);
    const locked = tryToLockFlag(path);
    if ("error" in locked) {
      if (lockErrorCode(locked.error) === sqliteBusy) continue;
      throw new UserError(`${directory}: files in it cannot be locked (${lockErrorMessage(locked.error)})`, {
        advice: "Check that the directory can be written to, and that its file system supports locks.",
        cause: locked.error,
      });
    }
    if (lockFlagStats(path) !== undefined) return { name, lower: () => removeLockFlag(path, locked.database) };
    locked.database.close();
  }
  throw new UserError(`${directory}: lock files in it disappear as soon as they are created`);
}

/** Returns the name of another flag whose process is still running. Removes the flags of dead processes. */
function livingLockHolder(directory: string, own: string): string | undefined {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (earlierFlagPattern.test(name) && lockFlagStats(path)?.isFile()) rmSync(path, { force: true });
    if (name === own || !isLockFlag(directory, name)) continue;
    const locked = tryToLockFlag(path);
    if (!("error" in locked)) {
      removeLockFlag(path, locked.database);
      continue;
    }
    const code = lockErrorCode(locked.error);
    if (!isLockFlag(directory, name)) continue;
    if (code === sqliteBusy) return name;
    if (code === sqliteCannotOpen) {
      throw new UserError(`${path}: this lock cannot be opened (${lockErrorMessage(locked.error)})`, {
        advice: "Remove it, unless another user's process is working in this folder.",
        cause: locked.error,
      });
    }
  }
  return undefined;
}

/** Describes the file itself, not the target of a link. */
function lockFlagStats(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** https://sqlite.org/rescode.html */
const [sqliteBusy, sqliteCannotOpen] = [5, 14];

function tryToLockFlag(path: string): { database: DatabaseSync } | { error: unknown } {
  let database: DatabaseSync | undefined;
  try {
    database = openSqlite(path, { timeout: 0 });
    // Nothing is ever written to the file, so a journal file is not needed.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return { database };
  } catch (error) {
    database?.close();
    return { error };
  }
}

/**
 * Removes the file before releasing the lock, so that no other process can lock a file that is about to disappear. Windows
 * cannot remove open files.
 */
function removeLockFlag(path: string, database: DatabaseSync): void {
  if (process.platform === "win32" && database.isOpen) database.close();
  rmSync(path, { force: true });
  if (database.isOpen) database.close();
}

function describeLockHolder(directory: string, flag: string): string {
  const { pid, host } = flagPattern.exec(flag)!.groups!;
  const since = lockFlagStats(join(directory, flag))?.mtime;
  const when = since === undefined ? "" : ` since ${since.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return `process ${pid} on ${decodeLockHost(host!)}${when}`;
}

/** Decodes the text; returns it unchanged if it is not validly encoded. */
function decodeLockHost(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Returns the low byte of an extended SQLite result code. */
function lockErrorCode(error: unknown): number | undefined {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number"
    ? error.errcode & 0xff
    : undefined;
}

function lockErrorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
