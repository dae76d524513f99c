// Sessions for people who have logged in to the pages with a token. Only the browser knows a session's secret; its hash is
// stored with the tokens, so that replicas share sessions, sessions survive a restart, and the records are useless to anyone
// who reads them. A session ends at logout, at its expiry, or as soon as its token is no longer valid.

import { createHash, randomBytes } from "node:crypto";
import type { AccessStore, StoredSession } from "../storage/access-store.ts";

/** A new session; its secret cannot be shown again. */
export interface BegunSession {
  readonly secret: string;
  /** When the session expires; ISO 8601, UTC. */
  readonly expiresAt: string;
  /** Its duration. */
  readonly seconds: number;
}

export interface PageSessionsOptions {
  readonly access: Pick<AccessStore, "beginSession" | "findSession" | "endSession">;
  /** Duration of a session. */
  readonly hours: number;
  readonly now?: () => Date;
}

export class PageSessions {
  readonly #access: PageSessionsOptions["access"];
  readonly #milliseconds: number;
  readonly #now: () => Date;

  constructor({ access, hours, now = () => new Date() }: PageSessionsOptions) {
    this.#access = access;
    this.#milliseconds = hours * 3_600_000;
    this.#now = now;
  }

  async begin(tokenHash: string): Promise<BegunSession> {
    const now = this.#now();
    const secret = randomBytes(32).toString("base64url");
    const expiresAt = new Date(now.getTime() + this.#milliseconds).toISOString();
    await this.#access.beginSession(hashOfSession(secret), { token_hash: tokenHash, expires_at: expiresAt }, now);
    return { secret, expiresAt, seconds: Math.floor(this.#milliseconds / 1000) };
  }

  /** Returns the session with this secret; null if there is none or it has expired. */
  async find(secret: string): Promise<StoredSession | null> {
    const session = await this.#access.findSession(hashOfSession(secret));
    return session !== null && this.#now().toISOString() < session.expires_at ? session : null;
  }

  async end(secret: string): Promise<void> {
    await this.#access.endSession(hashOfSession(secret));
  }
}

/** The token that a page must send with a change; only the service's own pages can read it. */
export function csrfTokenOfPageSession(secret: string): string {
  return createHash("sha256").update(`csrf ${secret}`).digest("base64url");
}

function hashOfSession(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
