// Finds recordings and puts their batches into the spool. While the spool is full, files are left in place.

import type { Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { UserError } from "../errors.ts";
import { withFullStop } from "../full-stop.ts";
import { naturalOrder } from "../natural-order.ts";
import type { Reporter } from "../reporter.ts";
import { duckdbLiteral, openDuckdb } from "../signals/files/duckdb.ts";
import type { BatchSpool, SpooledBatch, TakenFile } from "../storage/batch-spool.ts";
import { sha256Bytes } from "../storage/hash.ts";
import type { Clock } from "../storage/sender-clock.ts";
import { explainSystemError, explainSystemErrorOnRead, hasSystemErrorCode } from "../system-error.ts";
import { type CutOptions, cutRecording } from "./cut-recording.ts";

export interface GatherOptions extends CutOptions {
  /** Files, globs and folders. */
  readonly files: readonly string[];
  /** Whether to watch for new files. */
  readonly follow: boolean;
  readonly everyMs: number;
  readonly spoolBytes: number;
}

export interface GatherRun {
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly onSpooled: (batch: SpooledBatch) => void;
  /** Aborted when no more batches will be sent, because it is then pointless to wait for space in the spool. */
  readonly sendingEnded: AbortSignal;
}

/** The files that were not put into the spool. */
export interface Gathered {
  /** Number of files that had been sent by earlier commands. */
  skipped: number;
  /** Files that could not be read. */
  failed: UnreadFile[];
}

/** A file that could not be read. */
export interface UnreadFile {
  /** Its path. */
  file: string;
  /** Why. */
  reason: string;
}

interface FoundFile {
  readonly path: string;
  readonly stats: Stats;
}

/** Interval at which a full spool is checked for space. */
const fullPauseMs = 1000;

/**
 * Returns when all readable files are in the spool, the signal is aborted, or the spool is full and nothing more will be sent.
 * With `follow`, keeps looking for new files instead of returning when all are in the spool.
 * @throws UserError if there is no such file or folder
 */
export async function gatherBatches(
  spool: BatchSpool,
  options: GatherOptions,
  { clock, reporter, onSpooled, sendingEnded }: GatherRun,
  signal: AbortSignal,
): Promise<Gathered> {
  const { files, follow, everyMs, spoolBytes, streamFrom, stream, query } = options;
  const manner = sha256Bytes(JSON.stringify([streamFrom ?? null, stream, query])).slice(7, 23);
  const before = new Map<string, string>();
  const failures = new Map<string, string>();
  const failed = new Map<string, UnreadFile>();
  let skipped = 0;
  const stopped = AbortSignal.any([signal, sendingEnded]);
  const gathered = (): Gathered => ({ skipped, failed: [...failed.values()] });
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const found = await findBatchesToGather(files, resolve(spool.directory), follow && !isFirst);
    for (const { path, stats } of found) {
      const version = versionOfGatheredFile(stats);
      const file: TakenFile = { path: resolve(path), size: stats.size, modified_ms: stats.mtimeMs, manner };
      if (spool.hasTaken(file)) {
        if (isFirst) skipped++;
        continue;
      }
      const isStill = before.get(path) === version;
      before.set(path, version);
      if ((follow && !isStill) || failures.get(path) === version) continue;
      const isFull = (): boolean => spool.bytes > 0 && spool.bytes + stats.size > spoolBytes;
      while (isFull() && !stopped.aborted) await clock.sleep(fullPauseMs, stopped);
      if (signal.aborted || isFull()) return gathered();
      try {
        for await (const { facts, write } of cutRecording(path, options)) {
          if (spool.has(facts.stream, facts.batch_id)) continue;
          if (follow && versionOfGatheredFile(await stat(path)) !== version) break;
          onSpooled(await spool.add(facts, write));
        }
        if (!follow || versionOfGatheredFile(await stat(path)) === version) {
          await spool.take(file);
          failed.delete(path);
        }
      } catch (error) {
        const known = error instanceof UserError ? error : explainSystemError(error);
        if (known === undefined) throw error;
        const isPassing = ["ENOSPC", "EDQUOT", "ENOENT"].some((code) => hasSystemErrorCode(error, code));
        if (!isPassing) failures.set(path, version);
        else if (!follow) throw known;
        reporter.warn([withFullStop(known.message), known.advice ?? ""].join(" ").trim());
        failed.set(path, { file: path, reason: known.message });
      }
    }
    if (!follow) break;
    await clock.sleep(everyMs, signal);
  }
  return gathered();
}

function versionOfGatheredFile({ size, mtimeMs, ino }: Stats): string {
  return `${ino} ${size} ${mtimeMs}`;
}

/** The files in the order of the arguments; those of a folder or a glob are sorted by name, with numbers in numerical order. */
async function findBatchesToGather(
  patterns: readonly string[],
  spool: string,
  mayBeGone: boolean,
): Promise<readonly FoundFile[]> {
  const found = new Map<string, FoundFile>();
  for (const pattern of patterns) {
    for (const path of await gatherBatchPathsOfPattern(pattern, spool, mayBeGone)) {
      const stats = await stat(path).catch(() => null);
      if (stats?.isFile() === true && stats.size > 0 && !found.has(path)) found.set(path, { path, stats });
    }
  }
  return [...found.values()];
}

async function gatherBatchPathsOfPattern(pattern: string, spool: string, mayBeGone: boolean): Promise<string[]> {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(pattern)) {
    throw new UserError(`${pattern}: expected a file or a folder on this machine`);
  }
  const stats = await stat(pattern).catch((error: unknown) => {
    if (hasSystemErrorCode(error, "ENOENT") || hasSystemErrorCode(error, "ENOTDIR")) return null;
    throw explainSystemErrorOnRead(error, pattern);
  });
  if (stats?.isDirectory() === true) return gatherBatchPathsInFolder(pattern, spool, mayBeGone);
  if (stats !== null) return [pattern];
  if (/[*?[]/.test(pattern)) {
    const database = await openDuckdb();
    try {
      const rows = await database.rows(`SELECT file FROM glob(${duckdbLiteral(pattern)})`);
      return rows.map((row) => String(row.file)).sort(naturalOrder);
    } finally {
      database.close();
    }
  }
  if (mayBeGone) return [];
  throw new UserError(`${pattern}: there is no such file or folder.`, {
    advice: "Check the path; it is relative to the folder in which the command runs.",
  });
}

/** Matches names of files that programs are still writing. */
const unfinished = /^\.|~$|\.(tmp|temp|part|partial|crdownload|filepart|swp|lock)$/i;

async function gatherBatchPathsInFolder(folder: string, spool: string, mayBeGone: boolean): Promise<string[]> {
  const paths: string[] = [];
  const visit = async (directory: string): Promise<void> => {
    const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
      if (mayBeGone || directory !== folder) return [];
      throw explainSystemErrorOnRead(error, directory);
    });
    for (const entry of entries) {
      const path = join(directory, entry.name);
      if (unfinished.test(entry.name) || resolve(path) === spool) continue;
      if (entry.isDirectory()) await visit(path);
      else paths.push(path);
    }
  };
  await visit(folder);
  return paths.sort(naturalOrder);
}
