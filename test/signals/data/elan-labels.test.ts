// Tests labels as ELAN exports them by default: without column names, with each time as a time of day and in seconds.
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

const recording = `time_s,ax,ay,az\n${Array.from({ length: 3000 }, (_, i) => `${i / 50},${Math.sin(i / 9).toFixed(4)},0.1,9.8`).join("\n")}\n`;
const annotations = [
  ["activity", "", "00:00:00.000", "0.0", "00:00:12.400", "12.4", "00:00:12.400", "12.4", "walking"],
  ["activity", "", "00:00:12.400", "12.4", "00:00:30.200", "30.2", "00:00:17.800", "17.8", "sitting"],
  ["activity", "", "00:00:30.200", "30.2", "00:01:01.000", "61.0", "00:00:30.800", "30.8", "walking"],
];
const elan = `${annotations.map((row) => row.join("\t")).join("\n")}\n`;

test("the labels are those of the times in seconds", async () => {
  const { path } = folderOf({ "a.csv": recording, "labels.txt": elan });
  const columns = { labels: path("labels.txt") };
  const { quality } = await readRecordings([path("a.csv")], { requireLabels: true, requirePeople: false, columns });
  const seconds = Object.entries(quality.classes).map(([name, own]) => [name, Math.round(own.seconds * 10) / 10]);
  expect(seconds).toEqual([
    ["sitting", 17.8],
    ["walking", 42.2],
  ]);
});

test.each(["channels", "modelChannels"])(
  "a table that has the given %s is read, whatever else it holds",
  async (option) => {
    const rows = Array.from({ length: 100 }, (_, i) => `walk,0,9,${i / 50},${i % 7},${i % 5},${i % 3}`);
    const { path } = folderOf({ "a.csv": `label,start,end,time_s,c1,c2,c3\n${rows.join("\n")}\n` });
    const columns = { [option]: ["c1", "c2", "c3"] };
    const { recordings } = await readRecordings([path("a.csv")], { requireLabels: false, columns });
    expect(recordings.channels).toEqual(["c1", "c2", "c3"]);
  },
);

test.each([
  ["ELAN's table", "labels.txt", elan],
  ["a table with label, start and end", "labels.csv", "label,start,end\nwalking,0,12.4\nsitting,12.4,30\n"],
  [
    "BORIS's events",
    "events.csv",
    "Subject,Behavior,Status,Time\nann,walk,START,0\nann,walk,STOP,12.4\nann,sit,START,13\n",
  ],
])("%s in place of a recording is refused", async (_, name, content) => {
  const { path } = folderOf({ [name]: content });
  const error = await readRecordings([path(name)], { requireLabels: false, nominalRateHz: 50 }).catch((e) => e);
  expect(error.message).toMatch(/expected the samples of sensors, found labels with their times, as exported by ELAN/);
  expect(error.advice).toContain(`--labels ${path(name)}`);
});
