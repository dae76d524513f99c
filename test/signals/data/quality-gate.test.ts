// Each case damages one property of a batch that would pass; the answer must have the right code and location, not just a
// message.
import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import type { FaultDescription } from "../../../src/data-fault.ts";
import { UserError } from "../../../src/errors.ts";
import type { QualityGateOptions } from "../../../src/signals/data/quality-gate.ts";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { openDuckdb } from "../../../src/signals/files/duckdb.ts";
import { type TableColumn, writeTable } from "../../../src/signals/files/write-table.ts";
import { type GatedBatch, qualityGate } from "./quality-gate.ts";
import { csv, folderOf, header, type Row } from "./tables.ts";

const channels = ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"];
const options: QualityGateOptions = {
  channels: channels.map((column) => ({ column, min: -12, max: 20 })),
  samplingRateHz: 50,
  windowSeconds: 4,
};

/**
 * Returns the rows of a person who is walking: every channel oscillates at 1.8 Hz, and never has the same value twice in
 * succession.
 */
function walk(seconds: number, { rate = 50, gain = 1 }: { rate?: number; gain?: number } = {}): Row[] {
  return Array.from({ length: seconds * rate }, (_, i) => ({
    user: "ann",
    activity: "",
    recording: "r1",
    time: Number((i / rate).toFixed(4)),
    values: channels.map((_, c) => Number((gain * (c + 3 * Math.sin((11.3 * i) / rate + c))).toFixed(6))),
  }));
}

const spoil = (table: Row[], at: (i: number) => boolean, change: (row: Row) => Partial<Row>): Row[] =>
  table.map((row, i) => (at(i) ? { ...row, ...change(row) } : row));
const withValue =
  (channel: number, value: number | string) =>
  (row: Row): Partial<Row> => ({ values: row.values!.with(channel, value) });

async function gate(content: string, changes: Partial<QualityGateOptions> = {}): Promise<GatedBatch> {
  return qualityGate([folderOf({ "batch.csv": content }).path("batch.csv")], { ...options, ...changes });
}

function reasonsOf(batch: GatedBatch): readonly FaultDescription[] {
  expect(batch.accepted).toBe(false);
  return batch.accepted ? [] : batch.reasons;
}

interface Case {
  name: string;
  content: string;
  reasons: Partial<FaultDescription>[];
}

