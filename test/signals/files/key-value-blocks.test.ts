// Reads samples that take several lines each.

import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { keyValueBlocks } from "../../../src/signals/files/key-value-blocks.ts";
import { folderOf } from "../data/tables.ts";

const rows = Array.from({ length: 200 }, (_, i) => ({ t: i / 50, x: Math.sin(i / 5), y: i / 100, z: 9.8 + i / 1000 }));

const ros = rows
  .map(({ t, x, y, z }, i) =>
    [
      "header: ",
      `  seq: ${i}`,
      "  stamp: ",
      `    secs: ${1_714_816_800 + Math.floor(t)}`,
      `    nsecs: ${(i % 50) * 20_000_000}`,
      '  frame_id: "imu"',
      "orientation_covariance: [0.0, 0.0, 0.0]",
      `angular_velocity: \n  x: ${-x}\n  y: ${-y}\n  z: 0.5`,
      `linear_acceleration: \n  x: ${x}\n  y: ${y}\n  z: ${z}`,
      "---",
    ].join("\n"),
  )
  .join("\n");

test.each([
  [
    "lines with colons, and empty lines between samples",
    rows.map(({ t, x, y, z }) => `timestamp: ${t}\nacc_x: ${x}\nacc_y: ${y}\nacc_z: ${z}\n`).join("\n"),
  ],
  [
    "lines with equals signs, and none between samples",
    rows.map(({ t, x, y, z }) => `t = ${t}\nax = ${x}\nay = ${y}\naz = ${z}`).join("\n"),
  ],
  ["messages of rostopic echo", ros],
])("%s", async (_, text) => {
  const { recordings, quality } = await readRecordings([folderOf({ "a.txt": `${text}\n` }).path("a.txt")], {
    requireLabels: false,
  });
  expect(recordings.time).toHaveLength(200);
  expect(quality.sampling.rate_hz).toBeCloseTo(50, 3);
  for (const [c, axis] of (["x", "y", "z"] as const).entries())
    expect(recordings.values[c]![77]).toBeCloseTo(rows[77]![axis], 5);
});

test("a sample that lost a value keeps the others", async () => {
  const lines = rows.flatMap(({ t, x, y, z }, i) => [
    `t: ${t}`,
    `ax: ${x}`,
    ...(i === 100 ? [] : [`ay: ${y}`]),
    `az: ${z}`,
  ]);
  const { recordings, quality } = await readRecordings([folderOf({ "a.txt": `${lines.join("\n")}\n` }).path("a.txt")], {
    requireLabels: false,
  });
  expect(quality.rows.dropped.missing_values).toBe(1);
  expect(recordings.values[2]![100]).toBeCloseTo(rows[101]!.z, 5);
});

test.each([
  ["names and values in one line", rows.map(({ x, y, z }) => `ax:${x} ay:${y} az:${z}`)],
  ["lines above a table", ["device: a", "rate: 50", "rows: 3", "t,ax,ay,az", "0,1,2,3", "1,1,2,3"]],
  ["a single block", ["device: a", "rate: 50", "rows: 3", "unit: g"]],
])("%s are no blocks", (_, lines) => {
  expect(keyValueBlocks(lines)).toBeUndefined();
});
