import { expect, it } from "vitest";
import { Interrupted } from "../../src/errors.ts";
import { freezeDriftBaseline } from "../../src/monitoring/drift/freeze-drift-baseline.ts";
import { WindowSignals } from "../../src/monitoring/summaries/window-signals.ts";
import { type FreezeInput, freezeInThreads } from "../../src/pipelines/freeze-in-threads.ts";
import { Rng } from "../../src/random.ts";
import type { WindowSet } from "../../src/signals/data/windows.ts";
import { sensorsByName } from "../../src/signals/sensors/sensors-by-name.ts";

const [people, rows, windowSize] = [4, 400, 20];
const channels = ["Ax", "Ay", "Az"];

/** Each person has one recording of two activities, with windows that do not overlap. */
function windowsOf(rng: Rng): WindowSet {
  const samples = new Float32Array(new SharedArrayBuffer(4 * people * rows * channels.length));
  for (let i = 0; i < samples.length; i++) samples[i] = rng.normal();
  const windows = Array.from({ length: (people * rows) / windowSize }, (_, w) => w);
  const person = Int32Array.from(windows, (w) => Math.floor((w * windowSize) / rows));
  return {
    channels,
    samplingRateHz: 0.2,
    windowSize,
    samples,
    starts: Int32Array.from(windows, (w) => w * windowSize),
    startTimes: Float64Array.from(windows, (w) => ((w * windowSize) % rows) / 0.2),
    labels: Int32Array.from(windows, (w) => ((w * windowSize) % rows < rows / 2 ? 0 : 1)),
    groups: person,
    recordingIndex: person,
    classes: ["a", "b"],
    users: Array.from({ length: people }, (_, p) => `person ${p}`),
    recordings: Array.from({ length: people }, (_, p) => `recording ${p}`),
  };
}

const windows = windowsOf(Rng.fromSeed(2));
const rng = Rng.fromSeed(1);
const probabilities = Float32Array.from({ length: 2 * windows.labels.length }, (_, i) =>
  windows.labels[i >> 1] === i % 2 ? 0.8 : 0.2,
);
const options = { overlap: 0, referenceBatches: 2, day: "auto" } as const;
const sensors = sensorsByName(channels);
const input: FreezeInput = { windows, sensors, probabilities, options: { ...options, rng: rng.state } };

it("gives the baseline of one thread, to the last bit, and reports its progress", async () => {
  const alone = JSON.stringify(
    freezeDriftBaseline(new WindowSignals(windows, sensors), probabilities, { ...options, rng }),
  );
  const told: number[] = [];
  const baseline = await freezeInThreads(input, { threads: 3, progress: (done) => told.push(done) });
  expect(JSON.stringify(baseline)).toBe(alone);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told.at(-1)).toBe(1);
});

it("ends its threads if it is interrupted", async () => {
  const controller = new AbortController();
  const run = freezeInThreads(input, {
    threads: 2,
    progress: () => controller.abort(),
    signal: controller.signal,
  });
  await expect(run).rejects.toThrow(Interrupted);
});