const good = walk(60);
const rejected: Case[] = [
  {
    name: "columns that are missing, each",
    content: csv(good, ",", header.replace("Ay", "height").replace("Gz", "spin")),
    reasons: [
      {
        code: "schema",
        column: "Ay",
        expected: 'a column "Ay"',
        message: expect.stringContaining('the model expects a channel "Ay"'),
      },
      { code: "schema", column: "Gz" },
    ],
  },
  {
    name: "no channel at all",
    content: csv(good, ",", "user,activity,recording,timestamp_s,a,b,c,d,e,f"),
    reasons: channels.map((column) => ({ code: "schema", column })),
  },
  {
    name: "text among numbers",
    content: csv(spoil(good, (i) => i === 41, withValue(2, "error"))),
    reasons: [{ code: "schema", row: 42, column: "Az", expected: "a number", found: "error" }],
  },
  {
    name: "a broken line",
    content: `${csv(good)}ann,,r1,60.0,1,2\n`,
    reasons: [{ code: "schema" }],
  },
  { name: "no rows", content: csv([]), reasons: [{ code: "too_short" }] },
  {
    name: "missing cells in two channels",
    content: csv(
      spoil(
        spoil(good, (i) => i % 50 === 0, withValue(0, "")),
        (i) => i % 50 === 1,
        withValue(4, "nan"),
      ),
    ),
    reasons: [
      { code: "missing", column: "Ax", expected: "at most 1 %" },
      { code: "missing", column: "Gy" },
    ],
  },
  {
    name: "infinite cells",
    content: csv(spoil(good, (i) => i % 50 === 0, withValue(3, "-inf"))),
    reasons: [{ code: "infinite", column: "Gx" }],
  },
  {
    name: "nothing but missing cells",
    content: csv(spoil(good, () => true, withValue(0, ""))),
    reasons: [{ code: "missing", column: "Ax" }, { code: "too_short" }],
  },
  {
    name: "a mark of missing values among numbers",
    content: csv(spoil(good, (i) => i === 100 || i === 200, withValue(1, 1e9))),
    reasons: [
      {
        code: "range",
        column: "Ay",
        found: '1000000000 at 2 s of recording "r1" of person "ann", and 1 more such value',
      },
    ],
  },
  {
    name: "time running backwards, with what else is wrong",
    content: csv(
      spoil(
        spoil(
          good,
          (i) => i === 705,
          () => ({ time: 1 }),
        ),
        (i) => i % 20 === 0,
        withValue(5, ""),
      ),
    ),
    reasons: [
      { code: "missing", column: "Gz" },
      { code: "time", row: 706, column: "timestamp_s" },
    ],
  },
  {
    name: "a quarter of the time lost in half-second pieces",
    content: csv(good.filter((_, i) => i % 100 < 74)),
    reasons: [{ code: "lost_time", found: expect.stringMatching(/^2[56](\.\d)? % of /) }, { code: "too_short" }],
  },
  {
    name: "a third of the samples lost one by one",
    content: csv(good.filter((_, i) => i % 3 !== 0)),
    reasons: [{ code: "lost_time", found: expect.stringMatching(/^33/) }],
  },
  {
    name: "a channel of one value, another stuck most of the time",
    content: csv(
      spoil(
        spoil(good, () => true, withValue(2, 9.81)),
        (i) => i > 1200,
        withValue(5, 0),
      ),
    ),
    reasons: [
      { code: "flat", column: "Az", found: "constant throughout (9.81)" },
      { code: "flat", column: "Gz", found: "constant for 60 % of the time" },
    ],
  },
  {
    name: "less than a window",
    content: csv(walk(3)),
    reasons: [
      {
        code: "too_short",
        expected: "at least 15 s",
        found: "0 s in stretches long enough for a window of 4 s, out of 3 s",
      },
    ],
  },
  { name: "less than 15 s", content: csv(walk(14)), reasons: [{ code: "too_short" }] },
  {
    name: "one sample a second or two",
    content: csv(walk(120, { rate: 1 })),
    reasons: [{ code: "sampling_rate", expected: "12.5 to 2500 Hz for a model of 50 Hz" }],
  },
];

describe("a batch that cannot be judged", () => {
  test.each(rejected)("$name", async ({ content, reasons }) => {
    const found = reasonsOf(await gate(content));
    expect(found).toHaveLength(reasons.length);
    for (const [i, reason] of reasons.entries()) expect(found[i]).toMatchObject(reason);
    for (const { message, expected, found: what } of found) {
      expect(message).not.toMatch(/undefined|NaN|\n/);
      expect(expected.length * what.length).toBeGreaterThan(0);
    }
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });

  it("has another file with other columns", async () => {
    const folder = folderOf({ "a.csv": csv(good), "b.csv": csv(good, ",", header.replace("Gz", "Gq")) });
    const reasons = reasonsOf(await qualityGate(["a.csv", "b.csv"].map(folder.path), options));
    expect(reasons).toMatchObject([{ code: "schema", file: folder.path("b.csv") }]);
  });

  it("has texts or times where a Parquet file should have numbers", async () => {
    const { path } = folderOf({});
    const numbers = Float64Array.from({ length: 3000 }, (_, i) => Math.sin(i));
    const write = (name: string, Gz: TableColumn): Promise<void> =>
      writeTable(path(name), [
        { name: "time_s", type: "double", values: numbers.map((_, i) => i / 50) },
        ...channels.slice(0, 5).map((name): TableColumn => ({ name, type: "double", values: numbers })),
        Gz,
      ]);
    const texts = Array.from(numbers, (value, i) => (i === 7 ? "on" : String(value)));
    await write("texts.parquet", { name: "Gz", type: "string", values: texts });
    expect(reasonsOf(await qualityGate([path("texts.parquet")], options))).toMatchObject([
      { code: "schema", row: 8, column: "Gz", expected: "a number", found: "on" },
    ]);
    const database = await openDuckdb();
    await write("times.parquet", { name: "Gz", type: "double", values: numbers });
    await database.rows(
      `COPY (SELECT * REPLACE (make_timestamp(1) AS "Gz") FROM '${path("times.parquet")}') TO '${path("other.parquet")}'`,
    );
    database.close();
    expect(reasonsOf(await qualityGate([path("other.parquet")], options))).toMatchObject([
      { code: "schema", column: "Gz", expected: "numbers", found: "TIMESTAMP" },
    ]);
  });
});

