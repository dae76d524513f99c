// If there is one file per sensor, a recording's files are read as one table, no matter what the app calls them.

import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { type ReadRecordingsOptions, readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { csv, folderOf, goodRows } from "./tables.ts";

type At = (seconds: number, recording: number) => readonly number[];
const acc: At = (t, r) => [Math.sin(3 * t + r), 0.5 * t, 9.8];
const gyro: At = (t, r) => [2 * t, Math.cos(3 * t), r];

/** Returns the text of a sensor's file, with ten seconds at the given rate. */
function table(at: At, r: number, { head = "time,x,y,z", hz = 50, offset = 0, time = true, gap = "," } = {}): string {
  const lines = Array.from({ length: 10 * hz }, (_, i) => i / hz + offset).map((t) =>
    [...(time ? [t.toFixed(4)] : []), ...at(t, r).map((v) => v.toFixed(5))].join(gap),
  );
  return `${[...(head === "" ? [] : [head]), ...lines].join("\n")}\n`;
}

function expectJoined({ recordings }: Awaited<ReturnType<typeof readRecordings>>, stretch = 0, r = 0): void {
  expect(recordings.channels).toHaveLength(6);
  const [ax, ay, az, gx, gy, gz] = recordings.values;
  const { start, end } = recordings.stretches[stretch]!;
  expect(end - start).toBeGreaterThanOrEqual(499);
  for (let i = start + 1; i < end - 1; i += 41) {
    const t = ay![i]! / 0.5;
    expect(ax![i]).toBeCloseTo(Math.sin(3 * t + r), 3);
    expect(az![i]).toBeCloseTo(9.8, 4);
    expect(gx![i]).toBeCloseTo(2 * t, 3);
    expect(gy![i]).toBeCloseTo(Math.cos(3 * t), 2);
    expect(gz![i]).toBeCloseTo(r, 5);
  }
}

const unlabelled: ReadRecordingsOptions = { requireLabels: false, nominalRateHz: 50 };

test.each<[string, Record<string, string>]>([
  ["Sensor Logger", { "Accelerometer.csv": table(acc, 0), "Gyroscope.csv": table(gyro, 0, { offset: 0.004 }) }],
  [
    "MetaWear",
    {
      "MetaWear_C5C2_Accelerometer_50.000Hz_1.5.0.csv": table(acc, 0, {
        head: "elapsed (s),x-axis (g),y-axis (g),z-axis (g)",
      }),
      "MetaWear_C5C2_Gyroscope_100.000Hz_1.5.0.csv": table(gyro, 0, {
        hz: 100,
        head: "elapsed (s),x-axis (deg/s),y-axis (deg/s),z-axis (deg/s)",
      }),
    },
  ],
  ["RealWorld", { "acc_walking_chest.csv": table(acc, 0), "Gyroscope_walking_chest.csv": table(gyro, 0) }],
  [
    "phyphox",
    {
      "Accelerometer.csv": table(acc, 0, {
        head: "Time (s),Acceleration x (m/s^2),Acceleration y (m/s^2),Acceleration z (m/s^2)",
      }),
      "Gyroscope.csv": table(gyro, 0, { head: "Time (s),Gyroscope x (rad/s),Gyroscope y (rad/s),Gyroscope z (rad/s)" }),
    },
  ],
])("%s: two files are one table", async (_, files) => {
  const { path } = folderOf(files);
  for (const names of [Object.keys(files), Object.keys(files).reverse()]) {
    const read = await readRecordings(names.map(path), unlabelled);
    expectJoined(read);
    expect(read.quality.warnings).toContainEqual(expect.stringContaining("are joined by time"));
    expect(read.recordings.files).toEqual(names.map(path));
  }
});

test.each(["acc-study", "gyroscope", "Accelerometer and gyroscope"])(
  "a folder called %s, in which all files are, does not keep them from being joined",
  async (folder) => {
    const { path } = folderOf({
      [`${folder}/Accelerometer_00.csv`]: table(acc, 0),
      [`${folder}/Gyroscope_00.csv`]: table(gyro, 0),
    });
    const names = ["Accelerometer", "Gyroscope"].map((name) => path(`${folder}/${name}_00.csv`));
    expectJoined(await readRecordings(names, unlabelled));
  },
);

test("rows that arrive in packets are joined with those of another sensor's packets", async () => {
  const arrival = (delay: number) => (line: string, i: number) => {
    const row = i - 1;
    const uneven = row % 5 > (row / 5) % 6 ? 0.009 : 0;
    const seconds = Math.floor(row / 5) / 10 + delay + (row % 5) * 0.002 + uneven;
    return i === 0 || line === "" ? line : line.replace(/^[^,]*/, seconds.toFixed(4));
  };
  const inPackets = (text: string, delay: number): string => text.split("\n").map(arrival(delay)).join("\n");
  const { path } = folderOf({
    "U01_R01_accel.csv": inPackets(table(acc, 0), 0),
    "U01_R01_gyro.csv": inPackets(table(gyro, 0), 0.005),
  });
  const read = await readRecordings([path("U01_R01_accel.csv"), path("U01_R01_gyro.csv")], unlabelled);
  const [, ay, , gx, gy] = read.recordings.values;
  expect(ay!.length).toBeGreaterThanOrEqual(499);
  for (let i = 0; i < ay!.length; i++) {
    const t = ay![i]! / 0.5;
    expect(Math.abs(gx![i]! / 2 - t)).toBeLessThan(0.02);
    expect(Math.abs(gy![i]! - Math.cos(3 * t))).toBeLessThan(0.06);
  }
  expect(read.quality.sampling.rate_hz).toBeCloseTo(50, 0);
});

test("files without names and times are joined row by row, with person and recording from the path", async () => {
  const files = Object.fromEntries(
    [1, 2].flatMap((user) =>
      [0, 1].flatMap((r) => [
        [`acc_exp0${r + 1}_user0${user}.txt`, table(acc, r, { head: "", time: false, gap: " " })],
        [`gyro_exp0${r + 1}_user0${user}.txt`, table(gyro, r, { head: "", time: false, gap: " " })],
      ]),
    ),
  );
  const { path } = folderOf(files);
  const columns = {
    columns: ["x", "y", "z"],
    groupFromPath: "*_user{user}.txt",
    recordingFromPath: "*_{experiment}_user*.txt",
  };
  const read = await readRecordings([path("*.txt")], { ...unlabelled, columns });
  expect(read.recordings.stretches.map(({ user, recording }) => [user, recording])).toEqual([
    ["01", "exp01"],
    ["02", "exp01"],
    ["01", "exp02"],
    ["02", "exp02"],
  ]);
  expectJoined(read);
  expectJoined(read, 2, 1);
});

test.each<[string, Record<string, string>, RegExp]>([
  [
    "clocks that begin at different times",
    { "acc.csv": table(acc, 0), "gyro.csv": table(gyro, 0, { offset: 1.7e9 }) },
    /times of these files do not overlap: .*acc\.csv from 0 to 9\.98, .*gyro\.csv from 1700000000/,
  ],
  [
    "clocks in different units",
    {
      "acc.csv": table(acc, 0),
      "gyro.csv": table((t) => gyro(t / 1000, 0), 0, { hz: 50 }).replace(/^([\d.]+),/gm, (_, t) => `${1000 * t},`),
    },
    /cannot be compared, because they seem to have different units: .*acc\.csv from 0 to 9\.98, .*gyro\.csv from 0 to 9980/,
  ],
  [
    "different numbers of rows and no clock",
    {
      "acc.csv": table(acc, 0, { head: "x,y,z", time: false }),
      "gyro.csv": table(gyro, 0, { head: "x,y,z", time: false, hz: 100 }),
    },
    /acc\.csv has 500 rows and .*gyro\.csv has 1,000 rows, and neither has a time column/,
  ],
])("files with %s are refused", async (_, files, message) => {
  const { path } = folderOf(files);
  await expect(readRecordings(Object.keys(files).map(path), unlabelled)).rejects.toThrow(message);
});

test("files without a clock are joined row by row if one ends a few rows earlier", async () => {
  const whole = table(gyro, 0, { head: "x,y,z", time: false });
  const files = {
    "acc.csv": table(acc, 0, { head: "x,y,z", time: false }),
    "gyro.csv": whole.split("\n").slice(0, 496).join("\n"),
  };
  const { path } = folderOf(files);
  const { recordings, quality } = await readRecordings(Object.keys(files).map(path), unlabelled);
  expect(recordings.time).toHaveLength(495);
  expect(quality.warnings.join()).toMatch(/joined row by row\. 5 rows of 500 have no counterpart/);
});

test("gravity, orientation and uncalibrated values in an app's archive are left out", async () => {
  const files = {
    "Accelerometer.csv": table((t, r) => acc(t, r).map((v) => v - 9.8), 0),
    "TotalAcceleration.csv": table(acc, 0),
    "Gyroscope.csv": table(gyro, 0),
    "Gravity.csv": table(() => [0, 0, 9.8], 0),
    "Orientation.csv": table(() => [1, 2, 3], 0, { head: "time,qx,qy,qz" }),
    "AccelerometerUncalibrated.csv": table(acc, 0),
    "GyroscopeUncalibrated.csv": table(gyro, 0),
    "Metadata.csv": "version,device\n3,iPhone\n",
  };
  const script = `import io,json,sys,zipfile
out = io.BytesIO()
with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
    for name, text in json.load(sys.stdin).items(): z.writestr(name, text)
sys.stdout.buffer.write(out.getvalue())`;
  const { path } = folderOf({ "walk.zip": execFileSync("python3", ["-c", script], { input: JSON.stringify(files) }) });
  const read = await readRecordings([path("walk.zip")], unlabelled);
  expect(read.recordings.stretches).toHaveLength(1);
  expectJoined(read);
});

test("tables that are whole are not joined", async () => {
  const { path } = folderOf({
    "acc_1.csv": csv(goodRows()),
    "gyro_1.csv": csv(goodRows().map((row) => ({ ...row, user: `${row.user}2` }))),
  });
  const { quality } = await readRecordings([path("acc_1.csv"), path("gyro_1.csv")], { requireLabels: true });
  expect(quality.files).toHaveLength(2);
  expect(quality.users).toBe(4);
});

test("files whose rows share whole seconds are joined by a finer time, or not at all", async () => {
  const head = "Timestamp,Milliseconds,X,Y,Z";
  const rows = (at: At): string =>
    `${[head, ...Array.from({ length: 500 }, (_, i) => [`2024-05-04 10:00:0${Math.floor(i / 50)}`, 20 * i, ...at(i / 50, 0).map((v) => v.toFixed(5))].join(","))].join("\n")}\n`;
  const folder = folderOf({ "Accelerometer.csv": rows(acc), "Gyroscope.csv": rows(gyro) });
  const files = ["Accelerometer.csv", "Gyroscope.csv"].map((name) => folder.path(name));
  await expect(readRecordings(files, unlabelled)).rejects.toMatchObject({
    message: expect.stringContaining('500 rows have only 10 different times (column "Timestamp")'),
    advice: "Specify a finer time column: --time Milliseconds",
  });
  expectJoined(await readRecordings(files, { ...unlabelled, columns: { time: "Milliseconds" } }));
});

test("a letter at the end of the file names stands for the sensor, if the letters fit", async () => {
  const options = { head: "", time: false };
  const { path } = folderOf({
    "S01_D1_A.dat": table(acc, 0, options),
    "S01_D1_G.dat": table(gyro, 0, options),
    "S01_D1_M.dat": table(() => [22, -5, 41], 0, options),
    "walk_A.csv": table(acc, 0, { head: "time,acc_x,acc_y,acc_z" }),
    "walk_G.csv": table(acc, 0, { head: "time,acc_x,acc_y,acc_z" }),
  });
  const named: ReadRecordingsOptions = { ...unlabelled, columns: { columns: ["x", "y", "z"] } };
  const read = await readRecordings(
    ["A", "G", "M"].map((letter) => path(`S01_D1_${letter}.dat`)),
    named,
  );
  expectJoined(read);
  expect(read.recordings.channels).toEqual(["acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z"]);
  expect(read.quality.warnings).toContainEqual(expect.stringContaining("Not read: S01_D1_M.dat."));
  const { recordings } = await readRecordings([path("walk_A.csv"), path("walk_G.csv")], unlabelled);
  expect(recordings.channels).toEqual(["acc_x", "acc_y", "acc_z"]);
});

test("sensors in folders and archives with their names are joined, and sensors of two devices are not", async () => {
  const { path } = folderOf({
    "phone/accel/S1.csv": table(acc, 0),
    "phone/gyro/S1.csv": table(gyro, 0),
    "log/TotalAcceleration.csv": table(acc, 0),
    "log/WatchAccelerometer.csv": table(gyro, 3),
    "log/WatchGyroscope.csv": table(acc, 3),
    "log/Gyroscope.csv": table(gyro, 0),
    "log/Orientation.csv": table(acc, 5),
  });
  expectJoined(await readRecordings([path("phone/accel/S1.csv"), path("phone/gyro/S1.csv")], unlabelled));
  const log = ["TotalAcceleration", "WatchAccelerometer", "WatchGyroscope", "Gyroscope", "Orientation"];
  const read = await readRecordings(
    log.map((name) => path(`log/${name}.csv`)),
    unlabelled,
  );
  expectJoined(read);
  expect(read.quality.warnings.join("\n")).toContain("Not read: WatchAccelerometer.csv, WatchGyroscope.csv.");
  expect(read.quality.warnings.join("\n")).toContain("differs from that of the other files: Orientation.csv.");
});

test("the file of a magnetometer beside joined files of another chip is left out", async () => {
  const { path } = folderOf({
    "lsm6dsv16x_acc.csv": table(acc, 0, { head: "Time,A_x [g],A_y [g],A_z [g]" }),
    "lsm6dsv16x_gyro.csv": table(gyro, 0, { head: "Time,G_x [dps],G_y [dps],G_z [dps]" }),
    "lis2mdl_mag.csv": table(() => [0.3, 0.04, -0.4], 0, { head: "Time,M_x [G],M_y [G],M_z [G]" }),
  });
  const read = await readRecordings([path("*.csv")], unlabelled);
  expectJoined(read);
  expect(read.quality.warnings.join("\n")).toContain("differs from that of the other files: lis2mdl_mag.csv.");
});

test("files of two sensors that cannot be joined are not read as one sensor", async () => {
  const files = ["acc_S1.csv", "gyro_S2.csv", "accel/S3.csv", "gyroscope/S4.csv"];
  const { path } = folderOf(Object.fromEntries(files.map((name, r) => [name, table(r % 2 ? gyro : acc, 0)])));
  await expect(readRecordings([path("accel/S3.csv"), path("gyroscope/S4.csv")], unlabelled)).rejects.toThrow(
    /S4\.csv: expected the accelerometer as in .*S3\.csv, found the gyroscope/,
  );
  await expect(readRecordings([path("acc_S1.csv"), path("gyro_S2.csv")], unlabelled)).rejects.toThrow(
    /gyro_S2\.csv: expected the columns of .*acc_S1\.csv/,
  );
});

test("a warning names the places on the body or the devices that are read as one sensor", async () => {
  const head = "time,acc_x,acc_y,acc_z";
  const names = ["S1_ankle.csv", "S1_leftWrist.csv", "phone/S2.csv", "watch/S2.csv", "S3_left.csv", "S3_right.csv"];
  const within = ["1_R/wrist/S1_ankle.csv", "1_R/wrist/S1_chest.csv"];
  const { path } = folderOf(
    Object.fromEntries([...names, ...within].map((name, r) => [name, table(acc, r, { head })])),
  );
  const warningsOf = async (some: readonly string[], groupFromPath?: string) => {
    const columns = groupFromPath === undefined ? {} : { groupFromPath };
    const { quality } = await readRecordings(some.map(path), { ...unlabelled, columns });
    return quality.warnings.filter((warning) => warning.startsWith("Files whose paths differ only in the device"));
  };
  expect((await warningsOf(names))[0]).toContain(
    "(ankle, left wrist, phone, watch) are read as recordings of one sensor",
  );
  expect(await warningsOf(["S3_left.csv", "S3_right.csv"])).toEqual([]);
  expect((await warningsOf(within))[0]).toContain("(ankle, chest)");
  expect(await warningsOf(["S1_ankle.csv", "S1_leftWrist.csv"], "S1_{place}.csv")).toEqual([]);
});

test("a file alone whose name gives a sensor is not taken for an accelerometer", async () => {
  const still: At = () => [0.3, -0.1, 0.95];
  const names = ["Magnetometer", "Gravity", "LinearAcceleration", "Gyroscope"];
  const { path } = folderOf(Object.fromEntries(names.map((name) => [`${name}.csv`, table(still, 0)])));
  const channels = async (name: string, options: ReadRecordingsOptions["columns"] = {}) =>
    (await readRecordings([path(`${name}.csv`)], { ...unlabelled, columns: options })).recordings.channels;
  for (const name of ["Magnetometer", "Gravity"])
    await expect(channels(name)).rejects.toThrow(`expected an accelerometer or a gyroscope, found the sensor ${name}`);
  expect(await channels("Magnetometer", { channels: ["x", "y", "z"] })).toEqual(["x", "y", "z"]);
  expect(await channels("LinearAcceleration")).toContain("LinearAcceleration_x");
  expect(await channels("Gyroscope")).toContain("Gyroscope_x");
});

test("Sensor Logger's accelerometer without gravity is read as what its file's name says", async () => {
  const walk: At = (t) => [2 * Math.sin(12 * t), 1.5 * Math.cos(12 * t), Math.sin(24 * t)];
  const lines = Array.from(
    { length: 500 },
    (_, i) =>
      `${1_714_816_800_000 + 20 * i}000000,${i / 50},${walk(i / 50, 0)
        .toReversed()
        .join(",")}`,
  );
  const folder = folderOf({
    "Accelerometer.csv": `time,seconds_elapsed,z,y,x\n${lines.join("\n")}\n`,
    "Gravity.csv": table(acc, 0, { head: "time,x,y,z" }),
  });
  const { recordings } = await readRecordings([folder.path("Accelerometer.csv")], unlabelled);
  expect(recordings.channels).toEqual(["Accelerometer_x", "Accelerometer_y", "Accelerometer_z"]);
  expect(recordings.values[0]![10]).toBeCloseTo(walk(0.2, 0)[0]!, 5);
  await expect(readRecordings([folder.path("Gravity.csv")], unlabelled)).rejects.toMatchObject({
    advice: "Give the accelerometer's file. To read this one, add --channels x,y,z",
  });
});
