// Runs one training run through the public function, and tests all files that it writes.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { classificationMetrics } from "../../src/learning/evaluation/classification-metrics.ts";
import { type CvReport, cvReportSchema } from "../../src/learning/training/cv-report.ts";
import { snakeKeys } from "../../src/letter-case.ts";
import { baselineStatsSchema } from "../../src/monitoring/drift/baseline-stats.ts";
import { baselineStatsFaults } from "../../src/monitoring/drift/baseline-stats-faults.ts";
import { rollingReferenceSchema } from "../../src/monitoring/streams/rolling-reference.ts";
import { showBaseline } from "../../src/pipelines/baseline.ts";
import { type TrainResult, train } from "../../src/pipelines/train.ts";
import type { TrainEvent } from "../../src/pipelines/train-events.ts";
import { historyRowSchema } from "../../src/report/history-row.ts";
import { readRecordings } from "../../src/signals/data/read-recordings.ts";
import { duckdbLiteral, openDuckdb } from "../../src/signals/files/duckdb.ts";
import { sha256File } from "../../src/storage/hash.ts";
import { examplesFile, modelFiles, openModelFolder, trackingFile } from "../../src/storage/model-folder.ts";
import { scalerSchema } from "../../src/storage/scaler-file.ts";
import { fileDirectory, simulateTiny, tinyOptions } from "./tiny-run.ts";

const directory = fileDirectory();
const recordings = join(directory, "recordings.parquet");
const out = join(directory, "models", "walk");
const events: TrainEvent[] = [];
let result: TrainResult;
let report: CvReport;

const json = (name: string): unknown => JSON.parse(readFileSync(join(out, name), "utf8"));

beforeAll(async () => {
  await simulateTiny(recordings);
  result = await train(
    { ...tinyOptions, files: [recordings], out, as: "walks", day: "20-120" },
    { reporter: { event: (event) => events.push(event) }, now: () => new Date("2026-05-04T03:02:01Z") },
  );
  report = cvReportSchema.parse(json(modelFiles.cvReport));
});

it("joins the line that --as names, and becomes its champion if the line is new", () => {
  const joined = { line: "walks", model: "walk", champion: "walk", comparison: null, warnings: [] };
  expect(events.at(-1)).toMatchObject({ type: "done", joined });
  const lines = { walks: { champions: ["walk"], log: [], members: ["walk"] } };
  expect(JSON.parse(readFileSync(join(directory, "models", "registry.json"), "utf8")).lines).toEqual(lines);
});

