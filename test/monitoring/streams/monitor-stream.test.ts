import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { accountName } from "../../../src/account-name.ts";
import { UserError } from "../../../src/errors.ts";
import type { Keep } from "../../../src/monitoring/streams/ledger-retention-rules.ts";
import type { MonitoredModel } from "../../../src/monitoring/streams/model-ledger.ts";
import { type Decision, MonitorStream, type StreamMemory } from "../../../src/monitoring/streams/monitor-stream.ts";
import { type RollingReference, rollingReferenceSchema } from "../../../src/monitoring/streams/rolling-reference.ts";
import type { Verdict } from "../../../src/monitoring/streams/update-rules.ts";
import { rollingReferencePathOfStream } from "../../../src/storage/stream-names.ts";
import type { StoredBatch } from "../../../src/storage/stream-store.ts";
import {
  type Answer,
  type Evidence,
  judge,
  small,
  smallModel,
  summaryOf,
  withLedger,
} from "../../pipelines/batch-writer.ts";
import { temporaryDirectory } from "../../storage/temporary-directory.ts";

interface Brought {
  verdict?: Verdict;
  mean?: number;
  stream?: string;
  contentHash?: string;
  accept?: boolean;
  now?: () => Date;
  keep?: Keep;
  busyTimeoutMs?: number;
}

/** Checks one batch in the same way as the `check` command. */
function bring(
  model: MonitoredModel,
  batchId: string,
  brought: Brought = {},
): Promise<{ known: boolean; result: Answer }> {
  const { verdict = "normal", mean = 0, contentHash = `hash of ${batchId}`, accept, ...options } = brought;
  const batch = { batchId, contentHash, ...(accept && { accept: { who: "ann", reason: "a new strap" } }) };
  return small(model, (open) => open.record(batch, judge(batchId, verdict, summaryOf(mean))), options);
}

function fileOf({ directory }: MonitoredModel, stream = "default"): RollingReference {
  return rollingReferenceSchema.parse(
    JSON.parse(readFileSync(join(directory, rollingReferencePathOfStream(stream)), "utf8")),
  );
}

const batchIds = (reference: RollingReference): string[] => reference.batches.map(({ batch_id }) => batch_id);
const means = (memory: StreamMemory<Evidence>): [number[], number[]] => [
  memory.rolling.map(({ byClass }) => byClass[0]!.Ax!.mean),
  memory.anchor.map(({ byClass }) => byClass[0]!.Ax!.mean),
];
const rowsOf = (model: MonitoredModel): Promise<readonly StoredBatch[]> =>
  small(model, async (open) => (await open.page({ limit: 1000 })).batches);
const rowOf = async (model: MonitoredModel, id: string): Promise<StoredBatch | undefined> =>
  (await rowsOf(model)).find(({ batchId }) => batchId === id);
const streamsOf = (model: MonitoredModel): Promise<string[]> => withLedger(model, (store) => store.streams());
const newModel = (): MonitoredModel => smallModel(temporaryDirectory());

