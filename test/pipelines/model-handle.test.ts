// Tests a model that is opened once and used many times.
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openRuntimeSession } from "../../src/learning/training/onnx-runtime.ts";
import { WindowPredictor } from "../../src/learning/training/window-predictor.ts";
import { openModelLedger } from "../../src/monitoring/streams/model-ledger.ts";
import { openWatchedModel } from "../../src/monitoring/streams/watched-model.ts";
import { summaryToJson } from "../../src/monitoring/summaries/device-summary.ts";
import { encodeSummary } from "../../src/monitoring/summaries/device-summary-codec.ts";
import { check } from "../../src/pipelines/check.ts";
import { ModelHandle, openModelHandle } from "../../src/pipelines/model-handle.ts";
import { makeWindows } from "../../src/signals/data/make-windows.ts";
import { readRecordings } from "../../src/signals/data/read-recordings.ts";
import { monitorFile } from "../../src/storage/monitor-database.ts";
import { MemoryStreamStore } from "../storage/memory-stream-store.ts";
import { temporaryDirectory } from "../storage/temporary-directory.ts";
import { unpackOldModel } from "./old-model.ts";

let directory: string;
let model: ModelHandle | undefined;
const at = (name: string): string => join(directory, name);
const now = (): Date => new Date("2026-12-01T00:00:00Z");

beforeEach(() => {
  directory = temporaryDirectory();
  unpackOldModel(directory);
});

afterEach(async () => {
  await model?.close();
  model = undefined;
});

const calibratedOnShortBouts = (): string =>
  "This model was calibrated for activities that change every few seconds, so longer bouts raise false alarms. " +
  `To calibrate it again without training, run: tidemark baseline recalibrate ${at("walk")}`;

/** The summary that a device would send for the batch. */
async function summaryOf(handle: ModelHandle) {
  await handle.check({ files: [at("batch.csv.gz")], stream: "measured", accept: true, jobs: 1 });
  const { rolling } = await handle.stream("measured").memory();
  const dropped = { missing_time: 0, missing_values: 2, duplicate_time: 1 };
  return { modelVersion: handle.watched.monitored.modelVersion, rows: 960, dropped, measurement: rolling[0]! };
}

it("gives the same results as the commands, which open the model for each batch", async () => {
  const batch = { files: [at("batch.csv.gz")], stream: "s", jobs: 1 };
  const alone = await check({ ...batch, model: at("walk"), stream: "alone", batchId: "b" }, { now });
  model = await openModelHandle(at("walk"));
  const { result, known } = await model.check({ ...batch, batchId: "b" }, { now });
  expect({ ...result, stream: "alone" }).toEqual(alone.result);
  expect(known).toBe(false);
  expect(await model.check({ ...batch, batchId: "b" }, { now })).toEqual({ result, known: true, warnings: [] });
  expect(await model.stream("s").page()).toMatchObject({ total: 1, batches: [{ batchId: "b" }] });
});

it("opens files, session and streams once for a hundred batches", async () => {
  const opened = { session: 0, store: 0 };
  const watched = await openWatchedModel(at("walk"));
  const network = { path: "model.onnx", bytes: watched.network, classCount: 2 };
  model = new ModelHandle(watched, {
    network: () =>
      new WindowPredictor(network, { open: (bytes) => openRuntimeSession(bytes).finally(() => opened.session++) }),
    store: ({ monitored }) => {
      opened.store++;
      return openModelLedger(monitored);
    },
  });
  const summary = encodeSummary(await summaryOf(model));
  // Deletes all files that the model might read again.
  for (const name of readdirSync(at("walk"))) {
    if (!name.startsWith(monitorFile)) rmSync(join(at("walk"), name), { recursive: true });
  }
  for (let i = 0; i < 10; i++) await model.check({ files: [at("batch.csv.gz")], batchId: `${i}`, jobs: 1 });
  for (let i = 10; i < 100; i++) await model.checkSummary(summary, { batchId: `${i}` });
  expect(await model.stream("default").page({ limit: 0 })).toMatchObject({ total: 101 });
  expect(opened).toEqual({ session: 1, store: 1 });
});

