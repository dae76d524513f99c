// Tests the `tune` command: the files that it writes, stopping and resuming, and that test people play no part in the choice.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import type { TuneOptions } from "../../src/options/resolve-config.ts";
import { type TuneEvent, tune } from "../../src/pipelines/tune.ts";
import { FakeMlflow } from "../storage/fake-mlflow.ts";
import { query } from "./query.ts";
import { fileDirectory, simulateTiny, start } from "./tiny-run.ts";

const directory = fileDirectory();
const server = new FakeMlflow();
const at = (name: string): string => join(directory, name);
const run = (...given: string[]) => start(given, directory).ended;
const reading = ["--rate", "20", "--window", "40"];
const search = ["--search", "learning-rate=0.00001,0.003", "--search", "augment=none,rotate", "--minutes", "60"];
const options = [
  "--network",
  "compact",
  "--epochs",
  "4",
  "--folds",
  "2",
  "--batch-size",
  "16",
  "--seed",
  "7",
  "--jobs",
  "2",
];
const words = (file: string, out: string, ...more: string[]): string[] => [
  ...["tune", file, "--out", out, ...reading, ...search, ...options, ...more],
];
interface Line {
  search: string;
  purpose: string;
  options: object;
  macro_f1: Record<string, number>;
}
const trialsOf = (out: string): Line[] =>
  readFileSync(at(`${out}.trials.jsonl`), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => JSON.parse(line));
const withoutTimes = (out: string) => trialsOf(out).map((trial) => ({ ...trial, seconds: 0 }));

beforeAll(async () => {
  await simulateTiny(at("r.parquet"), { users: 6 });
  await server.open();
  expect(await run(...words("r.parquet", "tuned.yaml", "--tracking", server.uri))).toMatchObject({ exitCode: 0 });
}, 600_000);
afterAll(() => server.close());

it("reports a run with a nested run for each candidate, and only once", { timeout: 600_000 }, async () => {
  const runs = () => server.runs.map(({ tags }) => [tags["tidemark.search"], tags["mlflow.parentRunId"] !== undefined]);
  const first = runs();
  expect(first[0]).toEqual([undefined, false]);
  for (const name of ["fold 1", "fold 2", "everyone"])
    expect(first.filter(([search, nested]) => search === name && nested)).toHaveLength(4);
  expect(await run(...words("r.parquet", "tuned.yaml", "--tracking", server.uri, "--resume"))).toMatchObject({
    exitCode: 0,
  });
  expect(runs()).toEqual(first);
});

it("writes a config file that train accepts", { timeout: 600_000 }, async () => {
  const chosen = parse(readFileSync(at("tuned.yaml"), "utf8"));
  // With a learning rate of .00001, a network learns nothing in four epochs.
  expect(chosen).toEqual({ "learning-rate": 0.003, augment: expect.stringMatching(/^(none|rotate)$/) });
  const trained = ["train", "r.parquet", "--config", "tuned.yaml", "--out", "walk", ...reading, ...options];
  expect(await run(...trained)).toMatchObject({ exitCode: 0 });
  const { config } = JSON.parse(readFileSync(at("walk/cv_report.json"), "utf8"));
  expect(config).toMatchObject({ learning_rate: 0.003, augment: chosen.augment });
});

it("evaluates each fold's choice on people who played no part in it", () => {
  const trials = trialsOf("tuned.yaml");
  for (const fold of ["fold 1", "fold 2"]) {
    const peopleOf = (purpose: string): string[] => [
      ...new Set(
        trials
          .filter((own) => own.search === fold && own.purpose === purpose)
          .flatMap((own) => Object.keys(own.macro_f1)),
      ),
    ];
    expect(peopleOf("search").filter((person) => peopleOf("judge").includes(person))).toEqual([]);
    expect([...peopleOf("search"), ...peopleOf("judge")]).toHaveLength(6);
  }
  const everyone = trials.filter((own) => own.search === "everyone");
  expect(everyone.every((own) => Object.keys(own.macro_f1).length === 6)).toBe(true);
});

