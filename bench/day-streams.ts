// Draws streams of batches that resemble a person's day, and measures them as `check` does. This code is independent of
// the code that simulates streams for the calibration. Dimensions: N rows, C channels, B batches.

import type { MeasuredBatch } from "../src/monitoring/streams/stream-state.ts";
import { BatchMeasurer } from "../src/monitoring/summaries/measure-batch.ts";
import { sensorsWithSignals } from "../src/monitoring/summaries/sensor-signals.ts";
import { type Columns, Summarizer } from "../src/monitoring/summaries/summarize.ts";
import { measureWithoutFaults } from "../src/pipelines/measure-without-faults.ts";
import type { ModelHandle } from "../src/pipelines/model-handle.ts";
import type { Rng } from "../src/random.ts";
import { plannedWindowStep } from "../src/signals/data/plan-windows.ts";
import type { Recordings } from "../src/signals/data/recordings.ts";
import { runsOfWindowChunk } from "../src/signals/data/window-chunks.ts";
import { allocateSharedWindows, type WindowSet } from "../src/signals/data/windows.ts";

/** Range from which bout lengths are drawn uniformly, in seconds, or the order of the recordings. */
export type StreamDay = "recorded" | readonly [shortest: number, longest: number];

/** Row numbers in the recordings, batch by batch. */
export type RowsOfStream = readonly Int32Array[];

/** @param size number of rows per batch */
export function drawStream(
  { stretches }: Pick<Recordings, "stretches">,
  of: { user: string; day: StreamDay; batches: number; size: number; samplingRateHz: number },
  rng: Rng,
): RowsOfStream {
  const own = stretches.filter(({ user }) => user === of.user);
  const rows: number[] = [];
  const wanted = of.batches * of.size;
  const take = (from: number, count: number): void => {
    for (let i = 0; i < count && rows.length < wanted; i++) rows.push(from + i);
  };
  if (of.day === "recorded") for (const { start, end } of own) take(start, end - start);
  else {
    const [shortest, longest] = of.day;
    const byLabel = Map.groupBy(own, ({ label }) => label);
    let label: string | null | undefined;
    while (rows.length < wanted) {
      const labels = [...byLabel.keys()].filter((name) => byLabel.size === 1 || name !== label);
      label = labels[rng.integer(labels.length)]!;
      const recordings = byLabel.get(label)!;
      let left = Math.round((shortest + (longest - shortest) * rng.uniform()) * of.samplingRateHz);
      let number = rng.integer(recordings.length);
      let { start, end } = recordings[number]!;
      let at = start + rng.integer(Math.max(1, end - start - left + 1));
      while (left > 0) {
        const count = Math.min(left, end - at);
        take(at, count);
        left -= count;
        number = (number + 1) % recordings.length;
        ({ start, end } = recordings[number]!);
        at = start;
      }
    }
  }
  const batches = Math.floor(rows.length / of.size);
  return Array.from({ length: batches }, (_, b) => Int32Array.from(rows.slice(b * of.size, (b + 1) * of.size)));
}

/** Returns the values of each channel in one batch, [N] each. */
export function columnsOfBatch(
  { channels, values }: Pick<Recordings, "channels" | "values">,
  rows: Int32Array,
): Columns {
  return Object.fromEntries(channels.map((name, c) => [name, Float32Array.from(rows, (row) => values[c]![row]!)]));
}

/** Measures one batch as `check` does, except that no suspected fault is undone; see `withSuspectedFaults`. */
export async function measureBatch(model: ModelHandle, columns: Columns): Promise<MeasuredBatch> {
  const { config, drift, model: known, sensors } = model.watched;
  const windows = windowsOfBatch(known.channels, columns, config);
  const measurer = new BatchMeasurer({
    overlap: config.overlap,
    nClasses: drift.classes.length,
    sensors: sensorsWithSignals(sensors, drift.edges),
    summarizer: new Summarizer(drift.edges),
  });
  const probabilities = await model.predict(windows, { jobs: 1 });
  measurer.add({ windows, runs: runsOfWindowChunk(windows) }, probabilities);
  return {
    rows: windows.samples.length / windows.channels.length,
    samples: measurer.samples,
    columns,
    undone: [],
    windows: windows.starts.length,
    measurement: measurer.measurement(),
    ...measurer.physics,
    warnings: [],
  };
}

/** Measures the batch again once for each suspected fault, with this fault undone. */
export async function withSuspectedFaults(model: ModelHandle, batch: MeasuredBatch): Promise<MeasuredBatch> {
  const windows = windowsOfBatch(model.watched.model.channels, batch.columns!, model.watched.config);
  const chunk = { windows, runs: runsOfWindowChunk(windows) };
  return { ...batch, undone: await measureWithoutFaults(chunk, batch.columns!, 1, model) };
}

/** Cuts one batch into windows, as `check` does. */
export function windowsOfBatch(
  channels: readonly string[],
  columns: Columns,
  { rate, window, overlap }: Pick<ModelHandle["watched"]["config"], "rate" | "window" | "overlap">,
): WindowSet {
  const size = channels.length;
  const step = plannedWindowStep(window, overlap);
  const { length } = columns[channels[0]!]!;
  const samples = allocateSharedWindows(length * size);
  for (const [c, name] of channels.entries()) {
    const column = columns[name]!;
    for (let i = 0; i < length; i++) samples[i * size + c] = column[i]!;
  }
  const count = Math.max(0, Math.floor((length - window) / step) + 1);
  const starts = Int32Array.from({ length: count }, (_, w) => w * step);
  const zeros = new Int32Array(count);
  return {
    channels,
    samplingRateHz: rate,
    windowSize: window,
    samples,
    starts,
    startTimes: Float64Array.from(starts, (start) => start / rate),
    labels: zeros.map(() => -1),
    groups: zeros,
    recordingIndex: zeros,
    classes: [],
    users: ["bench"],
    recordings: ["bench"],
  };
}
