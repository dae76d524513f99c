// Several sensors in one table are not read as one sensor. Sensors of different kinds are joined, and if there are several
// devices, the user must choose one.

import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/errors.ts";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "./tables.ts";

interface Sensor {
  readonly value: string;
  readonly offset: number;
  readonly hz?: number;
  /** The values of the three axes at one time. */
  at(seconds: number, person: number): readonly number[];
}

const acc: Sensor = { value: "acc", offset: 0, at: (t, p) => [Math.sin(3 * t + p), 0.5 * t, 9.8 + p] };
const gyro: Sensor = { value: "gyro", offset: 0.003, at: (t, p) => [2 * t, 0.1 * Math.cos(3 * t), p] };

/** Returns a table of two people with ten seconds of each of two classes. The rows are in time order, or grouped by sensor. */
function long(
  sensors: readonly Sensor[],
  {
    column = "sensor",
    blocks = false,
    columns = "x,y,z",
    time = (t: number) => t.toFixed(3),
  }: { column?: string; blocks?: boolean; columns?: string; time?: (seconds: number) => string } = {},
): string {
  const lines = [`user,activity,recording,timestamp,${columns},${column}`];
  for (const [p, user] of ["ann", "bob"].entries()) {
    for (const activity of ["walk", "sit"]) {
      const rows = sensors.flatMap(({ value, offset, hz = 50, at }) =>
        Array.from({ length: 10 * hz }, (_, i) => i / hz + offset).map((t) => ({
          t,
          line: [user, activity, activity, time(t), ...at(t, p).map((v) => v.toFixed(5)), value].join(","),
        })),
      );
      lines.push(...(blocks ? rows : rows.sort((a, b) => a.t - b.t)).map(({ line }) => line));
    }
  }
  return `${lines.join("\n")}\n`;
}

const labelled = { requireLabels: true };

