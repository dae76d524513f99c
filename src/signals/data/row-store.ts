// Stores interleaved rows by recording: in memory up to a budget, then in an unnamed temporary file. Rows are collected in
// order of arrival. Each time the budget is full, the rows in memory are sorted by recording and written as one segment. For
// the rows in the file, memory holds only the number of rows per recording in each segment, and the pieces read most recently.
// Dimensions: C channels; a row is a time (float64) and C values (float32).

import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { counted } from "../../counted.ts";
import { UserError } from "../../errors.ts";
import { RowBuffer } from "./row-buffer.ts";

/** Maximum size of the rows in memory, in bytes; above it, rows are moved to a file. */
const defaultStoreBytes: number = 128 * 2 ** 20;

const leastSegmentRows = 1024;
/** Minimum number of rows to read from a column at once, even if fewer are requested. */
const leastAheadRows = 4096;

/** Rows in the file, sorted by recording and then by order of arrival: the times, then the values channel by channel. */
interface Segment {
  readonly offset: number;
  readonly rows: number;
  /** Recordings with rows in this segment, ascending. */
  readonly recordings: Int32Array;
  /** The first row of each recording in this segment, followed by the total number of rows. */
  readonly firsts: Int32Array;
}

type Numbers = Float32Array | Float64Array;

/** Rows `from` to `to` (exclusive) of one column, numbered consecutively across all recordings. */
interface ReadAhead {
  readonly from: number;
  readonly to: number;
  readonly rows: Numbers;
}

export class RowStore {
  readonly #channels: number;
  readonly #directory: string;
  readonly #segmentRows: number;
  /** Rows that are not yet in the file. */
  #newest: RowBuffer;
  /** Number of rows in each recording. */
  readonly #counts: number[] = [];
  readonly #segments: Segment[] = [];
  /** The first row of each recording, numbered consecutively across all recordings; undefined until the first row is read. */
  #starts: Float64Array | undefined;
  /** The piece read most recently from each column: the time, then the channels. */
  readonly #ahead: ReadAhead[] = [];
  #file: number | undefined;
  #fileBytes = 0;

  constructor(
    channels: number,
    { memoryBytes = defaultStoreBytes, directory = tmpdir() }: { memoryBytes?: number; directory?: string } = {},
  ) {
    this.#channels = channels;
    this.#directory = directory;
    this.#segmentRows = Math.max(leastSegmentRows, Math.floor(memoryBytes / (8 + 4 * channels)));
    this.#newest = new RowBuffer(channels, this.#segmentRows);
  }

  /** Number of bytes in the temporary file. */
  get spilledBytes(): number {
    return this.#fileBytes;
  }

  rowsOf(recording: number): number {
    return this.#counts[recording] ?? 0;
  }