describe("what a batch changes", () => {
  it("moves the window with every accepted batch, and leaves the anchor at the first ones", async () => {
    const model = { ...newModel(), referenceBatches: 3 };
    for (let i = 1; i <= 5; i++) await bring(model, `b${i}`, { mean: i });
    expect(means(await small(model, (open) => open.memory()))).toEqual([
      [3, 4, 5],
      [1, 2, 3],
    ]);
    expect(batchIds(fileOf(model))).toEqual(["b3", "b4", "b5"]);
    expect(fileOf(model).aggregated.rolling_mean).toEqual({ Ax: 4 });
  });

  it("gives a batch in the window and the anchor as the same object, which shows that they overlap", async () => {
    const model = { ...newModel(), referenceBatches: 3 };
    for (let i = 1; i <= 5; i++) await bring(model, `b${i}`, { mean: 2 });
    const { rolling, anchor } = await small(model, (open) => open.memory());
    expect(rolling.map((batch) => anchor.indexOf(batch))).toEqual([2, -1, -1]);
  });

  it("keeps alarmed and rejected batches out of both, and in the ledger", async () => {
    const model = newModel();
    await bring(model, "good", { mean: 1 });
    await bring(model, "jump", { mean: 9, verdict: "sudden_change" });
    await bring(model, "walk", { mean: 8, verdict: "gradual_drift" });
    await bring(model, "short", { verdict: "rejected" });
    const memory = await small(model, (open) => open.memory());
    const rows = await rowsOf(model);
    expect(means(memory)).toEqual([[1], [1]]);
    expect(memory.evidence).toEqual({ judged: 3, last: "walk" });
    expect(memory.batchesBefore).toBe(4);
    expect(rows.map(({ batchId, status, reason }) => [batchId, status, reason])).toEqual([
      ["good", "accepted", null],
      ["jump", "alarmed", null],
      ["walk", "alarmed", null],
      ["short", "rejected", "too short"],
    ]);
    expect(batchIds(fileOf(model))).toEqual(["good"]);
  });

  it("gives a decision the earlier batches of its stream, and nothing from other streams", async () => {
    const model = newModel();
    await bring(model, "b1", { mean: 1 });
    await bring(model, "b1", { mean: 5, stream: "other" });
    const seen: StreamMemory<Evidence>[] = [];
    await small(model, (open) =>
      open.record({ batchId: "b2", contentHash: "2" }, (memory) => {
        seen.push(memory);
        return judge("b2", "normal")(memory);
      }),
    );
    expect(seen).toEqual([
      { rolling: [summaryOf(1)], anchor: [summaryOf(1)], evidence: { judged: 1, last: "b1" }, batchesBefore: 1 },
    ]);
    expect(await streamsOf(model)).toEqual(["default", "other"]);
    expect(batchIds(fileOf(model, "other"))).toEqual(["b1"]);
  });

  it("changes nothing if the decision fails or returns what JSON cannot represent", async () => {
    const model = newModel();
    await bring(model, "b1");
    const failing = (): never => {
      throw new UserError("no such channel");
    };
    const record = (decide: (memory: StreamMemory<Evidence>) => Decision<Answer, Evidence>) =>
      small(model, (open) => open.record({ batchId: "b2", contentHash: "2" }, decide));
    await expect(record(failing)).rejects.toThrow("no such channel");
    await expect(record(judge("b2", "normal", summaryOf(Number.NaN)))).rejects.toThrow(/finite number, got NaN/);
    expect((await rowsOf(model)).map(({ batchId }) => batchId)).toEqual(["b1"]);
    expect((await small(model, (open) => open.memory())).evidence).toEqual({ judged: 1, last: "b1" });
  });
});

describe("a batch that came before", () => {
  it("gets the same result as before and changes nothing", async () => {
    const model = newModel();
    const first = await bring(model, "b1", { mean: 1 });
    await bring(model, "b2", { mean: 2 });
    const all = () => small(model, (open) => Promise.all([open.page(), open.memory(), open.reference()]));
    const before = await all();
    const again = await bring(model, "b1", { verdict: "sudden_change", mean: 7, accept: true });
    expect(again).toEqual({ ...first, known: true });
    expect(await all()).toEqual(before);
    expect(first).toEqual({ known: false, result: { batch: "b1", place: 1, judged: 1 } });
  });

  it("is rejected with different content, and accepted in another stream", async () => {
    const model = newModel();
    await bring(model, "b1", { contentHash: "sha256:1" });
    const other = bring(model, "b1", { contentHash: "sha256:2" });
    await expect(other).rejects.toBeInstanceOf(UserError);
    await expect(other).rejects.toThrow(
      /batch "b1" of stream "default" was already checked at .*\n {2}expected sha256:1\n {2}found {4}sha256:2/,
    );
    expect((await bring(model, "b1", { contentHash: "sha256:2", stream: "other" })).known).toBe(false);
  });

  it.each(["", "x".repeat(201)])("is refused under the name %j, as is its stream", async (name) => {
    const model = newModel();
    await expect(bring(model, name)).rejects.toThrow(/batch id: expected a name of 1 to 200/);
    await expect(bring(model, "b1", { stream: name })).rejects.toThrow(/stream: expected a name of 1 to 200/);
  });
});

