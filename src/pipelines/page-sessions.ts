// Sessions for people who have logged in to the pages with a token. Only the browser knows a session's secret; its hash is
// stored in a file next to tokens.json, so that replicas share sessions, sessions survive a restart, and the files are useless
// to anyone who reads them. A session ends at logout, at its expiry, or as soon as its token is no longer valid.

import { createHash, randomBytes } from "node:crypto";
import { readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { makeDirectories } from "../make-directories.ts";
import type { TokenPlaceConfig } from "../options/resolve-config.ts";
import { jsonFileText } from "../storage/json-file.ts";
import { readTextFile } from "../storage/read-text-file.ts";
import { hasSystemErrorCode } from "../system-error.ts";
import { tokenFileOf } from "./tokens.ts";

/** The stored record of a session. */
export interface PageSession {
  /** Hash of the token that opened the session, as stored in tokens.json. */
  readonly token_hash: string;
  /** When the session expires; ISO 8601, UTC. */
  readonly expires_at: string;
}

/** A new session; its secret cannot be shown again. */
export interface BegunSession {
  readonly secret: string;
  /** When the session expires; ISO 8601, UTC. */
  readonly expiresAt: string;
  /** Its duration. */
  readonly seconds: number;
}

export interface PageSessionsOptions {
  /** Folder for the files. If the file cannot be written, sessions last only as long as the process. */
  readonly directory: string;
  /** Duration of a session. */
  readonly hours: number;
  readonly now?: () => Date;
}

const pageSession: z.ZodType<PageSession> = z.object({
  token_hash: z.string().regex(/^[0-9a-f]{64}$/),
  expires_at: z.iso.datetime(),
});

const fileName = /^[0-9a-f]{64}\.json$/;
const unwritable = ["EROFS", "EACCES", "EPERM"] as const;

export class PageSessions {
  readonly #directory: string;
  readonly #milliseconds: number;
  readonly #now: () => Date;
  /** Sessions that could not be written to the file. */
  readonly #here = new Map<string, PageSession>();

  constructor({ directory, hours, now = () => new Date() }: PageSessionsOptions) {
    this.#directory = directory;
    this.#milliseconds = hours * 3_600_000;
    this.#now = now;
  }

  async begin(tokenHash: string): Promise<BegunSession> {
    await this.#forgetExpired();
    const secret = randomBytes(32).toString("base64url");
    const expiresAt = new Date(this.#now().getTime() + this.#milliseconds).toISOString();
    const session: PageSession = { token_hash: tokenHash, expires_at: expiresAt };
    try {
      await makeDirectories(this.#directory);
      await writeFile(this.#path(secret), jsonFileText(session), { mode: 0o600, flag: "wx" });
    } catch (error) {
      if (!unwritable.some((code) => hasSystemErrorCode(error, code))) throw error;
      this.#here.set(hashOfSession(secret), session);
    }
    return { secret, expiresAt, seconds: Math.floor(this.#milliseconds / 1000) };
  }

  /** Returns the session with this secret; null if there is none or it has expired. */
  async find(secret: string): Promise<PageSession | null> {
    const session = this.#here.get(hashOfSession(secret)) ?? (await readPageSession(this.#path(secret)));
    return session !== null && this.#now().toISOString() < session.expires_at ? session : null;
  }

  async end(secret: string): Promise<void> {
    this.#here.delete(hashOfSession(secret));
    await rm(this.#path(secret), { force: true });
  }

  async #forgetExpired(): Promise<void> {
    const at = this.#now().toISOString();
    for (const [hash, { expires_at }] of this.#here) if (expires_at <= at) this.#here.delete(hash);
    const names = await readdir(this.#directory).catch(() => []);
    for (const name of names.filter((own) => fileName.test(own))) {
      const path = join(this.#directory, name);
      const session = await readPageSession(path);
      if (session !== null && session.expires_at <= at) await rm(path, { force: true });
    }
  }

  /** The secret comes from a request, but its hash is safe as a file name. */
  #path(secret: string): string {
    return join(this.#directory, `${hashOfSession(secret)}.json`);
  }
}

/** The token that a page must send with a change; only the service's own pages can read it. */
export function csrfTokenOfPageSession(secret: string): string {
  return createHash("sha256").update(`csrf ${secret}`).digest("base64url");
}

function hashOfSession(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

async function readPageSession(path: string): Promise<PageSession | null> {
  const text = await readTextFile(path);
  if (text === null) return null;
  try {
    return pageSession.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Page sessions are stored in the folder that contains the tokens. */
export function sessionFolderOf(place: TokenPlaceConfig): string {
  return join(dirname(tokenFileOf(place)), "sessions");
}
