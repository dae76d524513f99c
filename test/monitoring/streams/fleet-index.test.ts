import { expect, it } from "vitest";
import { FleetIndex } from "../../../src/monitoring/streams/fleet-index.ts";
import type { StreamStore } from "../../../src/storage/stream-store.ts";
import { MemoryStreamStore } from "../../storage/memory-stream-store.ts";

const at = "2026-11-28T10:00:00.000Z";
const note = { at, who: "ann", reason: null };
const rules = { referenceBatches: 2, keptAtEnds: 4, since: at, bytes: 1e9, shorten: (result: unknown) => result };

/** A store that counts the streams whose batches are read. */
function countingStore() {
  const store = new MemoryStreamStore();
  const reads: string[][] = [];
  const counting: Pick<StreamStore, "fleet" | "fleetMarks"> = {
    fleetMarks: () => store.fleetMarks(),
    fleet: (options) => {
      reads.push([...(options.streams ?? [])]);
      return store.fleet(options);
    },
  };
  const bring = (stream: string, batchId: string): Promise<unknown> =>
    store.record(
      { stream, batchId, contentHash: batchId, receivedAt: at },
      () => ({ status: "rejected", reason: "gap", inReferences: false, summary: null, figures: null, result: {} }),
      rules,
    );
  return { store, reads, bring, index: new FleetIndex(counting) };
}

it("reads the batches of a stream again only after it has changed, and forgets streams that are gone", async () => {
  const { store, reads, bring, index } = countingStore();
  const names = async (): Promise<string[]> => (await index.streams()).map(({ stream }) => stream);
  for (const stream of ["p10", "p9", "p8"]) await bring(stream, "1");
  expect(await names()).toEqual(["p8", "p9", "p10"]);
  expect(reads.splice(0)).toEqual([["p10", "p9", "p8"]]);
  expect(await names()).toEqual(["p8", "p9", "p10"]);
  expect(reads.splice(0)).toEqual([]);
  await bring("p9", "2");
  await store.retire("p8", note);
  const [retired, second] = await index.streams();
  expect([retired!.retired_at, second!.last.batch_id]).toEqual([at, "2"]);
  expect(reads.splice(0).flat().sort()).toEqual(["p8", "p9"]);
  await store.rename("p10", "p1", note);
  await store.erase("p8", { ...note, recordedAs: "erased" });
  await store.erase("p9", { ...note, recordedAs: "erased" });
  for (const batch of ["1", "b"]) await bring("p9", batch);
  expect((await index.streams()).map(({ stream, last }) => [stream, last.batch_id])).toEqual([
    ["p1", "1"],
    ["p9", "b"],
  ]);
});

it("shares a reading among calls, but never with a call that came after it had begun", async () => {
  const { store, reads, bring, index } = countingStore();
  await bring("a", "1");
  const before = [index.streams(), index.streams()];
  await Promise.resolve();
  await Promise.resolve();
  await bring("a", "2");
  const later = index.streams();
  expect((await later)[0]!.last.batch_id).toBe("2");
  expect(await before[0]).toBe(await before[1]);
  await store.retire("a", note);
  expect((await index.streams())[0]!.retired_at).toBe(at);
  expect(reads.length).toBeLessThanOrEqual(3);
});

it("reads again after a failure", async () => {
  const { store } = countingStore();
  let isDown = true;
  const index = new FleetIndex({
    fleet: (options) => store.fleet(options),
    fleetMarks: async () => {
      if (isDown) throw new Error("down");
      return store.fleetMarks();
    },
  });
  await expect(index.streams()).rejects.toThrow("down");
  isDown = false;
  expect(await index.streams()).toEqual([]);
});
