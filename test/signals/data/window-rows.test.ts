// Tests tables whose rows hold whole windows.
import { expect, test } from "vitest";
import { Rng } from "../../../src/random.ts";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

const [windows, samples] = [6, 40];
const value = (window: number, sample: number, axis: number): string =>
  (Math.sin((window * samples + sample) / 9 + axis) + axis).toFixed(4);

function table(name: (axis: string, sample: number) => string, bySample: boolean): string {
  const numbers = Array.from({ length: samples }, (_, i) => i);
  const cells = bySample
    ? numbers.flatMap((sample) => [0, 1, 2].map((axis) => ({ axis, sample })))
    : [0, 1, 2].flatMap((axis) => numbers.map((sample) => ({ axis, sample })));
  const header = ["subject", "start_time", ...cells.map(({ axis, sample }) => name("xyz"[axis]!, sample)), "activity"];
  const lines = Array.from({ length: windows }, (_, w) =>
    [
      w < 3 ? "ann" : "bob",
      `2026-05-04 10:00:0${w}`,
      ...cells.map(({ axis, sample }) => value(w, sample, axis)),
      w % 2 === 0 ? "walk" : "sit",
    ].join(","),
  );
  return `${[header.join(","), ...lines].join("\n")}\n`;
}

async function read(text: string, columns = {}) {
  const { path } = folderOf({ "a.csv": text });
  return readRecordings([path("a.csv")], { requireLabels: true, nominalRateHz: 20, columns });
}

test.each([
  ["acc_x_0 to acc_z_39, axis by axis", (axis: string, sample: number) => `acc_${axis}_${sample}`, false, "acc_"],
  [
    "acc_x_1, acc_y_1, acc_z_1, sample by sample",
    (axis: string, sample: number) => `acc_${axis}_${sample + 1}`,
    true,
    "acc_",
  ],
  ["x0 to z39", (axis: string, sample: number) => `${axis}${sample}`, false, ""],
  ["acc_x[0] to acc_z[39]", (axis: string, sample: number) => `acc_${axis}[${sample}]`, false, "acc_"],
])("%s: each row is a recording", async (_, name, bySample, before) => {
  const { recordings, quality, columns } = await read(table(name, bySample));
  expect(recordings.channels).toEqual(["x", "y", "z"].map((axis) => before + axis));
  expect(recordings.time.length).toBe(windows * samples);
  expect(columns).toMatchObject({ recording: "window", time: null, group: "subject", label: "activity" });
  for (const axis of [0, 1, 2]) expect(recordings.values[axis]![samples + 7]).toBeCloseTo(Number(value(1, 7, axis)), 4);
  expect(recordings.stretches.map(({ user, label, end, start }) => [user, label, end - start])).toEqual(
    Array.from({ length: windows }, (__, w) => [w < 3 ? "ann" : "bob", w % 2 === 0 ? "walk" : "sit", samples]),
  );
  expect(quality.warnings).toContainEqual(
    expect.stringMatching(/each row holds a window of 40 samples.* Column "start_time" is not read/),
  );
});

test("with a time column given, windows are refused, and the advice says how to read them", async () => {
  const text = table((axis, sample) => `acc_${axis}_${sample}`, false);
  const refused = read(text, { time: "start_time" });
  await expect(refused).rejects.toThrow(/each row holds a window of 40 samples/);
  await expect(refused).rejects.toMatchObject({ advice: expect.stringContaining("--rate") });
});

/** Returns a table of a person's joints in a video. Each column's number denotes a joint, and each row is an image. */
function pose(others = "", cells = ""): string {
  const joints = Array.from({ length: 25 }, (_, j) => j + 1);
  const lines = Array.from({ length: 60 }, (_, i) =>
    [
      `ann,${(i / 30).toFixed(3)},${i < 30 ? "walk" : "sit"}${cells}`,
      ...joints.flatMap((j) => [0, 1, 2].map((axis) => (Math.sin(7 * j + axis) + Math.sin(i / 9) / 10).toFixed(4))),
    ].join(","),
  );
  const names = joints.flatMap((j) => ["x", "y", "z"].map((axis) => `${axis}${j}`));
  return `${[`user,time_s,activity${others}`, ...names].join(",")}\n${lines.join("\n")}\n`;
}

test("numbered points whose rows follow each other are no windows", async () => {
  const refused = read(pose());
  await expect(refused).rejects.toThrow(/x1 to x25 .* not the samples of a window/);
  await expect(refused).rejects.toMatchObject({ advice: expect.stringContaining("--channels x1,y1,z1") });
  expect((await read(pose(), { channels: ["x1", "y1", "z1"] })).recordings.time.length).toBe(60);
});

test("windows that several raters labelled are windows", async () => {
  const [header, ...rows] = table((axis, sample) => `acc_${axis}_${sample}`, false)
    .trim()
    .split("\n");
  const { recordings } = await read([header, ...rows.flatMap((row) => [row, row, row])].join("\n"));
  expect(recordings.time.length).toBe(3 * windows * samples);
});

test("beside a sensor, numbered columns are no windows", async () => {
  const { recordings } = await read(pose(",acc_x,acc_y,acc_z", ",0.1,0.2,9.8"));
  expect(recordings.channels).toEqual(["acc_x", "acc_y", "acc_z"]);
  expect(recordings.time.length).toBe(60);
});

test("many numbered sensors with times are not a window, even if their values move together", async () => {
  const rng = Rng.fromSeed(1);
  const names = Array.from({ length: 33 }, (_, n) => ["x", "y", "z"].map((axis) => `acc${n}_${axis}`)).flat();
  const lines = Array.from({ length: 200 }, (_, i) =>
    [(i / 50).toFixed(2), ...names.map((_, c) => (Math.sin(i + c) + 9 + 0.3 * rng.normal()).toFixed(3))].join(","),
  );
  const text = `time,${names.join(",")}\n${lines.join("\n")}\n`;
  const file = folderOf({ "a.csv": text }).path("a.csv");
  const reading = (channels?: readonly string[]) =>
    readRecordings([file], { requireLabels: false, columns: channels === undefined ? {} : { channels } });
  await expect(reading()).rejects.toThrow('each row has a time ("time"). They look like several sensors.');
  await expect(reading()).rejects.toMatchObject({
    advice: expect.stringContaining("--channels acc0_x,acc0_y,acc0_z. If each row does hold a window, remove"),
  });
  expect((await reading(names.slice(-3))).recordings.channels).toEqual(["acc32_x", "acc32_y", "acc32_z"]);
});
