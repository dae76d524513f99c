import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { SqliteStreamStore } from "../../src/storage/sqlite-stream-store.ts";
import { type MemoryPlace, MemoryStreamStore } from "./memory-stream-store.ts";
import { streamStoreContract } from "./stream-store-contract.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const refuse = (): never => {
  throw new Error("no ledger of an earlier version here");
};
const upgrade = { upgradeSummary: refuse, upgradeHeadline: refuse };

streamStoreContract("in a model folder", () => {
  const directory = temporaryDirectory();
  return async () => SqliteStreamStore.open(directory, { modelVersion: "walk-1", ...upgrade });
});

streamStoreContract("in memory", () => {
  const place: MemoryPlace = { rows: [], streams: new Map(), actions: [], sequence: 0 };
  return async () => new MemoryStreamStore(place);
});

it("a batch waits for another process's lock without blocking anything else", async () => {
  const directory = temporaryDirectory();
  const store = SqliteStreamStore.open(directory, { modelVersion: "walk-1", ...upgrade, busyTimeoutMs: 10 });
  const other = new DatabaseSync(join(directory, "monitor.sqlite"));
  other.exec("BEGIN IMMEDIATE");
  let isDone = false;
  const recorded = store
    .record(
      { stream: "a", batchId: "1", contentHash: "h", receivedAt: "2026-11-24T05:00:00.000Z" },
      () => ({
        status: "rejected",
        reason: "gap",
        inReferences: false,
        summary: null,
        figures: null,
        result: { of: "1" },
      }),
      { referenceBatches: 3, keptAtEnds: 6, since: "2026-11-24T05:00:00.000Z", bytes: 1e9, shorten: (own) => own },
    )
    .finally(() => {
      isDone = true;
    });
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(isDone).toBe(false);
  other.exec("ROLLBACK");
  expect(await recorded).toEqual({ known: false });
  expect((await store.page("a")).total).toBe(1);
  other.close();
  await store.close();
});
