// Measuring a batch in pieces gives the same result as measuring it as a whole. The reference implementation measures all
// windows at once.

import { describe, expect, test } from "vitest";
import { type ClassSummaries, summarizeByClass } from "../../../src/monitoring/summaries/class-summaries.ts";
import { firstSamplesOfColumns, joinColumns } from "../../../src/monitoring/summaries/join-columns.ts";
import {
  BatchMeasurer,
  classOfMeasuredSamples,
  followsMeasuredWindow,
  gatherMeasuredSamples,
} from "../../../src/monitoring/summaries/measure-batch.ts";
import { modelSignals } from "../../../src/monitoring/summaries/model-signals.ts";
import { sensorSignalMargin } from "../../../src/monitoring/summaries/sensor-signals.ts";
import { type Columns, Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import { WindowSignals } from "../../../src/monitoring/summaries/window-signals.ts";
import { Rng } from "../../../src/random.ts";
import { makeWindows } from "../../../src/signals/data/make-windows.ts";
import { planWindows } from "../../../src/signals/data/plan-windows.ts";
import { type Recordings, rowsOfRecordings, type Stretch } from "../../../src/signals/data/recordings.ts";
import { windowChunkCount, windowChunks } from "../../../src/signals/data/window-chunks.ts";
import { allocateSharedWindows } from "../../../src/signals/data/windows.ts";
import { sensorsByName } from "../../../src/signals/sensors/sensors-by-name.ts";
import { argmaxRows } from "../../../src/stats/argmax-rows.ts";

const rate = 20;
const nClasses = 3;
const channels = ["Ax", "Ay", "Az"];
const signals = ["A magnitude", "A tempo", "A roughness"];

/**
 * Returns recordings with a stretch of each given length. Every other stretch has a different rate and is therefore resampled.
 */
function recordingsOf(lengths: readonly number[]): Recordings {
  const rng = Rng.fromSeed(4);
  const stretches: Stretch[] = [];
  const times: number[] = [];
  for (const [s, length] of lengths.entries()) {
    const start = times.length;
    for (let i = 0; i < length; i++) times.push(1000 * s + i / (s % 2 === 0 ? rate : 33));
    stretches.push({ user: `u${s % 2}`, recording: `r${s >> 1}`, label: null, start, end: times.length });
  }
  const values = channels.map(() => Float32Array.from(times, () => rng.normal()));
  return { channels, values, time: Float64Array.from(times), stretches, files: [], fingerprint: "" };
}

const summarizer = new Summarizer(
  Object.fromEntries([...channels, ...signals].map((name) => [name, [-1, -0.3, 0, 0.2, 0.5, 0.9, 1.5]])),
);

/** Returns probabilities that favour the same class for several windows in a row. */
function probabilitiesOf(windows: number): Float32Array {
  const rng = Rng.fromSeed(9);
  let label = 0;
  return Float32Array.from({ length: windows }, () => {
    if (rng.uniform() < 0.3) label = Math.floor(nClasses * rng.uniform());
    return label;
  }).reduce(
    (all, label, w) => {
      for (let k = 0; k < nClasses; k++) all[w * nClasses + k] = k === label ? 0.8 : 0.1;
      return all;
    },
    new Float32Array(windows * nClasses),
  );
}

function expectEqual(found: ClassSummaries, wanted: ClassSummaries): void {
  for (const [k, summary] of wanted.entries()) {
    expect(Object.keys(found[k] ?? {})).toEqual(Object.keys(summary ?? {}));
    for (const [name, channel] of Object.entries(summary ?? {})) {
      const { mean, std, excessAbove, excessBelow, ...exact } = channel;
      const own = found[k]![name]!;
      expect(own).toMatchObject(exact);
      for (const [key, value] of Object.entries({ mean, std, excessAbove, excessBelow })) {
        expect(own[key as "mean"]).toBeCloseTo(value, 9);
      }
    }
  }
}

describe("a batch in pieces", () => {
  test.each([
    { windowSize: 20, overlap: 0.5 },
    { windowSize: 20, overlap: 0 },
    { windowSize: 20, overlap: 0.9 },
    { windowSize: 4, overlap: 0.5 },
    { windowSize: 3, overlap: 0.6 },
  ])("windows of $windowSize that overlap by $overlap", ({ windowSize, overlap }) => {
    const recordings = recordingsOf([900, 45, 20, 2000, 7, 21, 400]);
    const options = { samplingRateHz: rate, windowSize, overlap };
    const { windows } = makeWindows(recordings, options);
    const probabilities = probabilitiesOf(windows.starts.length);
    const predicted = argmaxRows(probabilities, nClasses);
    const sensors = sensorsByName(windows.channels);
    const sensed = new WindowSignals(windows, sensors);
    const columns = Object.fromEntries(sensed.names.map((name) => [name, sensed.under(name)]));
    const classOf = gatherMeasuredSamples(windows, classOfMeasuredSamples(windows, predicted));
    const wanted = {
      byClass: summarizeByClass(summarizer, columns, classOf, nClasses),
      signals: modelSignals(probabilities, nClasses, followsMeasuredWindow(windows, overlap)),
    };
    const rows = rowsOfRecordings(recordings);
    const plan = planWindows(rows, options);
    for (const values of [1, 5000, 1e9]) {
      const measurer = new BatchMeasurer({ overlap, nClasses, sensors, summarizer });
      let [at, chunks] = [0, 0];
      const kept: Columns[] = [];
      for (const chunk of windowChunks(rows, plan, sensorSignalMargin(rate), allocateSharedWindows, values)) {
        const { starts, startTimes, samples, groups, recordingIndex } = chunk.windows;
        for (const [w, start] of starts.entries()) {
          const [own, whole] = [start * 3, windows.starts[at + w]! * 3];
          const length = 3 * windowSize;
          expect(samples.subarray(own, own + length)).toEqual(windows.samples.subarray(whole, whole + length));
        }
        const to = at + starts.length;
        expect(startTimes).toEqual(windows.startTimes.slice(at, to));
        expect(groups).toEqual(windows.groups.slice(at, to));
        expect(recordingIndex).toEqual(windows.recordingIndex.slice(at, to));
        const covered = measurer.add(chunk, probabilities.subarray(at * nClasses, to * nClasses));
        kept.push(firstSamplesOfColumns(covered, channels, Number.POSITIVE_INFINITY));
        at = to;
        chunks++;
      }
      expect(at).toBe(windows.starts.length);
      expect(chunks).toBe(windowChunkCount(plan, channels.length, values));
      const found = measurer.measurement();
      expect(found.signals).toEqual(wanted.signals);
      expectEqual(found.byClass, wanted.byClass);
      expect(measurer.samples).toBe(classOf.length);
      for (const name of channels) expect(joinColumns(kept)[name]).toEqual(columns[name]);
      if (chunks === 1) expect(found).toEqual(wanted);
    }
  });
});