describe("what a person decides", () => {
  it("takes a batch out of both references, and back in at its place", async () => {
    const model = { ...newModel(), referenceBatches: 2 };
    for (let i = 1; i <= 3; i++) await bring(model, `b${i}`, { mean: i });
    const now = (): Date => new Date("2026-12-01T00:00:00Z");
    const exclude = () =>
      small(model, (open) => open.decideByHand("exclude", "b2", { who: "ann", reason: "loose strap" }), { now });
    expect([await exclude(), await exclude()]).toEqual([true, false]);
    expect(batchIds(fileOf(model))).toEqual(["b1", "b3"]);
    expect(fileOf(model).last_updated).toBe("2026-12-01T00:00:00.000Z");
    expect(await rowOf(model, "b2")).toMatchObject({ status: "excluded", reason: "loose strap" });
    expect(await small(model, (open) => open.decideByHand("accept", "b2"))).toBe(true);
    expect(batchIds(fileOf(model))).toEqual(["b2", "b3"]);
    expect(means(await small(model, (open) => open.memory()))[1]).toEqual([1, 2]);
    const by = { at: "2026-12-01T00:00:00.000Z", who: "ann", reason: "loose strap" };
    const [excluded, accepted] = await withLedger(model, (store) => store.actions());
    expect(excluded).toEqual({ ...by, action: "exclude", stream: "default", subject: "b2" });
    expect(accepted).toMatchObject({ who: accountName(), reason: null, action: "accept", subject: "b2" });
  });

  it("overrules an alarm, with the batch or after it, and never the quality gate", async () => {
    const model = newModel();
    await bring(model, "b1", { verdict: "sudden_change", mean: 1 });
    await bring(model, "b2", { verdict: "gradual_drift", mean: 2, accept: true });
    await bring(model, "b3", { verdict: "rejected", accept: true });
    await bring(model, "b5", { accept: true, stream: "other" });
    expect(await withLedger(model, (store) => store.actions())).toEqual([
      { at: expect.any(String), who: "ann", reason: "a new strap", action: "accept", stream: "default", subject: "b2" },
    ]);
    expect(batchIds(fileOf(model))).toEqual(["b2"]);
    await small(model, (open) => open.decideByHand("accept", "b1"));
    expect(batchIds(fileOf(model))).toEqual(["b1", "b2"]);
    const accept = (id: string) => small(model, (open) => open.decideByHand("accept", id));
    await expect(accept("b3")).rejects.toThrow(
      /"b3" of stream "default" cannot be accepted into the references: the quality gate/,
    );
    await expect(accept("b4")).rejects.toThrow(/"b4" of stream "default": the ledger has no such batch/);
  });

  it("lets a stream begin again, or all; ids stay taken", async () => {
    const model = newModel();
    for (const stream of ["default", "other"]) await bring(model, "b1", { stream });
    await small(model, (open) => open.reset());
    const memory = await small(model, (open) => open.memory());
    expect(memory).toEqual({ rolling: [], anchor: [], evidence: null, batchesBefore: 1 });
    expect(batchIds(fileOf(model))).toEqual([]);
    expect(batchIds(fileOf(model, "other"))).toEqual(["b1"]);
    expect((await bring(model, "b1")).known).toBe(true);
    await expect(small(model, (open) => open.decideByHand("accept", "b1"))).rejects.toThrow(
      /its summary has been deleted, because the stream was reset/,
    );
    await bring(model, "b2");
    expect(batchIds(fileOf(model))).toEqual(["b2"]);
    await withLedger(model, async (store) =>
      store.reset(await store.streams(), { at: "2026-12-01T00:00:00.000Z", who: "ann", reason: null }),
    );
    expect(["default", "other"].map((stream) => batchIds(fileOf(model, stream)))).toEqual([[], []]);
  });
});

