// Tests a baseline_stats.json that is damaged in any way but has correct hashes: either the file is rejected by name, or
// batches can be judged with it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

import { driftBaselineSchema, modelOfDriftBaseline } from "../../src/monitoring/drift/drift-baseline.ts";
import { baselineContentHash } from "../../src/monitoring/streams/baseline-content-hash.ts";
import { baselineFaults, expectedBaseline } from "../../src/monitoring/streams/baseline-faults.ts";
import { checkResultSchema } from "../../src/monitoring/streams/check-result-schema.ts";
import { judgeBatch } from "../../src/monitoring/streams/judge-batch.ts";
import type { StreamMemory } from "../../src/monitoring/streams/monitor-stream.ts";
import type { StreamState } from "../../src/monitoring/streams/stream-state.ts";
import { openWatchedModel } from "../../src/monitoring/streams/watched-model.ts";
import { baselineReferenceGrids } from "../../src/monitoring/summaries/baseline-reference.ts";
import type { BatchMeasurement } from "../../src/monitoring/summaries/batch-measurement.ts";
import { BatchMeasurer } from "../../src/monitoring/summaries/measure-batch.ts";
import { Summarizer } from "../../src/monitoring/summaries/summarize.ts";
import { predictorOfModelHandle } from "../../src/pipelines/model-handle.ts";
import { Rng } from "../../src/random.ts";
import { makeWindows } from "../../src/signals/data/make-windows.ts";
import { readRecordings } from "../../src/signals/data/read-recordings.ts";
import { runsOfWindowChunk } from "../../src/signals/data/window-chunks.ts";
import { unpackOldModel } from "./old-model.ts";
import { fileDirectory } from "./tiny-run.ts";

type Container = Record<string, unknown>;
const isContainer = (value: unknown): value is Container => typeof value === "object" && value !== null;
const numbers = [0, -1, 1, 0.5, 1e308, -1e308, 1e-308, 1e30, 3e38, 65_536, Number.MAX_SAFE_INTEGER];

/** Returns the paths in a JSON value. Paths that differ only in an index count as one, so that long lists do not dominate. */
function placesOf(value: unknown): string[][][] {
  const all: string[][] = [];
  const walk = (at: unknown, path: string[]): void => {
    if (!isContainer(at)) return;
    for (const key of Object.keys(at)) {
      all.push([...path, key]);
      walk(at[key], [...path, key]);
    }
  };
  walk(value, []);
  return [...Map.groupBy(all, (path) => path.join(".").replace(/\b\d+\b/g, "#")).values()];
}

function mutate(value: unknown, path: readonly string[], rng: Rng): void {
  const pick = <T>(items: readonly T[]): T => items[rng.integer(items.length)]!;
  let owner: unknown = value;
  for (const key of path.slice(0, -1)) owner = isContainer(owner) ? owner[key] : undefined;
  const key = path.at(-1)!;
  if (!isContainer(owner) || !(key in owner)) return;
  const old = owner[key];
  const changes: (() => unknown)[] = [
    () => (Array.isArray(owner) ? owner.splice(Number(key), 1) : delete owner[key]),
    () => Object.assign(owner, { [key]: null }),
  ];
  if (typeof old === "number") changes.push(...numbers.map((number) => () => Object.assign(owner, { [key]: number })));
  if (Array.isArray(old))
    changes.push(
      () => old.splice(0),
      () => old.push(old.at(-1)),
    );
  if (!Array.isArray(owner)) changes.push(() => Object.assign(owner, { constructor: old, [key]: undefined }));
  pick(changes)();
}

it("is rejected, or judges batches with results that conform to their schema", async () => {
  const directory = fileDirectory();
  unpackOldModel(directory);
  const monitor = await openWatchedModel(join(directory, "walk"));
  const { manifest } = monitor.folder;
  const text = readFileSync(monitor.folder.path("baseline_stats.json"), "utf8");
  const { recordings } = await readRecordings([join(directory, "batch.csv.gz")], { requireLabels: false });
  const { rate, window, overlap } = monitor.config;
  const { windows } = makeWindows(recordings, { samplingRateHz: rate, windowSize: window, overlap });
  const predictor = predictorOfModelHandle(monitor);
  const probabilities = await predictor.predict(windows, { threads: 1 });
  await predictor.close();
  const expected = { ...expectedBaseline(manifest), scalerHash: monitor.baseline.scaler_hash };

  function judgeTwice(drift: typeof monitor.drift): void {
    const model = modelOfDriftBaseline(drift, manifest.data.channels);
    const summarizer = new Summarizer(baselineReferenceGrids(model.baseline));
    const measurer = new BatchMeasurer({ overlap, nClasses: 2, sensors: monitor.sensors, summarizer });
    const columns = measurer.add({ windows, runs: runsOfWindowChunk(windows) }, probabilities);
    const measurement = measurer.measurement();
    const { samples } = measurer;
    const batch = {
      rows: samples,
      samples,
      columns,
      undone: [],
      windows: windows.starts.length,
      measurement,
      warnings: [],
    };
    let memory: StreamMemory<StreamState> = { rolling: [], anchor: [], evidence: null, batchesBefore: 0 };
    for (const thresholds of ["calibrated", "calibrated", "fixed"] as const) {
      const options = { thresholds, alpha: 0.05, arl: 500, accept: false };
      const facts = { batchId: "b", stream: "s", modelVersion: "v", checkedAt: new Date(0).toISOString() };
      const decision = judgeBatch(batch, memory, { ...monitor, drift, model }, options, facts);
      if (decision.verdict === "rejected") throw new Error("expected a judgement");
      checkResultSchema.parse(JSON.parse(JSON.stringify(decision.result)));
      const past: BatchMeasurement[] = [...memory.rolling, measurement];
      memory = { rolling: past, anchor: past, evidence: decision.evidence, batchesBefore: past.length };
    }
  }

  const { content_hash: _, ...original } = JSON.parse(text);
  const places = placesOf({ drift: original.drift, per_channel: original.per_channel });
  const rng = Rng.fromSeed(1);
  let judged = 0;
  for (let i = 0; i < 800; i++) {
    const value = structuredClone(original);
    for (let change = 0; change <= i % 2; change++) {
      const alike = places[rng.integer(places.length)]!;
      mutate(value, alike[rng.integer(alike.length)]!, rng);
    }
    const written = JSON.parse(JSON.stringify(value));
    if (baselineFaults({ ...written, content_hash: baselineContentHash(written) }, expected).length > 0) continue;
    judgeTwice(driftBaselineSchema.parse(written.drift));
    judged++;
  }
  expect(judged).toBeGreaterThan(50);
});