describe("the model folder", () => {
  it("contains every file, and nothing is left next to it", () => {
    expect(readdirSync(out).sort()).toEqual([...Object.values(modelFiles), trackingFile, examplesFile].sort());
    expect(readdirSync(join(directory, "models"))).toEqual(["registry.json", "walk"]);
    expect(result).toMatchObject({ out, report: join(out, "report.html") });
  });

  it("names itself by name, time and content, and hashes every file", async () => {
    const { manifest } = await openModelFolder(out);
    const network = await sha256File(join(out, modelFiles.network));
    expect(manifest.model_version).toBe(`walk-20260504-0302-${network.slice(7, 15)}`);
    expect(result.modelVersion).toBe(manifest.model_version);
    expect(manifest.data).toMatchObject({ rows: 12_000, channels: ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"] });
    expect(manifest.data.classes).toEqual(["jogging", "sitting", "walking"]);
    expect(manifest.config).toMatchObject({ ...snakeKeys(tinyOptions), files: [recordings] });
    for (const name of readdirSync(out).filter(
      (file) => ![modelFiles.manifest, trackingFile, examplesFile].includes(file),
    )) {
      const hash = { ...manifest.files, ...manifest.mutable_files }[name];
      expect(hash, name).toBe(await sha256File(join(out, name)));
    }
    expect(Object.keys(manifest.mutable_files)).toEqual([modelFiles.rollingReference]);
  });

  it("freezes a baseline of the raw samples with the keys that other tools read", async () => {
    const baseline = baselineStatsSchema.parse(json(modelFiles.baseline));
    expect(baselineStatsFaults(baseline)).toEqual([]);
    expect(Object.keys(baseline)).toEqual(
      expect.arrayContaining([
        ...["created_at", "source_file", "n_samples", "sensor_columns", "per_channel"],
        ...["scaler_path", "scaler_hash", "model_version"],
      ]),
    );
    expect(baseline).toMatchObject({
      created_at: "2026-05-04T03:02:01.000Z",
      source_file: recordings,
      n_samples: 12_000,
      model_version: result.modelVersion,
      scaler_path: "scaler.json",
      scaler_hash: await sha256File(join(out, "scaler.json")),
    });
    const { recordings: read } = await readRecordings([recordings], { requireLabels: true });
    const mean = read.values[1]!.reduce((sum, value) => sum + value, 0) / read.values[1]!.length;
    expect(baseline.per_channel.Ay!.mean).toBeCloseTo(mean, 6);
    expect(baseline.per_channel.Ay!.histogram.bin_edges).toHaveLength(
      baseline.per_channel.Ay!.histogram.counts.length + 1,
    );
  });

  it("keeps the requested days with the calibration and with its options", async () => {
    const { drift } = baselineStatsSchema.parse(json(modelFiles.baseline));
    expect(drift?.calibration.day).toEqual({ bout_seconds: [20, 120] });
    expect((await openModelFolder(out)).manifest.config.day).toBe("20-120");
    expect((await showBaseline(out)).day).toEqual({ bout_seconds: [20, 120] });
  });

  it("starts with an empty rolling reference", () => {
    expect(rollingReferenceSchema.parse(json(modelFiles.rollingReference))).toMatchObject({
      last_updated: null,
      window_size: 5,
      batches: [],
      aggregated: { rolling_mean: {}, rolling_std: {} },
    });
  });

  it("has one history line for each epoch of each fit", () => {
    const rows = readFileSync(join(out, modelFiles.history), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => historyRowSchema.parse(JSON.parse(line)));
    const epochs = (fit: string): number[] => rows.filter((row) => row.fit === fit).map((row) => row.epoch);
    expect(epochs("fold-1")).toEqual([1, 2, 3]);
    expect(epochs("fold-2")).toEqual([1, 2, 3]);
    expect(epochs("final")).toEqual(Array.from({ length: report.final_fit.epochs }, (_, i) => i + 1));
    expect(rows.every((row) => (row.fit === "final") === (row.val_loss === null))).toBe(true);
  });

  it("fits the final scaler on all windows", () => {
    const scaler = scalerSchema.parse(json(modelFiles.scaler));
    expect(scaler).toMatchObject({ method: "zscore", channels: ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"] });
    expect(scaler.scale.every((scale) => scale > 0)).toBe(true);
  });

  it("writes a report that needs no network", () => {
    const page = readFileSync(join(out, modelFiles.report), "utf8");
    expect(page).toContain("Every figure is measured on people whom the network had not seen.");
    expect(page).not.toMatch(/<script|<link|\b(?:src|href)="(?!#|data:)/);
  });
});

describe("the cross-validation", () => {
  it("tests every person once, on a network that never saw them", () => {
    expect(report.leakage).toMatchObject({ split: "group", no_shared_person: true, no_overlapping_range: true });
    const tested = report.folds.flatMap((fold) => fold.test_users);
    expect(tested.sort()).toEqual(["person-01", "person-02", "person-03", "person-04", "person-05"]);
    for (const { train_users, validation_users, test_users } of report.leakage.folds) {
      expect(new Set([...train_users, ...validation_users, ...test_users]).size).toBe(5);
    }
  });

  it("learns: its accuracy is far above one third, which is chance", () => {
    expect(report.pooled.accuracy).toBeGreaterThan(0.6);
    expect(result.summary).toEqual(report.summary);
  });

  it("is consistent: folds, people and the whole are computed from the same predictions", () => {
    const total = (matrices: readonly (readonly (readonly number[])[])[]): number[][] =>
      report.classes.map((_, i) =>
        report.classes.map((__, j) => matrices.reduce((sum, matrix) => sum + matrix[i]![j]!, 0)),
      );
    expect(total(report.folds.map(({ metrics }) => metrics.confusion_matrix))).toEqual(report.pooled.confusion_matrix);
    expect(total(report.users.map(({ metrics }) => metrics.confusion_matrix))).toEqual(report.pooled.confusion_matrix);
    expect(report.pooled.n).toBe(report.windows.total);
    const worst = report.users.find(({ user }) => user === report.summary.worst_user.user)!;
    expect(worst.metrics.macro_f1).toBe(Math.min(...report.users.map(({ metrics }) => metrics.macro_f1)));
  });

  it("keeps the out-of-fold probabilities: its figures can be computed from them", async () => {
    const database = await openDuckdb();
    const rows = await database.rows(`SELECT * FROM ${duckdbLiteral(join(out, modelFiles.outOfFold))}`);
    database.close();
    expect(rows).toHaveLength(report.windows.total);
    const labels = Int32Array.from(rows, (row) => report.classes.indexOf(String(row.label)));
    const probabilities = Float32Array.from(
      rows.flatMap((row) => report.classes.map((name) => Number(row[`p_${name}`]))),
    );
    const metrics = classificationMetrics(labels, probabilities, report.classes);
    expect(metrics.accuracy).toBeCloseTo(report.pooled.accuracy, 9);
    expect(metrics.log_loss).toBeCloseTo(report.pooled.log_loss, 5);
    expect(new Set(rows.map((row) => Number(row.fold)))).toEqual(new Set([1, 2]));
  });

  it("calibrates on them: the log loss falls, the labels stay", () => {
    expect(report.pooled_calibrated.log_loss).toBeLessThanOrEqual(report.pooled.log_loss + 1e-9);
    expect(report.pooled_calibrated.accuracy).toBe(report.pooled.accuracy);
  });
});

describe("the events", () => {
  it("describe the run in order, and can be written as JSON", () => {
    const types = events.map(({ type }) => type).filter((type) => !["batch", "epoch", "calibration"].includes(type));
    expect(types).toEqual(["memory", "data", "split", "fold", "fold", "cross-validation", "final", "done"]);
    expect(JSON.parse(JSON.stringify(events))).toEqual(events);
    const calibration = events.filter((event) => event.type === "calibration");
    expect([calibration.at(0), calibration.at(-1)]).toEqual([
      { type: "calibration", done: 0, secondsLeft: null },
      { type: "calibration", done: 1, secondsLeft: 0 },
    ]);
    expect(events.at(-1)).toMatchObject({ day: { bout_seconds: [20, 120] } });
  });

  it("estimate the time left after each epoch", () => {
    const left = events.flatMap((event) => (event.type === "epoch" ? [event.secondsLeft] : []));
    expect(left.length).toBeGreaterThanOrEqual(7);
    expect(left.every((seconds) => seconds !== null && seconds >= 0)).toBe(true);
    // After the fits, the estimate covers the calibration and writing the files.
    expect(left.at(-1)).toBeGreaterThan(2);
    expect(left.at(-1)).toBeLessThan(20);
  });
});
