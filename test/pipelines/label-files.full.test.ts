// Tests separate label files in the forms that annotation tools write.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { InspectOptions } from "../../src/options/resolve-config.ts";
import { convert } from "../../src/pipelines/convert.ts";
import { type InspectResult, inspect } from "../../src/pipelines/inspect.ts";
import { openDuckdb } from "../../src/signals/files/duckdb.ts";
import { resident } from "./resident.ts";
import { copySharedModel } from "./shared-model.ts";
import { fileDirectory, simulateTiny } from "./tiny-run.ts";

const directory = fileDirectory();
const run = resident(directory);
const path = (name: string): string => join(directory, name);
const write = (name: string, lines: readonly string[]): string => {
  mkdirSync(dirname(path(name)), { recursive: true });
  writeFileSync(path(name), `${lines.join("\n")}\n`);
  return path(name);
};

const [people, seconds, rateHz] = [["ann", "bob", "eve"], 120, 20];
const activities = ["sitting", "walking", "running"];
/** The labels of each person: the activity changes every twenty seconds. */
const blocks = Array.from({ length: 6 }, (_, k) => ({ label: activities[k % 3]!, start: 20 * k, end: 20 * k + 20 }));
const berlin = (s: number): string =>
  new Date((1_760_000_000 + 7200 + s) * 1000).toISOString().slice(0, 19).replace("T", " ");

/** Writes recordings with three channels, because two would not form a sensor. The values of each person form a sine wave. */
function recordings(name: string, head: string, time: (s: number) => string): string {
  const rows = people.flatMap((user, u) =>
    Array.from({ length: seconds * rateHz }, (_, i) => {
      const wave = Math.sin(i / (2 + (Math.floor(i / rateHz / 20) % 3)) + u);
      return [user, `day-${user}`, time(i / rateHz), wave.toFixed(3), (wave / 2).toFixed(3), (9.81 + wave).toFixed(3)];
    }),
  );
  return write(name, [`user,recording,${head},Ax,Ay,Az`, ...rows.map((row) => row.join(","))]);
}

const read = (file: string, options: Partial<InspectOptions>): Promise<InspectResult> =>
  inspect({ files: [path(file)], rate: rateHz, window: 40, folds: 3, ...options });

const each = (line: (block: (typeof blocks)[number], user: string) => string): string[] =>
  people.flatMap((user) => blocks.map((block) => line(block, user)));

beforeAll(() => {
  recordings("zero.csv", "timestamp_s", (s) => s.toFixed(3));
  recordings("epoch.csv", "timestamp_ms", (s) => String(Math.round((1_760_000_000 + s) * 1000)));
  write("labels.csv", [
    "label,start,end,user",
    ...each(({ label, start, end }, user) => `${label},${start},${end},${user}`),
  ]);
});

/** Returns the number of seconds for each class, and the number of rows without a label. */
async function labelled(file: string, options: Partial<InspectOptions>): Promise<[Record<string, number>, number]> {
  const { quality } = await read(file, options);
  const classes = Object.entries(quality.classes).map(([name, own]) => [name, Math.round(own.seconds)]);
  return [Object.fromEntries(classes), quality.rows.dropped.missing_label];
}
const all = { running: 120, sitting: 120, walking: 120 };

