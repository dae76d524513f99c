// Tests the names that are suggested for unnamed columns on the basis of their values.
import { expect, test } from "vitest";
import { likelyNames } from "../../../src/signals/files/likely-names.ts";

const axes = (i: number): string[] =>
  [Math.sin(i), Math.cos(i), 9.8 + Math.sin(2 * i)].map((value) => value.toFixed(4));

test.each<[string, number, (i: number) => string, string]>([
  ["seconds and microseconds", 7, (i) => `${20_000 * i}`, "microsec"],
  ["seconds and milliseconds", 7, (i) => `${20 * i}`, "millisec"],
  ["Unix seconds and nanoseconds", 1_714_816_800, (i) => `${20_000_000 * i}`, "nanosec"],
])("%s are one clock", (_, start, fraction, name) => {
  const sample = Array.from({ length: 150 }, (_, i) => [
    `${start + Math.floor(i / 50)}`,
    fraction(i % 50),
    ...axes(i / 50),
  ]);
  expect(likelyNames(sample)).toEqual(["sec", name, "acc_x", "acc_y", "acc_z"]);
});

test("a count of labels beside a clock is no part of it", () => {
  const sample = Array.from({ length: 150 }, (_, i) => [`${1000 + 20 * i}`, `${i % 3}`, ...axes(i / 50)]);
  expect(likelyNames(sample)[0]).toBe("time");
});

test("a word before each vector names its sensor", () => {
  const sample = Array.from({ length: 60 }, (_, i) => [
    ...["Accelerometer", `${20 * i + 7}`, ...axes(i / 20)],
    ...["Magnetometer", "", ...axes(i / 9)],
    ...["Gyroscope", "", ...axes(i / 7)],
  ]);
  expect(likelyNames(sample)).toEqual([
    ...["c1", "time", "acc_x", "acc_y", "acc_z", "c6", "c7", "mag_x", "mag_y", "mag_z"],
    ...["c11", "c12", "gyro_x", "gyro_y", "gyro_z"],
  ]);
});

test("the number of a window, which is that of many rows, is no clock", () => {
  const sample = Array.from({ length: 150 }, (_, i) => [...axes(i / 50), "walk", `${Math.floor(i / 20)}`]);
  expect(likelyNames(sample)).toEqual(["acc_x", "acc_y", "acc_z", "c4", "c5"]);
});

test.each([
  ["before its axes", (total: string, own: readonly string[]) => [total, ...own], ["total", "acc_x", "acc_y", "acc_z"]],
  ["after its axes", (total: string, own: readonly string[]) => [...own, total], ["acc_x", "acc_y", "acc_z", "total"]],
])("a magnitude %s is no axis", (_, of, names) => {
  const sample = Array.from({ length: 60 }, (_, i) => {
    const own = axes(i / 20);
    return [`${20 * i + 7}`, ...of(Math.hypot(...own.map(Number)).toFixed(3), own)];
  });
  expect(likelyNames(sample)).toEqual(["time", ...names]);
});

test("a column of words for sensors marks a table with a row per event", () => {
  const sample = Array.from({ length: 60 }, (_, i) => [
    `${1000 + 7 * i}`,
    ["acc", "gyro", "light"][i % 3]!,
    ...axes(i),
  ]);
  expect(likelyNames(sample)).toEqual(["time", "sensor", "x", "y", "z"]);
  const labelled = sample.map(([time, , ...own]) => [time!, "accelerating", ...own]);
  expect(likelyNames(labelled)).toEqual(["time", "c2", "acc_x", "acc_y", "acc_z"]);
});

test.each([
  ["each row", "GYRO", ""],
  ["the name of the file", "7", "walk_gyroscope.csv"],
])("the sensor that %s names comes first", (_, word, file) => {
  const sample = Array.from({ length: 60 }, (_, i) => [word, `${1000 + 7 * i}`, ...axes(i / 20)]);
  expect(likelyNames(sample, file).slice(1)).toEqual(["time", "gyro_x", "gyro_y", "gyro_z"]);
});
