// Lists and shows streams in an in-memory store; test/pipelines/streams.full.test.ts tests the real commands.
import { beforeAll, expect, it } from "vitest";
import { shownStreamSchema, streamListSchema } from "../../src/pipelines/stream-schemas.ts";
import { listStreamsOf, showStreamOf } from "../../src/pipelines/streams.ts";
import type { DecidedBatch, StreamStore } from "../../src/storage/stream-store.ts";
import { MemoryStreamStore } from "../storage/memory-stream-store.ts";

const start = Date.parse("2026-11-24T05:00:00.000Z");
const later = (minutes: number): string => new Date(start + minutes * 60_000).toISOString();
const now = (): Date => new Date(later(60));
const rules = { referenceBatches: 2, keptAtEnds: 4, since: later(0), bytes: 1e9, shorten: (result: unknown) => result };

const rejectedResult = (stream: string, batchId: string): object => ({
  schema_version: 1,
  batch_id: batchId,
  stream,
  model_version: "walk-1",
  checked_at: later(0),
  verdict: "rejected",
  reasons: [{ code: "too_short", message: "4 s", expected: "15 s", found: "4 s" }],
});

function rejected(stream: string, batchId: string, state: string | null): DecidedBatch {
  const since = state === null ? null : later(0);
  const headline = {
    verdict: "rejected",
    state,
    since,
    confirmed: true,
    evidence: null,
    reference: null,
    channel: null,
  };
  const result = rejectedResult(stream, batchId);
  return {
    status: "rejected",
    reason: "too_short",
    inReferences: false,
    summary: null,
    figures: null,
    result,
    headline,
    state,
  };
}

let store: StreamStore;
beforeAll(async () => {
  store = new MemoryStreamStore();
  const bring = (stream: string, minute: number, state: string | null): Promise<unknown> =>
    store.record(
      { stream, batchId: `at ${minute}`, contentHash: `${minute}`, receivedAt: later(minute) },
      () => rejected(stream, `at ${minute}`, state),
      rules,
    );
  for (let minute = 0; minute < 60; minute += 10) await bring("wrist-2", minute, "normal");
  for (let minute = 0; minute < 20; minute += 5) await bring("WRIST-10", minute, "normal");
  for (const minute of [0, 55]) await bring("ankle-1", minute, "sudden_change");
});

it("lists what needs attention first, and counts it whatever is asked for", async () => {
  const list = await listStreamsOf(store, "walk-1", {}, { now });
  expect(streamListSchema.parse(list)).toEqual(list);
  expect(list).toMatchObject({
    model_version: "walk-1",
    at: later(60),
    matching: 3,
    counts: { total: 3, alarm: 1, silent: 1, rejected: 3, retired: 0 },
  });
  const names = async (selection: object): Promise<unknown[]> => {
    const { streams, matching } = await listStreamsOf(store, "walk-1", selection, { now });
    return [matching, ...streams.map(({ stream }) => stream)];
  };
  expect(await names({})).toEqual([3, "ankle-1", "WRIST-10", "wrist-2"]);
  expect(await names({ search: "wrist" })).toEqual([2, "WRIST-10", "wrist-2"]);
  expect(await names({ limit: 1, skip: 1 })).toEqual([3, "WRIST-10"]);
  expect(await names({ which: "alarm" })).toEqual([1, "ankle-1"]);
  expect(await names({ which: "silent" })).toEqual([1, "WRIST-10"]);
  expect(await names({ which: "retired" })).toEqual([0]);
});

it("shows a stream with its batches, counted from the newest", async () => {
  const shown = await showStreamOf(store, "walk-1", "wrist-2", {}, { now });
  expect(shownStreamSchema.parse(shown)).toEqual(shown);
  expect(shown.history.map(({ number, batch_id }) => [number, batch_id])).toEqual(
    [1, 2, 3, 4, 5, 6].map((number) => [number, `at ${10 * (number - 1)}`]),
  );
  const [first] = shown.history;
  expect(first).toMatchObject({ verdict: "rejected", evidence: null, faults: [{ code: "too_short", message: "4 s" }] });
  const ids = async (selection: object): Promise<number[]> =>
    (await showStreamOf(store, "walk-1", "wrist-2", selection)).history.map(({ number }) => number);
  expect([await ids({ last: 2 }), await ids({ last: 2, skip: 1 }), await ids({ last: 100 })]).toEqual([
    [5, 6],
    [4, 5],
    [1, 2, 3, 4, 5, 6],
  ]);
});

it("suggests the name of a stream that is close to an unknown one", async () => {
  const unknown = showStreamOf(store, "walk-1", "wrist-3");
  await expect(unknown).rejects.toMatchObject({ advice: expect.stringContaining('Did you mean "wrist-2"?') });
});
