// Content hashes in the form used in Tidemark's files: "sha256:" followed by 64 lower-case hexadecimal digits.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { z } from "zod";

/** The text form of a hash in a JSON file. */
export const hashSchema: z.ZodString = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'expected "sha256:" and 64 hex digits');

/** The hash of bytes, or of a string's UTF-8 bytes. */
export function sha256Bytes(data: string | Uint8Array): string {
  return `sha256:${createHash("sha256").update(data).digest("hex")}`;
}

/** The hash of a file's content, read as a stream. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return `sha256:${hash.digest("hex")}`;
}

/**
 * JSON without spaces and with the keys of every object sorted: first keys that are array indices, by number, then all others
 * by code unit. Equal values produce the same text, regardless of key order. Undefined fields are omitted, as in
 * JSON.stringify.
 */
export function canonicalJsonToHash(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}
