// Collects rows as they arrive, in pieces of any size. At any moment, they form the same recordings as a file with the same
// rows would: the same rows are kept, and the same rules determine gaps and stretches. Dimensions: N rows per piece, C channels.

import { DataFault } from "../../data-fault.ts";
import type { RowSource } from "../data/recordings.ts";
import { RowBuffer } from "../data/row-buffer.ts";
import { describeSampling } from "../data/sampling.ts";
import { stretchesOf } from "../data/stretches.ts";

/** Dropped rows, each counted once, under the first reason that applies. */
export interface DroppedRows {
  /** Rows whose time is not finite. */
  readonly missing_time: number;
  /** Rows in which a channel's value is not finite. */
  readonly missing_values: number;
  /** Rows with the same time as the row before. */
  readonly duplicate_time: number;
}

interface OpenRecording {
  readonly index: number;
  lastTime: number;
}

export class IncomingRows {
  readonly #channels: readonly string[];
  readonly #rows: RowBuffer;
  readonly #recordings = new Map<string, OpenRecording>();
  #dropped: DroppedRows = { missing_time: 0, missing_values: 0, duplicate_time: 0 };

  /** @param channels C names */
  constructor(channels: readonly string[]) {
    this.#channels = channels;
    this.#rows = new RowBuffer(channels.length, Number.POSITIVE_INFINITY);
  }

  /** Number of rows kept. */
  get rows(): number {
    return this.#rows.rows;
  }

  get dropped(): DroppedRows {
    return this.#dropped;
  }

  /**
   * Accepts a whole piece or none of it.
   * @param time [N] seconds
   * @param columns C columns of [N] values
   * @param recording name of the recording; rows of different recordings may interleave
   * @throws DataFault if time runs backwards within the recording
   * @throws RangeError if the number of columns differs from the number of channels, or their lengths differ
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
    };
    const dropped = { ...this.#dropped };
    const kept: number[] = [];
    let { lastTime } = open;
    for (let i = 0; i < seconds.length; i++) {
      const at = seconds[i]!;
      if (!Number.isFinite(at)) dropped.missing_time++;
      else if (!values.every((column) => Number.isFinite(column[i]!))) dropped.missing_values++;
      else if (at === lastTime) dropped.duplicate_time++;
      else if (at < lastTime) throw incomingRowsBackwards(recording, { from: lastTime, to: at, row: i + 1 });
      else {
        lastTime = at;
        kept.push(i);
      }
    }
    this.#recordings.set(recording, open);
    const whole = [seconds, ...values];
    for (let i = 0; i < kept.length; ) {
      const first = i;
      while (i < kept.length && kept[i]! - kept[first]! === i - first) i++;
      this.#rows.append(open.index, whole, kept[first]!, kept[first]! + i - first);
    }
    open.lastTime = lastTime;
    this.#dropped = dropped;
  }

  /** The rows so far, recording by recording. Valid until the next row arrives. */
  source(): RowSource {
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
    return { channels: this.#channels, stretches: () => stretchesOf(recordings, sampling), ...rows };
  }
}

function incomingRowsBackwards(
  recording: string,
  { from, to, row }: { from: number; to: number; row: number },
): DataFault {
  return new DataFault({
    code: "time",
    message: `time runs backwards in recording ${JSON.stringify(recording)}: row ${row} of this piece has ${to} s, after ${from} s`,
    advice: "Sort rows by time, or start a new recording whenever the clock restarts.",
    expected: "increasing times",
    found: `${to} s after ${from} s`,
  });
}
