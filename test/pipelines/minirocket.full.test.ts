// Tests `--network minirocket` through the commands: interrupted and resumed training, commands on the resulting model,
// retraining, and the options that it rejects.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { cvReportSchema } from "../../src/learning/training/cv-report.ts";
import { historyRowSchema } from "../../src/report/history-row.ts";
import { modelFiles } from "../../src/storage/model-folder.ts";
import { type Ended, fileDirectory, signalledAtFiles, simulateTiny, start } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (...names: string[]): string => join(directory, ...names);
const run = (...words: string[]): Promise<Ended> => start(words, directory).ended;
const trained = (out: string): string[] => [
  ...["train", "r.parquet", "--out", out, "--network", "minirocket", "--rate", "20", "--window", "40"],
  ...["--folds", "2", "--seed", "7", "--jobs", "1", "--json"],
];
let events: { type: string; [field: string]: unknown }[];

beforeAll(async () => {
  await simulateTiny(at("r.parquet"), { users: 6 });
  await simulateTiny(at("new.parquet"), { users: 2, seed: 8 });
  const ended = await run(...trained("model"));
  expect(ended.exitCode, ended.stderr).toBe(0);
  events = ended.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
});

describe("train", () => {
  it("reports a penalty per epoch, and no learning rate", () => {
    const epochs = events.filter(({ type }) => type === "epoch");
    expect(epochs.map(({ penalty }) => penalty).slice(0, 2)).toEqual([30_000, 10_000]);
    expect(new Set(epochs.map(({ learning_rate: rate }) => rate))).toEqual(new Set([null]));
    expect(epochs.at(-1)).toMatchObject({ fit: "final", epoch: 1, epochs: 1, val_loss: null });
  });

  it("says how far the features are, and names the penalty of each fold instead of an epoch", async () => {
    const stages = events.filter(({ type }) => type === "batch").map(({ stage }) => stage);
    expect(stages).not.toContain(undefined);
    const report = cvReportSchema.parse(JSON.parse(readFileSync(at("model", modelFiles.cvReport), "utf8")));
    const folds = events.filter(({ type }) => type === "fold");
    expect(folds.map(({ penalty }) => penalty)).toEqual(report.folds.map(({ penalty }) => penalty));
    expect(report.folds.every(({ penalty }) => penalty! > 0)).toBe(true);
    const final = events.find(({ type }) => type === "final")!;
    expect(final.penalty).toBe(report.final_fit.penalty);
    const page = readFileSync(at("model", modelFiles.report), "utf8");
    expect(page).toContain(`penalty ${final.penalty} over`);
    expect(page).toContain(`Best penalty ${report.folds[0]!.penalty}, of 7 tried`);
  });

  it("classifies people whom it did not know, and records only the options that it used", () => {
    const report = cvReportSchema.parse(JSON.parse(readFileSync(at("model", modelFiles.cvReport), "utf8")));
    expect(report.summary.over_folds.macro_f1.mean).toBeGreaterThan(0.85);
    expect(report.config).toMatchObject({ network: "minirocket", augment: "rotate", normalize: "zscore" });
    for (const name of ["epochs", "batch_size", "learning_rate", "patience"])
      expect(Object.keys(report.config)).not.toContain(name);
    const rows = readFileSync(at("model", modelFiles.history), "utf8").trim().split("\n");
    for (const row of rows) expect(historyRowSchema.parse(JSON.parse(row)).penalty).toBeGreaterThan(0);
  });

  it("gives the same network if it was killed and resumed", async () => {
    const killed = await signalledAtFiles(
      { files: [".partial/fold-1.checkpoint"], signal: "SIGKILL" },
      trained("again"),
      directory,
    );
    expect(killed.signal).toBe("SIGKILL");
    const resumed = await run(...trained("again"), "--resume");
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    const bytes = (model: string): Buffer => readFileSync(at(model, modelFiles.network));
    expect(bytes("again").equals(bytes("model"))).toBe(true);
  });

  it.each([
    [["--epochs", "5"], "so it does not use --epochs"],
    [["--batch-size", "8", "--patience", "2"], "so it does not use --batch-size and --patience"],
    [["--window", "8"], "expected at least 9 samples for the minirocket network, got 8"],
  ])("rejects %j", async (more, message) => {
    const ended = await run(...trained("none"), ...more);
    expect([ended.exitCode, ended.stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe("the model", () => {
  it("predicts and is evaluated as it was cross-validated", async () => {
    const predicted = await run("predict", "new.parquet", "--model", "model", "--out", "p.parquet");
    expect(predicted.exitCode, predicted.stderr).toBe(0);
    const evaluated = await run("evaluate", "new.parquet", "--model", "model", "--json");
    expect(evaluated.exitCode, evaluated.stderr).toBe(0);
    expect(JSON.parse(evaluated.stdout).pooled.macro_f1).toBeGreaterThan(0.8);
  });

  it("checks a batch", async () => {
    const { exitCode, stderr } = await run("check", "new.parquet", "--model", "model", "--stream", "s");
    expect([0, 10, 11, 12], stderr).toContain(exitCode);
  });
});

describe("retrain", () => {
  it.each([
    [["--restart", "none"], "--restart none cannot be used"],
    [["--adapt", "adabn", "--epochs", "3"], "--epochs and --adapt adabn cannot be used"],
  ])("rejects %j", async (more, message) => {
    const ended = await run("retrain", "new.parquet", "--model", "model", "--out", "next", ...more);
    expect([ended.exitCode, ended.stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it("fits every cycle anew, with the penalty of the champion", async () => {
    const ended = await run(
      ...["retrain", "new.parquet", "--model", "model", "--out", "next", "--cycles", "1", "--jobs", "1", "--json"],
    );
    expect([0, 20], ended.stderr).toContain(ended.exitCode);
    const epochs = ended.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .filter(({ type }) => type === "epoch");
    const final = events.findLast(({ type }) => type === "epoch")!;
    expect(epochs.slice(0, 2).map(({ fit }) => fit)).toEqual(["cycle-0", "cycle-1"]);
    expect(new Set(epochs.map(({ penalty }) => penalty))).toEqual(new Set([final.penalty]));
  });
});
