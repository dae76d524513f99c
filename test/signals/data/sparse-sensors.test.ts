// Tests tables in which each sensor fills only some of the rows. Every value in these tables is computed from the time of its
// row.

import { describe, expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

const names = "time,x_acc,y_acc,z_acc,x_gyr,y_gyr,z_gyr";
const acc = (t: number): string => `${t},${9.8 + t},${-t}`;
const gyr = (t: number): string => `${2 * t},${1 - t},${t / 2}`;
const times = Array.from({ length: 300 }, (_, i) => i / 50);
const table = (rows: readonly string[], header = names): string => `${header}\n${rows.join("\n")}\n`;
const read = (file: string, more: Parameters<typeof readRecordings>[1] = { requireLabels: false }) => {
  const { path } = folderOf({ "r.csv": file });
  return readRecordings([path("r.csv")], more);
};

describe("sensors that fill only some rows", () => {
  test.each([
    ["turn by turn", times.flatMap((t) => [`${t},${acc(t)},,,`, `${t + 0.004},,,,${gyr(t + 0.004)}`])],
    [
      "in blocks of 20 rows",
      Array.from({ length: 15 }, (_, b) => times.slice(20 * b, 20 * b + 20)).flatMap((block) => [
        ...block.map((t) => `${t},${acc(t)},NaN,NaN,NaN`),
        ...block.map((t) => `${t},,NA,,${gyr(t)}`),
      ]),
    ],
    ["at another rate", times.map((t, i) => `${t},${acc(t)},${i % 3 === 0 ? gyr(t) : ",,"}`)],
  ])("are joined by time: %s", async (_, rows) => {
    const { recordings, quality } = await read(table(rows));
    expect(recordings.channels).toEqual(names.split(",").slice(1));
    expect(quality.sampling.rate_hz).toBeCloseTo(50, 6);
    expect(recordings.time.length).toBeGreaterThanOrEqual(297);
    // All values are linear in time, so interpolation is exact.
    for (const [i, t] of [...recordings.time].entries()) {
      const expected = [t, 9.8 + t, -t, 2 * t, 1 - t, t / 2];
      if (i < 2 || i > 290) continue;
      for (const [c, value] of expected.entries()) expect(recordings.values[c]![i]).toBeCloseTo(value, 4);
    }
    expect(quality.warnings.join("\n")).toMatch(/x_acc, y_acc, z_acc and x_gyr, y_gyr, z_gyr are in different rows/);
  });

  test("are joined axis by axis if these often have times of their own", async () => {
    const rows = times.flatMap((t, i) =>
      i % 4 > 0
        ? [`${t},${acc(t)},`, `${t + 0.007},,,,3.1`]
        : [`${t - 0.001},,,${0.001 - t},`, `${t},${t},${9.8 + t},,`],
    );
    const { recordings, quality } = await read(table(rows, "time,AccX,AccY,AccZ,LinearAccelerometerSensor"));
    expect(quality.sampling.rate_hz).toBeCloseTo(50, 6);
    expect(recordings.time.length).toBeGreaterThanOrEqual(299);
    for (const [i, t] of [...recordings.time].entries()) {
      if (i < 2 || i > 290) continue;
      expect(recordings.values[0]![i]).toBeCloseTo(t, 4);
      expect(recordings.values[1]![i]).toBeCloseTo(9.8 + t, 4);
    }
    expect(quality.warnings.join("\n")).toMatch(/AccX and AccY and AccZ are in different rows/);
  });

  test("are not interpolated if values of axes were lost", async () => {
    const lost = (text: string, i: number): string =>
      text
        .split(",")
        .map((value, c) => ((i * i + 5 * c * i) % 23 === c ? "" : value))
        .join();
    const rows = times.map((t, i) => `${t},${lost(acc(t), i)}`);
    await expect(read(table(rows, "time,AccX,AccY,AccZ"))).rejects.toThrow(/missing/);
  });

  test("are not interpolated if a few values were lost, as many of each axis", async () => {
    const rows = times.map((t, i) => {
      const values = acc(t).split(",");
      if (i % 40 === 20) values[((i / 40) % 3) | 0] = "";
      return `${t},${values.join()}`;
    });
    const { quality } = await read(table(rows, "time,AccX,AccY,AccZ"));
    expect(quality.rows.dropped.missing_values).toBe(rows.filter((row) => /,(,|$)/.test(row)).length);
    expect(quality.warnings.join()).not.toContain("different rows");
  });

  test("are read alone if there is only one, such as an accelerometer beside an EMG", async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => `${i / 500},${i % 9},${i % 10 === 0 ? acc(i / 500) : ",,"}`);
    const { recordings, quality } = await read(table(rows, "time,emg,acc_x,acc_y,acc_z"));
    expect(quality.sampling.rate_hz).toBeCloseTo(50, 6);
    expect(recordings.time.length).toBe(300);
    expect(recordings.values[0]![100]).toBeCloseTo(2, 6);
    expect(quality.warnings.join("\n")).toMatch(/only some rows have values of acc_x, acc_y, acc_z/);
  });

  test("are left out with their rows if they are not read", async () => {
    const rows = times.flatMap((t, i) => [
      `${t},${acc(t)},${gyr(t)},,,`,
      ...(i % 10 === 0 ? [`${t + 0.004},,,,,,,22,-5,41`] : []),
    ]);
    const { recordings, quality } = await read(table(rows, `${names},x_mag,y_mag,z_mag`));
    expect(recordings.time.length).toBe(300);
    expect(quality.sampling.rate_hz).toBeCloseTo(50, 6);
    expect(quality.warnings.join("\n")).toMatch(/only of x_mag, y_mag, z_mag are left out/);
    const lost = times.map((t, i) => `${t},${i % 10 === 0 ? ",,,,," : `${acc(t)},${gyr(t)}`},22,-5,41`);
    await expect(read(table(lost, `${names},x_mag,y_mag,z_mag`))).rejects.toThrow(/Column "x_acc": 30 missing/);
  });

  test("are not found where values are lost", async () => {
    const lost = times.map((t, i) => `${t},${acc(t)},${i > 40 && i < 90 ? ",," : gyr(t)}`);
    await expect(read(table(lost))).rejects.toThrow(/Column "x_gyr": 49 missing/);
    const axis = times.map((t, i) => `${t},${t},${i % 2 === 0 ? "" : 9.8},0,${gyr(t)}`);
    await expect(read(table(axis))).rejects.toThrow(/Column "y_acc": 150 missing/);
  });
});

