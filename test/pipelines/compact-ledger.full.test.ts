// Uses the real commands to test which records a ledger keeps, on a model folder whose ledger was written by version 1.
import { statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { deflateRawSync } from "node:zlib";
import { beforeAll, expect, it } from "vitest";
import type { JudgedBatch } from "../../src/monitoring/streams/check-result.ts";
import { openModelLedger } from "../../src/monitoring/streams/model-ledger.ts";
import { MonitorStream } from "../../src/monitoring/streams/monitor-stream.ts";
import { streamSchemas } from "../../src/monitoring/streams/stream-state.ts";
import { openWatchedModel } from "../../src/monitoring/streams/watched-model.ts";
import { batchMeasurementSchema } from "../../src/monitoring/summaries/summary-schemas.ts";
import { check } from "../../src/pipelines/check.ts";
import { compactLedger } from "../../src/pipelines/compact-ledger.ts";
import { monitorFile } from "../../src/storage/monitor-database.ts";
import { unpackOldModel } from "./old-model.ts";
import { resident } from "./resident.ts";
import { fileDirectory } from "./tiny-run.ts";

const directory = fileDirectory();
const tidemark = resident(directory);
const model = join(directory, "walk");
const batch = join(directory, "batch.csv.gz");
const first = "2026-12-01T00:00:00.000Z";
const daysLater = (days: number) => ({ now: () => new Date(Date.parse(first) + days * 86_400_000) });
const ledger = join(model, monitorFile);
let before: { stream: string; batch_id: string; summary: string; result: string };

beforeAll(() => {
  unpackOldModel(directory);
  const database = new DatabaseSync(ledger);
  before = database.prepare("SELECT * FROM batches").get() as typeof before;
  database.close();
});

it("restores the content of the first format", async () => {
  const { monitored } = await openWatchedModel(model);
  const store = openModelLedger(monitored);
  const stream = new MonitorStream(store, monitored, { stream: before.stream, schemas: streamSchemas });
  const { rolling } = await stream.memory();
  expect(rolling).toEqual([batchMeasurementSchema.parse(JSON.parse(before.summary))]);
  const { batches } = await stream.page();
  expect(batches.map(({ batchId, result }) => [batchId, result])).toEqual([
    [before.batch_id, JSON.parse(before.result)],
  ]);
  await store.close();
});

it("returns the full result of a batch for some days and then a shortened one, and frees the space", async () => {
  const bring = async (batchId: string, days: number): Promise<JudgedBatch> => {
    const { result } = await check({ files: [batch], model, stream: "s", batchId }, daysLater(days));
    if (result.verdict === "rejected") throw new Error(JSON.stringify(result));
    return result;
  };
  const answer = await bring("b0", 0);
  for (let i = 1; i <= 12; i++) await bring(`b${i}`, 0);
  expect(await bring("b0", 29)).toEqual(answer);
  const compacted = await compactLedger({ model }, daysLater(31));
  expect(compacted.shortened).toBeGreaterThanOrEqual(13);
  expect(compacted.bytesAfter).toBeLessThan(compacted.bytesBefore);
  expect(compacted.bytesAfter).toBe(statSync(ledger).size);
  const comparisons = answer.comparisons.map((comparison) => ({ ...comparison, channels: {} }));
  expect(await bring("b0", 32)).toEqual({ ...answer, comparisons });
});

it("reports what it did as text and as JSON, and succeeds if there is nothing to do", async () => {
  const run = (...words: string[]) => tidemark("reference", "compact", "--model", "walk", ...words);
  expect(JSON.parse((await run("--json")).stdout)).toMatchObject({ shortened: expect.any(Number) });
  const { stdout, exitCode } = await run("--keep-days", "30");
  expect([stdout, exitCode]).toEqual([
    expect.stringMatching(/^records of 0 batches shortened; the ledger now takes up 0\.\d MB instead of /),
    0,
  ]);
  const wrong = await run("--keep-days", "-1");
  expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringMatching(/--keep-days: expected a whole number/)]);
});

it.each<[string, Uint8Array]>([
  ["bytes of another kind", Buffer.from("nonsense")],
  ["an object of another form", deflateRawSync("{}")],
  ["more than may be read", Buffer.alloc(2 ** 20 + 5, 1)],
])("leaves an old batch whose answer is damaged (%s) as it is, and names it", async (_, damage) => {
  const change = (sql: string, ...values: SQLInputValue[]): void => {
    const database = new DatabaseSync(ledger);
    database.prepare(sql).run(...values);
    database.close();
  };
  const { stream, batch_id } = before;
  const first = "UPDATE batches SET result = ?, whole = 1, received_at = ? WHERE stream = ? AND batch_id = ?";
  const stored = (): Uint8Array => {
    const database = new DatabaseSync(ledger);
    const row = database.prepare("SELECT result FROM batches WHERE stream = ? AND batch_id = ?").get(stream, batch_id);
    database.close();
    return row!.result as Uint8Array;
  };
  const years = daysLater(4000);
  await compactLedger({ model }, years);
  change(first, damage, "2020-01-01T00:00:00.000Z", stream, batch_id);
  await check({ files: [batch], model, stream: "s", batchId: `after ${damage.length}` }, years);
  expect(Buffer.compare(stored(), damage)).toBe(0);
  change(first, damage, "2020-01-01T00:00:00.000Z", stream, batch_id);
  const damaged = [{ stream, batch: batch_id }];
  expect(await compactLedger({ model }, years)).toMatchObject({ shortened: 0, damaged });
  expect(Buffer.compare(stored(), damage)).toBe(0);
  change(first, damage, "2020-01-01T00:00:00.000Z", stream, batch_id);
  const { exitCode, stdout, stderr } = await tidemark("reference", "compact", "--model", "walk");
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^records of 0 batches shortened; /)]);
  expect(stderr).toBe(
    `warning: the stored result of batch "${batch_id}" of stream "${stream}" is damaged; it was left unchanged\n`,
  );
});
