// A small monitor for tests: batches with a few counts, a decision that counts the batches it has judged, and a process that
// checks batch after batch as `tidemark check` does. For each batch, the process opens the model folder, and prints a line to
// acknowledge the batch.
import { writeSync } from "node:fs";
import { z } from "zod";
import { type MonitoredModel, openModelLedger } from "../../src/monitoring/streams/model-ledger.ts";
import {
  type Decision,
  MonitorStream,
  type MonitorStreamOptions,
  type StreamMemory,
} from "../../src/monitoring/streams/monitor-stream.ts";
import type { Verdict } from "../../src/monitoring/streams/update-rules.ts";
import type { BatchMeasurement } from "../../src/monitoring/summaries/batch-measurement.ts";
import { modelSignals } from "../../src/monitoring/summaries/model-signals.ts";
import { sha256Bytes } from "../../src/storage/hash.ts";
import { defaultStream } from "../../src/storage/stream-names.ts";
import type { StreamStore } from "../../src/storage/stream-store.ts";

export interface Evidence {
  /** Number of batches that were judged, not counting rejected ones. */
  judged: number;
  last: string;
}

export interface Answer {
  batch: string;
  /** Number of the batch in the stream, counted from 1. */
  place: number;
  judged: number;
}

const schemas = {
  evidence: z.object({ judged: z.int(), last: z.string() }) satisfies z.ZodType<Evidence>,
  result: z.object({ batch: z.string(), place: z.int(), judged: z.int() }) satisfies z.ZodType<Answer>,
  shorten: ({ batch }: Answer): Answer => ({ batch, place: 0, judged: 0 }),
};

export function smallModel(directory: string): MonitoredModel {
  return {
    directory,
    modelVersion: "walk-1",
    channels: ["Ax"],
    referenceBatches: 5,
    shape: { bins: { Ax: 3 }, classes: 2 },
  };
}

type Options = Partial<Omit<MonitorStreamOptions<Answer, Evidence>, "schemas">>;

export async function withLedger<T>(
  model: MonitoredModel,
  use: (store: StreamStore) => T | Promise<T>,
  options: { busyTimeoutMs?: number } = {},
): Promise<T> {
  const store = openModelLedger(model, options);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** Opens a stream as a command would, and closes it after use. */
export async function small<T>(
  model: MonitoredModel,
  use: (stream: MonitorStream<Answer, Evidence>) => T | Promise<T>,
  { busyTimeoutMs, ...options }: Options & { busyTimeoutMs?: number } = {},
): Promise<T> {
  const own = { stream: defaultStream, schemas, ...options };
  const ledger = busyTimeoutMs === undefined ? {} : { busyTimeoutMs };
  return withLedger(model, (store) => use(new MonitorStream(store, model, own)), ledger);
}

const signals = modelSignals(Float32Array.of(0.75, 0.25), 2, [0]);

export function summaryOf(mean: number, n = 4): BatchMeasurement {
  const counts = [n - 1, 1, 0];
  const Ax = { n, missing: 0, mean, std: 1, min: mean - 1, max: mean + 1, counts, excessBelow: 0, excessAbove: 0 };
  return { byClass: [{ Ax }, null], signals };
}

export function judge(batch: string, verdict: Verdict, summary: BatchMeasurement = summaryOf(0)) {
  return ({ evidence, batchesBefore }: StreamMemory<Evidence>): Decision<Answer, Evidence> => {
    const judged = (evidence?.judged ?? 0) + (verdict === "rejected" ? 0 : 1);
    const result = { batch, place: batchesBefore + 1, judged };
    if (verdict === "rejected") return { verdict, reason: "too short", result };
    return { verdict, reason: null, summary, evidence: { judged, last: batch }, result };
  };
}

/** Two of three batches are normal; every third batch raises an alarm or is rejected. */
export function verdictOf(i: number): Verdict {
  return i % 3 !== 2 ? "normal" : i % 2 === 0 ? "sudden_change" : "rejected";
}

export async function bring(directory: string, stream: string, batchId: string, i: number): Promise<Answer> {
  const batch = { batchId, contentHash: sha256Bytes(batchId) };
  const decide = judge(batchId, verdictOf(i), summaryOf(i / 10));
  const { result } = await small(smallModel(directory), (open) => open.record(batch, decide), { stream });
  return result;
}

if (import.meta.main) {
  const [directory, stream, writer, count] = process.argv.slice(2) as [string, string, string, string];
  for (let i = 0; i < Number(count); i++) {
    await bring(directory, stream, `${writer}-${i}`, i);
    writeSync(1, `${writer}-${i}\n`);
  }
}
