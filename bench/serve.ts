// Measures the service under the load of a fleet. Requests are real HTTP on loopback: one five-minute batch per stream, round
// robin over streams whose references are full. Each verdict is stored before its reply is sent. Rates, response times and
// memory are measured without a profiler. A second run of at most 15 s with V8's profiler gives the shares of CPU time,
// together with the threads' own CPU times.

import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { simulate } from "../src/pipelines/simulate.ts";
import { train } from "../src/pipelines/train.ts";
import type { BenchmarkResult, Measurement } from "./measurement.ts";
import { profileSeconds } from "./profile-shares.ts";
import { contentTypes, type ServeKind, serveBodies, serveKinds } from "./serve-bodies.ts";
import type { LoadResult, LoadTask } from "./serve-load.ts";
import { startServeProcess } from "./serve-process.ts";
import { fillServeStore } from "./serve-streams.ts";
import { withTemporaryDirectory } from "./temporary-directory.ts";

export interface ServeBenchOptions {
  readonly streams: number;
  readonly seconds: number;
  readonly kinds: readonly ServeKind[];
}

export const serveBenchOptions = {
  streams: { type: "string", default: "1000" },
  seconds: { type: "string", default: "15" },
  kind: { type: "string", default: "raw,summary" },
} as const;

/** @throws Error if a value cannot be used */
export function serveBenchOptionsOf(given: Record<keyof typeof serveBenchOptions, string>): ServeBenchOptions {
  const wholeNumber = (name: "streams" | "seconds"): number => {
    const value = Number(given[name]);
    if (Number.isInteger(value) && value > 0) return value;
    throw new Error(`--${name}: expected a whole number above 0, got ${given[name]}`);
  };
  const kinds = given.kind.split(",").map((name) => {
    const kind = serveKinds.find((own) => own === name);
    if (kind !== undefined) return kind;
    throw new Error(`--kind: expected some of ${serveKinds.join(", ")}, got ${name}`);
  });
  return { streams: wholeNumber("streams"), seconds: wholeNumber("seconds"), kinds };
}

/** Seconds between two batches of a stream. */
const interval = 300;
const connections = 8;
/**
 * Maximum duration in seconds of the warm-up requests. These are not measured, because they open the model and make V8 compile
 * the code.
 */
const warmSeconds = 5;
/** Batches of one stream are judged one after another, so a single stream would start only one of the service's threads. */
const warmStreams = Array.from({ length: connections }, (_, i) => `warm-${i}`);
/** Number of earlier batches of each stream, more than the anchor and the rolling reference hold together. */
const batchesBefore = 11;
const newBodies = 8;

/** Targets for two cores. */
const targets: Readonly<Record<ServeKind, { readonly streams: number; readonly megabytes: number }>> = {
  raw: { streams: 10_000, megabytes: 2000 },
  summary: { streams: 40_000, megabytes: 4000 },
};

/** Matches the names of the threads that run JavaScript. */
const scriptThreads = /^(main|WorkerThread)$/;

/** Processes the profiler's samples; this thread exists only while profiling. */
const profilerThread = "v8:ProfEvntProc";
const threadParts: Readonly<Record<string, string>> = {
  V8Worker: "V8's threads (garbage, compilation)",
  DelayedTaskSche: "V8's timer thread",
};

/** Parts of the service, each with a pattern that matches its files. */
const parts: Readonly<Record<string, RegExp>> = {
  storing: /\/src\/storage\/|monitoring\/streams\/(monitor-stream|ledger-retention)|postgres|node:sqlite/,
  inference: /window-predictor|onnx-runtime|onnxruntime|gather-windows/,
  reading:
    /\/src\/signals\/|duckdb|gate-batch|gate-summary|read-summary|summary-in-file|device-summary-codec|quality-codec|judge-posted-batch/,
  measuring:
    /measure-batch|measure-without-faults|\/monitoring\/summaries\/(summarize|class-summaries|model-signals|sensor-signals)/,
  judging: /\/monitoring\/(drift|streams)\//,
  HTTP: /\/interfaces\/server\/|\/report\/|hono|node:(_http|http|net|internal\/(http|streams|webstreams|deps\/undici|stream_base|net))|pino/,
};

export async function benchmarkServe(options: ServeBenchOptions): Promise<BenchmarkResult> {
  return withTemporaryDirectory(async (directory) => {
    const recordings = join(directory, "recordings.parquet");
    const model = join(directory, "models", "walk");
    mkdirSync(join(directory, "models"));
    await simulate({ out: recordings, users: 12, minutes: 6, seed: 1 });
    await train({ files: [recordings], out: model, network: "compact", folds: 3, epochs: 2 });
    const bodies = await serveBodies(model, batchesBefore + newBodies);
    const measurements: Measurement[] = [];
    for (const kind of options.kinds) {
      const store = join(directory, kind);
      const streams = await fillServeStore(store, model, bodies.summary.slice(0, batchesBefore), options.streams);
      const words = ["--models", join(directory, "models"), "--store", `sqlite:${store}`];
      const load = { streams, seconds: options.seconds, bodies: bodies[kind].slice(batchesBefore) };
      measurements.push(...(await serveFigures(kind, words, join(directory, `${kind} profiles`), load)));
    }
    return { measurements, skipped: [] };
  });
}