  /**
   * Appends rows `from` to `to` (exclusive) of the columns to the recording. Rows cannot be appended once a row has
   * been read.
   */
  append(recording: number, time: Float64Array, values: readonly Float32Array[], from: number, to: number): void {
    if (this.#starts !== undefined) throw new Error("rows were appended to a store that is being read");
    while (this.#counts.length <= recording) this.#counts.push(0);
    for (let at = from; at < to; ) {
      if (this.#newest.rows >= this.#segmentRows) this.#spill();
      const end = Math.min(to, at + this.#segmentRows - this.#newest.rows);
      this.#newest.append(recording, [time, ...values], at, end);
      this.#counts[recording]! += end - at;
      at = end;
    }
  }

  /** Times of rows `from` to `to` (exclusive) of a recording; either a copy, or a view that must not be modified. */
  time(recording: number, from: number, to: number): Float64Array {
    return this.#rows(0, recording, from, to) as Float64Array;
  }

  values(channel: number, recording: number, from: number, to: number): Float32Array {
    return this.#rows(1 + channel, recording, from, to) as Float32Array;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#newest = new RowBuffer(this.#channels, 0);
    this.#segments.length = 0;
    this.#ahead.length = 0;
  }

  #rows(column: number, recording: number, from: number, to: number): Numbers {
    if (to > this.rowsOf(recording)) {
      throw new RangeError(`rows ${from} to ${to}: the recording has only ${counted(this.rowsOf(recording), "row")}`);
    }
    this.#starts ??= this.#seal();
    const start = this.#starts[recording]!;
    if (this.#file === undefined) return this.#newest.columns[column]!.subarray(start + from, start + to);
    return this.#inFile(column, start + from, start + to);
  }

  /**
   * Sorts the rows that were appended last; returns the first row of each recording. Must be called after the last row has been
   * appended.
   */
  #seal(): Float64Array {
    if (this.#file === undefined) this.#newest.sort();
    else {
      this.#spill();
      this.#newest = new RowBuffer(this.#channels, 0);
    }
    const starts = new Float64Array(this.#counts.length + 1);
    for (const [r, count] of this.#counts.entries()) starts[r + 1] = starts[r]! + count;
    return starts;
  }

  /** Reads increasingly large pieces, up to a quarter of a segment, as long as rows are requested in order. */
  #inFile(column: number, from: number, to: number): Numbers {
    const last = this.#ahead[column] ?? { from: 0, to: 0, rows: emptyRowStoreColumn(column, 0) };
    if (from >= last.from && to <= last.to) return last.rows.subarray(from - last.from, to - last.from);
    const inOrder = from >= last.from && from <= last.to;
    const wanted = inOrder ? Math.max(leastAheadRows, 2 * (last.to - last.from)) : leastAheadRows;
    const length = Math.min(wanted, this.#segmentRows >> 2);
    const end = Math.min(this.#starts!.at(-1)!, Math.max(to, from + length));
    const rows = this.#gather(column, from, end);
    this.#ahead[column] = { from, to: end, rows };
    return rows.subarray(0, to - from);
  }

  /** Reads each segment once, regardless of the number of recordings. */
  #gather(column: number, from: number, to: number): Numbers {
    const starts = this.#starts!;
    const gathered = emptyRowStoreColumn(column, to - from);
    if (from === to) return gathered;
    const [first, last] = [rowStoreLastUpTo(starts, from), rowStoreLastUpTo(starts, to - 1)];
    /** Position of each recording's next row. */
    const next = starts.slice(first, last + 1).map((start) => Math.max(0, start - from));
    let [passedOfFirst, passedOfLast] = [0, 0];
    for (const segment of this.#segments) {
      const ofFirst = rowStoreSegmentRows(segment, first);
      const ofLast = rowStoreSegmentRows(segment, last);
      const begin = Math.min(ofFirst.to, ofFirst.from + Math.max(0, from - starts[first]! - passedOfFirst));
      const end = Math.max(ofLast.from, Math.min(ofLast.to, ofLast.from + to - starts[last]! - passedOfLast));
      passedOfFirst += ofFirst.to - ofFirst.from;
      passedOfLast += ofLast.to - ofLast.from;
      if (end <= begin) continue;
      const rows = this.#read(segment, column, begin, end);
      for (let i = ofFirst.place, at = begin; at < end; i++) {
        const stop = Math.min(end, segment.firsts[i + 1]!);
        if (stop <= at) continue;
        const recording = segment.recordings[i]! - first;
        gathered.set(rows.subarray(at - begin, stop - begin), next[recording]!);
        next[recording]! += stop - at;
        at = stop;
      }
    }
    return gathered;
  }

  #spill(): void {
    if (this.#newest.rows === 0) return;
    const { recordings, firsts } = this.#newest.sort();
    const { rows, columns } = this.#newest;
    const offset = this.#fileBytes;
    try {
      this.#file ??= openUnnamedRowStore(this.#directory);
      let at = offset;
      for (const column of columns) {
        const bytes = rowStoreBytes(column.subarray(0, rows));
        for (let done = 0; done < bytes.length; ) {
          done += writeSync(this.#file, bytes, done, bytes.length - done, at + done);
        }
        at += bytes.length;
      }
      this.#fileBytes = at;
    } catch (cause) {
      throw new UserError(
        `${this.#directory}: the rows could not be written to a temporary file: ${cause instanceof Error ? cause.message : cause}`,
        {
          advice: "Set TMPDIR to a folder with enough space for the recordings, or give fewer recordings at once.",
          cause,
        },
      );
    }
    this.#segments.push({ offset, rows, recordings, firsts });
    this.#newest.clear();
  }

  #read({ offset, rows }: Segment, column: number, from: number, to: number): Numbers {
    const into = emptyRowStoreColumn(column, to - from);
    const bytes = rowStoreBytes(into);
    const start = offset + (column === 0 ? 8 * from : rows * (8 + 4 * (column - 1)) + 4 * from);
    for (let done = 0; done < bytes.length; ) {
      const count = readSync(this.#file!, bytes, done, bytes.length - done, start + done);
      if (count === 0) throw new Error("the temporary file with the rows ended early");
      done += count;
    }
    return into;
  }
}

/** Opens a file without a name, so that other users cannot open it, and it vanishes when the process ends. */
function openUnnamedRowStore(directory: string): number {
  const folder = mkdtempSync(join(directory, "tidemark-"));
  try {
    return openSync(join(folder, "rows"), "wx+", 0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Returns the rows of a recording in a segment, and the recording's index in the segment. If the segment has no rows from that
 * recording, the index is that of the next recording.
 */
function rowStoreSegmentRows(
  { recordings, firsts }: Segment,
  recording: number,
): { from: number; to: number; place: number } {
  const before = rowStoreLastUpTo(recordings, recording);
  const here = recordings[before] === recording;
  const place = here || recordings[before]! > recording ? before : before + 1;
  return { from: firsts[place]!, to: here ? firsts[place + 1]! : firsts[place]!, place };
}

/** Index of the last of the ascending numbers that does not exceed `most`; 0 if all of them exceed it. */
function rowStoreLastUpTo(numbers: Int32Array | Float64Array, most: number): number {
  let [low, high] = [0, numbers.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (numbers[middle]! <= most) low = middle;
    else high = middle - 1;
  }
  return low;
}

function emptyRowStoreColumn(column: number, rows: number): Numbers {
  return column === 0 ? new Float64Array(rows) : new Float32Array(rows);
}

function rowStoreBytes(values: Numbers): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