describe("while a batch is judged", () => {
  /**
   * Does `work` while the batch is judged. A ledger in a folder writes synchronously, so a write that begins inside a decision
   * is complete before the decision ends.
   */
  const meanwhile = async (
    model: MonitoredModel,
    batchId: string,
    work: (memory: StreamMemory<Evidence>) => Promise<unknown> | undefined,
  ): Promise<{ known: boolean; result: Answer }> => {
    const begun: (Promise<unknown> | undefined)[] = [];
    const answer = await small(model, (open) =>
      open.record({ batchId, contentHash: batchId }, (memory) => {
        begun.push(work(memory));
        return judge(batchId, "normal")(memory);
      }),
    );
    await Promise.all(begun);
    return answer;
  };

  it("does not block other streams, which accept batches meanwhile", async () => {
    const model = newModel();
    const other: unknown[] = [];
    await meanwhile(model, "slow", () => bring(model, "b1", { stream: "other" }).then((answer) => other.push(answer)));
    expect(other).toEqual([{ known: false, result: { batch: "b1", place: 1, judged: 1 } }]);
    expect(await streamsOf(model)).toEqual(["default", "other"]);
  });

  it("is judged again by what came in between", async () => {
    const model = newModel();
    const places: number[] = [];
    const { result } = await meanwhile(model, "slow", ({ batchesBefore }) => {
      places.push(batchesBefore + 1);
      return places.length > 2 ? undefined : bring(model, `fast ${places.length}`);
    });
    expect(places).toEqual([1, 2, 3]);
    expect(result).toEqual({ batch: "slow", place: 3, judged: 3 });
    expect((await rowsOf(model)).map(({ batchId }) => batchId)).toEqual(["fast 1", "fast 2", "slow"]);
  });

  it("is answered as known if the same batch came in between, and judged again after a reset", async () => {
    const model = newModel();
    const twice = await meanwhile(model, "b1", () => bring(model, "b1", { contentHash: "b1" }));
    expect(twice.known).toBe(true);
    let judged = 0;
    const { result } = await meanwhile(model, "b2", () =>
      judged++ === 0 ? small(model, (other) => other.reset()) : undefined,
    );
    expect([judged, result.judged]).toEqual([2, 1]);
  });

  it("wins in the end, however busy its stream is: after some lost races it is judged under the lock", async () => {
    const model = newModel();
    const places: number[] = [];
    const fast: unknown[] = [];
    const { result } = await meanwhile(model, "slow", ({ batchesBefore }) => {
      places.push(batchesBefore);
      const own = bring(model, `fast ${places.length}`, { busyTimeoutMs: 10 });
      return own.then((answer) => fast.push(answer.result.place));
    });
    expect(places).toEqual([0, 1, 2, 3, 4]);
    expect(result.place).toBe(5);
    // The last of these batches waited for the lock.
    expect(fast).toEqual([1, 2, 3, 4, 6]);
  });
});

describe("what is kept of a batch", () => {
  const day = (n: number) => ({ now: () => new Date(Date.UTC(2026, 0, 1 + n)) });
  const summarised = async (model: MonitoredModel): Promise<string[]> =>
    (await rowsOf(model)).filter(({ hasSummary }) => hasSummary).map(({ batchId }) => batchId);

  it("is a summary for as long as a reference needs it or may need it again, and some figures for good", async () => {
    const model = { ...newModel(), referenceBatches: 3 };
    for (let i = 1; i <= 30; i++) await bring(model, `b${i}`, { mean: i });
    const ends = [1, 2, 3, 4, 5, 6, 25, 26, 27, 28, 29, 30];
    expect(await summarised(model)).toEqual(ends.map((i) => `b${i}`));
    const row = await rowOf(model, "b15");
    expect(row).toMatchObject({ status: "accepted", inReferences: true, figures: { Ax: { n: 4, mean: 15, std: 1 } } });
    for (const id of ["b1", "b30", "b29"]) await small(model, (open) => open.decideByHand("exclude", id));
    expect(means(await small(model, (open) => open.memory()))).toEqual([
      [26, 27, 28],
      [2, 3, 4],
    ]);
    expect(batchIds(fileOf(model))).toEqual(["b26", "b27", "b28"]);
  });

  it("loses the summary of an alarm and the full result after --keep-days, but its id stays in use", async () => {
    const model = newModel();
    await bring(model, "good", day(0));
    const alarm = await bring(model, "jump", { verdict: "sudden_change", ...day(0) });
    await bring(model, "later", day(29));
    expect(await summarised(model)).toEqual(["good", "jump", "later"]);
    expect(await bring(model, "jump")).toEqual({ ...alarm, known: true });
    await bring(model, "last", day(31));
    expect(await summarised(model)).toEqual(["good", "later", "last"]);
    expect(await rowOf(model, "jump")).toMatchObject({ status: "alarmed" });
    expect(await bring(model, "jump")).toEqual({ known: true, result: { batch: "jump", place: 0, judged: 0 } });
    const accept = small(model, (open) => open.decideByHand("accept", "jump"));
    await expect(accept).rejects.toThrow(/its summary has been deleted, because .* --keep-days have passed/);
  });

  it("is shortened if the ledger takes too many bytes, the oldest batches first", async () => {
    const model = newModel();
    const keep = { days: 30, bytes: 1 };
    for (let i = 1; i <= 3; i++) await bring(model, `jump ${i}`, { verdict: "sudden_change" });
    expect(await summarised(model)).toHaveLength(3);
    await bring(model, "jump 4", { verdict: "sudden_change", keep });
    expect(await summarised(model)).toEqual([]);
    for (let i = 1; i <= 12; i++) await bring(model, `b${i}`, { keep });
    expect(await summarised(model)).toHaveLength(12);
  });
});

