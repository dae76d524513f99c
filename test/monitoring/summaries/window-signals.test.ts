// Tests that signals that are computed one at a time, in pieces, equal those that are computed all at once.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { summarizeByClass } from "../../../src/monitoring/summaries/class-summaries.ts";
import { gatherMeasuredSamples, measuredSignalColumns } from "../../../src/monitoring/summaries/measure-batch.ts";
import { Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import { WindowSignals } from "../../../src/monitoring/summaries/window-signals.ts";
import { Rng } from "../../../src/random.ts";
import { pickWindows } from "../../../src/signals/data/pick-windows.ts";
import type { WindowSet } from "../../../src/signals/data/windows.ts";
import { sensorsByName } from "../../../src/signals/sensors/sensors-by-name.ts";

const windowSize = 40;
const channels = ["t", "Ax", "Ay", "Az"];

/** Returns windows that overlap by half, over stretches with the given numbers of windows. */
function windowsOf(stretches: readonly number[]): WindowSet {
  const rng = Rng.fromSeed(8);
  const starts: number[] = [];
  let rows = 0;
  for (const count of stretches) {
    for (let w = 0; w < count; w++) starts.push(rows + (w * windowSize) / 2);
    rows += ((count + 1) * windowSize) / 2;
  }
  const samples = new Float32Array(new SharedArrayBuffer(4 * rows * channels.length));
  for (let i = 0; i < samples.length; i++) samples[i] = rng.normal();
  const none = new Int32Array(starts.length);
  return {
    channels,
    samplingRateHz: 50,
    windowSize,
    samples,
    starts: Int32Array.from(starts),
    classes: ["a", "b"],
    startTimes: new Float64Array(starts.length),
    labels: none,
    groups: none,
    recordingIndex: none,
    users: ["u"],
    recordings: ["r"],
  };
}

const whole = windowsOf([1, 30, 7, 3600, 2]);
const some = pickWindows(
  whole,
  Int32Array.from(whole.starts.keys()).filter((w) => w % 9 < 5),
);

const sensors = sensorsByName(whole.channels);

/** Expects columns that are equal bit for bit; this comparison is fast for long columns. */
function expectEqual(found: Float32Array, wanted: Float32Array): void {
  const bytes = (values: Float32Array): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  expect(bytes(found).equals(bytes(wanted))).toBe(true);
}

test.each([
  ["all windows, one stretch longer than what is computed at once", whole],
  ["windows with others between them", some],
])("signals under windows are computed piece by piece as for all windows at once: %s", (_, windows) => {
  const all = measuredSignalColumns(windows, sensors);
  const signals = new WindowSignals(windows, sensors);
  expect(signals.names).toEqual(Object.keys(all));
  for (const name of signals.names) {
    expectEqual(signals.under(name), gatherMeasuredSamples(windows, all[name]!));
    const [skipped, ...runs] = signals.runs;
    const from = skipped!.to - skipped!.from;
    expectEqual(signals.under(name, runs, 500), gatherMeasuredSamples(windows, all[name]!).slice(from, from + 500));
  }
  const run = signals.runs.find(({ from, to }) => to - from > 100)!;
  fc.assert(
    fc.property(fc.nat(1000), fc.nat(1000), (a, b) => {
      const [from, to] = [a, b].map((x) => run.from + (x % (run.to - run.from + 1))).sort((x, y) => x - y);
      for (const name of signals.names) {
        expectEqual(signals.part(name, run, from!, to!), all[name]!.slice(from, to));
      }
    }),
    { numRuns: 30 },
  );
});

test("summaries are those of all signals together", () => {
  const signals = new WindowSignals(some, sensors);
  const columns = Object.fromEntries(signals.names.map((name) => [name, signals.under(name)]));
  const grids = Object.fromEntries(signals.names.map((name) => [name, [-1, -0.2, 0.1, 0.6, 2]]));
  const classOf = Int32Array.from({ length: columns.Ax!.length }, (_, i) => (Math.floor(i / 111) % 5 === 0 ? 2 : 0));
  expect(signals.summarize(grids, classOf, 3)).toEqual(summarizeByClass(new Summarizer(grids), columns, classOf, 3));
  expect(() => signals.under("B magnitude")).toThrow('signal "B magnitude": expected one of t, Ax');
});
