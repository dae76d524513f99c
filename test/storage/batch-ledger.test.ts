import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { BatchLedger } from "../../src/storage/batch-ledger.ts";
import { createLedgerTables } from "../../src/storage/ledger-tables.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Returns a weak reference to a database that was used and closed. */
function usedDatabase(): WeakRef<DatabaseSync> {
  const database = new DatabaseSync(":memory:");
  createLedgerTables(database, "walk-1");
  const ledger = new BatchLedger(database);
  ledger.find("a", "1");
  database.close();
  return new WeakRef(database);
}

it("releases a closed database, although its statements are kept", async () => {
  const database = usedDatabase();
  // A WeakRef keeps its target until the current job ends.
  await setImmediate();
  collectGarbage();
  await setImmediate();
  collectGarbage();
  // `toBeUndefined` would try to print the closed database.
  expect(database.deref() === undefined).toBe(true);
});
