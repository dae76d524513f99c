// tokens.json lists who may use the service, and with which scopes. The file contains only the hash of each token. A token has
// 256 random bits, so a single SHA-256 is as safe as a slow hash for passwords, and takes almost no time to check.

import { createHash, randomBytes } from "node:crypto";
import { lstat } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { UserError } from "../errors.ts";
import { makeDirectories } from "../make-directories.ts";
import { hasSystemErrorCode } from "../system-error.ts";
import { replaceFileAtomic } from "./atomic-file.ts";
import { createForFolderOwner } from "./create-for-folder-owner.ts";
import { jsonFileText, readJsonFile } from "./json-file.ts";
import { waitForLock } from "./lock.ts";

export interface StoredToken {
  /** Unique among valid tokens, except that a rotated token and its successor share a name until the former expires. */
  name: string;
  project: string;
  scopes: string[];
  /** SHA-256 of the token, in hexadecimal. */
  hash: string;
  created_at: string;
  /** When the token expires; null if it does not expire. */
  expires_at: string | null;
}

export interface TokenFile {
  schema_version: 1;
  tokens: StoredToken[];
}

export const tokenFileSchema: z.ZodType<TokenFile> = z.object({
  schema_version: z.literal(1),
  tokens: z.array(
    z.object({
      name: z.string().min(1),
      project: z.string().min(1),
      scopes: z.array(z.string().min(1)).min(1),
      hash: z.string().regex(/^[0-9a-f]{64}$/),
      created_at: z.iso.datetime(),
      expires_at: z.iso.datetime().nullable(),
    }),
  ),
});

/** The tokens in the file; empty if the file does not exist. */
export async function readTokenFile(path: string): Promise<TokenFile> {
  const found = await lstat(path).catch((error: unknown) => {
    if (hasSystemErrorCode(error, "ENOENT")) return undefined;
    throw error;
  });
  return found === undefined ? { schema_version: 1, tokens: [] } : readJsonFile(path, tokenFileSchema);
}

/** Maximum time to wait for another process, whose change takes only milliseconds. */
const lockPatienceMs = 10_000;

/**
 * Reads, changes and replaces the file, which only its owner can read.
 * @throws UserError if another process does not release the file in time; an error from `change` is passed on, and nothing is
 * changed
 */
export async function changeTokenFile<T>(path: string, change: (tokens: StoredToken[]) => T): Promise<T> {
  await makeDirectories(dirname(path));
  const lock = await waitForLock(dirname(path), lockPatienceMs);
  if (!lock.held) {
    throw new UserError(`${path}: ${lock.holder} is changing its folder`, {
      advice: `Try again when the other process has finished. Its lock is ${lock.flag}`,
    });
  }
  try {
    const file = await readTokenFile(path);
    const result = change(file.tokens);
    const text = jsonFileText(tokenFileSchema.parse(file));
    await replaceFileAtomic(path, (temporary) => createForFolderOwner(temporary, text, 0o600));
    return result;
  } finally {
    await lock.release();
  }
}

/** The SHA-256 hash in hexadecimal, as it is stored. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

export function isValidToken({ expires_at }: Pick<StoredToken, "expires_at">, at: string): boolean {
  return expires_at === null || at < expires_at;
}

export function newTokenSecret(): string {
  return `tidemark_${randomBytes(32).toString("base64url")}`;
}
