// `train` and `predict` do not silently accept recordings that `check` rejects. These tests train no network, because each run
// stops earlier.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { clockTable } from "../signals/data/clocks.ts";
import { resident } from "./resident.ts";
import { copySharedModel } from "./shared-model.ts";
import { fileDirectory, tinyWords } from "./tiny-run.ts";

const directory = fileDirectory();
const run = resident(directory);
const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);

async function refusedTraining(...files: string[]): Promise<string> {
  const ended = await run("train", ...files, "--out", "model", ...tinyWords);
  expect(ended.exitCode).not.toBe(0);
  expect(existsSync(join(directory, "model"))).toBe(false);
  return ended.stderr;
}

describe("train rejects", () => {
  test("recordings that mostly lack samples", async () => {
    const packet = (i: number): number => 0.5 * Math.floor(i / 12) + (i % 12) * 0.02;
    write(
      "lost.csv",
      clockTable("timestamp_s", ({ i }) => packet(i).toFixed(3)),
    );
    expect(await refusedTraining("lost.csv")).toMatch(/5\d(\.\d)? % of .* s without samples; expected at most 20 %/);
  });

  test("no recordings because of pauses between two activities", async () => {
    const start = { walking: 0, sitting: 40 };
    const times = clockTable("timestamp_s", ({ activity, i }) => start[activity] + i / 50, {
      people: ["ann", "bob", "cy", "di"],
    });
    write("paused.csv", times.replace(/,(\w+)-(walking|sitting),/g, ",$1,"));
    const { exitCode, stdout } = await run("inspect", "paused.csv", "--window", "50", "--folds", "2");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/4 recordings/);
    expect(stdout).toMatch(/train +accepts these recordings/);
  });

  test("a rate far below the network's", async () => {
    write(
      "slow.csv",
      clockTable("timestamp_s", ({ i }) => i / 4, { rateHz: 4 }),
    );
    expect(await refusedTraining("slow.csv")).toMatch(/4 Hz in recording .*; expected 5 to 1000 Hz/);
  });

  test("people in different units, and names them", async () => {
    const time = ({ i }: { i: number }): number => i / 50;
    write("metres.csv", clockTable("timestamp_s", time, { people: ["ann", "bob"] }));
    write("g.csv", clockTable("timestamp_s", time, { people: ["eve", "tom"], scale: 1 / 9.80665 }));
    expect((await refusedTraining("metres.csv", "g.csv")).replace(/\s+/g, " ")).toMatch(
      /units differ between people; judging by the values at rest: m\/s\^2 for ann, bob; g for eve, tom/,
    );
  });

  test("a marker for missing values", async () => {
    const marked = clockTable("timestamp_s", ({ i }) => i / 50).replace(/(\n[^\n]*,7\.5,.*,)[^,\n]+/, "$1-9999");
    write("marked.csv", marked);
    expect(await refusedTraining("marked.csv")).toContain("-9999");
  });

  test("a row number as the person, and says what was read instead of recommending a window of one sample", async () => {
    let row = 0;
    const table = clockTable("timestamp_s", ({ i }) => i / 50).replace(/\n(ann|bob),/g, () => `\n${row++},`);
    write("rows.csv", table);
    const said = await refusedTraining("rows.csv");
    expect(said).toContain("1,600 rows, 1,600 people with 1 row each");
    expect(said).toMatch(
      /changes in almost every row, like a row number\.\s+Use --group to specify the column for the person/,
    );
    expect(said).not.toContain("--window");
  });
});

test("predict rejects such recordings, too", async () => {
  await copySharedModel("four people", directory, "walk");
  const channels = ["--channels", "Ax,Ay,Az,Gx,Gy,Gz"];
  const table = clockTable("timestamp_s", ({ i }) => i / 4, { rateHz: 4 })
    .replace("Az\n", "Az,Gx,Gy,Gz\n")
    .replace(/,(-?[\d.]+),(-?[\d.]+),(-?[\d.]+)\n/g, ",$1,$2,$3,$1,$2,$3\n");
  write("slow6.csv", table);
  const ended = await run("predict", "slow6.csv", "--model", "walk", "--out", "p.csv", ...channels);
  expect(ended.exitCode).not.toBe(0);
  expect(ended.stderr).toMatch(/4 Hz in recording .*; expected 5 to 1000 Hz/);
});
