// The only door to node:sqlite. A static import of it fails where Node.js is too old, before node-version.ts can say so.
import type { DatabaseSync, DatabaseSyncOptions } from "node:sqlite";

/** Opens or creates a database. @throws SQLite's own error */
export function openSqlite(path: string, options: DatabaseSyncOptions = {}): DatabaseSync {
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  return new DatabaseSync(path, options);
}
