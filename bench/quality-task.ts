// Builds the windows and folds that `train` would create with this seed. Every column of the table learns from and is tested on
// the same windows: networks receive them in memory, peers as a file of float32 windows and a JSON file.

import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { windowsFingerprint } from "../src/learning/training/windows-fingerprint.ts";
import type { SampledTrainConfig } from "../src/options/recorded-options.ts";
import { prepareTraining, type TrainingData } from "../src/pipelines/prepare-training.ts";
import { reporterOf } from "../src/reporter.ts";
import { gatherWindows } from "../src/signals/data/gather-windows.ts";
import type { WindowSet } from "../src/signals/data/windows.ts";
import { writeFileAtomic } from "../src/storage/atomic-file.ts";
import type { QualitySet } from "./quality-sets.ts";

/** The windows that a column learns from, and the windows whose classes it then predicts. */
export interface QualityPart {
  /** Name of the part, such as "fold-1" or "test-set". */
  readonly name: string;
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** The data from which figures are computed. */
export interface JudgedWindows {
  readonly parts: readonly QualityPart[];
  /** The class index of each window's label. */
  readonly labels: Int32Array;
  /** The name of each window's person. */
  readonly people: readonly string[];
  readonly classes: readonly string[];
}

export interface QualityTask extends JudgedWindows {
  readonly data: TrainingData;
  readonly config: SampledTrainConfig;
  /** Hash of the windows and the parts. */
  readonly fingerprint: string;
}

/** With a fixed split, the only part is the test set. Its windows are numbered after the training windows. */
export async function openQualityTask({ config: given }: QualitySet, seed: number): Promise<QualityTask> {
  const config = { ...given, seed };
  const data = await prepareTraining(config, reporterOf());
  const { windows, folds, testSet } = data;
  const sides = testSet === undefined ? [windows] : [windows, testSet.windows];
  const own = Int32Array.from(windows.starts.keys());
  const parts =
    testSet === undefined
      ? folds.map(({ trainIndex, validationIndex, testIndex }, fold) => ({
          name: `fold-${fold + 1}`,
          train: Int32Array.from([...trainIndex, ...validationIndex]).sort(),
          test: testIndex,
        }))
      : [{ name: "test-set", train: own, test: testSet.windows.starts.map((_, row) => own.length + row) }];
  const hash = createHash("sha256");
  for (const side of sides) hash.update(windowsFingerprint(side));
  for (const { trainIndex, validationIndex, testIndex } of folds)
    hash.update(JSON.stringify([trainIndex, validationIndex, testIndex].map((rows) => Array.from(rows))));
  return {
    data,
    config: { ...config, rate: windows.samplingRateHz, window: windows.windowSize },
    parts,
    labels: Int32Array.from(sides.flatMap(({ labels }) => Array.from(labels))),
    people: sides.flatMap(({ groups, users }) => Array.from(groups, (group) => users[group]!)),
    classes: windows.classes,
    fingerprint: hash.digest("hex"),
  };
}

/**
 * Writes windows.f32, the values [W, T, C] of all windows in physical units (little-endian float32), and task.json.
 * @returns the folder, which is named after its content
 */
export async function exportQualityTask(task: QualityTask, directory: string): Promise<string> {
  const { windows, sensors, testSet } = task.data;
  const folder = join(directory, `windows-${task.fingerprint.slice(0, 16)}`);
  mkdirSync(folder, { recursive: true });
  const values = [windows, ...(testSet === undefined ? [] : [testSet.windows])].map(gatheredWindows);
  await writeFileAtomic(join(folder, "windows.f32"), Buffer.concat(values));
  const { channels, windowSize, samplingRateHz, classes } = windows;
  await writeFileAtomic(
    join(folder, "task.json"),
    JSON.stringify({
      windows: task.labels.length,
      window_size: windowSize,
      channels,
      sensors: sensors.map((sensor) => sensor.channels.map((name) => channels.indexOf(name))),
      sampling_rate_hz: samplingRateHz,
      classes,
      labels: Array.from(task.labels),
      parts: task.parts.map(({ name, train, test }) => ({ name, train: Array.from(train), test: Array.from(test) })),
    }),
  );
  return folder;
}

function gatheredWindows(windows: WindowSet): Buffer {
  const rows = Int32Array.from(windows.starts.keys());
  const values = new Float32Array(rows.length * windows.windowSize * windows.channels.length);
  gatherWindows(windows, rows, values);
  return Buffer.from(values.buffer);
}
