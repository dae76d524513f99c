// Tests tables without times that give their sampling rate in a column or, in JSON, in a field.
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

const values = (i: number): number[] => [0, 1, 2].map((c) => Math.sin(i / 7 + c) + (c === 2 ? 9.8 : 0));
const rows = Array.from(Array(300).keys(), values);

function table(name: string, rate: (row: number) => number): Record<string, string> {
  const lines = rows.map((row, i) => ["ann", ...row.map((value) => value.toFixed(4)), rate(i)].join());
  return { "a.csv": `user,ax,ay,az,${name}\n${lines.join("\n")}\n` };
}

const read = (files: Record<string, string>) => {
  const { path } = folderOf(files);
  return readRecordings(Object.keys(files).map(path), { requireLabels: false });
};

test.each([
  ["fs", table("fs", () => 40)],
  ["Sampling Rate (Hz)", table("Sampling Rate (Hz)", () => 40)],
  ["samplingFrequency", { "a.json": JSON.stringify({ meta: { samplingFrequency: 40 }, acc: rows }) }],
])("takes the rate from %s", async (name, files) => {
  const { quality } = await read(files);
  expect(quality.sampling.rate_hz).toBeCloseTo(40, 6);
  expect(quality.warnings.join()).toContain(`The sampling rate, 40 Hz, is taken from column "${name}`);
});

const [ax, ay, az] = [0, 1, 2].map((c) => rows.map((row) => row[c]));
test.each([
  ["dt", { "a.json": JSON.stringify({ t0: 1714816800, dt: 0.025, ax, ay, az }) }],
  [
    "interval",
    { "a.json": JSON.stringify({ start: "2024-05-04T10:00:00Z", interval: 25, acc: { x: ax, y: ay, z: az } }) },
  ],
  ["sample_period_ms", table("sample_period_ms", () => 25)],
  ["sampleIntervalMs", { "a.json": JSON.stringify({ sampleIntervalMs: 25, acc: rows }) }],
])("computes the rate from the step in %s", async (name, files) => {
  const { quality } = await read(files);
  expect(quality.sampling.rate_hz).toBeCloseTo(40, 6);
  expect(quality.warnings.join()).toContain(`The sampling rate, 40 Hz, is computed from column "${name}`);
});

test.each([
  ["that changes", table("fs", (i) => (i < 150 ? 40 : 50))],
  ["that is no step between samples", table("step", () => 12)],
  ["that is no sampling rate", table("heart_rate", () => 72)],
])("asks for the rate instead of taking a number %s", async (_, files) => {
  await expect(read(files)).rejects.toThrow(/no sampling rate was given/);
});
