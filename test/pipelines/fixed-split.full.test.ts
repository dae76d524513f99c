// Tests a column with the values "train" and "test": folds and the final fit use only the training rows, and the finished
// network is measured on the test rows.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { CvReport } from "../../src/pipelines/train.ts";
import { resident } from "./resident.ts";
import { testPeople, writeSplitTable } from "./split-table.ts";
import { fileDirectory, tinyWords } from "./tiny-run.ts";

const directory = fileDirectory();
const run = resident(directory);
const path = (name: string): string => join(directory, name);
const json = (name: string) => JSON.parse(readFileSync(path(name), "utf8"));

beforeAll(async () => {
  await writeSplitTable(directory);
  const ended = await run(
    "train",
    "split.csv",
    "--split",
    "column:part",
    "--out",
    "model",
    ...tinyWords,
    "--epochs",
    "2",
  );
  expect(ended.stderr).not.toContain("error");
  expect(ended.exitCode).toBe(0);
  writeFileSync(path("said.txt"), ended.stdout);
});

describe("a fixed split", () => {
  test("keeps its test people out of folds, fits, baseline and manifest", () => {
    const report: CvReport = json("model/cv_report.json");
    const manifest = json("model/manifest.json");
    const trained = ["person-01", "person-02", "person-03", "person-04"];
    expect(report.users.map(({ user }) => user)).toEqual(trained);
    expect(Object.keys(report.windows.per_user)).toEqual(trained);
    expect(manifest.data.users).toEqual(trained);
    expect(manifest.config.split).toBe("column:part");
    expect(report.final_fit.n_windows).toBe(report.windows.total);
  });

  test("measures the final network on its test people, and proves that the network never saw them", () => {
    const report: CvReport = json("model/cv_report.json");
    expect(report.test_set!.users.map(({ user }) => user)).toEqual(testPeople);
    expect(report.test_set!.pooled.n).toBe(report.test_set!.windows);
    expect(Object.values(report.test_set!.per_class).reduce((sum, n) => sum + n, 0)).toBe(report.test_set!.windows);
    expect(report.leakage.test_set).toEqual({
      column: "part",
      train_users: ["person-01", "person-02", "person-03", "person-04"],
      test_users: testPeople,
      shared_users: [],
      copied_users: [],
    });
    expect(report.leakage.no_shared_person).toBe(true);
    const said = readFileSync(path("said.txt"), "utf8");
    expect(said).toMatch(/test set +\d+ windows of 2 people, marked by column part: person-05, person-06/);
    expect(said).toMatch(/test set +macro-F1 \d\.\d+, accuracy/);
    expect(readFileSync(path("model/report.html"), "utf8")).toContain("Metrics on the test set");
  });

  test("gives the figures that evaluate gives for the same rows", async () => {
    const ended = await run("evaluate", "split.csv", "--only", "part=Test", "--model", "model", "--json");
    expect(ended.exitCode).toBe(0);
    const evaluated = JSON.parse(ended.stdout);
    const { pooled } = (json("model/cv_report.json") as CvReport).test_set!;
    expect(evaluated.pooled.confusion_matrix).toEqual(pooled.confusion_matrix);
    expect(evaluated.pooled.macro_f1).toBeCloseTo(pooled.macro_f1, 10);
  });

  test("still applies when retrain and recalibrate read the recordings again", async () => {
    const ended = await run("baseline", "recalibrate", "model");
    expect(ended.stderr).not.toContain("content differs");
    expect(ended.exitCode).toBe(0);
  });
});
