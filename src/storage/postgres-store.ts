// A PostgreSQL database that stores the streams of any number of models and projects, and can be shared by several processes on
// several machines.
import type { OpenedStore, StoreKey } from "./opened-store.ts";
import { PostgresConnection, type PostgresOptions } from "./postgres-connection.ts";
import { migratePostgres } from "./postgres-migrations.ts";
import { PostgresStreamStore } from "./postgres-stream-store.ts";
import type { StoreAddress } from "./store-address.ts";
import type { StreamStore } from "./stream-store.ts";

export class PostgresStore implements OpenedStore {
  readonly #connection: PostgresConnection;

  private constructor(connection: PostgresConnection) {
    this.#connection = connection;
  }

  /** Connects to the database, and creates its tables or upgrades them to the current version. */
  static async open(
    address: Extract<StoreAddress, { kind: "postgres" }>,
    options: PostgresOptions = {},
  ): Promise<PostgresStore> {
    const connection = await PostgresConnection.open(address, options);
    try {
      await connection.repeat(() => migratePostgres(connection));
    } catch (error) {
      await connection.close();
      throw error;
    }
    return new PostgresStore(connection);
  }

  get address(): string {
    return this.#connection.shown;
  }

  async streamsOf({ project, model }: StoreKey): Promise<StreamStore> {
    const { query } = this.#connection;
    const id = await this.#connection.repeat(async () => {
      const find = "SELECT model_id FROM tidemark.models WHERE project = $1 AND model = $2";
      const [found] = await query(find, [project, model]);
      if (found !== undefined) return found.model_id;
      await query("INSERT INTO tidemark.models (project, model) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
        project,
        model,
      ]);
      return (await query(find, [project, model]))[0]?.model_id;
    });
    return new PostgresStreamStore(this.#connection, Number(id));
  }

  async has({ project, model }: StoreKey): Promise<boolean> {
    const sql = "SELECT FROM tidemark.models WHERE project = $1 AND model = $2";
    const { query } = this.#connection;
    return (await this.#connection.repeat(() => query(sql, [project, model]))).length > 0;
  }

  async projects(): Promise<string[]> {
    const { query } = this.#connection;
    const sql = "SELECT DISTINCT project FROM tidemark.models ORDER BY project";
    return (await this.#connection.repeat(() => query(sql))).map(({ project }) => String(project));
  }

  async reach(): Promise<void> {
    await this.#connection.reach();
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}
