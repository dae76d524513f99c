// Tests `train --from`, which continues from a model's weights with recordings of other people, through the real command.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { query } from "./query.ts";
import { fileDirectory, signalledAtFiles, simulateTiny, start } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (name: string): string => join(directory, name);
const run = (...given: string[]) => start(given, directory).ended;
const brief = ["--folds", "2", "--batch-size", "16", "--seed", "7", "--jobs", "2"];
const base = [
  "train",
  "r.parquet",
  "--rate",
  "20",
  "--window",
  "40",
  "--network",
  "compact",
  "--epochs",
  "8",
  ...brief,
];
const words = (out: string, ...more: string[]): string[] => [
  ...["train", "new.parquet", "--from", "walk", "--out", out, "--epochs", "2", ...brief, ...more],
];
const reportOf = (model: string) => JSON.parse(readFileSync(at(`${model}/cv_report.json`), "utf8"));

beforeAll(async () => {
  await simulateTiny(at("r.parquet"), { users: 5 });
  await simulateTiny(at("new.parquet"), { users: 4, seed: 11 });
  await simulateTiny(at("six.parquet"), { users: 6, seed: 12 });
  expect(await run(...base, "--out", "walk")).toMatchObject({ exitCode: 0 });
}, 600_000);

it("compares the model as it is, fine-tuned and from scratch, for each person", { timeout: 600_000 }, async () => {
  const { exitCode, stdout } = await run(...words("clinic"));
  expect(exitCode).toBe(0);
  const { fine_tuning: found, config, users } = reportOf("clinic");
  expect(config).toMatchObject({ network: "compact", rate: 20, window: 40, learning_rate: 0.0001, from: "walk" });
  expect(found).toMatchObject({ from: "walk", model_version: reportOf("walk").model_version });
  const scores = users.map(({ user, metrics }: { user: string; metrics: { macro_f1: number } }) => [
    user,
    metrics.macro_f1,
  ]);
  expect(found.users.map((own: { user: string; fine_tuned: number }) => [own.user, own.fine_tuned])).toEqual(scores);
  // Two epochs from scratch, in two folds of two people each, learn less than eight epochs on other people.
  expect(found.mean.fine_tuned).toBeGreaterThan(found.mean.from_scratch);
  expect(stdout).toContain("from scratch");
  expect(stdout).toContain("over walk as it is");
  expect(readFileSync(at("clinic/report.html"), "utf8")).toContain('id="fine-tuning"');
  const scaler = (model: string): unknown => JSON.parse(readFileSync(at(`${model}/scaler.json`), "utf8"));
  expect(scaler("clinic")).toEqual(scaler("walk"));
  expect([0, 10, 11]).toContain((await run("check", "r.parquet", "--model", "clinic")).exitCode);
});

it("gives the same bytes if it is resumed, which requires the same model", { timeout: 600_000 }, async () => {
  const stopped = await signalledAtFiles(
    { files: ["scratch-1.checkpoint"], signal: "SIGINT" },
    words("again"),
    directory,
  );
  expect(stopped.exitCode).toBe(130);
  expect(await run(...base, "--seed", "8", "--out", "other")).toMatchObject({ exitCode: 0 });
  const refused = await run(...words("again", "--from", "other", "--resume"));
  expect(refused).toMatchObject({ exitCode: 2 });
  expect(refused.stderr).toContain("--from: was");
  expect(await run(...words("again", "--resume"))).toMatchObject({ exitCode: 0 });
  expect(readFileSync(at("again/model.onnx")).equals(readFileSync(at("clinic/model.onnx")))).toBe(true);
});

it("can be retrained", { timeout: 600_000 }, async () => {
  const words = ["retrain", "r.parquet", "--model", "clinic", "--out", "next", "--cycles", "1", "--epochs", "1"];
  expect([0, 20]).toContain((await run(...words)).exitCode);
});

describe("a model with a head that is computed", () => {
  const steps = ["--epochs", "3", "--batch-size", "16"];
  const other = ["--folds", "2", "--seed", "7", "--jobs", "2"];

  it.each([
    ["ensemble", steps],
    // On these people, `auto` chooses minirocket alone.
    ["auto", []],
  ])(
    "is fine-tuned, the model as it is among the heads that are tried: %s",
    { timeout: 600_000 },
    async (network, own) => {
      const base = ["train", "r.parquet", "--rate", "20", "--window", "40", "--network", network, ...steps, ...other];
      expect(await run(...base, "--out", network)).toMatchObject({ exitCode: 0 });
      const tuned = ["train", "six.parquet", "--from", network, "--out", `${network}-tuned`, ...own, ...other];
      const stopped = await signalledAtFiles({ files: ["fold-1.checkpoint"], signal: "SIGKILL" }, tuned, directory);
      expect(stopped.signal, stopped.stderr).toBe("SIGKILL");
      const { exitCode, stderr } = await run(...tuned, "--resume");
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      if (network === "auto") expect(stderr).toContain("auto consists of minirocket alone");
      expect(reportOf(`${network}-tuned`).fine_tuning.users).toHaveLength(6);
      const fold = readFileSync(at(`${network}-tuned/history.jsonl`), "utf8")
        .trim()
        .split("\n")
        .map((row) => JSON.parse(row))
        .filter((row) => row.fit === "fold-2" && row.penalty !== undefined);
      expect(fold.map(({ penalty }) => penalty)).toEqual([1e15, 1e6, 3e5, 1e5, 3e4, 1e4, 3e3, 1e3, 300, 100]);
      // Even on people who are new to it, the unchanged last layer scores well, because the model has learned from other
      // people.
      expect(fold[0].val_macro_f1).toBeGreaterThan(0.7);
    },
  );

  it("gives the same bytes if it was interrupted", { timeout: 600_000 }, async () => {
    expect(await run("train", "six.parquet", "--from", "auto", "--out", "whole", ...other)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("penalty unchanged ("),
    });
    const bytes = (model: string): Buffer => readFileSync(at(`${model}/model.onnx`));
    expect(bytes("whole").equals(bytes("auto-tuned"))).toBe(true);
  });

  it("says that a model has no epochs that could be set", async () => {
    const { exitCode, stderr } = await run("train", "six.parquet", "--from", "auto", "--out", "no", "--epochs", "3");
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining(
        "the network of --from auto, minirocket, has no training epochs, so it does not use --epochs",
      ),
    });
  });
});

it("rejects recordings in a unit that is not the model's", async () => {
  const columns = ["Ax", "Ay", "Az"].map((name) => `${name} / 9.80665 AS ${name}`);
  const inG = `SELECT * REPLACE (${columns.join(", ")}) FROM '${at("new.parquet")}'`;
  await query(`COPY (${inG}) TO '${at("g.parquet")}' (FORMAT parquet)`);
  const { exitCode, stderr } = await run("train", "g.parquet", "--from", "walk", "--out", "no", ...brief);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: expect.stringContaining(
      "Ax, Ay, Az: expected an accelerometer with gravity in m/s^2, as in the training of walk, found an accelerometer with gravity in g",
    ),
  });
  expect(readdirSync(directory).filter((name) => name.startsWith("no"))).toEqual([]);
});

it.each([
  ["options that the model decides", ["--window", "30"], "so --window cannot be given"],
  ["another network", ["--network", "ensemble"], "expected compact, the network of --from walk, got ensemble"],
])("rejects %s", async (_, more, message) => {
  const { exitCode, stderr } = await run(...words("no", ...more));
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(message) });
});
