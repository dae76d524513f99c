// Tests times in seconds and in milliseconds in one file: if all were read in one unit, some recordings would last a thousandth
// of their true length.
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { type ClockRow, clockTable } from "./clocks.ts";
import { folderOf } from "./tables.ts";

const read = (time: (row: ClockRow) => number): Promise<unknown> =>
  readRecordings([folderOf({ "a.csv": clockTable("timestamp", time) }).path("a.csv")], { requireLabels: true });

test("refuses times of another person in a different unit", async () => {
  const times = read(({ user, i }) => (user === "ann" ? i * 20 : i / 50));
  await expect(times).rejects.toThrow(
    'Column "timestamp": expected times in one unit, found 50 Hz in recording "ann-walking" of person "ann", but 50000 Hz',
  );
});

test("refuses times in two units within a recording", async () => {
  const times = read(({ user, i }) => (user === "ann" && i < 150 ? i / 50 : i * 20));
  await expect(times).rejects.toThrow(
    'found 50000 Hz from data row 1 of recording "ann-walking" of person "ann", but 50 Hz in most of it',
  );
});
