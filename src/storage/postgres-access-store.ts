// Tokens, sessions and the audit log in a PostgreSQL database, which all replicas of a service query for each request. The
// tokens are one document, because they are few, and are read and changed together; its revision shows whether they have
// changed.

import { randomUUID } from "node:crypto";
import type { AccessStore, AuditEntry, StoredSession } from "./access-store.ts";
import { checkJsonFile } from "./json-file.ts";
import { PostgresConnection } from "./postgres-connection.ts";
import { explainPostgresErrors } from "./postgres-errors.ts";
import { migratePostgres } from "./postgres-migrations.ts";
import type { StoreAddress } from "./store-address.ts";
import { type StoredToken, type TokenFile, tokenFileSchema } from "./token-file.ts";

/** Enough that no request waits long, and few enough for many replicas. */
const connections = 2;

const noTokens: TokenFile = { schema_version: 1, tokens: [] };

export class PostgresAccessStore implements AccessStore {
  readonly shown: string;
  readonly shownAudit: string;
  readonly #connection: PostgresConnection;
  #read: { readonly revision: unknown; readonly tokens: readonly StoredToken[] } | null = null;

  private constructor(connection: PostgresConnection) {
    this.shown = connection.shown;
    this.shownAudit = `table tidemark.audit of ${connection.shown}`;
    this.#connection = connection;
  }

  /** Connects to the database, and creates its tables or upgrades them to the current version. */
  static async open(address: Extract<StoreAddress, { kind: "postgres" }>): Promise<PostgresAccessStore> {
    const connection = await PostgresConnection.open(address, { connections });
    try {
      await connection.repeat(() => migratePostgres(connection));
    } catch (error) {
      await connection.close();
      throw error;
    }
    return new PostgresAccessStore(connection);
  }

  async tokens(): Promise<readonly StoredToken[] | null> {
    const known = this.#read;
    const [row] = await this.#ask(
      "SELECT revision, CASE WHEN revision IS DISTINCT FROM $1::uuid THEN content END AS content FROM tidemark.tokens",
      [known?.revision ?? null],
    );
    // If the tokens disappear, for example because a backup is restored, the service must not become open to everyone.
    if (row === undefined) return this.#read === null ? null : [];
    if (row.content === null) return known!.tokens;
    this.#read = { revision: row.revision, tokens: this.#parse(row.content).tokens };
    return this.#read.tokens;
  }

  /** Unlike the other methods, this does not retry, because a change may have been stored although its connection broke. */
  changeTokens<T>(change: (tokens: StoredToken[]) => T): Promise<T> {
    const changed = () =>
      this.#connection.transaction(async (query) => {
        await query("INSERT INTO tidemark.tokens (revision, content) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
          randomUUID(),
          JSON.stringify(noTokens),
        ]);
        const [row] = await query("SELECT content FROM tidemark.tokens FOR UPDATE");
        const file = this.#parse(row?.content);
        const result = change(file.tokens);
        await query("UPDATE tidemark.tokens SET revision = $1, content = $2", [
          randomUUID(),
          JSON.stringify(tokenFileSchema.parse(file)),
        ]);
        return result;
      });
    return explainPostgresErrors(this.shown, changed);
  }

  async beginSession(hash: string, { token_hash, expires_at }: StoredSession, now: Date): Promise<void> {
    await this.#ask("DELETE FROM tidemark.sessions WHERE expires_at <= $1", [now]);
    await this.#ask(
      "INSERT INTO tidemark.sessions (hash, token_hash, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
      [hash, token_hash, expires_at],
    );
  }

  async findSession(hash: string): Promise<StoredSession | null> {
    const [row] = await this.#ask("SELECT token_hash, expires_at FROM tidemark.sessions WHERE hash = $1", [hash]);
    if (row === undefined) return null;
    return { token_hash: String(row.token_hash), expires_at: (row.expires_at as Date).toISOString() };
  }

  async endSession(hash: string): Promise<void> {
    await this.#ask("DELETE FROM tidemark.sessions WHERE hash = $1", [hash]);
  }

  async audit({ at, actor, action, target, details }: AuditEntry): Promise<void> {
    // If the connection breaks after the entry has been stored, its key keeps the retry from storing it again.
    await this.#ask(
      "INSERT INTO tidemark.audit (entry, at, actor, action, target, details) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
      [randomUUID(), at, actor, action, target, JSON.stringify(details)],
    );
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  #ask(sql: string, values: readonly unknown[]): ReturnType<PostgresConnection["query"]> {
    return this.#connection.repeat(() => this.#connection.query(sql, values));
  }

  #parse(content: unknown): TokenFile {
    return checkJsonFile(JSON.parse(String(content)), tokenFileSchema, `table tidemark.tokens of ${this.shown}`);
  }
}
