// A process that writes batches to a stream store as a replica of a service does: to each of its streams in turn, several
// batches at once. The process acknowledges each batch with a line. A later process with the same name writes the same batches.
import { writeSync } from "node:fs";
import { openStore } from "../../src/storage/open-store.ts";
import { parseStoreAddress } from "../../src/storage/store-address.ts";
import type { DecidedBatch, StoredMemory, StreamRules } from "../../src/storage/stream-store.ts";

export const writtenModel = { project: "p", model: "walk-1" } as const;

export const writtenRules: StreamRules = {
  referenceBatches: 3,
  keptAtEnds: 6,
  since: "2026-01-01T00:00:00.000Z",
  bytes: 1e9,
  shorten: (result) => result,
};

/**
 * Returns a batch whose result is its own number in the stream, computed once from the stream's record and once from the state
 * that the previous decision left.
 */
export function countedBatch({ state, batches }: StoredMemory): DecidedBatch {
  const judged = Number(state ?? 0) + 1;
  return {
    status: "accepted",
    reason: null,
    inReferences: true,
    summary: Buffer.alloc(2000, judged),
    figures: { judged },
    result: { place: batches + 1, judged },
    headline: { judged },
    state: judged,
  };
}

if (import.meta.main) {
  const [address = "", name = "", streams = "", count = "0", atOnce = "4"] = process.argv.slice(2);
  const refuse = (): never => {
    throw new Error("no ledger of an earlier version here");
  };
  const opened = await openStore(parseStoreAddress(address), { upgradeSummary: refuse, upgradeHeadline: refuse });
  const store = await opened.streamsOf(writtenModel);
  const waiting = Array.from({ length: Number(count) }, (_, i) =>
    streams.split(",").map((stream) => ({ stream, batchId: `${name}-${i}` })),
  ).flat();
  const take = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const batch = { ...next, contentHash: next.batchId, receivedAt: new Date().toISOString() };
      const { known } = await store.record(batch, countedBatch, writtenRules);
      writeSync(1, `${next.stream} ${next.batchId} ${known ? "known" : "new"}\n`);
    }
  };
  await Promise.all(Array.from({ length: Number(atOnce) }, take));
  await store.close();
  await opened.close();
}
