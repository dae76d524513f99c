import { expect, it, onTestFinished } from "vitest";
import { FleetIndex } from "../../src/monitoring/streams/fleet-index.ts";
import { streamReader } from "../../src/pipelines/read-streams.ts";
import type { StreamOverview } from "../../src/storage/stream-store.ts";

const now = new Date("2026-11-28T12:00:00.000Z");

/** Returns the overview of a stream, which may be retired, with one batch, which may be in alarm or rejected. */
function overview(stream: string, verdict: "normal" | "sudden_change" | "rejected", retired = false): StreamOverview {
  const receivedAt = "2026-11-28T10:00:00.000Z";
  const isRejected = verdict === "rejected";
  const headline = {
    verdict,
    state: isRejected ? null : verdict,
    since: receivedAt,
    confirmed: true,
    evidence: isRejected ? null : 1.5,
    reference: null,
    channel: null,
  };
  const counts = {
    accepted: 0,
    doubtful: 0,
    alarmed: 0,
    rejected: 0,
    excluded: 0,
    [isRejected ? "rejected" : "accepted"]: 1,
  };
  return {
    stream,
    counts: counts as StreamOverview["counts"],
    hasState: true,
    retiredAt: retired ? receivedAt : null,
    latest: [{ batchId: "b", receivedAt, status: isRejected ? "rejected" : "accepted", headline }],
  };
}

const ledgers: Record<string, StreamOverview[]> = {
  "acme walk": [overview("a-1", "normal"), overview("b-1", "sudden_change"), overview("A-2", "rejected")],
  "acme run": [overview("a-3", "sudden_change"), overview("a-4", "normal", true)],
  "other walk": [overview("a-9", "sudden_change")],
};
/** A stream that is erased after the list has been made, but before its batches are read. */
let erasedLater: string | undefined;
const indexes: Record<string, FleetIndex> = {};
const ledger = async (project: string, folder: string) => {
  const all = ledgers[`${project} ${folder}`];
  if (all === undefined) return null;
  const fleetMarks = async () => new Map(all.map(({ stream }) => [stream, "1"]));
  const fleet = async ({ streams: names = [] as readonly string[] }) =>
    all.filter(({ stream }) => names.includes(stream) && stream !== erasedLater);
  const streams = { fleet, fleetMarks } as never;
  indexes[`${project} ${folder}`] ??= new FleetIndex(streams);
  return { modelVersion: "v", streams, fleet: indexes[`${project} ${folder}`] } as never;
};
const served = {
  ledger,
  namedLedger: async (project: string, folder: string) => ({ folder, ledger: await ledger(project, folder) }),
};
const reader = streamReader(
  served,
  async () => ["run", "walk"],
  () => now,
);
const page = { limit: 100, skip: 0 };

it("lists and counts the streams of all models of a project, with those in alarm first", async () => {
  const fleet = await reader.fleet("acme", () => true, { which: "active", ...page });
  expect(fleet.streams.map(({ model, stream }) => `${model} ${stream}`)).toEqual([
    "run a-3",
    "walk b-1",
    "walk A-2",
    "walk a-1",
  ]);
  expect(fleet).toMatchObject({ matching: 4, counts: { total: 4, alarm: 2, silent: 0, rejected: 1, retired: 1 } });
});

it("neither lists nor counts streams that the caller may not read", async () => {
  const mayRead = (stream: string): boolean => stream.startsWith("a-");
  const fleet = await reader.fleet("acme", mayRead, { which: "active", ...page });
  expect(fleet.streams.map(({ stream }) => stream)).toEqual(["a-3", "a-1"]);
  expect(fleet.counts).toEqual({ total: 2, alarm: 1, silent: 0, rejected: 0, retired: 1 });
});

it("filters, searches regardless of case, and sorts before it cuts pages", async () => {
  const named = async (selection: Parameters<typeof reader.fleet>[2]): Promise<string[]> =>
    (await reader.fleet("acme", () => true, selection)).streams.map(({ stream }) => stream);
  expect(await named({ which: "alarm", ...page })).toEqual(["a-3", "b-1"]);
  expect(await named({ which: "retired", ...page })).toEqual(["a-4"]);
  expect(await named({ which: "active", search: "a-", ...page })).toEqual(["a-3", "A-2", "a-1"]);
  expect(await named({ which: "active", limit: 2, skip: 1 })).toEqual(["b-1", "A-2"]);
  expect((await reader.fleet("nobody", () => true, { which: "active", ...page })).counts.total).toBe(0);
});

it("leaves out a stream that is erased while the list is made", async () => {
  erasedLater = "b-1";
  onTestFinished(() => {
    erasedLater = undefined;
  });
  const { streams } = await reader.fleet("acme", () => true, { which: "active", ...page });
  expect(streams.map(({ stream }) => stream)).toEqual(["a-3", "A-2", "a-1"]);
});
