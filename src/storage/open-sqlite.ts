// The only module that loads node:sqlite. On an old version of Node.js, a static import would fail before node-version.ts could
// report the reason.
import type { DatabaseSync, DatabaseSyncOptions } from "node:sqlite";

/** Opens or creates a database. @throws the original SQLite error if this fails */
export function openSqlite(path: string, options: DatabaseSyncOptions = {}): DatabaseSync {
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  return new DatabaseSync(path, options);
}
