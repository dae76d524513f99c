import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeWindows } from "../../../src/signals/data/make-windows.ts";
import { qualityReportSchema } from "../../../src/signals/data/quality-report.ts";
import { type ReadRecordings, readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { duckdbLiteral, openDuckdb } from "../../../src/signals/files/duckdb.ts";
import { csv, folderOf, goodRows, header, parquet, type Row, rows } from "./tables.ts";

async function readCsv(table: readonly Row[], head: string = header): Promise<ReadRecordings> {
  const folder = folderOf({ "a.csv": csv(table, ",", head) });
  return readRecordings([folder.path("a.csv")], { requireLabels: true });
}

/** A two-class table whose first recording has the given times (in the file's unit). */
function timed(times: readonly (number | string)[]): Row[] {
  const walk = rows(times.length).map((row, i) => ({ ...row, time: times[i]! }));
  return [...walk, ...walk.map((row) => ({ ...row, activity: "sit", recording: "r2" }))];
}

describe("readRecordings", () => {
  test("gives values, times and stretches as they were written", async () => {
    const { recordings, columns, quality } = await readCsv(goodRows());
    expect(recordings.channels).toEqual(["Ax", "Ay", "Az", "Gx", "Gy", "Gz"]);
    expect([...recordings.values[3]!.subarray(0, 3)]).toEqual([0.3, 1.3, 2.3].map(Math.fround));
    expect([...recordings.time.subarray(0, 3)]).toEqual([0, 0.02, 0.04]);
    expect(recordings.stretches).toEqual([
      { user: "ann", recording: "r1", label: "walk", start: 0, end: 60 },
      { user: "ann", recording: "r2", label: "sit", start: 60, end: 120 },
      { user: "bob", recording: "r1", label: "walk", start: 120, end: 180 },
      { user: "bob", recording: "r2", label: "sit", start: 180, end: 240 },
    ]);
    expect(columns).toEqual({
      label: "activity",
      group: "user",
      recording: "recording",
      time: "timestamp_s",
      timeUnit: "s",
      channels: ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"],
    });
    expect(quality).toMatchObject({
      rows: { read: 240, kept: 240 },
      seconds: 4.8,
      users: 2,
      recordings: 4,
      stretches: 4,
      sampling: { rate_hz: 50, rate_hz_min: 50, rate_hz_max: 50 },
      gaps: { count: 0 },
      classes: { sit: { rows: 120, seconds: 2.4 }, walk: { rows: 120, seconds: 2.4 } },
      persons: { ann: { rows: 120, seconds: 2.4 }, bob: { rows: 120, seconds: 2.4 } },
      warnings: [],
    });
    expect(quality.channels.Ay).toEqual({
      missing: 0,
      infinite: 0,
      min: Math.fround(0.1),
      max: Math.fround(59.6),
      flat: false,
      flat_seconds: 0,
    });
    expect(qualityReportSchema.parse(JSON.parse(JSON.stringify(quality)))).toEqual(quality);
  });

  test("equal data has an equal fingerprint in every format, and another value another one", async () => {
    const table = goodRows();
    const text = csv(table);
    const folder = folderOf({
      "a.csv": text,
      "b.csv.gz": text,
      "c.tsv": csv(table, "\t"),
      "d.tsv.gz": csv(table, "\t"),
      "e.txt": csv(table, ";"),
      "part-1.csv": csv(table.slice(0, 90)),
      "part-2.csv": csv(table.slice(90)),
      "other.csv": csv(table.with(7, { ...table[7]!, values: [0, 0, 0, 0, 0, 0] })),
    });
    await parquet(folder.path("f.parquet"), table);
    const fingerprintOf = async (...names: string[]): Promise<string> =>
      (await readRecordings(names.map(folder.path), { requireLabels: true })).recordings.fingerprint;
    const expected = await fingerprintOf("a.csv");
    for (const name of ["b.csv.gz", "c.tsv", "d.tsv.gz", "e.txt", "f.parquet", "part-*.csv"]) {
      expect(await fingerprintOf(name), name).toBe(expected);
    }
    expect(await fingerprintOf("part-1.csv", "part-2.csv")).toBe(expected);
    expect(await fingerprintOf("other.csv")).not.toBe(expected);
  });

  test("globs are expanded in order, and a name with glob characters is one file", async () => {
    const table = goodRows();
    const folder = folderOf({
      "s2.csv": csv(table.slice(120)),
      "s1.csv": csv(table.slice(0, 120)),
      "s[1].csv": csv(table),
    });
    const globbed = await readRecordings([folder.path("s?.csv")], { requireLabels: true });
    expect(globbed.recordings.files).toEqual([folder.path("s1.csv"), folder.path("s2.csv")]);
    expect(globbed.quality.files.map(({ rows }) => rows)).toEqual([120, 120]);
    const literal = await readRecordings([folder.path("s[1].csv")], { requireLabels: true });
    expect(literal.quality.rows.read).toBe(240);
  });

  test.each([
    ["Subject,Class,Trial,Time,acc_x,acc_y,acc_z,gyro_x,gyro_y,gyro_z"],
    ["participant,label,session,timestamp_s,accel_x,accel_y,accel_z,gyr_x,gyr_y,gyr_z"],
    ["PersonID,y,file,t,Accelerometer X,Accelerometer Y,Accelerometer Z,Gyroscope X,Gyroscope Y,Gyroscope Z"],
    [
      "subject_id,activity_name,session_id,seconds,userAcceleration.x,userAcceleration.y,userAcceleration.z,rotationRate.x,rotationRate.y,rotationRate.z",
    ],
    ["id,Activity,recording_id,elapsed,x-axis,y-axis,z-axis,wx,wy,wz"],
    [
      "user,activity,recording,time (s),acc_x (m/s2),acc_y (m/s2),acc_z (m/s2),gyro_x (rad/s),gyro_y (rad/s),gyro_z (rad/s)",
    ],
  ])("usual names are found: %s", async (head) => {
    const { columns } = await readCsv(goodRows(), head);
    const names = head.split(",");
    expect(columns).toEqual({
      group: names[0],
      label: names[1],
      recording: names[2],
      time: names[3],
      timeUnit: "s",
      channels: names.slice(4),
    });
  });

  test("given names win over usual ones", async () => {
    const folder = folderOf({ "a.csv": csv(goodRows()) });
    const { columns, recordings } = await readRecordings([folder.path("a.csv")], {
      columns: { label: "recording", recording: "activity", channels: ["Gz", "Ax"] },
      requireLabels: true,
    });
    expect(columns).toMatchObject({ label: "recording", recording: "activity", channels: ["Gz", "Ax"] });
    expect(recordings.values[0]![0]).toBe(0.5);
  });

  test.each([
    ["timestamp_s", [0, 0.02, 0.04, 0.06], "s"],
    ["time", [0, 20, 40, 60], "ms"],
    ["time", [0, 20_000, 40_000, 60_000], "us"],
    ["timestamp", [1_700_000_000_000, 1_700_000_000_020, 1_700_000_000_040, 1_700_000_000_060], "ms"],
    ["t", [0, 2e7, 4e7, 6e7], "ns"],
    ["time_ms", [0, 20, 40, 60], "ms"],
    ["timestampUs", [0, 20_000, 40_000, 60_000], "us"],
    [
      "time",
      ["2024-05-01 10:00:00.00", "2024-05-01 10:00:00.02", "2024-05-01 10:00:00.04", "2024-05-01 10:00:00.06"],
      "timestamp",
    ],
  ] as const)("time column %s from %o is in %s", async (name, times, unit) => {
    const { columns, recordings, quality } = await readCsv(timed(times), header.replace("timestamp_s", name));
    expect(columns.timeUnit).toBe(unit);
    const first = recordings.time[0]!;
    for (let i = 0; i < 4; i++) expect(recordings.time[i]! - first).toBeCloseTo(i / 50, 6);
    expect(quality.stretches).toBe(2);
    const guessed = unit !== "s" && unit !== "timestamp" && !/ms|us/i.test(name);
    expect(quality.warnings.some((warning) => warning.includes("Judging by its steps"))).toBe(guessed);
  });

  test("the nominal rate determines a unit that is not stated", async () => {
    const folder = folderOf({ "a.csv": csv(timed([0, 1, 2, 3]), ",", header.replace("timestamp_s", "time")) });
    const read = (nominalRateHz: number): Promise<ReadRecordings> =>
      readRecordings([folder.path("a.csv")], { requireLabels: true, nominalRateHz });
    expect((await read(1)).columns.timeUnit).toBe("s");
    expect((await read(800)).columns.timeUnit).toBe("ms");
  });

  test("numbers that go up by 1 count samples if the rate is neither 1 Hz nor 1 kHz", async () => {
    const read = (name: string, times: readonly number[]): Promise<ReadRecordings> => {
      const folder = folderOf({ "a.csv": csv(timed(times), ",", header.replace("timestamp_s", name)) });
      return readRecordings([folder.path("a.csv")], { requireLabels: true, nominalRateHz: 50 });
    };
    const samples = [5, 6, 7, 8, 20, 21, 22, 23];
    const { columns, recordings, quality } = await read("t", samples);
    expect(columns).toMatchObject({ time: "t", timeUnit: "index" });
    expect([...recordings.time.subarray(0, 8)]).toEqual(samples.map((sample) => sample / 50));
    expect(quality).toMatchObject({ sampling: { rate_hz: 50 }, gaps: { count: 2 } });
    expect(quality.warnings).toEqual([
      expect.stringMatching(/^Column "t" .* count samples at 50 per second\..*time_ms/),
    ]);
    expect((await read("time_ms", samples)).columns.timeUnit).toBe("ms");
    expect((await read("t", [0, 0, 0, 1, 1, 1, 2, 2])).columns.timeUnit).not.toBe("index");
  });

  test("without a time column rows are counted, and a dropped row leaves a hole", async () => {
    const table = [...rows(20), ...rows(150, { activity: "sit" })];
    table[5] = { ...table[5]!, values: ["", 1, 2, 3, 4, 5] };
    const head = header.replace("timestamp_s", "packet");
    const folder = folderOf({ "a.csv": csv(table, ",", head) });
    const read = await readRecordings([folder.path("a.csv")], { requireLabels: true, nominalRateHz: 25 });
    expect(read.columns).toMatchObject({ time: null, timeUnit: "index" });
    expect([...read.recordings.time.subarray(3, 7)]).toEqual([0.12, 0.16, 0.24, 0.28]);
    expect(read.quality.rows.dropped.missing_values).toBe(1);
    expect(read.quality.warnings).toContain(
      "No time column was found, so rows are assumed to be recorded at 25 per second, without gaps.",
    );
  });

  test("without a recording column a person's rows in one file are one recording", async () => {
    const head = header.replace("recording", "note");
    const one = [...rows(60), ...rows(60, { activity: "sit" }, 60)];
    const folder = folderOf({ "mon.csv": csv(one, ",", head), "tue.csv": csv(one, ",", head) });
    const { recordings } = await readRecordings([folder.path("*.csv")], { requireLabels: true });
    expect(recordings.stretches.map((s) => [s.recording, s.label])).toEqual([
      ["mon", "walk"],
      ["mon", "sit"],
      ["tue", "walk"],
      ["tue", "sit"],
    ]);
  });

  test("integers, decimals and texts of numbers are numbers", async () => {
    const folder = folderOf({});
    const path = folder.path("a.parquet");
    const database = await openDuckdb();
    await database.rows(
      `COPY (SELECT i // 50 AS user, i % 50 // 25 AS activity, CAST(i % 25 * 20 AS BIGINT) AS time_ms,
         CAST(i AS BIGINT) AS ax, CAST(i / 10 AS DECIMAL(10, 3)) AS ay, CAST(i AS HUGEINT) AS az,
         CAST(i % 100 AS TINYINT) AS gx, CAST(i / 4 AS VARCHAR) AS gy, CAST(i / 8 AS FLOAT) AS gz, i % 50 // 25 AS trial
       FROM range(100) t(i)) TO ${duckdbLiteral(path)} (FORMAT parquet)`,
    );
    database.close();
    const { recordings, columns } = await readRecordings([path], { requireLabels: true });
    expect(columns).toMatchObject({
      group: "user",
      label: "activity",
      timeUnit: "ms",
      channels: ["ax", "ay", "az", "gx", "gy", "gz"],
    });
    expect(recordings.values.map((column) => column[33])).toEqual([33, 3.3, 33, 33, 8.25, 4.125].map(Math.fround));
    expect(recordings.time[33]).toBe(0.16);
    expect(recordings.stretches.map(({ user, label }) => `${user}/${label}`)).toEqual(["0/0", "0/1", "1/0", "1/1"]);
  });

  test("interleaved people are put together, each in its own order", async () => {
    const ann = rows(30);
    const bob = rows(30, { user: "bob", activity: "sit" });
    const { recordings, quality } = await readCsv(ann.flatMap((row, i) => [row, bob[i]!]));
    expect(recordings.stretches.map(({ user, start, end }) => [user, start, end])).toEqual([
      ["ann", 0, 30],
      ["bob", 30, 60],
    ]);
    expect([...recordings.time.subarray(28, 32)]).toEqual([28 / 50, 29 / 50, 0, 1 / 50]);
    expect(quality.stretches).toBe(2);
  });

  test("rows with something missing are dropped and counted by reason, each once", async () => {
    const table = goodRows();
    table[3] = { ...table[3]!, values: ["", 1, 2, 3, 4, 5] };
    table[4] = { ...table[4]!, values: [0, 1, "inf", 3, 4, 5] };
    table[65] = { ...table[65]!, activity: "" };
    table[66] = { ...table[66]!, user: " " };
    table[67] = { ...table[67]!, recording: "NA" };
    table[130] = { ...table[130]!, time: "" };
    table[190] = { ...table[190]!, time: table[189]!.time };
    const { quality, recordings } = await readCsv(table);
    expect(quality.rows).toEqual({
      read: 240,
      kept: 233,
      dropped: {
        missing_label: 1,
        missing_person: 1,
        missing_recording: 1,
        missing_time: 1,
        missing_values: 2,
        duplicate_time: 1,
      },
    });
    expect(quality.channels.Ax!.missing).toBe(1);
    expect(quality.channels.Az!.infinite).toBe(1);
    expect(recordings.time.length).toBe(233);
    expect(recordings.values[0]![3]).toBe(5);
  });

  test("if labels are not required, a label column is read only if it is named", async () => {
    const table = goodRows().map((row, i) => ({
      ...row,
      ...(i < 30 && { activity: "" }),
      ...(row.user === "bob" && { values: row.values!.map((value) => -value) }),
    }));
    const folder = folderOf({
      "a.csv": csv(table),
      "b.csv": csv(table, ",", "who,what,recording,time_s,Ax,Ay,Az,Gx,Gy,Gz"),
    });
    const unnamed = await readRecordings([folder.path("a.csv")], { requireLabels: false });
    expect(unnamed.columns.label).toBeNull();
    expect(new Set(unnamed.recordings.stretches.map(({ label }) => label))).toEqual(new Set([null]));
    const some = await readRecordings([folder.path("a.csv")], { requireLabels: false, columns: { label: "activity" } });
    expect(some.recordings.stretches[0]).toMatchObject({ label: null, start: 0, end: 30 });
    expect(some.quality.rows.kept).toBe(240);
    const none = readRecordings([folder.path("b.csv")], { requireLabels: false });
    await expect(none).rejects.toThrow(/rows with "who" ann, bob cover the same time/);
  });

  test("a gap is a step of more than 3 periods and 0.1 s", async () => {
    const at = (...steps: number[]): number[] => {
      const times = [0];
      for (const step of steps) times.push(times.at(-1)! + step);
      return times;
    };
    const slow = timed(
      at(...new Array(20).fill(0.05), 0.149, ...new Array(20).fill(0.05), 0.151, ...new Array(20).fill(0.05)),
    );
    const fast = timed(
      at(...new Array(20).fill(0.01), 0.099, ...new Array(20).fill(0.01), 0.101, ...new Array(20).fill(0.01)),
    );
    for (const table of [slow, fast]) {
      const { quality, recordings } = await readCsv(table);
      expect(quality.gaps.count).toBe(2);
      expect(recordings.stretches.map(({ start, end }) => end - start)).toEqual([42, 21, 42, 21]);
    }
    const { quality } = await readCsv(slow);
    expect(quality.gaps).toMatchObject({ seconds: 0.302, longest_seconds: 0.151 });
  });

  test("flat channels and flat runs are reported", async () => {
    const table = [...rows(200), ...rows(200, { activity: "sit", recording: "r2" })].map((row, i) => ({
      ...row,
      values: [7, i % 200 < 100 ? 1 : i, i, i + 1, i + 2, i + 3],
    }));
    const { quality } = await readCsv(table);
    expect(quality.channels.Ax).toMatchObject({ flat: true, flat_seconds: 8 });
    expect(quality.channels.Ay).toMatchObject({ flat: false, flat_seconds: 4 });
    expect(quality.channels.Az).toMatchObject({ flat: false, flat_seconds: 0 });
    expect(quality.warnings).toEqual([
      "Channel Ax is constant throughout (7).",
      "Channel Ay is constant for 50 % of the time. Check whether the sensor is stuck or saturated.",
    ]);
  });

  test("channels that were scaled to a range are reported", async () => {
    const scaled = (from: number, count: number) =>
      [...rows(200), ...rows(200, { activity: "sit", recording: "r2" })].map((row, i) => {
        const values = [0, 1, 2, 3, 4, 5].map((c) => (c < count ? from + ((i + c) % 50) * ((1 - from) / 49) : i + c));
        return { ...row, values };
      });
    for (const from of [0, -1])
      expect((await readCsv(scaled(from, 3))).quality.warnings.join()).toContain(
        `The values of Ax, Ay, Az range from exactly ${from} to exactly 1, so they seem to have been scaled.`,
      );
    expect((await readCsv(scaled(0, 2))).quality.warnings).toEqual([]);
  });

  test("windows of whatever was read cross no person, recording, label or gap", async () => {
    const part = fc.record({
      user: fc.constantFrom("ann", "bob"),
      recording: fc.constantFrom("r1", "r2"),
      activity: fc.constantFrom("walk", "sit"),
      count: fc.integer({ min: 1, max: 40 }),
      pause: fc.constantFrom(0.02, 0.08, 0.12, 5),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 2, maxLength: 8 }), async (parts) => {
        const clocks = new Map<string, number>();
        const table: Row[] = [];
        const pieces: { key: string; from: number; to: number }[] = [];
        for (const { user, recording, activity, count, pause } of parts) {
          const key = `${user}/${recording}`;
          const from = (clocks.get(key) ?? 0) + pause;
          for (let i = 0; i < count; i++) {
            const time = Number((from + i * 0.02).toFixed(3));
            table.push({ user, recording, activity, time, values: [time, 0, 0, 0, 0, parts.length] });
          }
          const to = from + (count - 1) * 0.02;
          clocks.set(key, to);
          const last = pieces.findLast((piece) => piece.key.startsWith(`${key}/`));
          const joins = last !== undefined && pause <= 0.1 && last.key === `${key}/${activity}`;
          if (joins) last.to = to;
          else pieces.push({ key: `${key}/${activity}`, from, to });
        }
        const folder = folderOf({ "a.csv": csv(table) });
        const { recordings } = await readRecordings([folder.path("a.csv")], {
          requireLabels: false,
          columns: { label: "activity" },
        });
        expect(recordings.time.length).toBe(table.length);
        fc.pre(recordings.stretches.some(({ start, end }) => end - start >= 10));
        const { windows } = makeWindows(recordings, { samplingRateHz: 50, windowSize: 10, overlap: 0.5 });
        for (const [w, start] of windows.startTimes.entries()) {
          const key = `${windows.users[windows.groups[w]!]}/${windows.recordings[windows.recordingIndex[w]!]}/${windows.classes[windows.labels[w]!]}`;
          const home = pieces.find(
            (piece) => piece.key === key && piece.from - 1e-6 <= start && start + 0.18 <= piece.to + 1e-6,
          );
          expect(home, `${key} at ${start}`).toBeDefined();
          expect(windows.samples[windows.starts[w]! * 6]).toBeCloseTo(start, 4);
        }
      }),
      { numRuns: 30 },
    );
  });
});
