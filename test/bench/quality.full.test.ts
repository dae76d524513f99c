// bench/quality.ts on a few simulated people: a table by one command, from kept answers when it is repeated.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { simulate } from "../../src/pipelines/simulate.ts";
import { fileDirectory } from "../pipelines/tiny-run.ts";

const script = fileURLToPath(new URL("../../bench/quality.ts", import.meta.url));
const directory = fileDirectory();

describe("bench/quality.ts", () => {
  it("measures a network on recordings given by path, and keeps its answers", async () => {
    const file = join(directory, "people.parquet");
    await simulate({
      out: file,
      users: 5,
      minutes: 2,
      rate: 20,
      seed: 3,
      activities: ["walking", "jogging", "sitting"],
    });
    const config = join(directory, "train.yaml");
    writeFileSync(config, "window: 40\nfolds: 2\nepochs: 3\nbatch-size: 16\n");
    const keep = join(directory, "kept");
    const words = [
      "--data",
      file,
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
    expect(options).toMatchObject({ epochs: 3, batchSize: 16, seed: 1 });
    expect(Object.keys(answers)).toEqual(["fold-1", "fold-2"]);
    const before = statSync(join(keep, kept[0]!)).mtimeMs;
    const second = run();
    expect(second.stderr).toBe("");
    expect(second.stdout).toBe(first.stdout);
    expect(statSync(join(keep, kept[0]!)).mtimeMs).toBe(before);
  });

  it("names the columns, sets and seeds that it accepts", () => {
    const failing = (...words: string[]) =>
      spawnSync(process.execPath, [script, ...words], { encoding: "utf8" }).stderr;
    expect(failing("--column", "svm")).toContain("--column: expected some of random-forest, gradient-boosting");
    expect(failing("--set", "pamap2")).toContain("--set: expected some of motionsense, uci-har, wisdm, got pamap2");
    expect(failing("--seed", "one")).toContain("--seed: expected whole numbers, got one");
  });
});
