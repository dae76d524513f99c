// Tests model folders from other versions of Tidemark: one that an earlier commit wrote, and one that a later version might
// write under the same schema version, with unknown keys, a missing option, and options with unknown values.
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { exitCodes, UserError } from "../../src/errors.ts";
import { baselineFileFaults } from "../../src/monitoring/streams/baseline-faults.ts";
import { openWatchedModel, openWatchedModelForPrediction } from "../../src/monitoring/streams/watched-model.ts";
import { championOptions } from "../../src/pipelines/champion-options.ts";
import { check } from "../../src/pipelines/check.ts";
import { showModel } from "../../src/pipelines/models.ts";
import { predict } from "../../src/pipelines/predict.ts";
import { retrain } from "../../src/pipelines/retrain.ts";
import { readFittedWeights } from "../../src/pipelines/starting-model.ts";
import { sync } from "../../src/pipelines/sync.ts";
import { readManifest } from "../../src/storage/manifest.ts";
import { FakeMlflow } from "../storage/fake-mlflow.ts";
import { changeJson, reseal, unpackOldModel } from "./old-model.ts";
import { fileDirectory, start } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (...names: string[]): string => join(directory, ...names);

const near = (value: number) => expect.closeTo(value, 4);

/** The keys of the objects under these keys are the names of channels, classes, people, files or options. */
const nameKeyed =
  /^(per_channel|edges|by_class|standard|correlation_seconds|files|mutable_files|per_class|per_user|classes|persons|channels|values|tags|params|shifted|kinds|aggregated)$/;

/** Adds an unknown key to every object that has fixed keys. */
function extended(value: unknown, key = ""): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => extended(item, key));
  const entries = Object.entries(value).map(([name, item]) => [name, extended(item, nameKeyed.test(key) ? "" : name)]);
  return Object.fromEntries(nameKeyed.test(key) ? entries : [...entries, ["added_later", { why: "x" }]]);
}

beforeAll(() => {
  unpackOldModel(directory);
  cpSync(at("walk"), at("later"), { recursive: true });
  for (const name of ["manifest", "baseline_stats", "scaler", "labels", "cv_report", "rolling_reference"]) {
    changeJson(at("later"), `${name}.json`, (value) => extended(value));
  }
  for (const name of ["history.jsonl", "tracking.jsonl"]) {
    const lines = readFileSync(at("later", name), "utf8").trimEnd().split("\n");
    const longer = lines.map((line) => `${JSON.stringify(extended(JSON.parse(line)))}\n`);
    writeFileSync(at("later", name), longer.join(""));
  }
  changeJson<{ config: Record<string, unknown> }>(at("later"), "manifest.json", ({ config }) => {
    config.optimizer = "lion";
    config.split = "by moon phase";
    delete config.patience;
  });
  reseal(at("later"));
});

it("a stream of 85d68b1's model gets the p-values and verdicts that it got before days were rehearsed", async () => {
  const [header, ...lines] = gunzipSync(readFileSync(at("recordings.csv.gz")))
    .toString()
    .trimEnd()
    .split("\n");
  const judged: unknown[] = [];
  cpSync(at("walk"), at("judging"), { recursive: true });
  for (let i = 0; i < 12; i++) {
    writeFileSync(at("piece.csv"), [header, ...lines.slice(320 * i, 320 * (i + 1)), ""].join("\n"));
    const batch = { files: [at("piece.csv")], model: at("judging"), stream: "pieces", batchId: `${i}`, jobs: 1 };
    const { result } = await check(batch);
    if (result.verdict === "rejected") throw new Error(JSON.stringify(result.reasons));
    const [baseline, ...own] = result.comparisons;
    expect(own.map(({ method }) => method)).toEqual(i < 5 ? [] : ["constants", "constants"]);
    judged.push([result.verdict, baseline!.p_value, baseline!.score, result.evidence.raised_by]);
  }
  // The answers as of commit 1395168, except `raised_by`, which that commit lacks.
  expect(judged).toEqual([
    ["normal", near(0.280172), near(1.625543), null],
    ["normal", near(0.538426), near(0.846734), null],
    ["normal", near(0.398409), near(1.176075), null],
    ["normal", near(0.403377), near(1.099497), null],
    ["normal", near(0.791401), near(0.392), null],
    ["sudden_change", near(0.010033), near(2.510365), "constants"],
    ["sudden_change", near(0.875081), near(0.212985), "constants"],
    ["sudden_change", near(0.398196), near(1.167583), "constants"],
    ["sudden_change", near(0.006964), near(3.346494), "constants"],
    ["sudden_change", near(0.696981), near(0.558126), "constants"],
    ["sudden_change", near(0.273831), near(1.510311), "constants"],
    ["sudden_change", near(0.003131), near(3.639492), "constants"],
  ]);
});

