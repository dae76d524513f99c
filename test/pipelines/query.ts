import { openDuckdb } from "../../src/signals/files/duckdb.ts";

/** Runs a query in a separate database, and returns the resulting rows. */
export async function query(sql: string): Promise<Record<string, unknown>[]> {
  const database = await openDuckdb();
  try {
    return await database.rows(sql);
  } finally {
    database.close();
  }
}
