// Reading the table that `convert` writes gives the same windows as reading the original files.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { convert } from "../../src/pipelines/convert.ts";
import { makeWindows } from "../../src/signals/data/make-windows.ts";
import { readRecordings } from "../../src/signals/data/read-recordings.ts";
import type { WindowSet } from "../../src/signals/data/windows.ts";
import { duckdbLiteral } from "../../src/signals/files/duckdb.ts";
import { query } from "./query.ts";
import { resident } from "./resident.ts";
import { fileDirectory, simulateTiny } from "./tiny-run.ts";

const directory = fileDirectory();
const run = resident(directory);
const at = (name: string): string => join(directory, name);

const copy = (to: string, select: string): Promise<unknown> =>
  query(`COPY (SELECT ${select}) TO ${duckdbLiteral(at(to))}`);
const simulated = `FROM (SELECT *, row_number() OVER () AS n FROM ${duckdbLiteral(at("r.parquet"))})`;

async function windowsOf(files: string[], requireLabels = true): Promise<WindowSet> {
  const { recordings } = await readRecordings(files, { requireLabels });
  return makeWindows(recordings, { samplingRateHz: 20, windowSize: 40, overlap: 0.5 }).windows;
}

/** Returns everything about the windows except the samples and channel names, with names instead of indices. */
function placesOf({ groups, users, recordings, recordingIndex, labels, classes, startTimes }: WindowSet) {
  return Array.from(groups, (g, w) => ({
    user: users[g],
    recording: recordings[recordingIndex[w]!],
    label: classes[labels[w]!],
    start: startTimes[w],
  }));
}

beforeAll(() => simulateTiny(at("r.parquet"), { users: 2 }));

describe("the clean table", () => {
  it.each(["clean.parquet", "clean.csv", "clean.tsv.gz"])("%s: the same windows, bit for bit", async (file) => {
    const { exitCode, stdout, stderr } = await run("convert", "r.parquet", "--out", file);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^Ax +Ax +m\/s\^2 +m\/s\^2 +by its values: 9\./m);
    expect(stdout).toMatch(/^written {4}4,800 rows of 2 people in 6 recordings, in /m);
    const [read, again] = [await windowsOf([at("r.parquet")]), await windowsOf([at(file)])];
    expect(placesOf(again)).toEqual(placesOf(read));
    expect(again.samples).toEqual(read.samples);
    expect(again.channels).toEqual(read.channels);
  });

  it("has the same windows as messy files, in SI units, with a report of the changes", async () => {
    // A file with milliseconds since 1970, missing values, a pause, rows without a label, repeated times, g and deg/s, and no
    // recording column.
    const messy = (person: string): string =>
      `1.7e12 + timestamp_s * 1000 + CASE recording WHEN 'walking-1' THEN 0 WHEN 'jogging-1' THEN 1e5 ELSE 2e5 END AS time_ms,
       "user" AS subject, if(timestamp_s BETWEEN 10 AND 12, NULL, activity) AS label,
       if(n % 400 = 0, NULL, Ax / 9.80665) AS "acc x (g)", Ay / 9.80665 AS "acc y (g)", Az / 9.80665 AS "acc z (g)",
       degrees(Gx) AS "gyr x (deg/s)", degrees(Gy) AS "gyr y (deg/s)", degrees(Gz) AS "gyr z (deg/s)", 7 AS battery
       ${simulated} WHERE "user" = '${person}' AND timestamp_s NOT BETWEEN 20 AND 21`;
    await copy("a.csv", messy("person-01"));
    await copy("b.csv", messy("person-02"));
    const files = [at("a.csv"), at("b.csv")];
    const result = await convert({ files, out: at("messy.parquet") });
    expect(result.columns).toEqual([
      ...["user", "activity", "recording", "timestamp_s", "acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z"],
    ]);
    expect(result.channels.map(({ unitFrom, unitTo, because }) => `${unitFrom} ${unitTo} ${because}`)).toEqual([
      ...new Array(3).fill("g m/s^2 its name says g"),
      ...new Array(3).fill("deg/s rad/s its name says deg/s"),
    ]);
    expect(result).toMatchObject({ unusedColumns: ["battery"], quality: { columns: { time_unit: "ms" } } });
    expect(result.quality.rows.dropped.missing_values).toBeGreaterThan(0);
    expect(result.rows).toBe(result.quality.rows.kept);
    for (const requireLabels of [true, false]) {
      const read = await windowsOf(files, requireLabels);
      const again = await windowsOf([at("messy.parquet")], requireLabels);
      expect(placesOf(again)).toEqual(placesOf(read));
      const factors = [...new Array(3).fill(9.80665), ...new Array(3).fill(Math.PI / 180)];
      expect(again.samples.length).toBe(read.samples.length);
      for (const [i, value] of again.samples.entries()) {
        // The values in both tables are rounded to 24 bits, and interpolation rounds those in the original once more.
        if (!(Math.abs(value - read.samples[i]! * factors[i % 6]!) <= 1e-4))
          expect(value, `sample ${i}`).toBe(read.samples[i]! * factors[i % 6]!);
      }
    }
  });

  it("keeps a unit that only the values reveal, and says so, unless --units auto converts it", async () => {
    await copy(
      "g.csv",
      `* EXCLUDE (n) REPLACE (Ax / 9.80665 AS Ax, Ay / 9.80665 AS Ay, Az / 9.80665 AS Az) ${simulated}`,
    );
    const kept = await run("convert", "g.csv", "--out", "kept.csv");
    expect(kept.exitCode).toBe(0);
    expect(kept.stderr).toMatch(/^warning: Sensor A \(Ax, Ay, Az\) seems to be in g, but .* add --units auto$/m);
    expect(kept.stdout).toMatch(/^Ax +Ax +g +g +by its values/m);
    const auto = await run("convert", "g.csv", "--out", "auto.csv", "--units", "auto");
    expect(auto.stderr).toBe("");
    expect(auto.stdout).toMatch(/^Ax +Ax +g +m\/s\^2 +9\.80665 +by its values/m);
    const given = await run("convert", "g.csv", "--out", "given.csv", "--sensor", "acc:Ax,Ay,Az[g]");
    expect(given.stderr).toBe("");
    const of = (file: string) =>
      query(`SELECT sum(Az)::DOUBLE AS z, sum(Gz)::DOUBLE AS g FROM ${duckdbLiteral(at(file))}`);
    const [{ z, g }] = (await of("r.parquet")) as [{ z: number; g: number }];
    for (const [file, factor] of [
      ["kept.csv", 1 / 9.80665],
      ["auto.csv", 1],
      ["given.csv", 1],
    ] as const) {
      const [sums] = (await of(file)) as [{ z: number; g: number }];
      expect(sums.z / (z * factor)).toBeCloseTo(1, 5);
      expect(sums.g).toBeCloseTo(g, 3);
    }
  });

  it("comes with a warning about values that no person can have", async () => {
    const turned = ["Gx", "Gy", "Gz"].map((name) => `degrees(${name}) AS ${name}`).join(", ");
    await copy("turned.csv", `* EXCLUDE (n) REPLACE (${turned}) ${simulated}`);
    const { stderr } = await run("convert", "turned.csv", "--out", "turned.parquet", "--sensor", "gyr:Gx,Gy,Gz[rad/s]");
    expect(stderr).toMatch(/^warning: Impossible values of person-01: .*Gx, Gy, Gz are in deg\/s instead of rad\/s/m);
  });

  it("has no activities and only the unknown person if the files have neither", async () => {
    await copy(
      "bare.csv",
      `timestamp_s, Ax, Ay, Az ${simulated} WHERE "user" = 'person-01' AND recording = 'walking-1'`,
    );
    const result = await convert({ files: [at("bare.csv")], out: at("bare.parquet") });
    expect(result.columns).toEqual(["user", "recording", "timestamp_s", "Ax", "Ay", "Az"]);
    expect(result.warnings).toEqual([expect.stringMatching(/^No person column was found/)]);
    const rows = await query(`SELECT DISTINCT "user", recording FROM ${duckdbLiteral(at("bare.parquet"))}`);
    expect(rows).toEqual([{ user: "unknown", recording: "bare" }]);
  });
});

