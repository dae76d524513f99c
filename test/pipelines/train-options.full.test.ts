// Tests the `train` command with every kind of split, and with recordings of a single person, at a different rate and as CSV.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { cvReportSchema } from "../../src/learning/training/cv-report.ts";
import { simulate } from "../../src/pipelines/simulate.ts";
import { duckdbLiteral, openDuckdb } from "../../src/signals/files/duckdb.ts";
import { type Ended, fileDirectory, simulateTiny, start, tinyWords } from "./tiny-run.ts";

const directory = fileDirectory();
const run = (...words: string[]): Promise<Ended> => start(words, directory).ended;

beforeAll(() => simulateTiny(join(directory, "r.parquet")));

describe("train", () => {
  it.each([
    ["leave-one-group-out", 5, /new|not seen/],
    ["stratified", 2, /leaks/],
    ["blocks", 2, /same 5 people/],
  ] as const)("splits by %s", async (split, folds, says) => {
    const { exitCode, stdout } = await run(
      ...["train", "r.parquet", "--out", split, ...tinyWords, "--split", split, "--epochs", "1"],
    );
    expect(exitCode).toBe(0);
    const report = cvReportSchema.parse(JSON.parse(readFileSync(join(directory, split, "cv_report.json"), "utf8")));
    expect(report.folds).toHaveLength(folds);
    expect(report.leakage).toMatchObject({
      split,
      no_shared_person: split === "leave-one-group-out",
      no_overlapping_range: split !== "stratified",
    });
    if (split !== "leave-one-group-out") {
      expect(stdout).toMatch(/^WARNING: /m);
      expect(report.warnings.join()).toMatch(says);
    }
    expect(readFileSync(join(directory, split, "report.html"), "utf8")).toMatch(says);
  });

  it("requires no person column if it does not split by people", async () => {
    const database = await openDuckdb();
    const [from, to] = ["r.parquet", "one.csv"].map((name) => duckdbLiteral(join(directory, name))) as [string, string];
    await database.connection.run(`COPY (SELECT * EXCLUDE ("user") FROM ${from} WHERE "user" = 'person-01') TO ${to}`);
    database.close();
    const words = ["train", "one.csv", ...tinyWords, "--epochs", "1"];
    const { exitCode, stderr } = await run(...words, "--out", "one", "--split", "blocks");
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: 'warning: No person column was found, so all rows count as one person, "unknown".\n',
    });
    const byPerson = await run(...words, "--out", "by-person");
    expect(byPerson.exitCode).toBe(2);
    expect(byPerson.stderr).toContain("no column for the person");
  });

  it("resamples recordings with a different rate, and reads CSV like Parquet", async () => {
    await simulate({
      out: join(directory, "slow.csv.gz"),
      users: 3,
      minutes: 2,
      rate: 25,
      activities: ["walking", "sitting"],
    });
    const { exitCode, stdout } = await run(
      "train",
      "slow.csv.gz",
      "--out",
      "resampled",
      ...tinyWords,
      "--folds",
      "3",
      "--epochs",
      "1",
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/quality +25 Hz/);
  });
});
