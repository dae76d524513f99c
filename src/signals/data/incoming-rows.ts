// Collects rows as they arrive, in pieces of any size. At any time, the recordings are the same as those read from a file with
// the same rows: the same rows are kept, and gaps and stretches follow the same rules. Dimensions: N rows per piece, C
// channels.

import { DataFault } from "../../data-fault.ts";
import type { Stretch } from "./recordings.ts";
import { RowBuffer } from "./row-buffer.ts";
import type { SampledRows } from "./sampled-rows.ts";
import { describeSampling } from "./sampling.ts";
import { stretchesOf } from "./stretches.ts";

/** Numbers of dropped rows; each row is counted once, under the first reason that applies. */
export interface DroppedRows {
  /** Number of rows whose time is not finite. */
  readonly missing_time: number;
  /** Number of rows in which a channel's value is not finite. */
  readonly missing_values: number;
  /** Number of rows with the same time as the previous kept row. */
  readonly duplicate_time: number;
}

interface OpenRecording {
  readonly index: number;
  lastTime: number;
  /** Values of the last kept row. */
  lastValues: readonly number[];
  /** Number of rows that repeat the previous row's time with different values. */
  repeated: number;
}

/** Counts of everything that arrived, whether or not it was kept. */
export interface ArrivedRows {
  /** Number of rows that have a time or a value. */
  readonly read: number;
  /** Counts for each channel, followed by those for the time: cells that are NaN, and cells that are infinite. */
  readonly missing: readonly number[];
  readonly infinite: readonly number[];
  /** Number of rows that repeat the previous row's time with different values, by recording. */
  readonly repeated: ReadonlyMap<string, number>;
}

export class IncomingRows {
  readonly #channels: readonly string[];
  readonly #rows: RowBuffer;
  readonly #recordings = new Map<string, OpenRecording>();
  #dropped: DroppedRows = { missing_time: 0, missing_values: 0, duplicate_time: 0 };
  #read = 0;
  #missing: readonly number[];
  #infinite: readonly number[];

  /** @param channels C names */
  constructor(channels: readonly string[]) {
    this.#channels = channels;
    this.#rows = new RowBuffer(channels.length, Number.POSITIVE_INFINITY);
    this.#missing = new Array<number>(channels.length + 1).fill(0);
    this.#infinite = this.#missing;
  }

  /** Number of rows kept. */
  get rows(): number {
    return this.#rows.rows;
  }

  get dropped(): DroppedRows {
    return this.#dropped;
  }

  get arrived(): ArrivedRows {
    const repeated = new Map([...this.#recordings].map(([name, { repeated }]) => [name, repeated]));
    return { read: this.#read, missing: this.#missing, infinite: this.#infinite, repeated };
  }

  /**
   * Accepts either all of a piece or none of it.
   * @param time [N] seconds
   * @param columns C columns of [N] values
   * @param recording name of the recording; rows from different recordings may be interleaved
   * @throws DataFault if time runs backwards within the recording
   * @throws RangeError if the number of columns differs from the number of channels, or if their lengths differ
   */
  add(time: ArrayLike<number>, columns: readonly ArrayLike<number>[], recording: string): void {
    if (columns.length !== this.#channels.length) {
      throw new RangeError(`rows: expected ${this.#channels.length} columns, got ${columns.length}`);
    }
    for (const [c, { length }] of columns.entries()) {
      if (length === time.length) continue;
      throw new RangeError(`rows: expected ${time.length} values of "${this.#channels[c]}", got ${length}`);
    }
    const seconds = Float64Array.from(time);
    const values = columns.map((column) => Float32Array.from(column));
    const open: OpenRecording = this.#recordings.get(recording) ?? {
      index: this.#recordings.size,
      lastTime: Number.NEGATIVE_INFINITY,
      lastValues: [],
      repeated: 0,
    };
    const dropped = { ...this.#dropped };
    const kept: number[] = [];
    let { lastTime, lastValues, repeated } = open;
    for (let i = 0; i < seconds.length; i++) {
      const at = seconds[i]!;
      if (!Number.isFinite(at)) dropped.missing_time++;
      else if (!values.every((column) => Number.isFinite(column[i]!))) dropped.missing_values++;
      else if (at === lastTime) {
        dropped.duplicate_time++;
        if (values.some((column, c) => column[i] !== lastValues[c])) repeated++;
      } else if (at < lastTime) throw incomingRowsBackwards(recording, { from: lastTime, to: at, row: i + 1 });
      else {
        lastTime = at;
        lastValues = values.map((column) => column[i]!);
        kept.push(i);
      }
    }
    this.#recordings.set(recording, open);
    const whole = [seconds, ...values];
    this.#count([...values, seconds]);
    for (let i = 0; i < kept.length; ) {
      const first = i;
      while (i < kept.length && kept[i]! - kept[first]! === i - first) i++;
      this.#rows.append(open.index, whole, kept[first]!, kept[first]! + i - first);
    }
    Object.assign(open, { lastTime, lastValues, repeated });
    this.#dropped = dropped;
  }

  /** @param cells columns of the channels, followed by the times; rows without any value are padding and are not counted */
  #count(cells: readonly (Float32Array | Float64Array)[]): void {
    const [missing, infinite] = [[...this.#missing], [...this.#infinite]];
    for (let i = 0; i < cells[0]!.length; i++) {
      if (cells.every((column) => Number.isNaN(column[i]!))) continue;
      this.#read++;
      for (let c = 0; c < cells.length; c++) {
        const value = cells[c]![i]!;
        if (value - value === 0) continue;
        if (Number.isNaN(value)) missing[c]! += 1;
        else infinite[c]! += 1;
      }
    }
    [this.#missing, this.#infinite] = [missing, infinite];
  }

  /** Returns all rows so far, recording by recording. The result is valid until the next row arrives. */
  source(): SampledRows {
    const { recordings: indices, firsts } = this.#rows.sort();
    const [time, ...values] = this.#rows.columns as [Float64Array, ...Float32Array[]];
    const rows = {
      time: (start: number, end: number) => time.subarray(start, end),
      values: (channel: number, start: number, end: number) => values[channel]!.subarray(start, end),
    };
    const names = [...this.#recordings.keys()];
    const recordings = Array.from(indices, (index, i) => ({
      user: "",
      recording: names[index]!,
      labels: [{ from: 0, label: null }],
      start: firsts[i]!,
      end: firsts[i + 1]!,
    }));
    const sampling = recordings.map(({ start, end }) => describeSampling(rows, start, end));
    const stretches = (): Iterable<Stretch> => stretchesOf(recordings, sampling);
    return { channels: this.#channels, recordings, sampling, stretches, ...rows };
  }
}

function incomingRowsBackwards(
  recording: string,
  { from, to, row }: { from: number; to: number; row: number },
): DataFault {
  const found = `${to} s, after ${from} s`;
  return new DataFault({
    code: "time",
    message: `time runs backwards in recording ${JSON.stringify(recording)}: row ${row} of this piece has ${found}`,
    advice: "Sort rows by time, or start a new recording when the clock restarts.",
    expected: "increasing times",
    found,
  });
}
