// Tests people whose gyroscope is in rad/s in some recordings and in deg/s in others.
import { expect, test } from "vitest";
import { findSensors } from "../../../src/signals/data/find-sensors.ts";
import { refuseRotationUnits } from "../../../src/signals/data/refuse-rotation-units.ts";
import type { StoredRecording, StoredRows } from "../../../src/signals/data/stored-rows.ts";

const degrees = 180 / Math.PI;

/**
 * Checks three recordings each from two people who are walking, of twelve seconds at 50 Hz. The rotations are multiplied by
 * `factor`.
 */
function refuse(factor: (person: string, recording: number) => number, sensor: string[] = []): void {
  const channels = ["ax", "ay", "az", "gx", "gy", "gz"];
  const length = 600;
  const recordings = ["ann", "bob"].flatMap((user, p) =>
    [0, 1, 2].map((r) => ({ user, recording: `r${r}`, start: (3 * p + r) * length, end: (3 * p + r + 1) * length })),
  ) as unknown as StoredRecording[];
  const value = (c: number, row: number): number => {
    const wave = Math.sin(row / 7 + c);
    const [p, r] = [Math.floor(row / (3 * length)), Math.floor(row / length) % 3];
    return c < 3 ? 3 * wave + (c === 2 ? 9.8 : 0) : wave * factor(p === 0 ? "ann" : "bob", r);
  };
  const rows = {
    channels,
    recordings,
    stretches: () => recordings.map((own) => ({ ...own, label: null })),
    time: (start: number, end: number) => Float64Array.from({ length: end - start }, (_, i) => (start + i) / 50),
    values: (c: number, start: number, end: number) =>
      Float32Array.from({ length: end - start }, (_, i) => value(c, start + i)),
  } as unknown as StoredRows;
  refuseRotationUnits(rows, findSensors(rows, sensor).sensors);
}

test("one recording in deg/s among others in rad/s is named, unless the unit is given", () => {
  const one = (person: string, recording: number): number => (person === "bob" && recording === 1 ? degrees : 1);
  expect(() => refuse(one)).toThrow(
    /its units differ between recordings of person "bob"; .* rad\/s in recording "r[02]", .* deg\/s in recording "r1"/,
  );
  refuse(one, ["gyr:gx,gy,gz[rad/s]"]);
});

test("recordings in one unit, and people who differ, are accepted", () => {
  refuse(() => 1);
  refuse(() => degrees);
  refuse((person) => (person === "bob" ? degrees : 1));
});
