// Tests `--network ensemble` through the commands: interrupted and resumed training, every command on the model, and
// retraining.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Tensor } from "onnxruntime-node";
import { beforeAll, describe, expect, it } from "vitest";
import { cvReportSchema } from "../../src/learning/training/cv-report.ts";
import { openRuntimeSession } from "../../src/learning/training/onnx-runtime.ts";
import { Rng } from "../../src/random.ts";
import { type HistoryRow, historyRowSchema } from "../../src/report/history-row.ts";
import { modelFiles } from "../../src/storage/model-folder.ts";
import { type Ended, fileDirectory, signalledAtFiles, simulateTiny, start } from "./tiny-run.ts";

/** The WebAssembly build of onnxruntime-web; both runtimes have the types of onnxruntime-common. */
const web: typeof import("onnxruntime-node") = createRequire(import.meta.url)("onnxruntime-web");

const directory = fileDirectory();
const at = (...names: string[]): string => join(directory, ...names);
const run = (...words: string[]): Promise<Ended> => start(words, directory).ended;
const trained = (out: string): string[] => [
  ...["train", "r.parquet", "--out", out, "--network", "ensemble", "--rate", "20", "--window", "40"],
  ...["--folds", "2", "--epochs", "6", "--batch-size", "16", "--seed", "7", "--jobs", "1", "--json"],
];
const eventsOf = ({ stdout }: Ended): { type: string; [field: string]: unknown }[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const historyOf = (model: string, fit: string): HistoryRow[] =>
  readFileSync(at(model, modelFiles.history), "utf8")
    .trim()
    .split("\n")
    .map((row) => historyRowSchema.parse(JSON.parse(row)))
    .filter((row) => row.fit === fit);
const thirds = [1 / 3, 1 / 3, 1 / 3];
let events: ReturnType<typeof eventsOf>;

beforeAll(async () => {
  await simulateTiny(at("r.parquet"), { users: 6 });
  await simulateTiny(at("new.parquet"), { users: 2, seed: 8 });
  const ended = await run(...trained("model"));
  expect(ended.exitCode, ended.stderr).toBe(0);
  events = eventsOf(ended);
});

describe("train", () => {
  it("reports the epochs of one member, the penalties of another, and how they are combined", () => {
    const epochs = events.filter(({ type, fit }) => type === "epoch" && fit === "fold-1");
    const kinds = epochs.map(({ penalty, mixture }) => (mixture ? "ensemble" : penalty ? "penalty" : "epoch"));
    expect(kinds.slice(0, 7)).toEqual([...Array(6).fill("epoch"), "penalty"]);
    expect(kinds.indexOf("ensemble")).toBe(kinds.length - 1);
    expect(epochs.map(({ epoch }) => epoch)).toEqual(epochs.map((_, i) => i + 1));
    expect(epochs.at(-1)).toMatchObject({
      mixture: { weights: thirds, temperatures: thirds.map(() => expect.any(Number)) },
    });
  });

  it("combines the final members as the folds did in the middle", () => {
    const final = historyOf("model", "final").at(-1)!.mixture!;
    const folds = ["fold-1", "fold-2"].map((fit) => historyOf("model", fit).at(-1)!.mixture!);
    for (const m of thirds.keys()) {
      const [a, b] = folds.map(({ temperatures }) => temperatures[m]!) as [number, number];
      expect(final.temperatures[m]).toBeCloseTo(Math.sqrt(a * b), 10);
    }
  });

  it("classifies people whom it did not know", () => {
    const report = cvReportSchema.parse(JSON.parse(readFileSync(at("model", modelFiles.cvReport), "utf8")));
    expect(report.summary.over_folds.macro_f1.mean).toBeGreaterThan(0.85);
    expect(report.config).toMatchObject({ network: "ensemble", augment: "rotate", epochs: 6 });
    const epochs = historyOf("model", "final").filter(({ learning_rate }) => learning_rate !== null);
    expect(report.final_fit.epochs).toBe(epochs.length);
    expect(readFileSync(at("model", modelFiles.report), "utf8")).toContain(
      "the ensemble's member that is trained in epochs",
    );
  });

  it.each([["fold-1"], ["final"]])("gives the same network if it was killed in %s and resumed", async (fit) => {
    const words = trained(`again-${fit}`);
    const killed = await signalledAtFiles(
      { files: [`.partial/${fit}.checkpoint`], signal: "SIGKILL" },
      words,
      directory,
    );
    expect(killed.signal).toBe("SIGKILL");
    const resumed = await run(...words, "--resume");
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    const bytes = (model: string): Buffer => readFileSync(at(model, modelFiles.network));
    expect(bytes(`again-${fit}`).equals(bytes("model"))).toBe(true);
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

  it("has nearly the same probabilities in onnxruntime-web", async () => {
    const network = at("model", modelFiles.network);
    const { channels } = JSON.parse(readFileSync(at("model", "manifest.json"), "utf8")).data;
    const rng = Rng.fromSeed(4);
    const count = 64;
    const x = Float32Array.from({ length: count * 40 * channels.length }, (_, i) => 4 * rng.normal() + (i % 3));
    const feeds = { windows: new Tensor("float32", x, [count, 40, channels.length]) };
    const [server, device] = await Promise.all([
      openRuntimeSession(network),
      web.InferenceSession.create(readFileSync(network)),
    ]);
    const [a, b] = (await Promise.all([server.run(feeds), device.run(feeds)])).map(
      ({ probabilities }) => probabilities!.data as Float32Array,
    ) as [Float32Array, Float32Array];
    // Rounding moves a few outputs of minirocket's convolutions across their thresholds.
    expect(a.reduce((sum, p, i) => sum + Math.abs(p - b[i]!), 0) / a.length).toBeLessThan(1e-4);
  });

  it("checks a batch", async () => {
    const { exitCode, stderr } = await run("check", "new.parquet", "--model", "model", "--stream", "s");
    expect([0, 10, 11, 12], stderr).toContain(exitCode);
  });
});

describe("retrain", () => {
  const retrained = (out: string, ...more: string[]): Promise<Ended> =>
    run("retrain", "new.parquet", "--model", "model", "--out", out, "--cycles", "1", "--jobs", "1", "--json", ...more);

  it.each([[[]], [["--restart", "none"]]])("combines the members as the champion does %j", async (more) => {
    const ended = await retrained(`next${more.length}`, ...more);
    expect([0, 20], ended.stderr).toContain(ended.exitCode);
    const combined = eventsOf(ended).filter(({ mixture }) => mixture !== undefined);
    const { mixture } = historyOf("model", "final").at(-1)!;
    expect(combined.slice(0, 2).map(({ fit }) => fit)).toEqual(["cycle-0", "cycle-1"]);
    for (const event of combined) expect(event.mixture).toEqual(mixture);
  });

  it("adapts the member with batch normalization", async () => {
    const ended = await run(
      ...["retrain", "new.parquet", "--model", "model", "--out", "adapted", "--adapt", "adabn", "--jobs", "1"],
    );
    expect([0, 20], ended.stderr).toContain(ended.exitCode);
  });
});

describe("--network auto", () => {
  it("says what it chose, in the output, the history and the report, and the model predicts", async () => {
    const words = trained("chosen").map((word) => (word === "ensemble" ? "auto" : word));
    const ended = await run(...words);
    expect(ended.exitCode, ended.stderr).toBe(0);
    const { choice } = eventsOf(ended).find(({ type }) => type === "final") as { choice?: { chosen: string } };
    expect(Object.keys((choice as unknown as { losses: object }).losses)).toEqual(["average", "compact", "minirocket"]);
    const report = cvReportSchema.parse(JSON.parse(readFileSync(at("chosen", modelFiles.cvReport), "utf8")));
    expect(report.final_fit.choice).toEqual(choice);
    const tried = ["fold-1", "fold-2"].map((fit) => historyOf("chosen", fit).at(-1)!.tried!);
    expect(tried.map((own) => own.map(({ weights }) => weights))).toEqual(
      Array(2).fill([thirds, [1, 0, 0], [0, 1, 0]]),
    );
    const weights = { average: thirds, compact: [1, 0, 0], minirocket: [0, 1, 0] }[choice!.chosen];
    expect(historyOf("chosen", "final").at(-1)!.mixture!.weights).toEqual(weights);
    expect(readFileSync(at("chosen", modelFiles.report), "utf8")).toContain("Choice of the network");
    const evaluated = await run("evaluate", "new.parquet", "--model", "chosen", "--json");
    expect(evaluated.exitCode, evaluated.stderr).toBe(0);
    expect(JSON.parse(evaluated.stdout).pooled.macro_f1).toBeGreaterThan(0.8);
    const retrained = await run(
      ...[
        "retrain",
        "new.parquet",
        "--model",
        "chosen",
        "--out",
        "chosen-next",
        "--cycles",
        "1",
        "--jobs",
        "1",
        "--json",
      ],
    );
    expect([0, 20], retrained.stderr).toContain(retrained.exitCode);
    for (const event of eventsOf(retrained).filter(({ mixture }) => mixture !== undefined))
      expect(event.mixture).toMatchObject({ weights });
  });
});
