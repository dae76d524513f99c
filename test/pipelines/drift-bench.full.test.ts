// Tests the `drift-bench` command, and a check with a model that was trained on few people.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { simulate } from "../../src/pipelines/simulate.ts";
import { copySharedModel } from "./shared-model.ts";
import { type Ended, fileDirectory, simulateTiny, start, tinyWords } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (name: string): string => join(directory, name);
const run = (...words: string[]): Promise<Ended> => start(words, directory).ended;

beforeAll(() => copySharedModel("eight people", directory, "model"));

describe("drift-bench", () => {
  it("gives the same tables for the same seed, detects large faults, and names people whom the model learned from", async () => {
    const activities = ["walking", "jogging", "sitting"];
    await simulate({ out: at("others.parquet"), users: 2, minutes: 4, rate: 20, seed: 21, activities });
    const words = ["drift-bench", "others.parquet", "--model", "model", "--batches", "16", "--change-at", "8"];
    const [a, b, c] = await Promise.all(
      [["1"], ["1"], ["2"]].map(([seed]) => run(...words, "--json", "--seed", seed!)),
    );
    expect([a!.exitCode, a!.stdout]).toEqual([0, b!.stdout]);
    expect(c!.stdout).not.toBe(a!.stdout);
    const { people, no_drift, changes } = JSON.parse(a!.stdout);
    expect(people).toEqual(["person-01", "person-02"]);
    expect(a!.stderr).toContain("The model learned from person-01, person-02");
    expect(no_drift.constants.alarms_per_batch).toBeGreaterThan(no_drift.tidemark.alarms_per_batch);
    const unit = changes.find(({ name }: { name: string }) => name.startsWith("rotation in deg/s"));
    expect(unit.figures.tidemark).toMatchObject({ detected: 1, within_5: 1 });
    const { stdout, stderr } = await run(...words, "--out", "reports/bench.html");
    expect(stdout).toMatch(/^2 people, batches of 60 s, streams of 16, days with bouts of 20 s to 2 min\n/);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      "measured: distances from the references alone; check also rejects faulty batches",
    );
    expect(stderr).toMatch(/report: reports\/bench\.html\n$/);
    const page = readFileSync(at("reports/bench.html"), "utf8");
    expect(page).toContain("acceleration in g instead of m/s^2");
    expect(page.endsWith("</html>\n")).toBe(true);
    const nowhere = await run(...words, "--out", "r.parquet/bench.html");
    expect(nowhere.exitCode).toBe(2);
    expect(nowhere.stderr).not.toMatch(/\n {4}at /);
    expect((await run(...words, "--change-at", "16")).exitCode).toBe(2);
  });
});

it("a model of few people says what its thresholds are based on", async () => {
  await simulateTiny(at("two.parquet"), { users: 2 });
  const words = ["train", "two.parquet", "--out", "two", ...tinyWords, "--epochs", "1", "--split", "blocks"];
  expect((await run(...words)).exitCode).toBe(0);
  const { stdout } = await run("check", "two.parquet", "--model", "two");
  expect(stdout).toContain("block bootstrap of all recordings: too few people to leave one out");
});
