// The tokens of a service, the sessions of its pages and its audit log, in terms of plain records: next to its streams, so that
// all replicas of the service know the same tokens and sessions at the same time.

import type { StoredToken } from "./token-file.ts";

/** The stored record of a page session. */
export interface StoredSession {
  /** Hash of the token that opened the session, as stored with the tokens. */
  readonly token_hash: string;
  /** When the session expires; ISO 8601, UTC. */
  readonly expires_at: string;
}

export interface AuditEntry {
  /** When it happened; ISO 8601, UTC. */
  readonly at: string;
  /** Name of the token, or of the user who ran the command. */
  readonly actor: string;
  /** The action, such as "token create" or "accept". */
  readonly action: string;
  /** What the action applies to: the name of a token, or the result of `auditedName` for a stream. */
  readonly target: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AccessStore {
  /** Where the tokens are, for messages; without a password. */
  readonly shown: string;
  /** The audit log, for messages; without a password. */
  readonly shownAudit: string;
  /**
   * The tokens as they are now; the same array as before if they have not changed. Null if no token has ever been created;
   * after this object has returned tokens, never null again.
   * @throws UserError if they cannot be read
   */
  tokens(): Promise<readonly StoredToken[] | null>;
  /**
   * Reads, changes and stores the tokens. No other change comes in between.
   * @throws UserError if they cannot be read or stored; an error from `change` is passed on, and nothing is changed
   */
  changeTokens<T>(change: (tokens: StoredToken[]) => T): Promise<T>;
  /** Stores a session, and deletes the sessions that have expired. @param hash hash of the session's secret */
  beginSession(hash: string, session: StoredSession, now: Date): Promise<void>;
  /** The session, which may have expired; null if there is none. */
  findSession(hash: string): Promise<StoredSession | null>;
  endSession(hash: string): Promise<void>;
  /** Appends an entry to the audit log. */
  audit(entry: AuditEntry): Promise<void>;
  close(): Promise<void>;
}
