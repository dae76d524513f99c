// Tests tables without times whose rows are numbered anew in each recording.
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

const read = (length: number, columns: object = {}, packet = (i: number): number => Math.floor(i / length)) => {
  const rows = Array.from({ length: 400 }, (_, i) =>
    [packet(i), i % length, Math.sin(i / 7), Math.cos(i / 5), 9.8 + Math.sin(i / 9) / 5].join(),
  );
  const { path } = folderOf({ "a.csv": `sequence_id,sequence_counter,acc_x,acc_y,acc_z\n${rows.join("\n")}\n` });
  return readRecordings([path("a.csv")], { requireLabels: false, nominalRateHz: 20, columns });
};

test("sequences are not read as one recording", async () => {
  await expect(read(100)).rejects.toThrow(/"sequence_counter" restarts whenever "sequence_id" changes/);
  const { recordings } = await read(100, { recording: "sequence_id" });
  expect(recordings.stretches.map(({ start, end }) => end - start)).toEqual([100, 100, 100, 100]);
});

test.each([
  ["packets of a few samples", 10, undefined],
  ["a counter that overflows while no other column changes", 100, () => 1],
])("%s are", async (_, length, packet) => {
  const { recordings } = await read(length, {}, packet);
  expect(recordings.stretches.map(({ start, end }) => end - start)).toEqual([400]);
});
