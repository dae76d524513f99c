import { SqliteStreamStore } from "../../../src/storage/store/sqlite-stream-store.ts";
import { type MemoryPlace, MemoryStreamStore } from "./memory-stream-store.ts";
import { streamStoreContract } from "./stream-store-contract.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const upgradeSummary = (): never => {
  throw new Error("no ledger of version 1 here");
};

streamStoreContract("in a model folder", () => {
  const directory = temporaryDirectory();
  return async () => SqliteStreamStore.open(directory, { modelVersion: "walk-1", upgradeSummary });
});

streamStoreContract("in memory", () => {
  const place: MemoryPlace = { rows: [], streams: new Map() };
  return async () => new MemoryStreamStore(place);
});