describe("convert rejects", () => {
  const nothingNew = async (words: readonly string[], message: RegExp): Promise<void> => {
    const before = readdirSync(directory);
    const { exitCode, stdout, stderr } = await run("convert", ...words);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(readdirSync(directory)).toEqual(before);
  };

  it("replacing its input, or another file without --overwrite", async () => {
    await nothingNew(["r.parquet", "--out", "r.parquet", "--overwrite"], /would replace it/);
    await nothingNew(["r.parquet", "--out", "a.csv"], /a\.csv.*exists/);
  });

  it("values that are markers, and leaves nothing behind", async () => {
    await copy("marked.csv", `* EXCLUDE (n) REPLACE (if(n % 200 = 0, -9999, Gx) AS Gx) ${simulated}`);
    await nothingNew(["marked.csv", "--out", "no.csv"], /^error: .*column "Gx": -9999, and \d+ more such cells/m);
    expect(existsSync(at("no.csv"))).toBe(false);
  });

  it("people in different units, unless --units auto converts each of them", async () => {
    const scaled = (name: string): string => `${name} / if("user" = 'person-01', 9.80665, 1) AS ${name}`;
    await copy("mixed.csv", `* EXCLUDE (n) REPLACE (${["Ax", "Ay", "Az"].map(scaled).join(", ")}) ${simulated}`);
    await nothingNew(
      ["mixed.csv", "--out", "no.csv"],
      /units differ between people; .*: g for person-01; m\/s\^2 for person-02\.\n.*--units auto/,
    );
    const auto = await run("convert", "mixed.csv", "--out", "si.parquet", "--units", "auto");
    expect(auto.stdout).toMatch(/^Ax +Ax +unknown +m\/s\^2 +by person /m);
    const sums = (file: string) =>
      query(`SELECT sum(Ax)::DOUBLE AS x, sum(Az)::DOUBLE AS z FROM ${duckdbLiteral(at(file))}`);
    const [converted, original] = [(await sums("si.parquet"))[0]!, (await sums("r.parquet"))[0]!];
    for (const name of ["x", "z"]) expect(Number(converted[name]) / Number(original[name])).toBeCloseTo(1, 5);
  });

  it("a channel that would have the name of another column", async () => {
    await copy("named.csv", `"user" AS subject, timestamp_s AS t, recording, Ax, Ay, Az, Gx AS "user" ${simulated}`);
    await nothingNew(
      ["named.csv", "--out", "no.csv", "--group", "subject", "--channels", "Ax,Ay,Az,user"],
      /Column "user" would be called "user" in the clean table, but the table has another column/,
    );
  });
});