describe("labels with start and end", () => {
  test("are read on the recordings' clock, by person", async () => {
    expect(await labelled("zero.csv", { labels: path("labels.csv") })).toEqual([all, 0]);
  });

  test("are read as points, in milliseconds, by recording, separated by semicolons", async () => {
    const points = write("points.csv", [
      "activity;onset_ms;recording",
      ...each(({ label, start }, user) => `${label};${start * 1000};day-${user}`),
    ]);
    expect(await labelled("zero.csv", { labels: points })).toEqual([all, 0]);
  });

  test("are read as numbers of samples, if rows are counted", async () => {
    const untimed = readFileSync(path("zero.csv"), "utf8").split("\n");
    write("untimed.csv", untimed.map((line) => line.split(",").toSpliced(2, 1).join(",")).slice(0, -1));
    const samples = write("samples.csv", [
      "recording,code,start_sample,end_sample",
      ...each(({ label, start, end }, user) => `day-${user},${label},${start * rateHz},${end * rateHz}`),
    ]);
    expect(await labelled("untimed.csv", { labels: samples })).toEqual([all, 0]);
    await expect(read("zero.csv", { labels: samples })).rejects.toThrow(
      /counts samples, but the recordings have times, between which samples may be missing/,
    );
    const codes = write("codes.csv", ["1,1,5,250,1232", "1,1,7,1233,1392"]);
    await expect(read("untimed.csv", { labels: codes })).rejects.toThrow(/has no line of column names/);
  });

  test("are read as date-times on a local clock", async () => {
    const dates = write("dates.csv", [
      "label,start,end,user",
      ...each(({ label, start, end }, user) => `${label},${berlin(start)},${berlin(end)},${user}`),
    ]);
    await expect(read("epoch.csv", { labels: dates })).rejects.toThrow(/no label falls within a recording/);
    await expect(read("epoch.csv", { labels: dates })).rejects.toMatchObject({
      advice: expect.stringMatching(/would fit if they were 2 h earlier.*--time-zone/),
    });
    expect(await labelled("epoch.csv", { labels: dates, timeZone: "Europe/Berlin" })).toEqual([all, 0]);
  });

  test("in seconds since 1970 are not mistaken for nanoseconds since the start", async () => {
    const points = write("since-1970.csv", [
      "activity,onset,user",
      ...each(({ label, start }, user) => `${label},${1_760_000_000 + start},${user}`),
    ]);
    await expect(read("zero.csv", { labels: points })).rejects.toThrow(/no label falls within a recording/);
  });

  test("are read from the start of each recording, if --labels-clock says so", async () => {
    await expect(read("epoch.csv", { labels: path("labels.csv") })).rejects.toMatchObject({
      message: expect.stringContaining(
        "The labels run from 0 s to 120 s, the recordings from 2025-10-09T08:53:20.000Z",
      ),
      advice: "The labels seem to count from the start of each recording: add --labels-clock start.",
    });
    expect(await labelled("epoch.csv", { labels: path("labels.csv"), labelsClock: "start" })).toEqual([all, 0]);
  });

  test("are read from one file per recording: ELAN's export, and Audacity's without column names", async () => {
    const hms = (s: number): string =>
      `00:${String(Math.floor(s / 60)).padStart(2, "0")}:${String(s % 60).padStart(2, "0")}.000`;
    for (const user of people) {
      write(`elan/day-${user}_annotations.txt`, [
        "Tier\tBegin Time - hh:mm:ss.ms\tBegin Time - ss.msec\tEnd Time - hh:mm:ss.ms\tEnd Time - ss.msec\tactivity",
        ...blocks.map(({ label, start, end }) => `t\t${hms(start)}\t${start}.0\t${hms(end)}\t${end}.0\t${label}`),
      ]);
      write(
        `audacity/${user}.txt`,
        blocks.map(({ label, start, end }) => `${start}.000\t${end}.000\t${label}`),
      );
    }
    expect(await labelled("zero.csv", { labels: path("elan/*.txt") })).toEqual([all, 0]);
    expect(await labelled("zero.csv", { labels: path("audacity/*.txt") })).toEqual([all, 0]);
  });

  test("respect --map and --exclude", async () => {
    const found = await labelled("zero.csv", { labels: path("labels.csv"), exclude: ["running"] });
    expect(found).toEqual([{ sitting: 120, walking: 120 }, 2400]);
  });
});

describe("labels that do not fit", () => {
  test("gaps, overlaps and labels outside of a recording are counted", async () => {
    const messy = write("messy.csv", [
      "label,start,end,user",
      ...each(({ label, start, end }, user) => `${label},${start + 1},${end - 1},${user}`),
      "lying,30,50,ann",
      "lying,500,600,ann",
      "lying,0,10,tom",
    ]);
    const found = await read("zero.csv", { labels: messy });
    const said = found.warnings.join("\n");
    expect(said).toContain("3 labels overlap others in time. The 18 s that several labels claim get none");
    expect(said).toContain('1 of 21 labels lie outside of all recordings that they name, such as "lying" at 500 s');
    expect(said).toContain("labels of the person tom are not used");
    // For each person, 12 s lie outside all labels, but "lying" fills 2 s of ann's. 18 s of ann's are covered twice.
    expect(found.quality.rows.dropped.missing_label).toBe(20 * (3 * 12 + 18 - 2));
    const ends = { stretches: 6, seconds: 5.7 };
    expect(found.quality.unlabelled?.by_length[0]).toEqual({ below_seconds: 1, ...ends });
  });

  test("are rejected without a name, without a start, or with a row that ends before it begins", async () => {
    const bare = write("bare.csv", ["label,start,end", "sitting,0,60", "walking,60,120"]);
    await expect(read("zero.csv", { labels: bare })).rejects.toThrow(/name neither a person nor a recording/);
    const backwards = write("backwards.csv", ["label,start,end,user", "sitting,60,50,ann"]);
    await expect(read("zero.csv", { labels: backwards })).rejects.toThrow(
      /"sitting" in data row 1 ends before it begins: it lasts from 60 to 50/,
    );
    const empty = write("empty.csv", ["label,start,end,user", "sitting,0,50,ann", "walking,,60,ann"]);
    await expect(read("zero.csv", { labels: empty })).rejects.toThrow(/"walking" in data row 2 has no time/);
    await expect(read("zero.csv", { labels: path("zero.csv") })).rejects.toThrow(/no column with/);
  });
});