it("judges a summary like its batch, in either format, and lists what it could not check", async () => {
  model = await openModelHandle(at("walk"));
  const summary = await summaryOf(model);
  const options = { batchId: "batch.csv.gz", stream: "device" };
  const { result } = await model.checkSummary(encodeSummary(summary), options, { now });
  expect(result).toMatchObject({
    rows: 960,
    unfamiliar: true,
    likely_causes: [],
    warnings: [
      "Left out on the device: 3 rows.",
      calibratedOnShortBouts(),
      "Likely causes could not be determined, because the batch was sent as a summary without its samples.",
    ],
  });
  const { rolling } = await model.stream("device").memory();
  expect(rolling).toEqual([summary.measurement]);
  const raw = await model.check({ files: [at("batch.csv.gz")], stream: "device, raw", jobs: 1 }, { now });
  const told = { rows: 0, warnings: [], likely_causes: [], impossible: [], still: null, stream: "device" };
  const leftOut = ["quality", "still", "impossible", "likely_causes"];
  expect({ ...result, ...told }).toEqual({ ...raw.result, ...told, left_out: leftOut });
  const again = await model.checkSummary(JSON.parse(JSON.stringify(summaryToJson(summary))), options);
  expect(again).toEqual({ result, known: true, warnings: [] });
  const changed = { ...summary, rows: 961 };
  await expect(model.checkSummary(encodeSummary(changed), options)).rejects.toThrow("with different content");
  const other = encodeSummary({ ...summary, modelVersion: "other" });
  await expect(model.checkSummary(other, { batchId: "3" })).rejects.toThrow("summary: model_version: expected walk-");
});

it("warns about an old kind of calibration, but only if it is used", async () => {
  model = await openModelHandle(at("walk"));
  const batch = { files: [at("batch.csv.gz")], jobs: 1 };
  const calibrated = await model.check({ ...batch, stream: "a" });
  const fixed = await model.check({ ...batch, stream: "b", thresholds: "fixed" });
  expect([calibrated, fixed]).toMatchObject([
    { result: { warnings: [calibratedOnShortBouts()] }, warnings: [] },
    { result: { warnings: [] }, warnings: [] },
  ]);
});

it("predicts windows, and stores streams in the given place", async () => {
  const store = new MemoryStreamStore();
  model = new ModelHandle(await openWatchedModel(at("walk")), { store: () => store });
  const { rate, window, overlap } = model.watched.config;
  const { recordings } = await readRecordings([at("batch.csv.gz")], { requireLabels: false });
  const { windows } = makeWindows(recordings, { samplingRateHz: rate, windowSize: window, overlap });
  const probabilities = await model.predict(windows, { jobs: 1 });
  expect(probabilities).toHaveLength(2 * windows.starts.length);
  await model.check({ files: [at("batch.csv.gz")], stream: "elsewhere", jobs: 1 });
  expect(await store.streams()).toEqual(["elsewhere"]);
});

it("checks the options of a batch, and does nothing once it is closed", async () => {
  model = await openModelHandle(at("walk"));
  const batch = { files: [at("batch.csv.gz")] };
  await expect(model.check({ ...batch, alpha: 2 })).rejects.toThrow("--alpha: expected a number greater than 0");
  await expect(
    model.predict({ samples: new Float32Array(), starts: new Int32Array(), windowSize: 40, channels: [] }, { jobs: 0 }),
  ).rejects.toThrow("--jobs: expected");
  await model.close();
  await expect(model.check(batch)).rejects.toThrow("walk: the model has been closed");
  await expect(model.checkSummary(new Uint8Array(), { batchId: "b" })).rejects.toThrow("the model has been closed");
});
