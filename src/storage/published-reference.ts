// A stream's rolling_reference.json is a copy of information in the ledger. The file is written after the transaction that
// changed the ledger, so it may be out of date if a process was killed; the next process that uses the stream updates it. The
// file is written under the ledger's lock, so of two processes, the later one always writes the changes made by both.
import { lstatSync, mkdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../errors.ts";
import { hasSystemErrorCode } from "../system-error.ts";
import { replaceFileAtomicSync } from "./atomic-file.ts";
import type { BatchLedger } from "./batch-ledger.ts";
import type { MonitorDatabase } from "./monitor-database.ts";
import { defaultStream, rollingReferencePathOfStream } from "./stream-names.ts";
import type { ReferenceFigures, StoredMemory } from "./stream-store.ts";

/** A stream's rolling reference, as its file describes it. */
export interface RollingBatches extends Pick<StoredMemory, "referencesChangedAt"> {
  readonly stream: string;
  readonly rolling: readonly ReferenceFigures[];
}

export interface PublishedReference {
  /** N, the number of batches in a rolling reference. */
  readonly referenceBatches: number;
  /** Returns the file's content. */
  readonly text: (reference: RollingBatches) => string;
}

/**
 * Updates the stream's file, unless it is already up to date. A stream without batches has no file, except that the default
 * stream always has the one that `train` wrote. The file can be written again at any time, so it is not flushed to the disk.
 */
export function publishReference(
  database: MonitorDatabase,
  directory: string,
  stream: string,
  published: PublishedReference,
): void {
  const path = join(directory, rollingReferencePathOfStream(stream));
  const seen = database.snapshot((ledger) => ({
    version: ledger.version(stream),
    text: referenceTextToPublish(ledger, stream, published),
  }));
  if (seen.text === null || isPublished(path, seen.text)) return;
  database.transaction((ledger) => {
    const isCurrent = ledger.version(stream) === seen.version;
    const text = isCurrent ? seen.text : referenceTextToPublish(ledger, stream, published);
    // Another process has erased or renamed the stream in the meantime.
    if (text === null) return;
    try {
      mkdirSync(dirname(path), { recursive: true });
      replaceFileAtomicSync(path, text);
    } catch (cause) {
      if (!["EACCES", "EPERM", "EROFS", "ENOSPC", "EISDIR", "ENOTDIR"].some((code) => hasSystemErrorCode(cause, code)))
        throw cause;
      throw new UserError(`${path} cannot be written (${cause instanceof Error ? cause.message : cause})`, {
        advice: "The ledger is complete. The next command that uses the stream and can write the file will update it.",
        cause,
      });
    }
  });
}

/**
 * Removes a stream's file after the stream has been erased or renamed; the default stream's file lists no batches again, like
 * the one that `train` wrote. Does nothing if the ledger still contains a stream with this name.
 */
export function unpublishReference(
  database: MonitorDatabase,
  directory: string,
  stream: string,
  { text }: PublishedReference,
): void {
  const path = join(directory, rollingReferencePathOfStream(stream));
  database.transaction((ledger) => {
    if (ledger.stream(stream) !== undefined) return;
    if (stream === defaultStream) {
      replaceFileAtomicSync(path, text({ stream, referencesChangedAt: null, rolling: [] }));
      return;
    }
    rmSync(path, { force: true });
    try {
      rmdirSync(dirname(path));
    } catch (error) {
      if (!["ENOENT", "ENOTDIR", "ENOTEMPTY"].some((code) => hasSystemErrorCode(error, code))) throw error;
    }
  });
}

/** The content of the stream's file; null for a stream without batches. */
function referenceTextToPublish(
  ledger: BatchLedger,
  stream: string,
  { referenceBatches, text }: PublishedReference,
): string | null {
  const row = ledger.stream(stream);
  if (row === undefined) return null;
  const { referencesChangedAt } = row;
  return text({ stream, referencesChangedAt, rolling: ledger.newestFigures(stream, referenceBatches) });
}

/**
 * Whether the file has this content. In an untrusted folder, the path may lead to a pipe, which would block the reader, or to a
 * file of any size.
 */
function isPublished(path: string, text: string): boolean {
  try {
    const found = lstatSync(path);
    return found.isFile() && found.size === Buffer.byteLength(text) && readFileSync(path, "utf8") === text;
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES"].some((code) => hasSystemErrorCode(error, code))) return false;
    throw error;
  }
}
