// The rows of a float32 batch equal those that DuckDB reads from a CSV file with the same batch.
import { join } from "node:path";
import { expect, it } from "vitest";
import { Rng } from "../../../src/random.ts";
import { isNumberTable } from "../../../src/signals/data/number-table.ts";
import { openRecordings, type ReadRecordingsOptions } from "../../../src/signals/data/open-recordings.ts";
import { readOpenedRecordings } from "../../../src/signals/data/read-recordings.ts";
import { type Float32Batch, float32TimeColumn, writeFloat32Table } from "../../../src/signals/files/float32-batch.ts";
import { temporaryDirectory } from "../../storage/temporary-directory.ts";

const channels = ["Az", "Ax", "Ay"];
const [rows, rate] = [5000, 50];

function batchOf(change: (values: Float32Array, times: Float64Array) => void, timed: boolean): Float32Batch {
  const rng = Rng.fromSeed(1);
  const values = Float32Array.from({ length: rows * channels.length }, () => 9.81 * rng.normal());
  const times = Float64Array.from({ length: rows }, (_, i) => 1.7e9 + i / rate);
  change(values, times);
  return { channels, rows, rate: timed ? undefined : rate, times: timed ? times : null, values };
}

async function opened(file: string, options: ReadRecordingsOptions) {
  const faults: unknown[] = [];
  const recordings = await openRecordings([file], { ...options, onFault: (fault) => faults.push(fault) });
  try {
    const { rows: _, ...others } = recordings;
    return { ...others, faults, recordings: readOpenedRecordings(recordings) };
  } finally {
    recordings.rows.close();
  }
}

it.each([
  ["at a rate", false, () => {}],
  ["with times", true, () => {}],
  [
    "with missing and infinite values",
    false,
    (values: Float32Array) => {
      values[7] = Number.NaN;
      values[6002] = Number.POSITIVE_INFINITY;
      values[14_999] = Number.NEGATIVE_INFINITY;
      values[0] = 1e-42;
      values[1] = 3.4e38;
    },
  ],
  [
    "with gaps, and times that are missing, repeated or run backwards",
    true,
    (_: Float32Array, times: Float64Array) => {
      for (let i = 1000; i < rows; i++) times[i]! += 20;
      times[30] = times[29]!;
      times[40] = Number.NaN;
      times[2048] = times[2040]!;
    },
  ],
] as const)("a batch %s", async (_, timed, change) => {
  const batch = batchOf(change, timed);
  const file = join(temporaryDirectory(), "batch.csv");
  await writeFloat32Table(batch, file);
  const options: ReadRecordingsOptions = {
    columns: { modelChannels: ["Ax", "Ay", "Az"], ...(timed && { time: float32TimeColumn, timeUnit: "s" }) },
    requireLabels: false,
    likelyRateHz: rate,
    ...(!timed && { nominalRateHz: rate }),
  };
  const parsed = await opened(file, options);
  expect(parsed.recordings.values[0]!.length).toBeGreaterThan(4000);
  expect(await opened(file, { ...options, numbers: batch })).toEqual(parsed);
});

it("needs the channels and nothing else", () => {
  const batch = batchOf(() => {}, false);
  expect(isNumberTable(batch, ["Ax", "Ay", "Az"])).toBe(true);
  expect(isNumberTable(batch, ["Ax", "Ay"])).toBe(false);
  expect(isNumberTable(batch, ["Ax", "Ay", "Gz"])).toBe(false);
  expect(isNumberTable({ ...batch, rows: 0 }, channels)).toBe(false);
});
