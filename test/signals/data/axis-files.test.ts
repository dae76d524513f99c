// Tests files that hold one axis each.
import { basename } from "node:path";
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { axisFileSets } from "../../../src/signals/files/axis-files.ts";
import { zipArchive } from "../forms/zip-archive.ts";
import { folderOf } from "./tables.ts";

const [windows, samples] = [24, 32];
const value = (window: number, sample: number, axis: number): number =>
  Number((Math.sin((window * samples) / 2 + sample) / 5 + Math.sin(sample / 6 + axis + window) + axis).toFixed(5));

const uci = (number: number): string => number.toExponential(7).padStart(16);

/** Returns the text of one axis's file, with a line per window. */
function axis(index: number, line: (values: number[]) => string, count = windows): string {
  const rows = Array.from({ length: count }, (_, w) => Array.from({ length: samples }, (__, s) => value(w, s, index)));
  return `${rows.map(line).join("\n")}\n`;
}

const sensors = ["total_acc", "body_acc", "body_gyro"];
const inertial = (side: string, line = (values: number[]) => values.map(uci).join(""), count = windows) =>
  Object.fromEntries(
    sensors.flatMap((sensor, s) =>
      [0, 1, 2].map((a) => [
        `${side}/Inertial Signals/${sensor}_${"xyz"[a]}_${side}.txt`,
        axis(3 * s + a, line, count),
      ]),
    ),
  );
const lines = (one: (window: number) => string): string =>
  `${Array.from({ length: windows }, (_, w) => one(w)).join("\n")}\n`;
const labels = lines((w) => String((w % 2) + 1));
const people = lines((w) => String(w < windows / 2 ? 7 : 9));
const beside = {
  "activity_labels.txt": "1 WALKING\n2 SITTING\n",
  "train/X_train.txt": "1 2 3\n",
  "README.txt": "Hello.\n",
};
const train = { ...inertial("train"), ...beside, "train/y_train.txt": labels, "train/subject_train.txt": people };

async function read(files: Record<string, string>, names: string[], columns = {}) {
  const { path } = folderOf(files);
  return readRecordings(names.map(path), { requireLabels: true, requirePeople: false, nominalRateHz: 50, columns });
}

test.each([
  ["the folder above them", ["train"]],
  ["the folder of the data set", ["."]],
  ["a pattern", ["train/Inertial Signals/*.txt"]],
])("reads each row of UCI HAR's inertial signals, given as %s, as a recording", async (_, names) => {
  const { recordings, quality, columns } = await read(train, names);
  expect(recordings.channels).toEqual(
    ["total_acc", "body_gyro"].flatMap((s) => ["x", "y", "z"].map((a) => `${s}_${a}`)),
  );
  expect(recordings.time.length).toBe(windows * samples);
  expect(columns).toMatchObject({ recording: "window", time: null, group: "subject", label: "activity" });
  for (const [c, a] of [0, 1, 2, 6, 7, 8].entries())
    expect(recordings.values[c]![samples + 7]).toBeCloseTo(value(1, 7, a), 4);
  expect(recordings.stretches.map(({ user, label, end, start }) => [user, label, end - start])).toEqual(
    Array.from({ length: windows }, (__, w) => [
      w < windows / 2 ? "7" : "9",
      w % 2 === 0 ? "WALKING" : "SITTING",
      samples,
    ]),
  );
  expect(quality.warnings).toContainEqual(expect.stringMatching(/each row holds a window of 32 samples/));
  expect(quality.warnings).toContainEqual(
    expect.stringMatching(
      /read together with 8 other files of one axis each, with labels from y_train.txt, named as in activity_labels.txt, with people from subject_train.txt/,
    ),
  );
});

test("the names of folders and files give the side of the split", async () => {
  const other = {
    ...inertial("test"),
    "test/y_test.txt": labels,
    "test/subject_test.txt": lines((w) => String(w < windows / 2 ? 2 : 4)),
  };
  for (const [side, people] of [
    ["train", ["7", "9"]],
    ["test", ["2", "4"]],
  ] as const) {
    const { quality, recordings } = await read({ ...train, ...other }, ["."], { split: "column:split", side });
    expect(Object.keys(quality.persons)).toEqual(people);
    expect(recordings.time.length).toBe(windows * samples);
    expect(quality.warnings.join("\n")).toMatch(/with "train" in a column called split/);
  }
});

test("they are read from an archive, too", async () => {
  const archive = zipArchive(
    Object.fromEntries(Object.entries(train).map(([name, text]) => [`UCI HAR Dataset/${name}`, Buffer.from(text)])),
  );
  const { path } = folderOf({ "har.zip": archive });
  const { recordings, columns } = await readRecordings([path("har.zip")], { requireLabels: true, nominalRateHz: 50 });
  expect(columns).toMatchObject({ recording: "window", group: "subject", label: "activity" });
  expect(recordings.stretches[1]).toMatchObject({ user: "7", label: "SITTING" });
  expect(recordings.time.length).toBe(windows * samples);
});

test("both sides of the data set are read as two tables", async () => {
  const test = { ...inertial("test"), "test/y_test.txt": labels, "test/subject_test.txt": people.replaceAll("7", "8") };
  const { recordings, quality } = await read({ ...train, ...test }, ["."]);
  expect(recordings.time.length).toBe(2 * windows * samples);
  expect(Object.keys(quality.persons)).toEqual(["7", "8", "9"]);
});

