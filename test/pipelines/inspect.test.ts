// `inspect` reads recordings as `train` would, and rejects the same recordings with the same messages.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { inspect } from "../../src/pipelines/inspect.ts";
import { duckdbLiteral } from "../../src/signals/files/duckdb.ts";
import { query } from "./query.ts";
import { resident } from "./resident.ts";
import { fileDirectory, simulateTiny } from "./tiny-run.ts";

const directory = fileDirectory();
const run = resident(directory);
const at = (name: string): string => join(directory, name);
const reading = ["--rate", "20", "--window", "40", "--folds", "2"];

const copy = (to: string, select: string): Promise<unknown> =>
  query(`COPY (${select.replace("FROM r", `FROM ${duckdbLiteral(at("r.parquet"))}`)}) TO ${duckdbLiteral(at(to))}`);

beforeAll(() => simulateTiny(at("r.parquet")));

it("gives each warning once if the recordings cannot be read", async () => {
  mkdirSync(at("axes"));
  const rows = Array.from({ length: 20 }, (_, i) =>
    Array.from({ length: 128 }, (_, j) => Math.sin((i + 1) * (j + 7) ** 2).toFixed(3)).join(" "),
  );
  for (const axis of "xyz") writeFileSync(at(`axes/total_acc_${axis}_train.txt`), `${rows.join("\n")}\n`);
  const { exitCode, stderr } = await run("inspect", "axes");
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/only those with one axis/);
  expect(stderr.match(/^warning: .*/gm)).toEqual([...new Set(stderr.match(/^warning: .*/gm))]);
});

describe("recordings that train would accept", () => {
  it("are described, drawn and not changed", async () => {
    const before = readdirSync(directory);
    const { exitCode, stdout, stderr } = await run("inspect", "r.parquet", ...reading);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(readdirSync(directory)).toEqual(before);
    for (const line of [
      /^files {6}r\.parquet: 12,000 rows$/m,
      /^data {7}12,000 rows, 5 people, 15 recordings, \d+ windows, 10 min 0 s$/m,
      /^columns {4}label activity, group user, recording recording, time timestamp_s;/m,
      /^sensors {4}A: accelerometer Ax,Ay,Az in m\/s\^2 with gravity/m,
      /^clock {6}timestamp_s in s; recordings begin at 0 s, 20 Hz, jitter/m,
      /^10 s of person-0\d, jogging-1, jogging, from \d+ s$/m,
      /^person-05 +3 +2,400 +2 min 0 s +20 +[12]$/m,
      /^person-05 +sitting-1 +sitting +0 s +40 s +20 +0 +9\.\d\d$/m,
      /^train {6}accepts these recordings: \d+ windows in 2 folds$/m,
    ])
      expect(stdout).toMatch(line);
  });

  it("are reported with every window that train would cut, and with all columns that have no role", async () => {
    await copy("extra.csv", 'SELECT *, 3 AS battery, NULL AS "note" FROM r');
    const result = await inspect({ files: [at("extra.csv")], rate: 20, window: 40, folds: 2 });
    expect(result).toMatchObject({ unusedColumns: ["battery", "note"], refusal: null, out: null });
    // There are three stretches of 40 s per person at 20 Hz, each with 800 samples, or 39 windows of 40 samples with a step of
    // 20.
    expect(result.windows).toMatchObject({
      total: 5 * 3 * 39,
      perClass: { jogging: 5 * 39, sitting: 5 * 39, walking: 5 * 39 },
    });
    expect(result.folds!.flatMap(({ testUsers }) => testUsers).sort()).toEqual(Object.keys(result.quality.persons));
    expect(result.excerpts.map(({ user, label }) => `${label} ${user}`)).toEqual(
      ["jogging", "sitting", "walking"].flatMap((label) =>
        ["person-01", "person-02", "person-03"].map((user) => `${label} ${user}`),
      ),
    );
    for (const { time, channels } of result.excerpts) {
      expect(time).toHaveLength(200);
      expect(Object.values(channels).map(({ length }) => length)).toEqual(new Array(6).fill(200));
    }
    for (const { at_rest, labels, start_s, end_s } of result.recordings) {
      expect(at_rest.A).toBeGreaterThan(7);
      expect(at_rest.A).toBeLessThan(12);
      expect(Object.values(labels)).toEqual([40]);
      expect([start_s, end_s]).toEqual([0, 39.95]);
    }
  });
});