test("columns without any value are neither clock nor channels", async () => {
  const rows = times.map((t) => `,${t},,,,${acc(t)}`);
  const { recordings, quality } = await read(table(rows, "timestamp,elapsed_s,gx,gy,gz,ax,ay,az"));
  expect(recordings.channels).toEqual(["ax", "ay", "az"]);
  expect(quality.columns.time).toBe("elapsed_s");
  expect(quality.warnings.join("\n")).toMatch(/columns without any value are not read: timestamp, gx, gy, gz\./);
  const named = { requireLabels: false, columns: { channels: ["gx", "gy", "gz"] } };
  await expect(read(table(rows, "timestamp,elapsed_s,gx,gy,gz,ax,ay,az"), named)).rejects.toThrow(/"gx": 300 missing/);
});

test.each([
  [",acc,acc,acc,label\n,x,y,z,Unnamed: 4_level_1\ntime,,,,", "time"],
  ["sensor,acc,acc,acc,label\naxis,x,y,z,\nelapsed_s,,,,", "elapsed_s"],
  ["place,wrist,wrist,wrist,\nsensor,acc,acc,acc,\naxis,x,y,z,label\ntime,,,,", "time"],
])("lines of names with the index's names below them, as pandas writes them, are read: %j", async (header, time) => {
  const rows = times.map((t) => `${t},${acc(t)},${t < 3 ? "walk" : "sit"}`);
  const { recordings, quality } = await read(table(rows, header), { requireLabels: true, requirePeople: false });
  const place = header.startsWith("place") ? "wrist_" : "";
  expect(recordings.channels).toEqual(["x", "y", "z"].map((axis) => `${place}acc_${axis}`));
  expect(quality.columns).toMatchObject({ time, label: "label" });
  expect(quality.sampling.rate_hz).toBeCloseTo(50, 6);
  expect(recordings.values[1]![100]).toBeCloseTo(11.8, 5);
});

test("a finer clock beside one of whole seconds is named", async () => {
  const rows = times.map((t) => `2021-07-30 13:28:${54 + Math.floor(t)},${Math.round(1000 * t)},${acc(t)}`);
  const { quality } = await read(table(rows.slice(0, 250), "Timestamp,Milliseconds,X,Y,Z"));
  expect(quality.warnings).toContain(
    'Column "Milliseconds" may be a finer clock than "Timestamp". To use it, add --time Milliseconds',
  );
});

test.each(["1,70E+018", "1,71482E+12"])("times that a spreadsheet rounded to %s are named as such", async (rounded) => {
  const rows = times.map((t) => `${rounded};${acc(t).replaceAll(",", ";").replaceAll(".", ",")}`);
  const fault = await read(table(rows, "time;ax;ay;az")).catch((error: unknown) => error);
  expect(fault).toMatchObject({
    message: expect.stringContaining('Column "time": 299 of 300 rows have the time of the row before'),
    advice: expect.stringContaining("If a spreadsheet rounded the times (1.70E+18)"),
  });
});