/** Maximum duration in seconds of the run with the profiler. */
const profiledSeconds = 15;

async function serveFigures(
  kind: ServeKind,
  words: readonly string[],
  profiles: string,
  { streams, seconds, bodies }: Pick<LoadTask, "streams" | "seconds"> & { readonly bodies: readonly Uint8Array[] },
): Promise<Measurement[]> {
  const task = {
    streams,
    seconds,
    connections,
    contentType: contentTypes[kind],
    bodies: bodies.map((body) => Buffer.from(body).toString("base64")),
  };
  const { result, threads, megabytes } = await sendToService(words, null, { ...task, ids: "measured" });
  const { latencies, seconds: took, cpuSeconds } = result;
  const profiled = await sendToService(words, profiles, {
    ...task,
    ids: "profiled",
    seconds: Math.min(seconds, profiledSeconds),
  });
  const parted = profileSeconds(profiles, parts, profiled.range);
  const shares = serveShares(profiled.threads, parted, profiled.result.cpuSeconds);
  const profiledTotal = sumOfSeconds(shares.values());
  const total = sumOfSeconds([...threads.values(), cpuSeconds]);
  const batches = latencies.length;
  const sorted = latencies.toSorted((a, b) => a - b);
  const percentile = (share: number): number => sorted[Math.min(batches - 1, Math.floor(share * batches))]!;
  const limits = targets[kind];
  const cores = `${availableParallelism()} cores, with the load generator`;
  return [
    { name: `${kind}: batches per second`, value: batches / took, unit: "/s", note: `${batches} batches, ${cores}` },
    {
      name: `${kind}: streams at one batch per 5 minutes`,
      value: (interval * batches) / took,
      unit: "",
      limit: { kind: "at least", value: limits.streams },
    },
    {
      name: `${kind}: CPU per batch`,
      value: (1000 * total) / batches,
      unit: "ms",
      note: `two cores that do nothing else: ${Math.round((2 * interval * batches) / total).toLocaleString("en")} streams`,
    },
    {
      name: `${kind}: reply, median`,
      value: percentile(0.5),
      unit: "ms",
      note: `${connections} connections that never wait`,
    },
    { name: `${kind}: reply, 99 of 100`, value: percentile(0.99), unit: "ms", limit: { kind: "at most", value: 1000 } },
    {
      name: `${kind}: peak memory`,
      value: megabytes,
      unit: "MB",
      limit: { kind: "at most", value: limits.megabytes },
      note: `${Math.min(streams.length, batches).toLocaleString("en")} streams visited`,
    },
    ...[...shares]
      .sort(([, a], [, b]) => b - a)
      .map(([name, own]) => ({ name: `${kind}: share of ${name}`, value: (100 * own) / profiledTotal, unit: "%" })),
  ];
}

/** A run against a service that is started for it. */
interface ServedLoad {
  readonly result: LoadResult;
  /** CPU seconds of the service's threads during the run, by thread name. */
  readonly threads: ReadonlyMap<string, number>;
  /** First and last microsecond of the run. */
  readonly range: readonly [from: number, to: number];
  /** Peak memory of the service. */
  readonly megabytes: number;
}

/** @param profiles see `startServeProcess` */
async function sendToService(
  words: readonly string[],
  profiles: string | null,
  load: Omit<LoadTask, "url">,
): Promise<ServedLoad> {
  const service = await startServeProcess(words, profiles);
  const task = { ...load, url: service.url };
  await sendFromProcess({ ...task, streams: warmStreams, seconds: Math.min(load.seconds, warmSeconds) });
  const [from, before] = [microseconds(), service.cpuSeconds()];
  const result = await sendFromProcess(task);
  const threads = new Map([...service.cpuSeconds()].map(([name, sum]) => [name, sum - (before.get(name) ?? 0)]));
  const to = microseconds();
  return { result, threads, range: [from, to], megabytes: await service.stop() };
}

function sumOfSeconds(seconds: Iterable<number>): number {
  return [...seconds].reduce((sum, own) => sum + own, 0);
}

/** The time in microseconds on the clock that profiles use. */
function microseconds(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

async function sendFromProcess(task: LoadTask): Promise<LoadResult> {
  const child = fork(fileURLToPath(new URL("serve-load.ts", import.meta.url)), { stdio: "inherit" });
  const answered = Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) => {
      throw new Error(`serve: the load generator ended with exit code ${code}`);
    }),
  ]);
  child.send(task);
  const [result] = await answered;
  return result as LoadResult;
}

/**
 * CPU seconds by part. Divides the time of the threads that run JavaScript among the parts, in the proportions of their
 * profiles.
 * @param threads CPU seconds by thread name
 */
function serveShares(
  threads: ReadonlyMap<string, number>,
  profiled: ReadonlyMap<string, number>,
  load: number,
): Map<string, number> {
  const shares = new Map([["the load generator", load]]);
  let ofScripts = 0;
  for (const [name, own] of threads) {
    if (scriptThreads.test(name)) ofScripts += own;
    else if (own > 0 && name !== profilerThread) shares.set(threadParts[name] ?? `threads named ${name}`, own);
  }
  const sampled = sumOfSeconds(profiled.values());
  for (const [part, own] of profiled) shares.set(part, (ofScripts * own) / sampled);
  return shares;
}
