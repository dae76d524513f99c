// Tests people, recordings and labels that are written only in the first row of a block.
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

/**
 * Returns 600 rows at 50 Hz.
 * @param person the person's cell in a row
 * @param label the label's cell in a row
 */
function read(person: (row: number) => string, label = (_row: number) => "walk") {
  const lines = Array.from({ length: 600 }, (_, i) => {
    const values = [0, 1, 2].map((c) => (Math.sin(i / 7 + c) + (c === 2 ? 9.8 : 0)).toFixed(4));
    return [person(i), label(i), ((i % 300) / 50).toFixed(2), ...values].join();
  });
  const { path } = folderOf({ "a.csv": `user,activity,time_s,ax,ay,az\n${lines.join("\n")}\n` });
  return readRecordings([path("a.csv")], { requireLabels: false, labelColumn: "if found" });
}

test("gives the rows below the person of the row above", async () => {
  const { quality } = await read((i) => (i === 0 ? "007" : i === 300 ? "bob" : ""));
  expect(quality.persons).toMatchObject({ "007": { rows: 300 }, bob: { rows: 300 } });
  expect(quality.rows.dropped.missing_person).toBe(0);
  expect(quality.warnings.join()).toContain('column "user" has a value only at the beginning of a block of rows');
});

test("does not fill in a person who is missing in some rows, or before the first one", async () => {
  const some = await read((i) => (i % 10 === 3 ? "" : i < 300 ? "ann" : "bob"));
  expect(some.quality.rows.dropped.missing_person).toBe(60);
  const late = await read((i) => (i === 20 ? "ann" : i === 300 ? "bob" : ""));
  expect(late.quality.rows.dropped.missing_person).toBe(598);
});

test("gives the rows below the label of the row above", async () => {
  const label = (i: number): string => (i === 0 || i === 300 ? "walk" : i === 150 || i === 450 ? "sit" : "");
  const { recordings, quality } = await read((i) => (i < 300 ? "ann" : "bob"), label);
  expect(recordings.stretches.map(({ user, label, start, end }) => [user, label, end - start])).toEqual([
    ...["ann", "bob"].flatMap((user) => ["walk", "sit"].map((own) => [user, own, 150])),
  ]);
  expect(quality.warnings.join()).toContain('column "activity" has a value only at the beginning of a block of rows');
});

test("leaves time without a label before the first one", async () => {
  const { recordings } = await read(
    (i) => (i < 300 ? "ann" : "bob"),
    (i) => (i === 40 ? "walk" : ""),
  );
  expect(recordings.stretches.map(({ label }) => label)).toEqual([null, "walk", null, null]);
});
