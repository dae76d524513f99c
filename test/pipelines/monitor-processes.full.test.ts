// Runs many processes on one model folder: every batch counts, and kill -9 at any moment loses no acknowledged batch.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { rollingReferenceSchema } from "../../src/monitoring/streams/rolling-reference.ts";
import { Rng } from "../../src/random.ts";
import { sha256Bytes } from "../../src/storage/hash.ts";
import { defaultStream, rollingReferencePathOfStream } from "../../src/storage/stream-names.ts";
import type { StoredBatch } from "../../src/storage/stream-store.ts";
import { temporaryDirectory } from "../storage/temporary-directory.ts";
import { small, smallModel, verdictOf } from "./batch-writer.ts";
import { killer } from "./tiny-run.ts";

const script = fileURLToPath(new URL("./batch-writer.ts", import.meta.url));

interface Writer {
  /** The batches that the process has acknowledged; available once it has ended. */
  readonly ended: Promise<{ acknowledged: string[]; errors: string }>;
}

/** @param killedBefore the process kills itself before the change with this number, counted from 1 */
function startWriter(directory: string, stream: string, name: string, count: number, killedBefore?: number): Writer {
  const words = [script, directory, stream, name, String(count)];
  const killing = killedBefore === undefined ? [] : ["--import", killer];
  const child = spawn(process.execPath, [...killing, ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, KILL_BEFORE_CHANGE: `${killedBefore}` },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [output, errors] = ["", ""];
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (errors += chunk));
  const ended = once(child, "close").then(() => ({ acknowledged: output.split("\n").slice(0, -1), errors }));
  return { ended };
}

async function ledgerOf(directory: string, stream: string): Promise<readonly StoredBatch[]> {
  return small(smallModel(directory), async (open) => (await open.page({ limit: 1e6 })).batches, { stream });
}

const fileOf = (directory: string, stream: string) =>
  rollingReferenceSchema.parse(JSON.parse(readFileSync(join(directory, rollingReferencePathOfStream(stream)), "utf8")));

const writerOf = (batchId: string): string => batchId.slice(0, batchId.lastIndexOf("-"));
const indexOf = (batchId: string): number => Number(batchId.slice(batchId.lastIndexOf("-") + 1));

/** Expects everything in the ledger about a stream to follow from the order of its batches. */
async function expectWholeState(directory: string, stream: string): Promise<readonly StoredBatch[]> {
  const rows = await ledgerOf(directory, stream);
  const accepted = rows.filter(({ status }) => status === "accepted");
  let judged = 0;
  for (const [i, { batchId, contentHash, status, inReferences, hasSummary, result }] of rows.entries()) {
    const verdict = verdictOf(indexOf(batchId));
    if (verdict !== "rejected") judged++;
    expect(result).toEqual({ batch: batchId, place: i + 1, judged });
    const expected = { normal: "accepted", sudden_change: "alarmed", gradual_drift: "alarmed", rejected: "rejected" };
    expect([status, inReferences]).toEqual([expected[verdict], verdict === "normal"]);
    const place = accepted.findIndex((other) => other.batchId === batchId);
    const inReach = verdict !== "normal" || place < 10 || place >= accepted.length - 10;
    expect([batchId, hasSummary]).toEqual([batchId, verdict !== "rejected" && inReach]);
    expect(contentHash).toBe(sha256Bytes(batchId));
  }
  const counted = rows.filter(({ batchId }) => verdictOf(indexOf(batchId)) !== "rejected");
  const { evidence } = await small(smallModel(directory), (open) => open.memory(), { stream });
  expect(evidence).toEqual({ judged: counted.length, last: counted.at(-1)?.batchId });
  const file = fileOf(directory, stream);
  expect(file.batches.map(({ batch_id }) => batch_id)).toEqual(accepted.slice(-5).map(({ batchId }) => batchId));
  expect(file.last_updated).toBe(accepted.at(-1)?.receivedAt);
  return rows;
}

it("counts every batch from many processes once, in some order, even in a new folder", async () => {
  const directory = join(temporaryDirectory(), "walk");
  mkdirSync(directory);
  const names = Array.from({ length: 6 }, (_, i) => `writer ${i}`);
  const writers = names.map((name) => startWriter(directory, defaultStream, name, 15));
  for (const { ended } of writers) expect((await ended).errors).toBe("");
  const rows = await expectWholeState(directory, defaultStream);
  const expected = names.flatMap((name) => Array.from({ length: 15 }, (_, i) => `${name}-${i}`));
  expect(rows.map(({ batchId }) => batchId).sort()).toEqual(expected.sort());
});

it("keeps every acknowledged batch and no partial state if it is killed before 200 randomly chosen changes", {
  timeout: 180_000,
}, async () => {
  const directory = join(temporaryDirectory(), "walk");
  mkdirSync(directory);
  const rng = Rng.fromSeed(200);
  const streams = [defaultStream, "site B"];
  const acknowledged: string[] = [];
  let started = 0;

  /** A quarter of the processes are killed before the first batch is counted, the others within the next few batches. */
  const oneAfterAnother = async (): Promise<void> => {
    while (started < 200) {
      const number = started++;
      const writer = startWriter(directory, streams[number % 2]!, `writer ${number}`, 1e6, 1 + rng.integer(100));
      const result = await writer.ended;
      expect(result.errors).toBe("");
      acknowledged.push(...result.acknowledged);
    }
  };
  await Promise.all(Array.from({ length: 6 }, oneAfterAnother));

  const left = fileOf(directory, defaultStream);
  const rows = (await Promise.all(streams.map((stream) => expectWholeState(directory, stream)))).flat();
  const ids = rows.map(({ batchId }) => batchId);
  expect(acknowledged.length).toBeGreaterThanOrEqual(150);
  expect(new Set(ids).size).toBe(ids.length);
  expect(acknowledged.filter((id) => !ids.includes(id))).toEqual([]);
  const unacknowledged = ids.filter((id) => !acknowledged.includes(id)).map(writerOf);
  expect(new Set(unacknowledged).size).toBe(unacknowledged.length);
  for (const writer of new Set(ids.map(writerOf))) {
    const own = rows.filter(({ batchId }) => writerOf(batchId) === writer).map(({ batchId }) => indexOf(batchId));
    expect(own).toEqual(own.map((_, i) => i));
  }
  const accepted = rows.filter(({ stream, status }) => stream === defaultStream && status === "accepted");
  const last = accepted.findIndex(({ batchId }) => batchId === left.batches.at(-1)?.batch_id);
  expect(left.batches.map(({ batch_id }) => batch_id)).toEqual(
    accepted.slice(last - 4, last + 1).map(({ batchId }) => batchId),
  );
});
