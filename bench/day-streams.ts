// Streams of batches as a person's day would bring them, drawn from raw recordings by code that shares nothing with the
// calibration's rehearsals, and measured as `check` measures batches. Dimensions: N rows, C channels, B batches.

import { type ClassSummaries, summarizeByClass } from "../src/monitoring/summaries/class-summaries.ts";
import { classOfMeasuredSamples, measuredSignalColumns } from "../src/monitoring/summaries/measure-batch.ts";
import { sensorsWithSignals } from "../src/monitoring/summaries/sensor-signals.ts";
import { Summarizer } from "../src/monitoring/summaries/summarize.ts";
import type { ModelHandle } from "../src/pipelines/model-handle.ts";
import type { Recordings } from "../src/signals/data/recordings.ts";
import type { WindowSet } from "../src/signals/preprocessing/windows.ts";
import { argmaxRows } from "../src/stats/argmax-rows.ts";
import type { Rng } from "../src/stats/random.ts";
import { gridsOfModel } from "./drift-sets.ts";

/** Bouts of uniform length within a range, in seconds, or the order of the recordings. */
export type StreamDay = "recorded" | readonly [shortest: number, longest: number];

/** Rows of the recordings, batch by batch. */
export type RowsOfStream = readonly Int32Array[];

/** What is done to a batch's columns. */
export type Change = (columns: readonly Float32Array[], batch: number) => readonly Float32Array[];

/** @param size rows of a batch */
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

/** Each batch of the streams, summarised by the classes that the model predicts. */
export async function summarizeStream(
  model: ModelHandle,
  recordings: Pick<Recordings, "channels" | "values">,
  stream: RowsOfStream,
  change: Change = (columns) => columns,
): Promise<ClassSummaries[]> {
  const { watched } = model;
  const batches = stream.map((rows, batch) =>
    change(
      recordings.values.map((values) => Float32Array.from(rows, (row) => values[row]!)),
      batch,
    ),
  );
  const { windows, ends } = windowsOfBatches(recordings.channels, batches, watched.config);
  const nClasses = watched.drift.classes.length;
  const predicted = Int32Array.from(argmaxRows(await model.predict(windows), nClasses));
  const classOf = classOfMeasuredSamples(windows, predicted);
  const columns = measuredSignalColumns(windows, sensorsWithSignals(watched.sensors, watched.drift.edges));
  const summarizer = new Summarizer(gridsOfModel(watched));
  return ends.map((end, b) => summarizeByClass(summarizer, columns, classOf, nClasses, ends[b - 1] ?? 0, end));
}

/** Windows over each batch's columns; `ends` are the rows after each batch's last. */
export function windowsOfBatches(
  channels: readonly string[],
  batches: readonly (readonly Float32Array[])[],
  { rate, window, overlap }: ModelHandle["watched"]["config"],
): { windows: WindowSet; ends: number[] } {
  const size = channels.length;
  const step = Math.max(1, Math.round(window * (1 - overlap)));
  const rows = batches.reduce((sum, [column]) => sum + column!.length, 0);
  const samples = new Float32Array(new SharedArrayBuffer(rows * size * Float32Array.BYTES_PER_ELEMENT));
  const [starts, recordingIndex, ends]: [number[], number[], number[]] = [[], [], []];
  let at = 0;
  for (const [batch, columns] of batches.entries()) {
    const { length } = columns[0]!;
    for (const [c, column] of columns.entries()) {
      for (let i = 0; i < length; i++) samples[(at + i) * size + c] = column[i]!;
    }
    for (let from = 0; from + window <= length; from += step) {
      starts.push(at + from);
      recordingIndex.push(batch);
    }
    at += length;
    ends.push(at);
  }
  const zeros = new Int32Array(starts.length);
  return {
    ends,
    windows: {
      channels,
      samplingRateHz: rate,
      windowSize: window,
      samples,
      starts: Int32Array.from(starts),
      startTimes: Float64Array.from(starts, (start) => start / rate),
      labels: zeros.map(() => -1),
      groups: zeros,
      recordingIndex: Int32Array.from(recordingIndex),
      classes: [],
      users: ["bench"],
      recordings: batches.map((_, batch) => `${batch}`),
    },
  };
}