describe("rolling_reference.json", () => {
  it("is brought up to date by the next who uses the stream, after a crash before it was written", async () => {
    const model = newModel();
    const path = join(model.directory, "rolling_reference.json");
    await bring(model, "b1");
    const stale = readFileSync(path);
    await bring(model, "b2");
    for (const left of [stale, Buffer.from('{"last_upd'), undefined]) {
      if (left === undefined) rmSync(path);
      else writeFileSync(path, left);
      writeFileSync(join(model.directory, ".rolling_reference.json.tmp"), "half");
      await small(model, (open) => open.memory());
      expect(batchIds(fileOf(model))).toEqual(["b1", "b2"]);
      expect(readdirSync(model.directory).sort()).toEqual(["monitor.sqlite", "rolling_reference.json"]);
    }
  });

  it("is the newest, whichever of two processes writes last", async () => {
    const model = newModel();
    await small(model, async (late) => {
      await late.record({ batchId: "b1", contentHash: "1" }, judge("b1", "normal"));
      await bring(model, "b2");
      await late.decideByHand("accept", "b1");
    });
    expect(batchIds(fileOf(model))).toEqual(["b1", "b2"]);
  });

  it("stays what train wrote until a batch comes, and a stream without batches gets no folder", async () => {
    const model = newModel();
    const path = join(model.directory, "rolling_reference.json");
    writeFileSync(path, "as train wrote it");
    for (const stream of ["default", "typo"]) {
      expect(await small(model, (open) => open.page(), { stream })).toEqual({ total: 0, batches: [] });
    }
    expect(readFileSync(path, "utf8")).toBe("as train wrote it");
    expect(existsSync(join(model.directory, "streams"))).toBe(false);
  });

  it("is reported if it cannot be written, although the batch counted, and is written later", async () => {
    const model = newModel();
    const path = join(model.directory, "rolling_reference.json");
    mkdirSync(path);
    await expect(bring(model, "b1")).rejects.toThrow(/rolling_reference\.json cannot be written/);
    rmSync(path, { recursive: true });
    expect((await bring(model, "b1")).known).toBe(true);
    expect(batchIds(fileOf(model))).toEqual(["b1"]);
  });
});

it("rejects evidence that another version stored in a different form", async () => {
  const model = newModel();
  await bring(model, "b1");
  const schemas = {
    evidence: z.object({ logOdds: z.number() }),
    result: z.unknown(),
    shorten: (result: unknown) => result,
  };
  const reopened = withLedger(model, (store) =>
    new MonitorStream(store, model, { stream: "default", schemas }).memory(),
  );
  await expect(reopened).rejects.toBeInstanceOf(UserError);
  await expect(reopened).rejects.toThrow(/stream "default": its stored evidence does not have the expected form/);
});