it("does not use the labels of the people on whom a choice is evaluated", { timeout: 600_000 }, async () => {
  const judges = Object.keys(
    trialsOf("tuned.yaml").find((own) => own.search === "fold 1" && own.purpose === "judge")!.macro_f1,
  );
  // Swaps the first two classes of these people, which leaves the folds unchanged.
  const swapped = `CASE activity WHEN 'walking' THEN 'sitting' WHEN 'sitting' THEN 'walking' ELSE activity END`;
  const who = `"user" IN (${judges.map((name) => `'${name}'`).join()})`;
  await query(
    `COPY (SELECT * REPLACE (CASE WHEN ${who} THEN ${swapped} ELSE activity END AS activity) FROM '${at("r.parquet")}') TO '${at("poisoned.parquet")}' (FORMAT parquet)`,
  );
  expect(await run(...words("poisoned.parquet", "poisoned.yaml"))).toMatchObject({ exitCode: 0 });
  const of = (out: string, fold: string) =>
    withoutTimes(out).filter((own) => own.search === fold && own.purpose === "search");
  expect(of("poisoned.yaml", "fold 1")).toEqual(of("tuned.yaml", "fold 1"));
  expect(of("poisoned.yaml", "fold 2")).not.toEqual(of("tuned.yaml", "fold 2"));
});

it("continues where it stopped, and repeats nothing", { timeout: 600_000 }, async () => {
  const stop = new AbortController();
  let trials = 0;
  const event = ({ type }: TuneEvent): void => {
    if (type === "trial" && ++trials === 3) stop.abort();
  };
  const inCode: TuneOptions = {
    files: [at("r.parquet")],
    out: at("again.yaml"),
    rate: 20,
    window: 40,
    search: ["learning-rate=0.00001,0.003", "augment=none,rotate"],
    network: "compact",
    epochs: 4,
    folds: 2,
    batchSize: 16,
    seed: 7,
    jobs: 2,
  };
  const stopped = tune(inCode, { signal: stop.signal, reporter: { event } });
  await expect(stopped).rejects.toThrow("every completed trial is kept in");
  expect(trials).toBe(3);
  const before = readFileSync(at("again.yaml.trials.jsonl"), "utf8");
  expect(await run(...words("r.parquet", "again.yaml"))).toMatchObject({ exitCode: 2 });
  const other = await run(...words("r.parquet", "again.yaml", "--epochs", "5", "--resume"));
  expect(other).toMatchObject({ exitCode: 2 });
  expect(other.stderr).toContain("other recordings, options or versions");
  expect(await run(...words("r.parquet", "again.yaml", "--resume"))).toMatchObject({ exitCode: 0 });
  expect(readFileSync(at("again.yaml.trials.jsonl"), "utf8").startsWith(before)).toBe(true);
  expect(withoutTimes("again.yaml")).toEqual(withoutTimes("tuned.yaml"));
  expect(readFileSync(at("again.yaml"), "utf8")).toBe(readFileSync(at("tuned.yaml"), "utf8"));
});

it("compares windows of different lengths on the same people and moments", { timeout: 600_000 }, async () => {
  const windows = ["--search", "window=40,80", "--search", "epochs=1,2"];
  const given = ["tune", "r.parquet", "--out", "lengths.yaml", ...reading, ...windows, "--minutes", "60", ...options];
  expect(await run(...given)).toMatchObject({ exitCode: 0, stderr: "" });
  const chosen = parse(readFileSync(at("lengths.yaml"), "utf8"));
  expect(chosen).toEqual({ window: expect.any(Number), epochs: expect.any(Number) });
  const trials = trialsOf("lengths.yaml");
  // Every search tried both lengths, with more epochs from round to round.
  const lengths = (search: string): Set<unknown> =>
    new Set(trials.filter((own) => own.search === search).map((own) => (own.options as { window?: number }).window));
  for (const search of ["fold 1", "fold 2", "everyone"])
    expect([...lengths(search)]).toEqual(expect.arrayContaining([40, 80]));
  for (const fold of ["fold 1", "fold 2"]) {
    const people = (purpose: string): string[] => {
      const own = trials.filter((trial) => trial.search === fold && trial.purpose === purpose);
      const sets = own.map((trial) => Object.keys(trial.macro_f1).sort());
      for (const set of sets) expect(set).toEqual(sets[0]);
      return sets[0]!;
    };
    expect(people("search").filter((person) => people("judge").includes(person))).toEqual([]);
    expect([...people("search"), ...people("judge")]).toHaveLength(6);
  }
  const tooLong = ["tune", "r.parquet", "--out", "long.yaml", ...reading, "--search", "window=40,90000", ...options];
  const refused = await run(...tooLong);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain("--search window 90000: ");
});
