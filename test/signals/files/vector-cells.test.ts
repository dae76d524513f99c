// Tests cells that hold all axes of a sensor.
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "../data/tables.ts";

const value = (i: number, axis: number): string => (Math.sin(i / 9 + axis) - axis).toFixed(3);

function table(header: string, cell: (x: string, y: string, z: string) => string): string {
  const lines = Array.from({ length: 80 }, (_, i) => {
    const own = cell(value(i, 0), value(i, 1), value(i, 2));
    return [
      (i / 50).toFixed(2),
      ...header
        .split(",")
        .slice(1)
        .map(() => own),
    ].join(",");
  });
  return `${header}\n${lines.join("\n")}\n`;
}

async function read(text: string) {
  const { path } = folderOf({ "a.csv": text });
  return (await readRecordings([path("a.csv")], { requireLabels: false })).recordings;
}

test.each([
  ["a list", (x: string, y: string, z: string) => `"[${x}, ${y}, ${z}]"`],
  ["brackets", (x: string, y: string, z: string) => `"(${x}, ${y}, ${z})"`],
  ["semicolons", (x: string, y: string, z: string) => `${x};${y};${z}`],
  ["spaces", (x: string, y: string, z: string) => `${x} ${y} ${z}`],
  ["bars", (x: string, y: string, z: string) => `${x}|${y}|${z}`],
  ["an object", (x: string, y: string, z: string) => `"{'x': ${x}, 'y': ${y}, 'z': ${z}}"`],
])("%s becomes three channels of each sensor", async (_, cell) => {
  const { channels, values } = await read(table("time_s,acc,gyro", cell));
  expect(channels).toEqual(["acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z"]);
  for (const axis of [0, 1, 2]) expect(values[axis]![9]).toBeCloseTo(Number(value(9, axis)), 5);
});

test("axes in another order, and cells with two numbers, are not read", async () => {
  const swapped = table("time_s,acc", (x, y, z) => `"{'y': ${y}, 'x': ${x}, 'z': ${z}}"`);
  await expect(read(swapped)).rejects.toThrow(/no sensor channels were found/);
  await expect(read(table("time_s,acc", (x, y) => `${x} ${y}`))).rejects.toThrow(/no sensor channels were found/);
});
