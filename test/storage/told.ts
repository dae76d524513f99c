// The required content of a server after training: everything from the model folder exactly once.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { snakeCase } from "../../src/letter-case.ts";
import type { HistoryRow } from "../../src/report/history-row.ts";
import { examplesFile, trackingFile } from "../../src/storage/model-folder.ts";
import type { OnServer, Point, RunOnServer } from "./mlflow-server.ts";

export function runsOf(server: OnServer, experiment: string): readonly RunOnServer[] {
  return server.experiments[experiment] ?? [];
}

export function runNamed(server: OnServer, experiment: string, name: string): RunOnServer {
  const found = runsOf(server, experiment).filter((run) => run.name === name);
  expect(
    found.map((run) => run.name),
    `runs of ${experiment} named ${name}`,
  ).toEqual([name]);
  return found[0]!;
}

export const values = (points: readonly Point[] | undefined): [number, number][] =>
  (points ?? []).map(([step, value]) => [step, value]);

/** Expects every epoch of every fit exactly once, with the values of history.jsonl. */
export function expectEpochs(server: OnServer, experiment: string, folder: string): void {
  const history: HistoryRow[] = readFileSync(join(folder, "history.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const names = {
    loss: "loss",
    accuracy: "accuracy",
    val_loss: "val_loss",
    val_accuracy: "val_accuracy",
    val_macro_f1: "val_macro_f1",
    learning_rate: "learning_rate",
    seconds: "epoch_seconds",
  } as const;
  for (const fit of new Set(history.map((row) => row.fit))) {
    const run = runNamed(server, experiment, fit === "final" ? "final fit" : fit.replace("-", " "));
    const rows = history.filter((row) => row.fit === fit);
    expect(rows.length).toBeGreaterThan(0);
    for (const [column, metric] of Object.entries(names) as [keyof typeof names, string][]) {
      const expected = rows.flatMap((row) => (row[column] === null ? [] : [[row.epoch, row[column]]]));
      expect(values(run.metrics[metric]), `${fit} ${metric}`).toEqual(expected);
    }
  }
}

/**
 * Expects the learning curves on the training run's own page: one curve for each fit, and one with the mean over the folds that
 * reached each epoch.
 */
function expectCurves(parent: RunOnServer, folder: string): void {
  const history: HistoryRow[] = readFileSync(join(folder, "history.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const folds = history.filter(({ fit }) => fit !== "final");
  const epochs = [...new Set(folds.map(({ epoch }) => epoch))].sort((a, b) => a - b);
  for (const column of ["loss", "val_loss", "val_macro_f1"] as const) {
    for (const fit of new Set(history.map((row) => row.fit))) {
      const rows = history.filter((row) => row.fit === fit && row[column] !== null);
      const own = values(parent.metrics[`${column}/${fit}`]);
      expect(own, `${column} of ${fit}`).toEqual(rows.map((row) => [row.epoch, row[column]]));
    }
    const points = values(parent.metrics[column]);
    expect(points.map(([step]) => step)).toEqual(epochs);
    for (const [step, value] of points) {
      const own = folds.filter(({ epoch }) => epoch === step).map((row) => row[column]!);
      expect(value).toBeCloseTo(own.reduce((sum, each) => sum + each, 0) / own.length, 12);
      expect(parent.metrics.folds_in_mean).toContainEqual([step, own.length, expect.any(Number)]);
    }
  }
}

/** Expects the server to have everything about the training run whose model is in `folder`. */
export function expectTraining(server: OnServer, experiment: string, folder: string): void {
  const json = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));
  const [manifest, report] = [json("manifest.json"), json("cv_report.json")];
  const name = folder.slice(folder.lastIndexOf("/") + 1);
  const folds: { fold: number; best_epoch: number; test_users: string[]; metrics: Record<string, number> }[] =
    report.folds;
  const parent = runNamed(server, experiment, name);
  const parts = [...folds.map(({ fold }) => `fold ${fold}`), "final fit"];
  expect(
    runsOf(server, experiment)
      .map((run) => run.name)
      .sort(),
  ).toEqual([name, ...parts].sort());
  for (const part of parts) {
    const run = runNamed(server, experiment, part);
    expect(run).toMatchObject({ status: "FINISHED", tags: { "mlflow.parentRunId": parent.id } });
    expect(run.end).toBeGreaterThanOrEqual(run.start);
    expect(run.artifacts).toEqual({});
  }
  expect(parent.status).toBe("FINISHED");
  expect(parent.end).toBeGreaterThan(parent.start);

  // A resumed training run is reported with the options of its original command.
  const config = Object.entries<unknown>({ ...manifest.config, resume: false }).map(([key, value]) => [
    snakeCase(key),
    Array.isArray(value) ? value.join(", ") : String(value),
  ]);
  expect(parent.params).toEqual(Object.fromEntries(config));
  expect(parent.tags).toMatchObject({
    "mlflow.source.name": "tidemark train",
    "tidemark.model_version": manifest.model_version,
    "tidemark.data_fingerprint": manifest.data.fingerprint,
    "tidemark.complete": "true",
  });
  expect(parent.tags).not.toHaveProperty("mlflow.parentRunId");
  expect(parent.tags["mlflow.note.content"]).toContain(`**${manifest.model_version}**`);

  expectEpochs(server, experiment, folder);
  for (const { fold, best_epoch: best, metrics, test_users: people } of folds) {
    const run = runNamed(server, experiment, `fold ${fold}`);
    expect(values(run.metrics.test_macro_f1)).toEqual([[best, metrics.macro_f1]]);
    expect(values(run.metrics.test_log_loss)).toEqual([[best, metrics.log_loss]]);
    expect(run.params).toEqual({ test_people: people.join(", ") });
  }
  expectCurves(parent, folder);
  for (const name of ["cpu_utilization_percentage", "system_memory_usage_percentage", "disk_usage_percentage"]) {
    const samples = values(parent.metrics[`system/${name}`]);
    expect(samples.map(([step]) => step)).toEqual(samples.map((_, i) => i));
    expect(samples.length).toBeGreaterThan(0);
    for (const [, value] of samples) expect(value >= 0 && value <= 100).toBe(true);
  }
  expect(values(parent.metrics.fold_macro_f1)).toEqual(folds.map(({ fold, metrics }) => [fold, metrics.macro_f1]));
  expect(values(parent.metrics.pooled_accuracy)).toEqual([[0, report.pooled.accuracy]]);
  expect(values(parent.metrics.cv_macro_f1_mean)).toEqual([[0, report.summary.over_folds.macro_f1.mean]]);
  expect(values(parent.metrics.people_macro_f1_sd)).toEqual([[0, report.summary.over_users.macro_f1.sd]]);
  for (const points of Object.values(parent.metrics)) {
    expect(new Set(points.map(([step]) => step)).size).toBe(points.length);
  }

  expect(parent.inputs).toMatchObject([
    {
      digest: manifest.data.fingerprint.replace("sha256:", "").slice(0, 16),
      tags: { "mlflow.data.context": "training" },
    },
  ]);
  const schema = parent.inputs[0]!.schema as { mlflow_colspec: { name: string }[] };
  expect(schema.mlflow_colspec.map((column) => column.name)).toEqual(manifest.data.channels);
  expect(parent.artifacts).toEqual(artifactsOf(folder));
  expect(parent.loggedModels).toMatchObject([
    {
      name: "model",
      status: "READY",
      sourceRunId: parent.id,
      metrics: { cv_macro_f1_mean: report.summary.over_folds.macro_f1.mean },
      tags: { "tidemark.model_version": manifest.model_version },
    },
  ]);
}

const front: readonly string[] = ["report.html", "confusion-matrix.svg", "learning-curves.svg"];

/**
 * The expected artifacts: the model folder, and, at the top level, the files that MLflow's page for the run shows first. Omits
 * files that checks added later.
 */
function artifactsOf(folder: string): Record<string, string> {
  const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  const first: Record<string, string> = { ...manifest.files, ...manifest.mutable_files };
  const files = readdirSync(folder, { withFileTypes: true })
    .filter(
      (entry) =>
        entry.isFile() && ![trackingFile, examplesFile].includes(entry.name) && !entry.name.startsWith("monitor"),
    )
    .map((entry) => entry.name);
  const hash = (name: string): string =>
    name in manifest.mutable_files
      ? first[name]!.replace("sha256:", "")
      : createHash("sha256")
          .update(readFileSync(join(folder, name)))
          .digest("hex");
  return Object.fromEntries([
    ...files.map((name) => [`model/${name}`, hash(name)]),
    ...front.map((name) => [name, hash(name)]),
  ]);
}
