// Runs bench/quality.ts on a few simulated people: one command prints a table, and a second run reuses the stored answers.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { simulate } from "../../src/pipelines/simulate.ts";
import { duckdbLiteral, openDuckdb } from "../../src/signals/files/duckdb.ts";
import { fileDirectory } from "../pipelines/tiny-run.ts";

const script = fileURLToPath(new URL("../../bench/quality.ts", import.meta.url));
const directory = fileDirectory();
const people = join(directory, "people.parquet");
const config = join(directory, "train.yaml");
const keep = join(directory, "kept");

describe("bench/quality.ts", () => {
  it("measures a network on recordings given by path, and keeps its predictions", async () => {
    await simulate({
      out: people,
      users: 5,
      minutes: 2,
      rate: 20,
      seed: 3,
      activities: ["walking", "jogging", "sitting"],
    });
    writeFileSync(config, "window: 40\nfolds: 2\nepochs: 3\nbatch-size: 16\n");
    const words = [
      "--data",
      people,
      "--config",
      config,
      "--column",
      "compact,random-forest",
      "--seed",
      "1",
      "--keep",
      keep,
    ];
    const run = () => spawnSync(process.execPath, [script, ...words], { encoding: "utf8" });
    const first = run();
    expect(first.stderr).toContain("compact, seed 1: fold 2 of 2");
    expect(first.status).toBe(0);
    expect(first.stdout).toMatch(/^people: 5 people, 3 classes, \d+ windows; seeds 1$/m);
    expect(first.stdout).toMatch(/^compact +\.\d{3} ± \.\d{3}|^compact +1\.000/m);
    expect(first.stdout).toMatch(/^random-forest +[.1]|random-forest: not measured, because sklearn is not installed/m);
    const kept = readdirSync(keep).filter((name) => /^compact-\w+\.json$/.test(name));
    expect(kept).toHaveLength(1);
    const { options, answers } = JSON.parse(readFileSync(join(keep, kept[0]!), "utf8"));
    expect(options).toMatchObject({ network: "compact", epochs: 3, batchSize: 16, seed: 1 });
    expect(Object.keys(answers)).toEqual(["fold-1", "fold-2"]);
    const before = statSync(join(keep, kept[0]!)).mtimeMs;
    const second = run();
    expect(second.stderr).toBe("");
    expect(second.stdout).toBe(first.stdout);
    expect(statSync(join(keep, kept[0]!)).mtimeMs).toBe(before);
  });

  it("evaluates only the test set of a fixed split", async () => {
    const file = join(directory, "split.parquet");
    const database = await openDuckdb();
    await database.connection.run(
      `COPY (SELECT *, CASE WHEN "user" IN (SELECT DISTINCT "user" FROM ${duckdbLiteral(people)} ORDER BY 1 LIMIT 1)
       THEN 'test' ELSE 'train' END AS split FROM ${duckdbLiteral(people)}) TO ${duckdbLiteral(file)} (FORMAT parquet)`,
    );
    database.close();
    const words = ["--data", file, "--config", config, "--split", "column:split", "--column", "compact", "--seed", "1"];
    const { stdout, status } = spawnSync(process.execPath, [script, ...words, "--keep", keep], { encoding: "utf8" });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^split, --split column:split: 1 person, 3 classes, \d+ windows; seeds 1$/m);
    // With a single fold, there is no spread.
    expect(stdout).toMatch(/^compact +(?:\.\d{3}|1\.000) {2}/m);
  });

  it("names the columns, sets and seeds that it accepts", () => {
    const failing = (...words: string[]) =>
      spawnSync(process.execPath, [script, ...words], { encoding: "utf8" }).stderr;
    expect(failing("--column", "svm")).toContain("--column: expected some of random-forest, gradient-boosting");
    expect(failing("--set", "pamap2")).toContain("--set: expected some of motionsense, uci-har, wisdm, got pamap2");
    expect(failing("--seed", "one")).toContain("--seed: expected whole numbers, got one");
  });
});
