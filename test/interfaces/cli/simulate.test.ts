import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryDirectory } from "../../storage/temporary-directory.ts";
import { tidemark } from "./run-command.ts";

const options = ["--users", "2", "--minutes", "0.5", "--rate", "20", "--activities", "walking,sitting"];

it("writes the recordings it was asked for, equal for equal seeds", async () => {
  const directory = temporaryDirectory();
  const run = async (name: string, seed: string): Promise<string> => {
    const { exitCode, stderr, stdout } = await tidemark(
      "simulate",
      "--out",
      join(directory, name),
      ...options,
      "--seed",
      seed,
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^1,200 rows of 2 people, walking, sitting, in .* s\n.*\.csv\n$/);
    return readFileSync(join(directory, name), "utf8");
  };
  const first = await run("a.csv", "7");
  expect(first.split("\n")[0]).toBe("user,activity,recording,timestamp_s,Ax,Ay,Az,Gx,Gy,Gz");
  expect(first.trimEnd().split("\n")).toHaveLength(1201);
  expect(await run("b.csv", "7")).toBe(first);
  expect(await run("c.csv", "8")).not.toBe(first);
  expect(readdirSync(directory).sort()).toEqual(["a.csv", "b.csv", "c.csv"]);
});

it("prints its summary as JSON", async () => {
  const out = join(temporaryDirectory(), "a.parquet");
  const { stdout } = await tidemark("simulate", "--out", out, ...options, "--json");
  expect(JSON.parse(stdout)).toMatchObject({ out, rows: 1200, activities: ["walking", "sitting"] });
});

it("suggests an activity for one it does not know, and writes nothing", async () => {
  const directory = temporaryDirectory();
  const { exitCode, stderr } = await tidemark("simulate", "--out", join(directory, "a.csv"), "--activities", "walkin");
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^error: .*"walkin".*\nDid you mean "walking"\?\n$/);
  expect(readdirSync(directory)).toEqual([]);
});