test.each([
  ["quoted, below a header", '"code","name"\n1,"WALKING"\n2,"SITTING"\n', "SITTING"],
  ["numbers of samples", "1 0 640\n2 640 1280\n", "2"],
])("activities are named if activity_labels.txt holds names: %s", async (_, text, label) => {
  const { recordings } = await read({ ...train, "activity_labels.txt": text }, ["train"]);
  expect(recordings.stretches[1]!.label).toBe(label);
});

test("without a rate, the message asks for one", async () => {
  const { path } = folderOf(train);
  await expect(readRecordings([path("train")], { requireLabels: true })).rejects.toMatchObject({
    message: expect.stringContaining("no sampling rate was given"),
    advice: expect.stringContaining("--rate"),
  });
});

test.each([
  [
    "commas and numbers as names",
    (values: number[]) => values.join(","),
    `${Array.from({ length: samples }, (_, i) => i).join(",")}\n`,
  ],
  ["tabs", (values: number[]) => values.join("\t"), ""],
])("acc_x.csv to gyro_z.csv beside labels.csv are read with %s", async (_, line, above) => {
  const files = Object.fromEntries(
    ["acc", "gyro"].flatMap((sensor, s) =>
      [0, 1, 2].map((a) => [`${sensor}_${"xyz"[a]}.csv`, above + axis(3 * s + a, line)]),
    ),
  );
  const { recordings } = await read({ ...files, "labels.csv": `label\n${labels}` }, ["*_[xyz].csv"], {});
  expect(recordings.channels).toEqual(["acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z"]);
  expect(recordings.stretches[1]).toMatchObject({ label: "2" });
  expect(recordings.values[4]![samples + 7]).toBeCloseTo(value(1, 7, 4), 4);
});

test("files with one sample per row are read as one recording", async () => {
  const file = (a: number): string => lines((w) => value(w, 0, a).toFixed(4)).repeat(5);
  const files = { "accX.txt": file(0), "accY.txt": file(1), "accZ.txt": file(2), "labels.txt": labels.repeat(5) };
  const { recordings } = await read(files, ["acc*.txt"]);
  expect(recordings.channels).toEqual(["acc_x", "acc_y", "acc_z"]);
  expect(recordings.time.length).toBe(5 * windows);
  expect(recordings.values[2]![3]).toBeCloseTo(value(3, 0, 2), 4);
});

test.each([
  [
    "a short file",
    { "train/Inertial Signals/total_acc_y_train.txt": axis(1, (v) => v.map(uci).join(""), 20) },
    /total_acc_y_train.txt has 20 rows, but .* has 24/,
  ],
  [
    "a short row",
    { "train/Inertial Signals/body_gyro_z_train.txt": axis(8, (v) => v.map(uci).join("")).replace(/ \S+\n$/, "\n") },
    /body_gyro_z_train.txt: row 24: expected 32 values, found 31/,
  ],
  ["fewer labels", { "train/y_train.txt": labels.replace(/1\n2\n$/, "") }, /y_train.txt has 22 rows, but .* has 24/],
])("%s is refused", async (_, changed, message) => {
  await expect(read({ ...train, ...changed }, ["train"])).rejects.toThrow(message);
});

test("signals in columns are not taken for windows", async () => {
  const columns = (a: number): string =>
    Array.from({ length: 80 }, (_, s) => Array.from({ length: 20 }, (__, c) => value(7 * c, s, a)).join(",")).join(
      "\n",
    );
  const files = { "acc_x.csv": columns(0), "acc_y.csv": columns(1), "acc_z.csv": columns(2) };
  await expect(read(files, ["*.csv"])).rejects.toThrow(/acc_x.csv: the file has no line of column names/);
});

test.each([
  [["acc_x.csv", "acc_y.csv", "acc_z.csv"], ["acc"], ""],
  [["AccX.csv", "AccY.csv", "AccZ.csv", "GyroX.csv", "GyroY.csv", "GyroZ.csv"], ["acc", "gyro"], ""],
  [["ax.txt", "ay.txt", "az.txt"], ["acc"], ""],
  [["s01_left_wrist_acc_x.csv", "s01_left_wrist_acc_y.csv", "s01_left_wrist_acc_z.csv"], ["left_wrist_acc"], "s01"],
  [["x_acceleration.csv", "y_acceleration.csv", "z_acceleration.csv"], ["acceleration"], ""],
  [["acc_x.csv", "acc_y.csv"], undefined, ""],
  [["test_x.csv", "test_y.csv", "test_z.csv"], undefined, ""],
  [["acc_x_mean.csv", "acc_y_mean.csv", "acc_z_mean.csv"], undefined, ""],
  [["acc_x.csv", "acc_y.csv", "acc_z.csv", "gyro_x.csv"], undefined, ""],
])("finds the sensors and their axes in %s", (names, expected, rest) => {
  const [set, other] = axisFileSets(names.map((path) => ({ path })));
  expect(other).toBeUndefined();
  expect(set?.sensors.map(({ name }) => name)).toEqual(expected);
  if (expected === undefined) return;
  expect(set!.rest).toBe(rest);
  expect(set!.sensors.flatMap(({ files }) => files.map(({ path }) => basename(path)))).toEqual(names);
});
