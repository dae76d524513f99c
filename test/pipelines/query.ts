import { openDuckdb } from "../../src/signals/files/duckdb.ts";

/** The rows that a database of its own answers with. */
export async function query(sql: string): Promise<Record<string, unknown>[]> {
  const database = await openDuckdb();
  try {
    return await database.rows(sql);
  } finally {
    database.close();
  }
}
