// Presents the rows in a store as one sequence, recording by recording, and divides them into stretches.

import { piecesOfRecordings, type RowSource, type Stretch } from "./recordings.ts";
import type { RowStore } from "./row-store.ts";
import { describeSampling, type Sampling, sortedMedianOfSampling } from "./sampling.ts";
import type { SelectedRecording } from "./selected-rows.ts";
import { streamedMedian } from "./streamed-median.ts";
import { stretchesOf } from "./stretches.ts";

/** Maximum number of steps for finding the median by sorting; above it, counting is used. */
const mostSorted = 1_000_000;

/** A recording, as rows `start` to `end` (exclusive) of the sequence. */
export interface StoredRecording extends SelectedRecording {
  readonly start: number;
  readonly end: number;
}

/** Earliest and latest times of the rows, in seconds. */
export interface RowTimes {
  readonly from: number;
  readonly to: number;
}

export class StoredRows implements RowSource {
  readonly channels: readonly string[];
  readonly recordings: readonly StoredRecording[];
  /** One entry per recording. */
  readonly sampling: readonly Sampling[];
  readonly rows: number;
  readonly #store: RowStore;
  /** Times that replace the stored times, by recording index. */
  readonly #times: ReadonlyMap<number, Float64Array>;
  /** Factors to multiply the values by, per recording and channel. */
  readonly #factors: readonly (readonly number[])[] | undefined;
  #last = 0;

  /**
   * @param store the store, which is closed together with this object
   * @param times times that replace the stored times, by recording index
   * @param sampling the sampling of these recordings at these times, if known
   */
  constructor(
    channels: readonly string[],
    store: RowStore,
    recordings: readonly SelectedRecording[],
    times: ReadonlyMap<number, Float64Array> = new Map(),
    factors?: readonly (readonly number[])[],
    sampling?: readonly Sampling[],
  ) {
    this.channels = channels;
    this.#store = store;
    this.#times = times;
    this.#factors = factors;
    let rows = 0;
    this.recordings = recordings.map((recording) => {
      const start = rows;
      rows += recording.rows;
      return { ...recording, start, end: rows };
    });
    this.rows = rows;
    this.sampling =
      sampling ??
      this.recordings.map(({ start, end }) =>
        describeSampling(this, start, end, end - start > mostSorted ? streamedMedian : sortedMedianOfSampling),
      );
  }

  stretches(): Generator<Stretch> {
    return stretchesOf(this.recordings, this.sampling);
  }

  *spans(): Generator<readonly Stretch[]> {
    let span: Stretch[] = [];
    const cuts = new Set(this.recordings.map(({ start }) => start));
    for (const { gapRows } of this.sampling) for (const row of gapRows) cuts.add(row);
    for (const stretch of this.stretches()) {
      if (span.length > 0 && cuts.has(stretch.start)) {
        yield span;
        span = [];
      }
      span.push(stretch);
    }
    if (span.length > 0) yield span;
  }

  time(start: number, end: number): Float64Array {
    const { index, start: first } = this.#recordingAt(start);
    const spread = this.#times.get(this.#last);
    if (spread !== undefined) return spread.subarray(start - first, end - first);
    return this.#store.time(index, start - first, end - first);
  }

  values(channel: number, start: number, end: number): Float32Array {
    const { index, start: first } = this.#recordingAt(start);
    const values = this.#store.values(channel, index, start - first, end - first);
    const factor = this.#factors?.[this.#last]?.[channel] ?? 1;
    return factor === 1 ? values : values.map((value) => value * factor);
  }

  /**
   * Returns the same rows with each channel's values multiplied by a factor. Both objects share the store, so closing one
   * closes the other.
   * @param factorsOf returns a recording's factors, in channel order
   */
  scaled(factorsOf: (recording: StoredRecording) => readonly number[]): StoredRows {
    const factors = this.recordings.map((recording, r) => {
      const before = this.#factors?.[r];
      return factorsOf(recording).map((factor, c) => factor * (before?.[c] ?? 1));
    });
    return new StoredRows(this.channels, this.#store, this.recordings, this.#times, factors, this.sampling);
  }

  /** Earliest and latest times, in seconds on the recordings' clock. There is at least one row. */
  times(): RowTimes {
    let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const { start, end } of this.recordings) {
      from = Math.min(from, this.time(start, start + 1)[0]!);
      to = Math.max(to, this.time(end - 1, end)[0]!);
    }
    return { from, to };
  }

  /** Reads all values of a channel into memory. */
  column(channel: number): Float32Array {
    const values = new Float32Array(this.rows);
    for (const { start, end } of this.recordings) {
      for (const { from, to } of piecesOfRecordings(start, end)) values.set(this.values(channel, from, to), from);
    }
    return values;
  }

  /**
   * Returns the same rows with different labels.
   * @param recordings the same recordings in the same order, with the new labels
   */
  relabelled(recordings: readonly SelectedRecording[]): StoredRows {
    return new StoredRows(this.channels, this.#store, recordings, this.#times, this.#factors, this.sampling);
  }

  close(): void {
    this.#store.close();
  }

  /** Checks the last result first, because rows are usually requested in order. */
  #recordingAt(row: number): StoredRecording {
    const last = this.recordings[this.#last]!;
    if (row >= last.start && row < last.end) return last;
    let [low, high] = [0, this.recordings.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.recordings[middle]!.start <= row) low = middle;
      else high = middle - 1;
    }
    this.#last = low;
    return this.recordings[low]!;
  }
}