async function refusal(content: string, columns = {}): Promise<UserError> {
  const { path } = folderOf({ "a.csv": content });
  const error = await readRecordings([path("a.csv")], { ...labelled, columns }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

describe("a long table of accelerometer and gyroscope becomes a wide one", () => {
  test.each([
    ["row by row", long([acc, gyro])],
    ["sensor after sensor", long([acc, gyro], { blocks: true })],
    ["with date-times", long([acc, gyro], { time: (t) => new Date(1777888800000 + 1000 * t).toISOString() })],
    [
      "with a device's date-times",
      long([acc, gyro], { time: (t) => `05/13/2026 10:00:${t.toFixed(3).padStart(6, "0")}` }),
    ],
    ["in milliseconds", long([acc, gyro], { time: (t) => (1000 * t).toFixed(0) })],
    ["in any order of sensors", long([gyro, acc])],
    [
      "with a device for each person",
      long([acc, gyro])
        .replaceAll(/^(user|ann|bob),.*$/gm, "$&,device-$1")
        .replace("device-user", "device"),
    ],
    ["with a faster gyroscope", long([acc, { ...gyro, hz: 100 }])],
    [
      "with Android's numbers",
      long(
        [
          { ...acc, value: "1" },
          { ...gyro, value: "4" },
        ],
        { column: "sensor_type" },
      ),
    ],
    ["and other sensors", long([acc, gyro, { value: "mag", offset: 0.004, hz: 10, at: () => [1, 2, 3] }])],
  ])("%s", async (_, content) => {
    const { path } = folderOf({ "a.csv": content });
    const { recordings, quality } = await readRecordings([path("a.csv")], { ...labelled, nominalRateHz: 50 });
    expect(recordings.channels.map((name) => name.replace(/.*_/, ""))).toEqual(["x", "y", "z", "x", "y", "z"]);
    expect(quality.sampling.rate_hz).toBeCloseTo(50, 3);
    expect(quality.rows.kept).toBeGreaterThanOrEqual(1996);
    expect(quality.warnings).toContainEqual(expect.stringContaining("are joined by time"));
    const [ax, ay, , gx, gy, gz] = recordings.values;
    const { start, end, user } = recordings.stretches.find((stretch) => stretch.user === "bob")!;
    expect(user).toBe("bob");
    for (let i = start + 1; i < end - 1; i += 37) {
      const t = ay![i]! / 0.5;
      expect(ax![i]).toBeCloseTo(Math.sin(3 * t + 1), 4);
      expect(gx![i]).toBeCloseTo(2 * t, 2);
      expect(gy![i]).toBeCloseTo(0.1 * Math.cos(3 * t), 3);
      expect(gz![i]).toBeCloseTo(1, 5);
    }
  });
});

const left: Sensor = { value: "left", offset: 0, at: (t, p) => [Math.sin(t + p), t, 9.8, 0.1 * t, 0.2, 0.3] };
const right: Sensor = { value: "right", offset: 0.007, at: (t, p) => [-Math.sin(t + p), t, 9.8, 0.1 * t, 0.2, 0.3] };
const devices = long([left, right], { column: "device", columns: "Ax,Ay,Az,Gx,Gy,Gz" });

describe("two devices of one person", () => {
  test("are refused with the ways to go on", async () => {
    for (const blocks of [false, true]) {
      const content = long([left, right], { column: "placement", columns: "Ax,Ay,Az,Gx,Gy,Gz", blocks });
      const { message, advice } = await refusal(content);
      expect(message).toContain('rows with "placement" left, right cover the same time of one person and recording');
      expect(advice).toContain("--only placement=left");
      expect(advice).toContain("--pivot placement");
    }
  });

  test("--only reads one of them", async () => {
    const { path } = folderOf({ "a.csv": devices });
    const { recordings, quality } = await readRecordings([path("a.csv")], {
      ...labelled,
      columns: { only: ["device=right"] },
    });
    expect(quality.sampling.rate_hz).toBeCloseTo(50, 6);
    expect(quality.rows.kept).toBe(2000);
    expect(recordings.values[0]![100]).toBeCloseTo(-Math.sin(2.007), 4);
  });

  test("--pivot reads them side by side", async () => {
    const { path } = folderOf({ "a.csv": devices });
    const { recordings, quality } = await readRecordings([path("a.csv")], {
      ...labelled,
      columns: { pivot: "device" },
    });
    expect(recordings.channels).toEqual(
      ["left", "right"].flatMap((side) => ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"].map((name) => `${side}_${name}`)),
    );
    expect(quality.sampling.rate_hz).toBeCloseTo(50, 6);
    expect(recordings.values[6]![100]).toBeCloseTo(-Math.sin(2), 3);
  });

  test("a wrong name is answered", async () => {
    expect((await refusal(devices, { pivot: "devise" })).message).toContain('no column "devise" (--pivot)');
    expect((await refusal(devices, { only: ["devise=left"] })).message).toContain(
      'no column "devise" (--only devise=left)',
    );
  });
});

test("columns that accompany the samples of one sensor change nothing", async () => {
  const extras = [
    (i: number) => Math.floor(i / 500),
    (i: number) => Math.floor(997 * Math.sin(i) ** 2) % 5,
    (i: number) => (Math.floor(i / 25) % 2 === 0 ? "stance" : "swing"),
    (i: number) => (i % 97 === 0 ? "peak" : "none"),
  ];
  const [head, ...lines] = long([acc], { column: "sensor" }).trimEnd().split("\n");
  const wide = [
    `${head},battery,noise,phase,event`,
    ...lines.map((line, i) => [line, ...extras.map((of) => of(i))].join(",")),
  ];
  const { path } = folderOf({ "a.csv": `${wide.join("\n")}\n` });
  const { recordings, quality } = await readRecordings([path("a.csv")], labelled);
  expect(recordings.channels).toEqual(["x", "y", "z"]);
  expect(quality.rows.kept).toBe(2000);
});

test("sensors that only two columns tell apart are refused with both", async () => {
  const at = (shift: number) => (t: number) => [Math.sin(3 * t) + shift, t, 9.8 - 3 * shift];
  const lines = ["time_ms,x,y,z,Sensor Type,Sensor ID"];
  for (let i = 0; i < 500; i++) {
    for (const id of [0, 1]) {
      for (const type of [0, 1, 2]) {
        const values = at(7 * type + 2 * id)(i / 50).map((value) => value.toFixed(4));
        lines.push([20 * i + 3 * id, ...values, type, id].join(","));
      }
    }
  }
  const content = `${lines.join("\n")}\n`;
  const { path } = folderOf({ "a.csv": content });
  const read = (columns: object) => readRecordings([path("a.csv")], { requireLabels: false, columns });
  const error = (await read({}).catch((reason: unknown) => reason)) as UserError;
  expect(error.message).toContain(
    'rows with different "Sensor Type" (0, 1, 2) and "Sensor ID" (0, 1) cover the same time',
  );
  expect(error.advice).toContain("--only 'Sensor Type=0' --only 'Sensor ID=0'");
  const one = await read({ only: ["Sensor Type=0", "Sensor ID=1"] });
  expect(one.quality.sampling.rate_hz).toBeCloseTo(50, 2);
  expect(one.recordings.values[0]![25]).toBeCloseTo(Math.sin(1.5) + 2, 3);
  const joined = await read({ only: ["Sensor ID=1"], pivot: "Sensor Type" });
  expect(joined.recordings.channels).toHaveLength(9);
  expect(joined.recordings.values[3]![25]).toBeCloseTo(Math.sin(1.5) + 9, 3);
});

test.each(["address", "device_id"])("asks which device to read if their rows arrive in bursts (%s)", async (column) => {
  const devices = ["C3:16:82:EF:1B:48", "F3:89:79:49:6C:B3"];
  // Bluetooth delivers five samples of each device at almost the same time, and later or earlier in every interval.
  const rows = Array.from({ length: 200 }, (_, i) => i).flatMap((i) =>
    devices.map((device, d) => {
      const arrival = 0.1 * Math.floor(i / 5) + 0.03 * Math.abs(Math.sin(i)) + 0.001 * (i % 5) + 0.0003 * d;
      return { arrival, line: `${device},${arrival.toFixed(4)},${Math.sin(i / 9) + 5 * d},${0.1 * d},${9.8 - 9 * d}` };
    }),
  );
  const lines = rows.sort((a, b) => a.arrival - b.arrival).map(({ line }) => line);
  const { path } = folderOf({ "a.csv": `${column},timestamp,AccX,AccY,AccZ\n${lines.join("\n")}\n` });
  await expect(readRecordings([path("a.csv")], { requireLabels: false })).rejects.toThrow(
    `rows with "${column}" ${devices.join(", ")} cover the same time`,
  );
});

test.each([
  ["acc", []],
  ["acc and gyro", [gyro]],
])("events in rows between those of %s are left out", async (_, others) => {
  const press: Sensor = { value: "press", offset: 0.301, hz: 0.5, at: () => [0, 0, 0] };
  const sensors = [acc, ...others, press, { ...press, value: "release", offset: 0.511 }];
  const { path } = folderOf({ "a.csv": long(sensors) });
  const { recordings, quality } = await readRecordings([path("a.csv")], { requireLabels: true });
  expect(quality.warnings.join()).toMatch(/The rows of press, release are not read/);
  expect(recordings.values[2]!.every((value) => value > 9)).toBe(true);
});

test("axes whose values are few whole numbers distinguish no sensors", async () => {
  // Readings of 8 bits, in which the rows with each value of ax are evenly spaced.
  const rows = Array.from({ length: 800 }, (_, i) =>
    [10 * i, 128 + 2 * (i % 3), 128 + Math.round(9 * Math.sin(i / 25)), 152 + 3 * (i % 4)].join(),
  );
  const { path } = folderOf({ "a.csv": `time_ms,ax,ay,az\n${rows.join("\n")}\n` });
  const { recordings } = await readRecordings([path("a.csv")], { requireLabels: false });
  expect(recordings.time).toHaveLength(800);
});