describe("a batch that can be judged", () => {
  it.each([
    ["as trained", csv(good)],
    ["in milli-g", csv(walk(60, { gain: 101.97 }))],
    ["from g to milli-g, and hard", csv(walk(60, { gain: 2000 }))],
    ["in g", csv(walk(60, { gain: 1 / 9.80665 }))],
    ["with an extra text column", csv(good, ",", header.replace("activity", "comment"))],
    [
      "with a pause of ten minutes",
      csv(good.map((row, i) => (i < 1500 ? row : { ...row, time: Number(row.time) + 600 }))),
    ],
    ["with one sample in ten lost", csv(good.filter((_, i) => i % 10 !== 0))],
    ["with one channel at rest for a third", csv(spoil(good, (i) => i < 1000, withValue(3, 0)))],
    ["at 400 Hz", csv(walk(20, { rate: 400 }))],
    ["of 15 s", csv(walk(15))],
  ])("%s", async (_, content) => {
    const batch = await gate(content);
    expect(batch).toMatchObject({ accepted: true });
  });

  it("has its channels in the expected order, whatever the file's", async () => {
    const order = [3, 5, 0, 1, 4, 2];
    const shuffled = good.map((row) => ({ ...row, values: order.map((c) => row.values![c]!) }));
    const head = `user,activity,recording,timestamp_s,${order.map((c) => channels[c]).join(",")}`;
    const [plain, other] = [await gate(csv(good)), await gate(csv(shuffled, ",", head))];
    if (!plain.accepted || !other.accepted) throw new Error("expected both to be accepted");
    expect(other.recordings.fingerprint).toBe(plain.recordings.fingerprint);
  });

  it("says what was put right", async () => {
    const missing = await gate(csv(spoil(good, (i) => i % 400 === 0, withValue(0, ""))));
    expect(missing).toMatchObject({
      warnings: ["Channel Ax: 8 missing and 0 infinite values; their rows are left out."],
    });
    const slow = await gate(csv(walk(60, { rate: 25 })));
    expect(slow).toMatchObject({
      warnings: [
        "Recorded at 25 Hz, upsampled to the network's 50 Hz by interpolation (up to 2 times as many samples). These recordings contain no movement faster than 12.5 Hz.",
      ],
    });
    const fast = csv(walk(60, { rate: 100 }));
    expect(await gate(fast)).toMatchObject({
      warnings: ["Recorded at 100 Hz, resampled to the network's 50 Hz after a low-pass filter."],
    });
    expect(await gate(fast, { resampling: "linear" })).toMatchObject({
      warnings: ["Recorded at 100 Hz, resampled to the network's 50 Hz by interpolation, without a low-pass filter."],
    });
    expect(await gate(csv(good))).toMatchObject({ warnings: [] });
  });

  it("is read as readRecordings reads it", async () => {
    const path = folderOf({ "batch.csv": csv(good) }).path("batch.csv");
    const batch = await qualityGate([path], options);
    const read = await readRecordings([path], { requireLabels: false, columns: { channels }, nominalRateHz: 50 });
    expect(batch).toEqual({ accepted: true, ...read, warnings: [] });
  });
});

describe("wrong use", () => {
  test.each([
    ["a file that is not there", "none.csv", {}],
    ["an empty file", "empty.csv", {}],
    ["a file that is no table", "noise.csv", {}],
    ["a Parquet file by name alone", "text.parquet", {}],
    ["a column that was named and is not there", "good.csv", { columns: { time: "when" } }],
  ])("%s is no rejected batch", async (_, name, changes: Partial<QualityGateOptions>) => {
    const folder = folderOf({
      "empty.csv": "",
      "noise.csv": Uint8Array.from({ length: 4000 }, (_, i) => (i * 7919) % 256),
      "text.parquet": "not Parquet",
      "good.csv": csv(good),
    });
    const error = await qualityGate([folder.path(name)], { ...options, ...changes }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).name).toBe("UserError");
  });
});

it("reads no message", () => {
  const source = readFileSync(new URL("../../../src/signals/data/quality-gate.ts", import.meta.url), "utf8");
  expect(source).not.toMatch(/\.message|\.test\(|\.exec\(|\.match\(/);
});
