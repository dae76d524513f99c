// Tests the log of a training run that is killed and resumed, without any training.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { classificationMetrics } from "../../src/learning/evaluation/classification-metrics.ts";
import type { EpochEvent, FoldEvent } from "../../src/learning/training/fit-events.ts";
import { readTrackingLog } from "../../src/report/tracking-log.ts";
import type { TrackerStart } from "../../src/report/train-log.ts";
import { TrainingTracker } from "../../src/report/training-tracker.ts";
import { silent } from "../../src/reporter.ts";
import { trackingFile } from "../../src/storage/model-folder.ts";
import type { Staging } from "../../src/storage/staging.ts";
import type { TrackingEvent } from "../../src/storage/tracking-event.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tidemark-tracker-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const begin = ({ id, at }: TrackerStart): TrackingEvent[] => [
  { type: "log", id, experiment: "walking" },
  { type: "run", run: "train", name: "model", parent: null, at, tags: {} },
  { type: "params", run: "train", params: { seed: "1" } },
];

let clock = 0;
const open = (): Promise<TrainingTracker> =>
  TrainingTracker.open(
    begin,
    { out: directory, server: null, experiment: "walking" },
    { path: (name: string) => join(directory, name) } as Staging,
    { reporter: silent, now: () => ++clock },
  );
const log = (): Promise<TrackingEvent[]> => readTrackingLog(join(directory, trackingFile));

it.each([0, 1, 2, 3])("continues a log of which only %i lines were written", async (lines) => {
  await (await open()).stop("KILLED");
  const whole = await log();
  const left = whole.slice(0, lines);
  writeFileSync(join(directory, trackingFile), left.map((event) => `${JSON.stringify(event)}\n`).join(""));
  await (await open()).stop("KILLED");
  const after = await log();
  expect(after.slice(0, lines)).toEqual(left);
  const types = after.map((event) => (event.type === "status" ? event.status : event.type));
  expect(types).toEqual(["log", "run", "params", ...(lines < 3 ? [] : ["RUNNING"]), "KILLED"]);
});

it("does not end a completed fit again, but adds what is missing", async () => {
  const metrics = classificationMetrics(Int32Array.of(0, 1), Float32Array.of(0.9, 0.1, 0.2, 0.8), ["sit", "walk"]);
  const fold: FoldEvent = { type: "fold", fold: 1, folds: 2, bestEpoch: 3, epochs: 3, seconds: 1, metrics };
  const first = await open();
  first.event(fold);
  await first.stop("KILLED");
  const whole = (await log()).slice(0, -1);
  const left = whole.slice(0, -1);
  writeFileSync(join(directory, trackingFile), left.map((event) => `${JSON.stringify(event)}\n`).join(""));
  const again = await open();
  again.event(fold);
  await again.stop("KILLED");
  expect(whole.at(-1)).toMatchObject({ type: "metrics", run: "train", values: { fold_macro_f1: 1 } });
  expect((await log()).slice(left.length)).toMatchObject([
    { type: "status", run: "train", status: "RUNNING" },
    { type: "metrics", run: "train", step: 1, values: { fold_macro_f1: 1 } },
    { type: "status", run: "train", status: "KILLED" },
  ]);
});

it("also logs each epoch in the whole run while the fold trains", async () => {
  const tracker = await open();
  const epoch = { type: "epoch", epochs: 9, learningRate: 0.001, seconds: 1, windowsPerSecond: 1, best: true } as const;
  const scores = { loss: 0.5, accuracy: 0.8, valLoss: 0.7, valAccuracy: 0.75, valMacroF1: 0.6, secondsLeft: null };
  const events: EpochEvent[] = [
    { ...epoch, ...scores, fit: "fold-2", epoch: 1 },
    { ...epoch, ...scores, valLoss: null, valAccuracy: null, valMacroF1: null, fit: "final", epoch: 3 },
  ];
  // A resumed fit repeats the epochs since its last checkpoint.
  for (const event of [...events, ...events]) tracker.event(event);
  await tracker.stop("KILLED");
  expect((await log()).filter((event) => event.type === "metrics" && event.run === "train")).toMatchObject([
    { step: 1, values: { "loss/fold-2": 0.5, "val_loss/fold-2": 0.7, "val_macro_f1/fold-2": 0.6 } },
    { step: 3, values: { "loss/final": 0.5 } },
  ]);
});

it.each([
  { type: "artifact", run: "train", file: "secret", path: "secret" },
  { type: "version", run: "train", name: "walk", alias: "champion", path: "model" },
  { type: "complete", run: "train" },
] as const)("does not go on with a log that says what only an end says: $type", async (event) => {
  await (await open()).stop("KILLED");
  const lines = [...(await log()), event].map((line) => `${JSON.stringify(line)}\n`);
  writeFileSync(join(directory, trackingFile), lines.join(""));
  await expect(open()).rejects.toMatchObject({
    name: "UserError",
    message: expect.stringMatching(new RegExp(`line 5: ${event.type}: expected none`)),
  });
});
