// Tokens, sessions and the audit log as files in one folder: the token file (usually tokens.json), `sessions` with one file per
// session, named by the hash of its secret, and audit.jsonl with one JSON object per line.

import { existsSync } from "node:fs";
import { lstat, readdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { makeDirectories } from "../make-directories.ts";
import { explainSystemErrorOnRead, hasSystemErrorCode } from "../system-error.ts";
import type { AccessStore, AuditEntry, StoredSession } from "./access-store.ts";
import { createForFolderOwner } from "./create-for-folder-owner.ts";
import { appendJsonLine, jsonFileText } from "./json-file.ts";
import { readTextFile } from "./read-text-file.ts";
import { changeTokenFile, readTokenFile, type StoredToken } from "./token-file.ts";

const storedSession: z.ZodType<StoredSession> = z.object({
  token_hash: z.string().regex(/^[0-9a-f]{64}$/),
  expires_at: z.iso.datetime(),
});

const sessionFileName = /^[0-9a-f]{64}\.json$/;
const unwritable = ["EROFS", "EACCES", "EPERM"] as const;

export class FileAccessStore implements AccessStore {
  readonly shown: string;
  readonly shownAudit: string;
  readonly #sessions: string;
  #read: { readonly stamp: string; readonly tokens: readonly StoredToken[] } | null = null;
  /** Sessions that could not be written to a file; they last only as long as the process. */
  readonly #here = new Map<string, StoredSession>();

  /** @param file path of the token file */
  constructor(file: string) {
    this.shown = file;
    this.shownAudit = join(dirname(file), "audit.jsonl");
    this.#sessions = join(dirname(file), "sessions");
  }

  async tokens(): Promise<readonly StoredToken[] | null> {
    const found = await stat(this.shown, { bigint: true }).catch(async (error: NodeJS.ErrnoException) => {
      const isLink = (await lstat(this.shown).catch(() => null)) !== null;
      if (error.code === "ENOENT" && this.#read === null && !isLink) return null;
      // If the token file disappears, is temporarily unreadable, or is a link to a disk that is not mounted, the service must
      // not become open to everyone.
      throw explainSystemErrorOnRead(error, this.shown);
    });
    if (found === null) return null;
    const stamp = `${found.ino} ${found.size} ${found.mtimeNs}`;
    if (stamp !== this.#read?.stamp) this.#read = { stamp, tokens: (await readTokenFile(this.shown)).tokens };
    return this.#read.tokens;
  }

  changeTokens<T>(change: (tokens: StoredToken[]) => T): Promise<T> {
    return changeTokenFile(this.shown, change);
  }

  async beginSession(hash: string, session: StoredSession, now: Date): Promise<void> {
    await this.#forgetExpired(now.toISOString());
    try {
      await makeDirectories(this.#sessions);
      await writeFile(this.#path(hash), jsonFileText(session), { mode: 0o600, flag: "wx" });
    } catch (error) {
      if (!unwritable.some((code) => hasSystemErrorCode(error, code))) throw error;
      this.#here.set(hash, session);
    }
  }

  async findSession(hash: string): Promise<StoredSession | null> {
    return this.#here.get(hash) ?? (await readStoredSession(this.#path(hash)));
  }

  async endSession(hash: string): Promise<void> {
    this.#here.delete(hash);
    await rm(this.#path(hash), { force: true });
  }

  async audit(entry: AuditEntry): Promise<void> {
    if (!existsSync(this.shownAudit)) {
      await createForFolderOwner(this.shownAudit, "").catch((error: unknown) => {
        if (!hasSystemErrorCode(error, "EEXIST")) throw error;
      });
    }
    await appendJsonLine(this.shownAudit, entry);
  }

  async close(): Promise<void> {}

  async #forgetExpired(at: string): Promise<void> {
    for (const [hash, { expires_at }] of this.#here) if (expires_at <= at) this.#here.delete(hash);
    const names = await readdir(this.#sessions).catch(() => []);
    for (const name of names.filter((own) => sessionFileName.test(own))) {
      const path = join(this.#sessions, name);
      const session = await readStoredSession(path);
      if (session !== null && session.expires_at <= at) await rm(path, { force: true });
    }
  }

  #path(hash: string): string {
    return join(this.#sessions, `${hash}.json`);
  }
}

async function readStoredSession(path: string): Promise<StoredSession | null> {
  const text = await readTextFile(path);
  if (text === null) return null;
  try {
    return storedSession.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
