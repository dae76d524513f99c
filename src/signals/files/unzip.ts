// Reads zip archives: first the directory at the end of the file, then the entries, which are stored or deflated. Zip64 and
// encryption are detected and rejected. Format: PKWARE's APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16.

import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
// Imports zlib as a whole, because Node.js 18 has no crc32 but has to load this file before it can report that its version is
// too old.
import zlib from "node:zlib";
import { UserError } from "../../errors.ts";
import { fileBytes } from "./file-bytes.ts";

export interface ZipEntry {
  readonly name: string;
  readonly bytes: number;
  readonly method: number;
  readonly compressedBytes: number;
  readonly offset: number;
  /** Checksum of the content. */
  readonly crc32: number;
}

const endMark = 0x06054b50;
const entryMark = 0x02014b50;
const longestEnd = 22 + 65_535;

/** @throws UserError if the file is not a complete archive in a supported form */
export async function unzippableEntries(path: string): Promise<ZipEntry[]> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(Math.min(size, longestEnd));
    await file.read(tail, 0, tail.length, size - tail.length);
    let end = tail.length - 22;
    while (end >= 0 && tail.readUInt32LE(end) !== endMark) end--;
    if (end < 0) throw cannotUnzip(path, "its directory is missing");
    const count = tail.readUInt16LE(end + 10);
    const bytes = tail.readUInt32LE(end + 12);
    const from = tail.readUInt32LE(end + 16);
    if (count === 0xffff || from === 0xffffffff) throw cannotUnzip(path, "it is in the Zip64 format");
    if (from + bytes > size) throw cannotUnzip(path, "its directory is outside the file");
    const directory = Buffer.alloc(bytes);
    await file.read(directory, 0, bytes, from);
    const entries: ZipEntry[] = [];
    for (let at = 0; at + 46 <= bytes && directory.readUInt32LE(at) === entryMark; ) {
      const nameLength = directory.readUInt16LE(at + 28);
      if ((directory.readUInt16LE(at + 8) & 1) === 1) throw cannotUnzip(path, "it is encrypted");
      entries.push({
        name: directory.toString("utf8", at + 46, at + 46 + nameLength),
        method: directory.readUInt16LE(at + 10),
        compressedBytes: directory.readUInt32LE(at + 20),
        bytes: directory.readUInt32LE(at + 24),
        crc32: directory.readUInt32LE(at + 16),
        offset: directory.readUInt32LE(at + 42),
      });
      at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    }
    return entries;
  } finally {
    await file.close();
  }
}

/** Writes the content of an entry to a new file. */
export async function unzipEntry(path: string, entry: ZipEntry, out: string): Promise<void> {
  await pipeline(unzipEntryInChunks(path, entry), createWriteStream(out, { flags: "wx", mode: 0o600 }));
}

/** Yields the content of an entry. @throws UserError if the entry is damaged, at the latest when its end is reached */
export async function* unzipEntryInChunks(path: string, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  if (entry.method !== 0 && entry.method !== 8) throw cannotUnzip(path, `${entry.name} uses an unknown compression`);
  const head = Buffer.from(await fileBytes(path, entry.offset, 30));
  if (head.length < 30) throw cannotUnzip(path, `${entry.name} is cut off`);
  const start = entry.offset + 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
  if (entry.compressedBytes === 0) return;
  let checksum = 0;
  const packed = createReadStream(path, { start, end: start + entry.compressedBytes - 1 });
  const content = entry.method === 0 ? packed : packed.pipe(zlib.createInflateRaw());
  if (content !== packed) packed.on("error", (error) => content.destroy(error));
  try {
    for await (const chunk of content as AsyncIterable<Uint8Array>) {
      checksum = zlib.crc32(chunk, checksum);
      yield chunk;
    }
  } catch (cause) {
    throw cannotUnzip(path, `${entry.name} is damaged`, cause);
  } finally {
    packed.destroy();
    content.destroy();
  }
  if (checksum !== entry.crc32) throw cannotUnzip(path, `${entry.name} is damaged`);
}

function cannotUnzip(path: string, reason: string, cause?: unknown): UserError {
  return new UserError(`${path}: this zip archive cannot be read: ${reason}.`, {
    advice: "Unpack the archive, and pass the files that it contains.",
    cause,
  });
}