it("warns, as train does, about a class without a window", async () => {
  await copy(
    "turns.csv",
    "SELECT * REPLACE (if(activity = 'sitting' AND timestamp_s >= 39, 'turning', activity) AS activity) FROM r",
  );
  const { exitCode, stderr } = await run("inspect", "turns.csv", ...reading);
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(
    /^warning: There is no window for turning, because no stretch with that label is long enough/m,
  );
});

describe("the page", () => {
  it("has a key for the axes, a chart of every channel, dates, and the reasons why train would stop", async () => {
    await copy("dated.csv", "SELECT * REPLACE (timestamp_s + 1700000000 AS timestamp_s) FROM r");
    const channels = ["--channels", "Ax,Ay,Az,Gx", "--folds", "9"];
    const { exitCode, stderr } = await run("inspect", "dated.csv", "--out", "page.html", ...reading, ...channels);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^report: page\.html$/m);
    const page = readFileSync(at("page.html"), "utf8");
    for (const part of [
      /^<!doctype html>/,
      /<p class="legend"><span class="key key-accent"><\/span> x .* y\s.* z<\/p>/,
      /aria-label="A of person-01, jogging: Ax, Ay, Az over 9\.95 s\."/,
      /aria-label="Gx of person-01, jogging: Gx over 9\.95 s\."/,
      /<td>2023-11-14T22:13:20\.000Z<\/td>/,
      /<li>train would refuse these recordings: expected at least as many people as folds, got 5 for 9 folds\. Use --folds 5/,
    ])
      expect(page).toMatch(part);
    expect(page).not.toMatch(/NaN|undefined|<script/);
  });
});

describe("the page of recordings in two units, with a fixed split", () => {
  it("shows conversions, both sides of the split, and rows before and after leaving out", async () => {
    const g = 'Ax / 9.80665 AS "Ax (g)", Ay / 9.80665 AS "Ay (g)", Az / 9.80665 AS "Az (g)"';
    const side = "CASE WHEN \"user\" < 'person-04' THEN 'train' ELSE 'test' END AS part";
    const missing = "if(timestamp_s > 39.9 AND \"user\" = 'person-01', NULL, activity) AS activity";
    await copy("sides.csv", `SELECT "user", recording, timestamp_s, ${missing}, ${g}, ${side} FROM r`);
    const words = ["--out", "sides.html", ...reading, "--split", "column:part", "--folds", "3"];
    const { exitCode } = await run("inspect", "sides.csv", ...words);
    expect(exitCode).toBe(0);
    const page = readFileSync(at("sides.html"), "utf8");
    for (const part of [
      /<h2[^>]*>Conversions of units/,
      /Ax \(g\), Ay \(g\), Az \(g\)<\/span><\/th><td>g<\/td><td>m\/s\^2<\/td><td>9\.8\d*<\/td><td>all people/,
      /Column part marks 4,800 rows as test, 234 windows of\s+person-04, person-05/,
      /<td>person-01<\/td><td>1<\/td>/,
      /3 of 7,200 left out/,
    ])
      expect(page).toMatch(part);
  });
});

