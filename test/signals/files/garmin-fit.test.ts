// Reads a .fit file that test/fixtures/scripts/fit_files.py wrote; fitparse and fitdecode provide every twentieth sample.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ReadRecordings, readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "../data/tables.ts";

const file = join(import.meta.dirname, "../../exports/garmin-fit/recording.fit");
const others: number[][] = JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures/fit-files.json"), "utf8"));
const bytes = readFileSync(file);
const read = (content: Uint8Array): Promise<ReadRecordings> =>
  readRecordings([folderOf({ "a.fit": content }).path("a.fit")], { requireLabels: false });

test("has the times and values that fitparse and fitdecode read", async () => {
  const { recordings } = await readRecordings([file], { requireLabels: false });
  expect(recordings.time.length).toBe(300);
  for (const [k, [time, ...values]] of others.entries()) {
    expect(recordings.time[20 * k]).toBeCloseTo(time!, 5);
    expect(recordings.values.map((column) => column[20 * k])).toEqual(values);
  }
});

test("a file that is cut off is read as far as it goes; a damaged one is refused", async () => {
  const cut = await read(bytes.subarray(0, bytes.length - 500));
  expect(cut.recordings.time.length).toBe(275);
  expect(cut.quality.warnings[0]).toMatch(/1 message cut off at the end of the file \(at byte [\d,]+\)/);
  const damaged = Buffer.from(bytes);
  damaged[2000]! ^= 1;
  await expect(read(damaged)).rejects.toThrow(/a\.fit: this \.fit file has a wrong checksum/);
  const undefinedRecord = Buffer.from(bytes.subarray(0, bytes.length - 500));
  undefinedRecord[14] = 0x05;
  await expect(read(undefinedRecord)).rejects.toThrow(/the record at byte 14 has no definition/);
});
