// Compares the store with a simple one that has an array per recording; the results must not depend on where the rows are
// stored.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { UserError } from "../../../src/errors.ts";
import { Rng } from "../../../src/random.ts";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { RowStore } from "../../../src/signals/data/row-store.ts";
import { csv, folderOf, rows } from "./tables.ts";

describe("rows in a store", () => {
  test.each([
    ["all in memory", 1e9],
    ["in a file, a few rows at a time", 1],
    ["in a file for the most part", 200_000],
  ])("are what was appended if they are kept %s", (_, memoryBytes) => {
    const directory = mkdtempSync(join(tmpdir(), "tidemark-store-"));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const store = new RowStore(2, { memoryBytes, directory });
    const expected: number[][] = [[], [], []];
    const rng = Rng.fromSeed(1);
    for (let round = 0; round < 200; round++) {
      const recording = Math.floor(3 * rng.uniform());
      const [from, to] = [3, 3 + Math.floor(400 * rng.uniform())];
      const time = Float64Array.from({ length: to + 2 }, () => rng.uniform());
      const values = [Float32Array.from(time), Float32Array.from(time, (x) => -x)];
      store.append(recording, time, values, from, to);
      expected[recording]!.push(...time.subarray(from, to));
    }
    expect(store.spilledBytes > 0).toBe(memoryBytes < 1e9);
    // The temporary file has no name in the folder.
    expect(readdirSync(directory)).toEqual([]);
    for (const [recording, time] of expected.entries()) {
      expect(store.rowsOf(recording)).toBe(time.length);
      for (const [from, to] of [
        [0, time.length],
        [5, 6],
        [100, 20_000],
        [7, 7],
      ] as const) {
        const wanted = time.slice(from, Math.min(to, time.length));
        const end = from + wanted.length;
        expect([...store.time(recording, from, end)]).toEqual(wanted);
        expect([...store.values(0, recording, from, end)]).toEqual(wanted.map(Math.fround));
        expect([...store.values(1, recording, from, end)]).toEqual(wanted.map((x) => -Math.fround(x)));
      }
      expect(() => store.time(recording, 0, time.length + 1)).toThrow(RangeError);
    }
    store.close();
  });

  test("cannot be kept in a folder without write access, and the message says so", () => {
    const store = new RowStore(1, { memoryBytes: 0, directory: "/proc/nowhere" });
    const fill = (): void => {
      for (let i = 0; i < 3; i++) store.append(0, new Float64Array(20_000), [new Float32Array(20_000)], 0, 20_000);
    };
    expect(fill).toThrow(UserError);
    expect(fill).toThrow(/\/proc\/nowhere: the rows could not be written to a temporary file/);
  });

  test("interleaved people read the same from a file as from memory", async () => {
    const ann = rows(1500, { recording: "r1" });
    const bob = rows(1500, { user: "bob", activity: "sit" });
    const table = ann.flatMap((row, i) => [row, bob[i]!]);
    const file = folderOf({ "a.csv": csv(table) }).path("a.csv");
    const [memory, spilled, apart] = [
      await readRecordings([file], { requireLabels: true }),
      await readRecordings([file], { requireLabels: true, memoryBytes: 10_000 }),
      await readRecordings([folderOf({ "b.csv": csv([...ann, ...bob]) }).path("b.csv")], { requireLabels: true }),
    ];
    expect(spilled.recordings.fingerprint).toBe(memory.recordings.fingerprint);
    expect(spilled.recordings.fingerprint).toBe(apart.recordings.fingerprint);
    expect(spilled.recordings).toEqual(memory.recordings);
    expect({ ...spilled.quality, files: [] }).toEqual({ ...apart.quality, files: [] });
  });
});
