// Identical values under two people are found no matter where the copy begins; people with different values are not reported.

import { expect, test } from "vitest";
import { leakageReport } from "../../../src/learning/evaluation/leakage.ts";
import { Rng } from "../../../src/random.ts";
import { CopiedContentFinder } from "../../../src/signals/data/copied-content.ts";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { csv, folderOf, type Row, rows } from "./tables.ts";

/** A sensor's noise at rest, rounded to whole numbers if `coarse` is true. */
function noise(person: string, count: number, { coarse = false, recording = "r1" } = {}): Row[] {
  const rng = Rng.fromSeed(7).split(person + recording);
  return rows(count, { user: person, recording, activity: recording === "r1" ? "walk" : "sit" }).map((row) => ({
    ...row,
    values: Array.from({ length: 6 }, () => {
      const value = rng.normal() * (coarse ? 0.4 : 1);
      return coarse ? Math.round(value) : Number(value.toFixed(3));
    }),
  }));
}

async function copies(table: readonly Row[]) {
  const folder = folderOf({ "a.csv": csv(table) });
  const { recordings, quality } = await readRecordings([folder.path("a.csv")], { requireLabels: true });
  const finder = new CopiedContentFinder();
  const { channels, values, time, stretches } = recordings;
  finder.add({
    channels,
    stretches: () => stretches,
    time: (from, to) => time.subarray(from, to),
    values: (c, from, to) => values[c]!.subarray(from, to),
  });
  return { found: finder.found(), warnings: quality.warnings };
}

const people = [...noise("ann", 600), ...noise("ann", 600, { recording: "r2" }), ...noise("bob", 600)];

test("names both people if a recording is copied under another person's name", async () => {
  const copy = noise("ann", 600).map((row) => ({ ...row, user: "cyd", time: Number(row.time) + 1000 }));
  const { found, warnings } = await copies([...people, ...copy]);
  expect(found).toMatchObject([{ people: ["ann", "cyd"], recordings: ["r1", "r1"], share: 1 }]);
  expect(warnings).toContainEqual(
    expect.stringMatching(
      /"ann" and "cyd" have the same values in about 100 % of "cyd"'s rows .*the model is tested on values that it learned from\.$/,
    ),
  );
});

test("finds a piece of a recording among new rows, no matter where it begins", async () => {
  const piece = noise("ann", 600).slice(123, 423);
  const mixed = [...noise("cyd", 300), ...piece].map((row, i) => ({
    ...row,
    user: "cyd",
    recording: "r9",
    time: i / 50,
  }));
  const { found } = await copies([...people, ...mixed]);
  expect(found).toHaveLength(1);
  expect(found[0]!.people).toEqual(["ann", "cyd"]);
  expect(found[0]!.share).toBeGreaterThan(0.3);
  expect(found[0]!.share).toBeLessThan(0.7);
});

const g = 9.80665;
test.each<[string, (values: readonly number[]) => readonly number[], number]>([
  ["rounded", (values) => values.map((value) => Math.round(10 * value) / 10), 1],
  ["in a different unit", ([x, y, z, ...others]) => [x! * g, y! * g, z! * g, ...others], g],
  ["with swapped axes", ([x, y, z, ...others]) => [z!, x!, y!, ...others], 1],
  ["with negated axes", ([x, y, z, ...others]) => [-x!, y!, -z!, ...others], 1],
  [
    "in a different unit, rounded and turned",
    ([x, y, z]) => [z! / g, -x! / g, y! / g, 0, 0, 0].map((v) => Number(v.toFixed(2))),
    1 / g,
  ],
])("finds a copy %s", async (_, alter, factor) => {
  const copy = noise("ann", 900)
    .slice(123)
    .map((row, i) => ({ ...row, user: "cyd", time: i / 50, values: alter(row.values!.map(Number)) }));
  const { found, warnings } = await copies([...noise("ann", 900), ...people.slice(600), ...copy]);
  expect(found).toMatchObject([{ people: ["ann", "cyd"], recordings: ["r1", "r1"] }]);
  expect(found[0]!.share).toBeGreaterThan(0.9);
  expect(found[0]!.factor! / factor).toBeCloseTo(1, 2);
  expect(warnings).toContainEqual(expect.stringContaining('"ann" and "cyd" have the same movements'));
});

test("finds a recording that occurs twice under one person, in another recording or later in the same one", async () => {
  const again = (recording: string): Row[] =>
    noise("ann", 600).map((row) => ({ ...row, recording, time: Number(row.time) + 1000 }));
  for (const recording of ["r1 (1)", "r1"]) {
    const { found, warnings } = await copies([...people, ...again(recording)]);
    expect(found).toEqual([]);
    const rows =
      recording === "r1"
        ? /repeat the values of earlier rows/
        : /about 100 % of the rows have the values of recording "r1"/;
    expect(warnings).toContainEqual(
      expect.stringMatching(`Repeated data: in recording "${recording.replace(/[()]/g, "\\$&")}" of person "ann"`),
    );
    expect(warnings).toContainEqual(expect.stringMatching(rows));
  }
  expect((await copies(people)).warnings.join()).not.toContain("Repeated data");
});

test("does not take a movement with an exact period for repeated data", async () => {
  const wave = rows(1500, { user: "ida" }).map((row, i) => ({
    ...row,
    values: [0, 1, 2, 3, 4, 5].map((c) => Number(Math.sin((2 * Math.PI * (i % 50)) / 50 + c).toFixed(4))),
  }));
  expect((await copies([...people, ...wave])).warnings.join()).not.toContain("Repeated data");
});

test("does not take two people for copies because both move in a sine wave", async () => {
  const wave = (user: string, height: number): Row[] =>
    rows(1500, { user }).map((row, i) => ({
      ...row,
      values: [height * Math.sin(i / 9), height * Math.cos(i / 9), g + height * Math.sin(i / 4.5), 0, 0, 0],
    }));
  expect((await copies([...people, ...wave("ida", 1), ...wave("jon", 1.7)])).found).toEqual([]);
});

test("finds no copies among different people, even if their sensors are coarse and at rest, or constant", async () => {
  const coarse = ["dan", "eve", "fay"].flatMap((name) => noise(name, 3000, { coarse: true }));
  const still = ["gus", "hal"].flatMap((user) => rows(3000, { user, values: [0, 0, 9.8, 0, 0, 0] }));
  expect((await copies([...people, ...coarse, ...still])).found).toEqual([]);
});

test("the leakage report does not prove anything about a copy on the other side of a fold", () => {
  const windows = {
    windowSize: 10,
    samplingRateHz: 50,
    starts: Int32Array.of(0, 10, 20),
    startTimes: Float64Array.of(0, 0, 0),
    labels: Int32Array.of(0, 0, 0),
    groups: Int32Array.of(0, 1, 2),
    recordingIndex: Int32Array.of(0, 1, 2),
    classes: ["walk"],
    users: ["ann", "bob", "cyd"],
  };
  const folds = [{ trainIndex: Int32Array.of(0), validationIndex: Int32Array.of(1), testIndex: Int32Array.of(2) }];
  expect(leakageReport("group", windows, folds, [])).toMatchObject({ no_shared_person: true });
  const report = leakageReport("group", windows, folds, [["ann", "cyd"]]);
  expect(report).toMatchObject({
    no_shared_person: false,
    folds: [{ copied_users: [["cyd", "ann"]], shared_users: [] }],
  });
  expect(leakageReport("group", windows, folds, [["bob", "ann"]]).no_shared_person).toBe(false);
});
