// Tests that every key in a model's JSON files and in the JSON output of commands is in snake_case; names that users give to
// channels, classes and people are left unchanged.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { inflateRawSync } from "node:zlib";
import { beforeAll, expect, it } from "vitest";
import { storedBaselineStats } from "../../src/monitoring/drift/baseline-stats.ts";
import { showBaseline } from "../../src/pipelines/baseline.ts";
import { duckdbLiteral, openDuckdb } from "../../src/signals/files/duckdb.ts";
import { camelCaseKeys } from "../camel-case-keys.ts";
import { changeJson, reseal, unpackOldModel } from "./old-model.ts";
import { resident } from "./resident.ts";
import { copySharedModel } from "./shared-model.ts";
import { fileDirectory, tinyWords } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (...names: string[]): string => join(directory, ...names);
const tidemark = resident(directory);
const channels = ["wristX", "wristY", "wristZ"];
const classes = ["sitStill", "walkFast"];

/** The lines of JSON that each command prints. */
const printed: Record<string, unknown[]> = {};

async function run(command: string, ...words: string[]): Promise<void> {
  const { stdout, stderr } = await tidemark(...command.split(" "), ...words, "--json");
  expect(stderr).toBe("");
  printed[command] = linesOf(stdout);
}

function linesOf(text: string): unknown[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
}

beforeAll(async () => {
  unpackOldModel(directory);
  await copySharedModel("four people", directory, "four");
  const database = await openDuckdb();
  try {
    const renamed = `SELECT Ax AS "wristX", Ay AS "wristY", Az AS "wristZ", timestamp_s, recording, 'annOf' || "user" AS "user",
      CASE activity WHEN 'sitting' THEN 'sitStill' ELSE 'walkFast' END AS activity
      FROM read_parquet(${duckdbLiteral(at("r.parquet"))}) WHERE activity IN ('sitting', 'walking')`;
    await database.connection.run(`COPY (${renamed}) TO ${duckdbLiteral(at("renamed.parquet"))}`);
  } finally {
    database.close();
  }
  const sensor = ["--sensor", "wrist=acc:wristX,wristY,wristZ[m/s^2]"];
  const short = ["--epochs", "1", "--reference-batches", "2", "--day", "recorded"];
  await run("train", "renamed.parquet", "--out", "m", ...tinyWords, ...sensor, ...short);
  await run("check", "renamed.parquet", "--model", "m", "--accept");
  await run("check", "renamed.parquet", "--model", "m", "--accept", "--batch-id", "again");
  await run("baseline show", "m");
  await run("reference show", "--model", "m");
  await run("models show", "m");
});

function expectOnlyNamesOfUsers(value: unknown, what: string): void {
  const names = [...channels, ...classes];
  const strange = camelCaseKeys(value).filter(({ key }) => !names.includes(key) && !key.startsWith("annOf"));
  expect(strange, what).toEqual([]);
}

it("is in every file of a model folder", () => {
  const files = readdirSync(at("m")).filter((name) => /\.jsonl?$/.test(name));
  expect(files).toEqual(expect.arrayContaining(["baseline_stats.json", "device.json", "tracking.jsonl"]));
  for (const name of files) {
    const text = readFileSync(at("m", name), "utf8");
    expectOnlyNamesOfUsers(name.endsWith("l") ? linesOf(text) : JSON.parse(text), name);
  }
  const stats = JSON.parse(readFileSync(at("m", "baseline_stats.json"), "utf8"));
  expect(Object.keys(stats.drift.by_class[0])).toEqual(expect.arrayContaining(channels));
  expect(Object.keys(stats.drift.by_class[0].wristX)).toEqual(expect.arrayContaining(["excess_below"]));
  expect(Object.keys(stats.drift.calibration.kinds.baseline.rungs[0].standard)).toEqual(
    expect.arrayContaining(channels),
  );
});

it("is in the baseline of a model that rehearsed bouts", () => {
  const stats = JSON.parse(readFileSync(at("four", "baseline_stats.json"), "utf8"));
  expect(stats.drift.calibration).toMatchObject({ day: { bout_seconds: [expect.any(Number), 300] } });
  expect(camelCaseKeys(stats)).toEqual([]);
});

it("is in what the commands print", () => {
  for (const [command, lines] of Object.entries(printed)) expectOnlyNamesOfUsers(lines, command);
  expect(printed.check).toMatchObject([{ signals: { class_shares: { sitStill: expect.any(Number) } } }]);
  expect(printed["baseline show"]).toEqual([JSON.parse(readFileSync(at("m", "baseline_stats.json"), "utf8"))]);
});

it("is in the ledger", () => {
  const ledger = new DatabaseSync(at("m", "monitor.sqlite"), { readOnly: true });
  try {
    const states = ledger.prepare("SELECT state FROM streams").all();
    const batches = ledger.prepare("SELECT figures, result FROM batches").all();
    expect([states.length, batches.length]).toEqual([1, 2]);
    for (const { state } of states) expectOnlyNamesOfUsers(JSON.parse(String(state)), "state");
    for (const { figures, result } of batches) {
      expectOnlyNamesOfUsers(JSON.parse(String(figures)), "figures");
      if (!(result instanceof Uint8Array)) throw new Error("expected bytes");
      expectOnlyNamesOfUsers(JSON.parse(inflateRawSync(result).toString()), "result");
    }
  } finally {
    ledger.close();
  }
});

it("is printed of a baseline that an earlier version wrote in camelCase, with the same numbers", async () => {
  const file = JSON.parse(readFileSync(at("walk", "baseline_stats.json"), "utf8"));
  expect(camelCaseKeys(file).map(({ key }) => key)).toEqual(
    expect.arrayContaining(["excessBelow", "classCounts", "halfWidth", "ksWithinClasses"]),
  );
  const { baseline, drift } = await showBaseline(at("walk"));
  expect(drift).toEqual(file.drift);
  const shown = JSON.parse(JSON.stringify(storedBaselineStats(baseline)));
  expectOnlyNamesOfUsers(shown, "shown");
  expect(shown.drift.signals.class_counts).toEqual(file.drift.signals.classCounts);
  expect(shown.drift.calibration.kinds.baseline.statistic).toBe("ks_within_classes");
  // After the keys are renamed to their current form, the baseline is the same.
  changeJson(at("walk"), "baseline_stats.json", () => shown);
  reseal(at("walk"));
  expect((await showBaseline(at("walk"))).drift).toEqual(drift);
});
