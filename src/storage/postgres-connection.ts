// Connections to a PostgreSQL server. Statements carry their values as parameters, never in their text. The connections work
// through PgBouncer in transaction mode, because no state outlives a transaction.
import { setTimeout as sleep } from "node:timers/promises";
import type { Pool, PoolClient, QueryResult } from "pg";
import { explainPostgresErrors, isPassingPostgresError } from "./postgres-errors.ts";
import type { StoreAddress } from "./store-address.ts";

/** A row as pg returns it: bigint as text, bytea as a Buffer, timestamptz as a Date. */
export type PostgresRow = Record<string, unknown>;

/** Runs one statement. */
export type PostgresQuery = (sql: string, values?: readonly unknown[]) => Promise<readonly PostgresRow[]>;

export interface PostgresOptions {
  /** Waits before the next attempt. Default: the system timer. */
  readonly wait?: (milliseconds: number) => Promise<unknown>;
  /** Returns a random number from 0 to 1, which spreads the retries of several processes. Default: `Math.random`. */
  readonly random?: () => number;
  /** Maximum number of simultaneous connections (default 10). */
  readonly connections?: number;
}

/** Delays before the retries after a broken connection, in milliseconds: about ten seconds in total, an arbitrary choice. */
const waits = [10, 50, 200, 500, 1000, 2000, 3000, 3000];

/**
 * Time limit for the server to accept a connection or answer a statement; an arbitrary choice, longer than either normally
 * takes.
 */
const connectTimeoutMs = 10_000;
const queryTimeoutMs = 60_000;
/** A process that freezes during a transaction loses its locks after 20 s, and a statement waits at most 30 s for a lock. */
const idleInTransaction = "SET LOCAL idle_in_transaction_session_timeout = '20s'; SET LOCAL lock_timeout = '30s'";

export class PostgresConnection {
  /** The address without its password. */
  readonly shown: string;
  readonly #pool: Pool;
  readonly #wait: (milliseconds: number) => Promise<unknown>;
  readonly #random: () => number;

  private constructor(pool: Pool, shown: string, { wait = sleep, random = Math.random }: PostgresOptions) {
    this.#pool = pool;
    this.shown = shown;
    this.#wait = wait;
    this.#random = random;
  }

  /** Connects when the first statement needs a connection. */
  static async open(
    { connection, shown }: Extract<StoreAddress, { kind: "postgres" }>,
    options: PostgresOptions = {},
  ): Promise<PostgresConnection> {
    const { Pool } = await import("pg");
    const pool = new Pool({
      connectionString: connection,
      application_name: "tidemark",
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: queryTimeoutMs,
      keepAlive: true,
      max: options.connections ?? 10,
      allowExitOnIdle: true,
    });
    // A connection may break at any moment, even between two statements; the next statement on it then fails. An error event
    // without a listener would end the process.
    pool.on("connect", (client) => void client.on("error", () => {}));
    pool.on("error", () => {});
    return new PostgresConnection(pool, shown, options);
  }

  /** Runs one statement as a separate transaction. @throws the original error from pg if it fails */
  readonly query: PostgresQuery = async (sql, values = []) => (await this.#pool.query(sql, [...values])).rows;

  /**
   * Runs `work` as one transaction at the server's default isolation level, normally READ COMMITTED.
   * @throws the original error from pg if it fails; nothing is then changed, unless the connection broke during the commit
   */
  async transaction<T>(work: (query: PostgresQuery) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      return await inPostgresTransaction(client, work);
    } catch (error) {
      if (isPassingPostgresError(error)) broken = error as Error;
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /**
   * Runs `work`, and repeats it if a connection breaks or the transaction loses a conflict. `work` must be idempotent, because
   * it may be repeated even though it succeeded.
   * @throws StoreUnavailable if it still fails after the last retry, or if the server has no space or does not answer in time;
   * UserError if the server rejects it
   */
  async repeat<T>(work: () => Promise<T>): Promise<T> {
    return explainPostgresErrors(this.shown, async () => {
      for (const wait of waits) {
        try {
          return await work();
        } catch (error) {
          if (!isPassingPostgresError(error)) throw error;
          await this.#wait(wait * (0.5 + this.#random()));
        }
      }
      return work();
    });
  }

  /** Resolves if the server answers. Unlike `repeat`, does not retry. @throws the same errors as `repeat` */
  async reach(): Promise<void> {
    await explainPostgresErrors(this.shown, () => this.query("SELECT 1"));
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

async function inPostgresTransaction<T>(client: PoolClient, work: (query: PostgresQuery) => Promise<T>): Promise<T> {
  await client.query(`BEGIN; ${idleInTransaction}`);
  try {
    const result = await work(async (sql, values = []) => {
      const { rows }: QueryResult<PostgresRow> = await client.query(sql, [...values]);
      return rows;
    });
    await client.query("COMMIT");
    return result;
  } catch (error) {
    // The server has already rolled back the transaction of a broken connection.
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}
