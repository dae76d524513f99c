import { SqliteStreamStore } from "../../../src/storage/store/sqlite-stream-store.ts";
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
  const place: MemoryPlace = { rows: [], streams: new Map(), actions: [] };
  return async () => new MemoryStreamStore(place);
});
