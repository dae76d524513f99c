// Lists and shows streams with the real commands, on a model folder whose ledger was written by version 1.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { check } from "../../src/pipelines/check.ts";
import type { ShownStream, StreamList } from "../../src/pipelines/streams.ts";
import { duckdbLiteral, openDuckdb } from "../../src/signals/files/duckdb.ts";
import { unpackOldModel } from "./old-model.ts";
import { resident } from "./resident.ts";
import { fileDirectory } from "./tiny-run.ts";

const directory = fileDirectory();
const tidemark = resident(directory);
const model = join(directory, "walk");
const started = Date.parse("2026-11-24T05:00:00.000Z");

async function json<T>(...words: string[]): Promise<T> {
  const { exitCode, stdout, stderr } = await tidemark(...words, "--json");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return JSON.parse(stdout);
}

beforeAll(async () => {
  unpackOldModel(directory);
  const database = await openDuckdb();
  const recordings = `read_csv(${duckdbLiteral(join(directory, "recordings.csv.gz"))})`;
  // The mean acceleration is ten times gravity, which no person can cause.
  const query = `SELECT * REPLACE (Ax * 10 AS Ax, Ay * 10 AS Ay, Az * 10 AS Az) FROM ${recordings}`;
  await database.connection.run(`COPY (${query}) TO ${duckdbLiteral(join(directory, "tenfold.csv"))}`);
  database.close();
  const files = ["batch.csv.gz", "tenfold.csv", "tenfold.csv"].map((name) => join(directory, name));
  for (const [i, file] of files.entries()) {
    const now = (): Date => new Date(started + i * 3_600_000);
    await check({ files: [file], model, stream: "=wrist", batchId: `b${i}` }, { now });
  }
});

it("contains the stream of the old ledger, and lists the stream in alarm before it, with the alarm's first batch", async () => {
  const { streams, counts } = await json<StreamList>("streams", "list", "--model", "walk");
  expect(counts).toMatchObject({ total: 2, alarm: 1 });
  const [alarm, old] = streams;
  expect(alarm).toMatchObject({ stream: "=wrist", since: "2026-11-24T06:00:00.000Z", batches: { total: 3 } });
  expect(["gradual_drift", "sudden_change"]).toContain(alarm!.state);
  expect(alarm!.series.map(({ evidence }) => evidence! >= 1)).toEqual([false, true, true]);
  expect(old).toMatchObject({ stream: "default", last: { verdict: expect.any(String), evidence: expect.any(Number) } });
});

it("reports the same about a batch as check did", async () => {
  const answer = await json<Record<string, unknown>>(
    ...["check", "batch.csv.gz", "--model", "walk", "--stream", "=wrist", "--batch-id", "b0"],
  );
  const { history } = await json<ShownStream>("streams", "show", "=wrist", "--model", "walk");
  const { likely_causes, accuracy, windows, seconds, leading, doubtful, unfamiliar, verdict } = answer;
  expect(history[0]).toMatchObject({
    likely_causes,
    accuracy,
    windows,
    seconds,
    leading,
    doubtful,
    unfamiliar,
    verdict,
    number: 1,
    batch_id: "b0",
    received_at: answer.checked_at,
    in_references: answer.entered_references,
  });
});

it("writes tables that other programs can read, without formulas if --spreadsheet-safe is set", async () => {
  const { stdout } = await tidemark("streams", "list", "--model", "walk", "--out", "list.csv", "--spreadsheet-safe");
  expect(stdout).toBe("2 streams written to list.csv\n");
  const [header, first] = readFileSync(join(directory, "list.csv"), "utf8").split("\n");
  expect(header).toMatch(/^stream,state,since,/);
  expect(first).toMatch(/^'=wrist,\w+,2026-11-24 06:00:00/);
  await tidemark("streams", "show", "=wrist", "--model", "walk", "--last", "2", "--out", "history.parquet");
  const database = await openDuckdb();
  const read = await database.connection.runAndReadAll(
    `SELECT number, batch_id, epoch_ms(received_at) AS at, evidence >= 1 AS alarm, in_references, seconds > 0 AS lasts
     FROM ${duckdbLiteral(join(directory, "history.parquet"))} ORDER BY number`,
  );
  const rows = read.getRowObjects();
  database.close();
  const at = (hours: number): bigint => BigInt(started + hours * 3_600_000);
  expect(rows).toEqual([
    { number: 2, batch_id: "b1", at: at(1), alarm: true, in_references: false, lasts: true },
    { number: 3, batch_id: "b2", at: at(2), alarm: true, in_references: false, lasts: true },
  ]);
  const again = await tidemark("streams", "list", "--model", "walk", "--out", "list.csv");
  expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--overwrite") });
});

it("renames, retires and erases a stream, and records who did it and why", async () => {
  const model = ["--model", "walk"];
  const folder = join(directory, "walk", "streams");
  await json("streams", "rename", "=wrist", "ankle-1", ...model, "--by", "ann", "--reason", "worn elsewhere");
  expect(readdirSync(folder)).toEqual(["ankle-1"]);
  const again = await json<Record<string, unknown>>(
    ...["check", "batch.csv.gz", ...model, "--stream", "ankle-1", "--batch-id", "b0"],
  );
  expect(again).toMatchObject({ known: true, stream: "ankle-1", checked_at: "2026-11-24T05:00:00.000Z" });
  const shown = await json<ShownStream>("streams", "show", "ankle-1", ...model);
  expect(shown.actions).toEqual([
    { at: expect.any(String), who: "ann", reason: "worn elsewhere", action: "rename", subject: "=wrist" },
  ]);
  expect(await json("streams", "retire", "ankle-1", ...model)).toMatchObject({ changed: true });
  expect(await json("streams", "retire", "ankle-1", ...model)).toMatchObject({ changed: false });
  const { streams, counts } = await json<StreamList>("streams", "list", ...model);
  expect([streams.map(({ stream }) => stream), counts.retired, counts.alarm]).toEqual([["default"], 1, 0]);
  const without = await tidemark("streams", "erase", "ankle-1", ...model);
  expect(without).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--reason") });
  const erased = await json("streams", "erase", "ankle-1", ...model, "--reason", "withdrew");
  expect(erased).toMatchObject({ batches: 3, recorded_as: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
  expect(readdirSync(folder)).toEqual([]);
  const ledger = readFileSync(join(directory, "walk", "monitor.sqlite"));
  expect(["ankle-1", "=wrist"].filter((name) => ledger.includes(name))).toEqual([]);
  const gone = await tidemark("streams", "erase", "ankle-1", ...model, "--reason", "withdrew");
  expect(gone).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("no batch of this stream") });
});