test("convert writes the labels into the table, and keeps rows without one", async () => {
  const some = write("some.csv", ["label,start,end,user", "sitting,0,20,ann", "walking,20,40,ann"]);
  await convert({ files: [path("zero.csv")], labels: some, out: path("clean.parquet") });
  const database = await openDuckdb();
  try {
    const rows = await database.rows(
      `SELECT activity, count(*) AS n FROM '${path("clean.parquet")}' GROUP BY activity ORDER BY activity`,
    );
    expect(rows.map(({ activity, n }) => [activity, Number(n)])).toEqual([
      ["sitting", 400],
      ["walking", 400],
      [null, 6400],
    ]);
  } finally {
    database.close();
  }
});

test("evaluate gives the same figures as with a column of labels", async () => {
  await copySharedModel("four people", directory, "walk");
  await simulateTiny(path("simulated.csv"), { users: 3, seed: 11 });
  const database = await openDuckdb();
  try {
    const source = `'${path("simulated.csv")}'`;
    await database.connection.run(
      `COPY (SELECT * EXCLUDE activity FROM ${source}) TO '${path("bare-rows.csv")}' (HEADER)`,
    );
    await database.connection.run(
      `COPY (SELECT "user", recording, first(activity) AS activity, min(timestamp_s) AS start_s, max(timestamp_s) + 0.01 AS end_s FROM ${source} GROUP BY ALL) TO '${path("spans.csv")}' (HEADER)`,
    );
  } finally {
    database.close();
  }
  const [column, file] = await Promise.all([
    run("evaluate", "simulated.csv", "--model", "walk", "--json"),
    run("evaluate", "bare-rows.csv", "--labels", "spans.csv", "--model", "walk", "--json"),
  ]);
  expect(file.stderr).not.toContain("error");
  expect(JSON.parse(file.stdout).pooled).toEqual(JSON.parse(column.stdout).pooled);
});

describe("time without a label between short labelled stretches", () => {
  const isLabelled = (s: number): boolean => s % 20 < 8;
  /** @param isRecorded whether the recorder kept the sample at this time */
  function withActivities(name: string, isRecorded: (s: number) => boolean): string {
    const rows = people.flatMap((user, u) =>
      Array.from({ length: seconds * rateHz }, (_, i) => i / rateHz)
        .filter(isRecorded)
        .map((s) => {
          const wave = Math.sin(s * rateHz * (0.2 + 0.1 * (Math.floor(s / 20) % 3)) + u);
          const label = isLabelled(s) ? activities[Math.floor(s / 20) % 3] : "other";
          return [user, `day-${user}`, s.toFixed(3), label, wave, wave / 2, 9.81 + wave].join(",");
        }),
    );
    write(name, ["user,recording,timestamp_s,activity,Ax,Ay,Az", ...rows]);
    return name;
  }

  test("is not mistaken for lost samples", async () => {
    write("short.csv", [
      "label,start,end,user",
      ...each(({ label, start }, user) => `${label},${start},${start + 8},${user}`),
    ]);
    const byFile = await read("zero.csv", { labels: path("short.csv") });
    const byExclusion = await read(
      withActivities("other.csv", () => true),
      { exclude: ["other"] },
    );
    for (const { quality, refusal } of [byFile, byExclusion]) {
      expect(refusal).toBeNull();
      expect(quality.rows.dropped.missing_label).toBe(people.length * 6 * 12 * rateHz);
    }
  });

  test("does not hide samples that are lost within the stretches", async () => {
    const { refusal } = await read(
      withActivities("lost.csv", (s) => s % 1 < 0.5),
      { exclude: ["other"] },
    );
    expect(refusal?.message).toMatch(/without samples; expected at most 20 %/);
  });
});

test("labels of the other side of a fixed split are not reported as unknown", async () => {
  const [head, ...lines] = readFileSync(path("zero.csv"), "utf8").trimEnd().split("\n");
  write("sides.csv", [`${head},part`, ...lines.map((line) => `${line},${line.startsWith("eve") ? "test" : "train"}`)]);
  const { warnings } = await read("sides.csv", { labels: path("labels.csv"), split: "column:part" });
  expect(warnings.join()).toContain("eve in the test set");
  expect(warnings.filter((warning) => warning.includes("no recording has that name"))).toEqual([]);
});
