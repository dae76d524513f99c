import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { UserError } from "../../../src/errors.ts";
import type { Keep } from "../../../src/monitoring/streams/ledger-retention.ts";
import {
  type Decision,
  listStreams,
  resetStreams,
  type StreamMemory,
  withStream,
} from "../../../src/monitoring/streams/monitor-stream.ts";
import type { MonitoredModel } from "../../../src/monitoring/streams/publish-reference.ts";
import { type RollingReference, rollingReferenceSchema } from "../../../src/monitoring/streams/rolling-reference.ts";
import type { Verdict } from "../../../src/monitoring/streams/update-rules.ts";
import { rollingReferencePath } from "../../../src/storage/store/stream-names.ts";
import { type Answer, type Evidence, judge, small, smallModel, summaryOf } from "../../pipelines/batch-writer.ts";
import { temporaryDirectory } from "../../storage/store/temporary-directory.ts";

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

/** Brings one batch, as one run of the command does. */
function bring(model: MonitoredModel, batchId: string, brought: Brought = {}): { known: boolean; result: Answer } {
  const { verdict = "normal", mean = 0, contentHash = `hash of ${batchId}`, accept = false, ...options } = brought;
  const batch = { batchId, contentHash, accept };
  return small(model, (open) => open.record(batch, judge(batchId, verdict, summaryOf(mean))), options);
}

function fileOf({ directory }: MonitoredModel, stream = "default"): RollingReference {
  return rollingReferenceSchema.parse(JSON.parse(readFileSync(join(directory, rollingReferencePath(stream)), "utf8")));
}

const batchIds = (reference: RollingReference): string[] => reference.batches.map(({ batch_id }) => batch_id);
const means = (memory: StreamMemory<Evidence>): [number[], number[]] => [
  memory.rolling.map(({ byClass }) => byClass[0]!.Ax!.mean),
  memory.anchor.map(({ byClass }) => byClass[0]!.Ax!.mean),
];
const newModel = (): MonitoredModel => smallModel(temporaryDirectory());