describe("recordings that train would reject", () => {
  const faults: Readonly<Record<string, { query: string; words?: readonly string[] }>> = {
    "a constant channel": { query: "SELECT * REPLACE (1.5 AS Ax) FROM r" },
    "an absurd value": {
      query:
        "SELECT * REPLACE (if(rowid % 100 = 0, -9999, Gz) AS Gz) FROM (SELECT *, row_number() OVER () AS rowid FROM r)",
    },
    "one person": { query: "SELECT * FROM r WHERE \"user\" = 'person-01'" },
    "too many missing values": { query: "SELECT * REPLACE (if(timestamp_s < 1, NULL, Ay) AS Ay) FROM r" },
    "time that runs backwards": { query: "SELECT * REPLACE (40 - timestamp_s AS timestamp_s) FROM r" },
    "long windows": { query: "SELECT * FROM r", words: ["--window", "900"] },
  };

  it.each(Object.keys(faults))(
    "are reported, then refused with the message of train and exit code 2: %s",
    async (name) => {
      const { query, words = [] } = faults[name]!;
      const file = `${name.replaceAll(" ", "-")}.parquet`;
      await copy(file, query);
      const trained = await run("train", file, "--out", "no", ...reading, ...words, "--epochs", "1");
      const inspected = await run("inspect", file, ...reading, ...words);
      expect([trained.exitCode, inspected.exitCode]).toEqual([2, 2]);
      const message = (text: string): string => text.slice(text.indexOf("error: "));
      expect(message(trained.stderr)).toMatch(/^error: /);
      expect(message(inspected.stderr)).toBe(message(trained.stderr));
      expect(inspected.stdout).toMatch(/^columns {4}label activity/m);
      expect(inspected.stdout).not.toMatch(/^train {6}/m);
      const { stdout } = await run("inspect", file, ...reading, ...words, "--json");
      expect(message(trained.stderr)).toContain(JSON.parse(stdout).refusal.message);
    },
  );

  it.each([
    ["still.csv", 'SELECT activity, "user", timestamp_s FROM r'],
    ["unmeasured.csv", "SELECT * REPLACE (NULL AS Ay) FROM r"],
  ])("and that cannot be read at all have the message alone: %s", async (file, query) => {
    await copy(file, query);
    const inspected = await run("inspect", file, ...reading);
    const trained = await run("train", file, "--out", "no", ...reading);
    expect(inspected).toEqual({ ...trained, stdout: "" });
    expect(inspected.exitCode).toBe(2);
    const printed = await run("inspect", file, ...reading, "--json");
    expect(printed).toMatchObject({ exitCode: 2, stderr: trained.stderr });
    const { error } = JSON.parse(printed.stdout);
    expect(trained.stderr).toBe(`error: ${error.message}\n${error.advice}\n`);
  });
});

describe("an app's export, with neither labels nor people", () => {
  it("is shown as it would be read, and is then rejected with two ways to label it", async () => {
    await copy(
      "app.csv",
      "SELECT timestamp_s, Ax, Ay, Az FROM r WHERE \"user\" = 'person-01' AND activity = 'walking'",
    );
    const { exitCode, stdout, stderr } = await run("inspect", "app.csv", ...reading);
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/^data {7}800 rows, 1 person, 1 recording, 40 s$/m);
    expect(stdout).toMatch(/^sensors {4}A: accelerometer Ax,Ay,Az in m\/s\^2 with gravity/m);
    expect(stdout).not.toMatch(/^class /m);
    expect(stderr).toContain("no column for the activity label was found among timestamp_s, Ax, Ay, Az");
    expect(stderr).toContain('--label-from-path "{activity}/*"');
  });

  it("names each sensor whose name and values do not show what it measures", async () => {
    await copy(
      "values.csv",
      "SELECT timestamp_s, 0.2 * Gx AS x_value, 0.2 * Gy AS y_value, 0.2 * Gz AS z_value FROM r WHERE \"user\" = 'person-01' AND activity = 'walking'",
    );
    const { exitCode, stderr } = await run("inspect", "values.csv", ...reading);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /Sensor value \(x_value, y_value, z_value\): neither its name nor its values .* add --sensor/,
    );
  });
});