describe.each([
  { version: "of 85d68b1", model: "walk" },
  { version: "of a later version that added keys", model: "later" },
])("a model folder $version", ({ model }) => {
  it("is opened and described", async () => {
    const { config } = await openWatchedModel(at(model));
    expect(config).toMatchObject({ rate: 20, window: 40, overlap: 0.5 });
    expect(await baselineFileFaults(at(model))).toEqual([]);
    expect((await showModel(at(model))).version).toMatchObject({ classes: ["sitting", "walking"], people: 4 });
  });

  it("predicts", async () => {
    const predicted = await predict({
      files: [at("batch.csv.gz")],
      model: at(model),
      out: at(`${model}.csv`),
      jobs: 1,
    });
    expect(predicted).toMatchObject({ windows: 34, classes: { walking: 34, sitting: 0 } });
  });

  it("checks a new batch, and knows the one that was checked before", async () => {
    const known = await check({ files: [at("batch.csv.gz")], model: at(model), jobs: 1 });
    expect(known).toMatchObject({ known: true, result: { verdict: "normal", batch_id: "batch.csv.gz" } });
    const fresh = await check({ files: [at("recordings.csv.gz")], model: at(model), stream: "other", jobs: 1 });
    expect(fresh).toMatchObject({ known: false, result: { verdict: "normal", batch_id: "recordings.csv.gz" } });
  });

  it("is retrained with the options that it was trained with", async () => {
    const manifest = await readManifest(at(model));
    expect(championOptions(manifest.config, manifest, model)).toEqual({
      files: ["recordings.csv.gz"],
      rate: 20,
      window: 40,
      overlap: 0.5,
      purity: 1,
      network: "compact",
      normalize: "zscore",
      split: "group",
      folds: 2,
      epochs: 2,
      batchSize: 32,
      learningRate: 0.001,
      patience: 15,
      classWeights: "none",
      augment: "rotate",
      referenceBatches: 5,
      day: "auto",
      units: "keep",
      resampling: "linear",
    });
    const words = ["--model", model, "--out", `${model}-v2`, "--jobs", "1", "--cycles", "1", "--epochs", "1"];
    const { exitCode, stdout, stderr } = await start(["retrain", "batch.csv.gz", ...words], directory).ended;
    expect(stderr).not.toContain("error");
    expect(stdout).toContain("gate: ");
    expect([exitCodes.ok, exitCodes.notAdopted]).toContain(exitCode);
  });

  it("keeps the network that it was trained with", async () => {
    const { network } = await readFittedWeights(await openWatchedModelForPrediction(at(model)), "compact");
    expect(network).toBe("compact");
  });

  it("is sent to a tracking server", async () => {
    const server = new FakeMlflow();
    await server.open();
    try {
      const { training, streams } = await sync({ directory: at(model), tracking: server.uri });
      expect(training).toMatchObject({ unsent: null });
      expect(training?.sent).toBeGreaterThan(10);
      expect(streams.map(({ unsent }) => unsent)).toEqual([null, null]);
    } finally {
      await server.close();
    }
  });
});

describe("a model from a later version", () => {
  it.each([
    { option: "network", value: "mamba", knows: "one of 1dcnn-bilstm, compact" },
    { option: "normalize", value: undefined, knows: "one of zscore, robust, none" },
    { option: "batchSize", value: "auto", knows: "a whole number from 2 to 65536" },
  ])(
    "keeps a model with another $option from being retrained, and from nothing else",
    async ({ option, value, knows }) => {
      const model = `other-${option}`;
      cpSync(at("walk"), at(model), { recursive: true });
      changeJson<{ config: Record<string, unknown> }>(at(model), "manifest.json", (manifest) => {
        if (value === undefined) delete manifest.config[option];
        else manifest.config[option] = value;
      });
      reseal(at(model));
      await openWatchedModel(at(model));
      const retraining = retrain({ files: [at("batch.csv.gz")], model: at(model), out: at(`${model}-v2`) });
      const error = await retraining.then(String, (reason: unknown) => reason);
      expect(error).toBeInstanceOf(UserError);
      expect(error).toMatchObject({ advice: expect.stringContaining("Tidemark 0.1.0, which made it") });
      expect(String(error)).toContain(`${model} cannot be retrained: it was trained with ${option} `);
      expect(String(error)).toContain(knows);
      expect(existsSync(at(`${model}-v2`))).toBe(false);
    },
  );

  it("is rejected because of its format version, not because of other differences", async () => {
    cpSync(at("walk"), at("next"), { recursive: true });
    changeJson(at("next"), "manifest.json", (value) => {
      const { config: _, ...rest } = value;
      return { ...rest, schema_version: 2, tidemark_version: "3.1.0", settings: {} };
    });
    await expect(openWatchedModel(at("next"))).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringContaining("expected schema_version 1, got 2"),
      advice: "The file was written by Tidemark 3.1.0; use that version or a later one.",
    });
  });
});