describe("what a batch changes", () => {
  it("moves the window with every accepted batch, and leaves the anchor at the first ones", () => {
    const model = { ...newModel(), referenceBatches: 3 };
    for (let i = 1; i <= 5; i++) bring(model, `b${i}`, { mean: i });
    expect(means(small(model, (open) => open.memory()))).toEqual([
      [3, 4, 5],
      [1, 2, 3],
    ]);
    expect(batchIds(fileOf(model))).toEqual(["b3", "b4", "b5"]);
    expect(fileOf(model).aggregated.rolling_mean).toEqual({ Ax: 4 });
  });

  it("keeps alarmed and rejected batches out of both, and in the ledger", () => {
    const model = newModel();
    bring(model, "good", { mean: 1 });
    bring(model, "jump", { mean: 9, verdict: "sudden_change" });
    bring(model, "walk", { mean: 8, verdict: "gradual_drift" });
    bring(model, "short", { verdict: "rejected" });
    const { memory, rows } = small(model, (open) => ({ memory: open.memory(), rows: open.page() }));
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

  it("shows a decision what came before it, and nothing of other streams", () => {
    const model = newModel();
    bring(model, "b1", { mean: 1 });
    bring(model, "b1", { mean: 5, stream: "other" });
    const seen: StreamMemory<Evidence>[] = [];
    small(model, (open) =>
      open.record({ batchId: "b2", contentHash: "2" }, (memory) => {
        seen.push(memory);
        return judge("b2", "normal")(memory);
      }),
    );
    expect(seen).toEqual([
      { rolling: [summaryOf(1)], anchor: [summaryOf(1)], evidence: { judged: 1, last: "b1" }, batchesBefore: 1 },
    ]);
    expect(listStreams(model)).toEqual(["default", "other"]);
    expect(batchIds(fileOf(model, "other"))).toEqual(["b1"]);
  });

  it("changes nothing where the decision fails, or gives what JSON cannot hold", () => {
    const model = newModel();
    bring(model, "b1");
    const failing = (): never => {
      throw new UserError("no such channel");
    };
    const record = (decide: (memory: StreamMemory<Evidence>) => Decision<Answer, Evidence>) => (): unknown =>
      small(model, (open) => open.record({ batchId: "b2", contentHash: "2" }, decide));
    expect(record(failing)).toThrow("no such channel");
    expect(record(judge("b2", "normal", summaryOf(Number.NaN)))).toThrow(/finite number, got NaN/);
    expect(small(model, (open) => open.page()).map(({ batchId }) => batchId)).toEqual(["b1"]);
    expect(small(model, (open) => open.memory()).evidence).toEqual({ judged: 1, last: "b1" });
  });
});

describe("a batch that came before", () => {
  it("is answered as then and changes nothing", () => {
    const model = newModel();
    const first = bring(model, "b1", { mean: 1 });
    bring(model, "b2", { mean: 2 });
    const before = small(model, (open) => [open.page(), open.memory(), open.reference()]);
    expect(bring(model, "b1", { verdict: "sudden_change", mean: 7, accept: true })).toEqual({ ...first, known: true });
    expect(small(model, (open) => [open.page(), open.memory(), open.reference()])).toEqual(before);
    expect(first).toEqual({ known: false, result: { batch: "b1", place: 1, judged: 1 } });
  });

  it("is refused with different content, and taken in another stream", () => {
    const model = newModel();
    bring(model, "b1", { contentHash: "sha256:1" });
    const other = (): unknown => bring(model, "b1", { contentHash: "sha256:2" });
    expect(other).toThrow(UserError);
    expect(other).toThrow(
      /batch "b1" of stream "default" came before, at .*\n {2}expected sha256:1\n {2}found {4}sha256:2/,
    );
    expect(bring(model, "b1", { contentHash: "sha256:2", stream: "other" }).known).toBe(false);
  });

  it.each(["", "x".repeat(201)])("is refused under the name %j, as is its stream", (name) => {
    const model = newModel();
    expect(() => bring(model, name)).toThrow(/batch id: expected a name of 1 to 200/);
    expect(() => bring(model, "b1", { stream: name })).toThrow(/stream: expected a name of 1 to 200/);
  });
});

describe("what a person decides", () => {
  it("takes a batch out of window and anchor, and back in at its place", () => {
    const model = { ...newModel(), referenceBatches: 2 };
    for (let i = 1; i <= 3; i++) bring(model, `b${i}`, { mean: i });
    const now = (): Date => new Date("2026-12-01T00:00:00Z");
    const exclude = (): boolean => small(model, (open) => open.decideByHand("exclude", "b2", "loose strap"), { now });
    expect([exclude(), exclude()]).toEqual([true, false]);
    expect(batchIds(fileOf(model))).toEqual(["b1", "b3"]);
    expect(fileOf(model).last_updated).toBe("2026-12-01T00:00:00.000Z");
    expect(small(model, (open) => open.find("b2"))).toMatchObject({ status: "excluded", reason: "loose strap" });
    expect(small(model, (open) => open.decideByHand("accept", "b2"))).toBe(true);
    expect(batchIds(fileOf(model))).toEqual(["b2", "b3"]);
    expect(means(small(model, (open) => open.memory()))[1]).toEqual([1, 2]);
  });

  it("overrules an alarm, with the batch or after it, and never the quality gate", () => {
    const model = newModel();
    bring(model, "b1", { verdict: "sudden_change", mean: 1 });
    bring(model, "b2", { verdict: "gradual_drift", mean: 2, accept: true });
    bring(model, "b3", { verdict: "rejected", accept: true });
    expect(batchIds(fileOf(model))).toEqual(["b2"]);
    small(model, (open) => open.decideByHand("accept", "b1"));
    expect(batchIds(fileOf(model))).toEqual(["b1", "b2"]);
    const accept = (id: string) => (): unknown => small(model, (open) => open.decideByHand("accept", id));
    expect(accept("b3")).toThrow(/"b3" of stream "default" cannot be taken in: the quality gate/);
    expect(accept("b4")).toThrow(/"b4" of stream "default": no such batch/);
  });

  it("lets a stream begin again, or all; ids stay taken", () => {
    const model = newModel();
    for (const stream of ["default", "other"]) bring(model, "b1", { stream });
    small(model, (open) => open.reset());
    const memory = small(model, (open) => open.memory());
    expect(memory).toEqual({ rolling: [], anchor: [], evidence: null, batchesBefore: 1 });
    expect(batchIds(fileOf(model))).toEqual([]);
    expect(batchIds(fileOf(model, "other"))).toEqual(["b1"]);
    expect(bring(model, "b1").known).toBe(true);
    expect(() => small(model, (open) => open.decideByHand("accept", "b1"))).toThrow(
      /it came before the stream was reset/,
    );
    bring(model, "b2");
    expect(batchIds(fileOf(model))).toEqual(["b2"]);
    resetStreams(model);
    expect(["default", "other"].map((stream) => batchIds(fileOf(model, stream)))).toEqual([[], []]);
  });
});

describe("while a batch is judged", () => {
  const moves = (model: MonitoredModel, times: number, others: string) => {
    const places: number[] = [];
    const answer = small(model, (open) =>
      open.record({ batchId: "slow", contentHash: "slow" }, (memory) => {
        if (places.length < times) bring(model, `${others}${places.length}`, { mean: places.length });
        places.push(memory.batchesBefore + 1);
        return judge("slow", "normal")(memory);
      }),
    );
    return { places, answer };
  };

  it("holds up nobody: another stream takes its batches meanwhile", () => {
    const model = newModel();
    const ids = small(model, (open) => {
      const other = (): string => {
        bring(model, "b1", { stream: "other" });
        return "b1";
      };
      const seen: string[] = [];
      open.record({ batchId: "slow", contentHash: "slow" }, (memory) => {
        seen.push(other());
        return judge("slow", "normal")(memory);
      });
      return seen;
    });
    expect(ids).toEqual(["b1"]);
    expect(listStreams(model)).toEqual(["default", "other"]);
  });

  it("is judged again by what came in between", () => {
    const model = newModel();
    const { places, answer } = moves(model, 2, "fast ");
    expect(places).toEqual([1, 2, 3]);
    expect(answer.result).toEqual({ batch: "slow", place: 3, judged: 3 });
    expect(small(model, (open) => open.page()).map(({ batchId }) => batchId)).toEqual(["fast 0", "fast 1", "slow"]);
  });

  it("is answered as known if the same batch came in between, and judged again after a reset", () => {
    const model = newModel();
    const twice = small(model, (open) =>
      open.record({ batchId: "b1", contentHash: "1" }, (memory) => {
        bring(model, "b1", { contentHash: "1" });
        return judge("b1", "sudden_change")(memory);
      }),
    );
    expect(twice.known).toBe(true);
    let resets = 0;
    const { result } = small(model, (open) =>
      open.record({ batchId: "b2", contentHash: "2" }, (memory) => {
        if (resets++ === 0) small(model, (other) => other.reset());
        return judge("b2", "normal")(memory);
      }),
    );
    expect([resets, result.judged]).toEqual([2, 1]);
  });

  it("wins in the end, however busy its stream is: after some lost races it is judged under the lock", () => {
    const model = newModel();
    const places: number[] = [];
    small(model, (open) =>
      open.record({ batchId: "slow", contentHash: "slow" }, (memory) => {
        places.push(memory.batchesBefore);
        const busy = (): unknown => bring(model, `fast ${places.length}`, { busyTimeoutMs: 10 });
        if (places.length < 5) busy();
        else expect(busy).toThrow(/is being written by another process/);
        return judge("slow", "normal")(memory);
      }),
    );
    expect(places).toEqual([0, 1, 2, 3, 4]);
  });
});

describe("what is kept of a batch", () => {
  const day = (n: number) => ({ now: () => new Date(Date.UTC(2026, 0, 1 + n)) });
  const summarised = (model: MonitoredModel): string[] =>
    small(model, (open) => open.page({ limit: 1000 }))
      .filter(({ hasSummary }) => hasSummary)
      .map(({ batchId }) => batchId);

  it("is a summary for as long as a reference needs it or may need it again, and some figures for good", () => {
    const model = { ...newModel(), referenceBatches: 3 };
    for (let i = 1; i <= 30; i++) bring(model, `b${i}`, { mean: i });
    const ends = [1, 2, 3, 4, 5, 6, 25, 26, 27, 28, 29, 30];
    expect(summarised(model)).toEqual(ends.map((i) => `b${i}`));
    const row = small(model, (open) => open.find("b15"));
    expect(row).toMatchObject({ status: "accepted", inWindow: true, figures: { Ax: { n: 4, mean: 15, std: 1 } } });
    for (const id of ["b1", "b30", "b29"]) small(model, (open) => open.decideByHand("exclude", id));
    expect(means(small(model, (open) => open.memory()))).toEqual([
      [26, 27, 28],
      [2, 3, 4],
    ]);
    expect(batchIds(fileOf(model))).toEqual(["b26", "b27", "b28"]);
  });

  it("is no longer the summary of an alarm after --keep-days, nor the whole answer; the id stays taken", () => {
    const model = newModel();
    bring(model, "good", day(0));
    const alarm = bring(model, "jump", { verdict: "sudden_change", ...day(0) });
    bring(model, "later", day(29));
    expect(summarised(model)).toEqual(["good", "jump", "later"]);
    expect(bring(model, "jump")).toEqual({ ...alarm, known: true });
    bring(model, "last", day(31));
    expect(summarised(model)).toEqual(["good", "later", "last"]);
    expect(small(model, (open) => open.find("jump"))).toMatchObject({ status: "alarmed" });
    expect(bring(model, "jump")).toEqual({ known: true, result: { batch: "jump", place: 0, judged: 0 } });
    const accept = (): unknown => small(model, (open) => open.decideByHand("accept", "jump"));
    expect(accept).toThrow(/nothing is left of it to compare with: .* longer ago than --keep-days/);
  });

  it("is less where the ledger takes too many bytes, the oldest first", () => {
    const model = newModel();
    const keep = { days: 30, bytes: 1 };
    for (let i = 1; i <= 3; i++) bring(model, `jump ${i}`, { verdict: "sudden_change" });
    expect(summarised(model)).toHaveLength(3);
    bring(model, "jump 4", { verdict: "sudden_change", keep });
    expect(summarised(model)).toEqual([]);
    for (let i = 1; i <= 12; i++) bring(model, `b${i}`, { keep });
    expect(summarised(model)).toHaveLength(12);
  });
});

describe("rolling_reference.json", () => {
  it("is brought up to date by the next who opens the stream, after a crash before it was written", () => {
    const model = newModel();
    const path = join(model.directory, "rolling_reference.json");
    bring(model, "b1");
    const stale = readFileSync(path);
    bring(model, "b2");
    for (const left of [stale, Buffer.from('{"last_upd'), undefined]) {
      if (left === undefined) rmSync(path);
      else writeFileSync(path, left);
      writeFileSync(join(model.directory, ".rolling_reference.json.tmp"), "half");
      small(model, () => {});
      expect(batchIds(fileOf(model))).toEqual(["b1", "b2"]);
      expect(readdirSync(model.directory).sort()).toEqual(["monitor.sqlite", "rolling_reference.json"]);
    }
  });

  it("is the newest, whichever of two processes writes last", () => {
    const model = newModel();
    small(model, (late) => {
      late.record({ batchId: "b1", contentHash: "1" }, judge("b1", "normal"));
      bring(model, "b2");
      late.decideByHand("accept", "b1");
    });
    expect(batchIds(fileOf(model))).toEqual(["b1", "b2"]);
  });

  it("stays what train wrote until a batch comes, and a stream without batches gets no folder", () => {
    const model = newModel();
    const path = join(model.directory, "rolling_reference.json");
    writeFileSync(path, "as train wrote it");
    for (const stream of ["default", "typo"]) expect(small(model, (open) => open.page(), { stream })).toEqual([]);
    expect(readFileSync(path, "utf8")).toBe("as train wrote it");
    expect(existsSync(join(model.directory, "streams"))).toBe(false);
  });

  it("says that the batch counted where it cannot be written, and follows later", () => {
    const model = newModel();
    const path = join(model.directory, "rolling_reference.json");
    mkdirSync(path);
    expect(() => bring(model, "b1")).toThrow(/rolling_reference\.json cannot be written/);
    rmSync(path, { recursive: true });
    expect(bring(model, "b1").known).toBe(true);
    expect(batchIds(fileOf(model))).toEqual(["b1"]);
  });
});

it("refuses evidence that another version left in another form", () => {
  const model = newModel();
  bring(model, "b1");
  const schemas = {
    evidence: z.object({ logOdds: z.number() }),
    result: z.unknown(),
    shorten: (result: unknown) => result,
  };
  const reopen = (): unknown => withStream(model, { stream: "default", schemas }, (open) => open.memory());
  expect(reopen).toThrow(UserError);
  expect(reopen).toThrow(/stream "default": its evidence is not in the form that was expected/);
});
