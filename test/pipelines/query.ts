import { openDuckdb } from "../../src/signals/files/duckdb.ts";

/** The rows that a separate database returns for a query. */
export async function query(sql: string): Promise<Record<string, unknown>[]> {
  const database = await openDuckdb();
  try {
    return await database.rows(sql);
  } finally {
    database.close();
  }
}
