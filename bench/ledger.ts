// Measures how long a running program takes to judge and record a batch that is already measured, and how much a batch adds to
// the ledger. Also measures how much longer the slowest process takes than the mean when many processes add batches of
// different streams to one model.

import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { judgeBatch } from "../src/monitoring/streams/judge-batch.ts";
import { openModelLedger } from "../src/monitoring/streams/model-ledger.ts";
import { MonitorStream } from "../src/monitoring/streams/monitor-stream.ts";
import { type MeasuredBatch, streamSchemas } from "../src/monitoring/streams/stream-state.ts";
import { openWatchedModel, type WatchedModel } from "../src/monitoring/streams/watched-model.ts";
import type { BatchMeasurement } from "../src/monitoring/summaries/batch-measurement.ts";
import { batchSummaryRows } from "../src/monitoring/summaries/batch-summary.ts";
import { check } from "../src/pipelines/check.ts";
import { simulate } from "../src/pipelines/simulate.ts";
import { train } from "../src/pipelines/train.ts";
import { monitorFile } from "../src/storage/monitor-database.ts";
import type { BenchmarkResult } from "./measurement.ts";
import { median } from "./measurement.ts";
import { withTemporaryDirectory } from "./temporary-directory.ts";

const batches = 100;
const processes = 20;
const batchesPerProcess = 25;

export async function benchmarkLedger(): Promise<BenchmarkResult> {
  return withTemporaryDirectory(async (directory) => {
    const recordings = join(directory, "recordings.parquet");
    const batch = join(directory, "batch.parquet");
    const model = join(directory, "model");
    await simulate({ out: recordings, users: 12, minutes: 6, seed: 1 });
    await simulate({ out: batch, users: 1, minutes: 5, seed: 2 });
    await train({ files: [recordings], out: model, network: "compact", folds: 3, epochs: 2 });
    await check({ files: [batch], model, stream: "default", accept: true });

    const bytes = (): number => bytesInUse(join(model, monitorFile));
    const bring = await bringer(model);
    await bring("default", 20);
    const before = bytes();
    const times = await bring("default", batches);
    const perBatch = (bytes() - before) / batches;
    const finished = await atOnce(model);
    const mean = finished.reduce((sum, ms) => sum + ms, 0) / processes;
    return {
      measurements: [
        {
          name: "judging and storing a batch",
          value: median(times.map(({ record }) => record)),
          unit: "ms",
          limit: { kind: "at most", value: 10 },
          note: `of which judging takes ${median(times.map(({ decide }) => decide)).toFixed(1)} ms; 5 minutes of 6 channels, full references`,
        },
        {
          name: "size of a batch in the ledger",
          value: perBatch / 1000,
          unit: "kB",
          limit: { kind: "at most", value: 6 },
        },
        {
          name: "the slowest of 20 processes on 20 streams",
          value: Math.max(...finished) / mean,
          unit: "x the mean",
          limit: { kind: "at most", value: 2 },
          note: `${batchesPerProcess} batches each, ${(mean / 1000).toFixed(1)} s on average`,
        },
      ],
      skipped: [],
    };
  });
}

/** Returns the bytes of all pages in use, including those in the write-ahead log. */
function bytesInUse(file: string): number {
  using database = new DatabaseSync(file);
  const pragma = (name: string): number => Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
  return (pragma("page_count") - pragma("freelist_count")) * pragma("page_size");
}

/**
 * Returns a function that adds `count` batches to a stream, with the same summary under a new id each time. For each batch, the
 * function returns the milliseconds of the whole call (`record`) and of the decision alone (`decide`).
 */
async function bringer(
  directory: string,
): Promise<(stream: string, count: number) => Promise<{ record: number; decide: number }[]>> {
  const monitor = await openWatchedModel(directory);
  const { monitored } = monitor;
  const store = openModelLedger(monitored);
  const open = (stream: string) => new MonitorStream(store, monitored, { stream, schemas: streamSchemas });
  const { rolling } = await open("default").memory();
  const batch = batchOf(monitor, rolling[0]!);
  const config = { thresholds: "calibrated", alpha: 1e-9, arl: 500, accept: true } as const;
  const { modelVersion } = monitored;
  return async (name, count) => {
    const stream = open(name);
    const times: { record: number; decide: number }[] = [];
    for (let i = 0; i < count; i++) {
      const batchId = randomUUID();
      const facts = { batchId, stream: name, modelVersion, checkedAt: new Date().toISOString() };
      let deciding = 0;
      const began = performance.now();
      await stream.record({ batchId, contentHash: batchId, accept: {} }, (memory) => {
        const start = performance.now();
        const decision = judgeBatch(batch, memory, monitor, config, facts);
        deciding = performance.now() - start;
        return decision;
      });
      times.push({ record: performance.now() - began, decide: deciding });
    }
    return times;
  };
}

/** Returns a measured batch that resembles its past, so that its raw samples are not needed. */
function batchOf({ model }: WatchedModel, measurement: BatchMeasurement): MeasuredBatch {
  const rows = Math.max(...measurement.byClass.map(batchSummaryRows));
  const columns = Object.fromEntries(Object.keys(model.baseline).map((name) => [name, new Float32Array(rows)]));
  const { windows } = measurement.signals;
  return { rows, samples: rows, columns, undone: [], windows, measurement, warnings: [] };
}

/** Returns the milliseconds that each process needs for its batches when all processes start at the same time. */
async function atOnce(model: string): Promise<number[]> {
  const children = Array.from({ length: processes }, (_, i) =>
    fork(fileURLToPath(import.meta.url), [model, `stream ${i}`], { stdio: "inherit" }),
  );
  await Promise.all(children.map((child) => once(child, "message")));
  const answers = children.map((child) => once(child, "message"));
  for (const child of children) child.send("begin");
  return (await Promise.all(answers)).map(([milliseconds]) => milliseconds as number);
}

if (import.meta.main) {
  const [model, stream] = process.argv.slice(2) as [string, string];
  const bring = await bringer(model);
  process.send!("ready");
  await once(process, "message");
  const began = performance.now();
  await bring(stream, batchesPerProcess);
  process.send!(performance.now() - began, () => process.disconnect());
}
