// The rows of recordings, kept apart by recording, however they were interleaved: in memory as far as a budget goes, in
// an unnamed temporary file beyond. What is held then are blocks' places, about a thousandth of the rows.
// Dimensions: C channels; a row is a time (float64) and C values (float32).

import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../errors.ts";

/** Of rows in memory, before they move to a file. */
export const defaultStoreBytes: number = 128 * 2 ** 20;

/** Rows of a full block. */
const blockRows = 16_384;
const leastCapacity = 64;

interface Block {
  /** Its first row's number in the recording. */
  readonly start: number;
  rows: number;
  /** Undefined once it is in the file. */
  columns: { time: Float64Array; values: Float32Array[] } | undefined;
  /** Place in the file. */
  offset: number;
}

export class RowStore {
  readonly #channels: number;
  readonly #memoryBytes: number;
  readonly #directory: string;
  readonly #recordings: Block[][] = [];
  #inMemory = 0;
  #file: number | undefined;
  #fileBytes = 0;

  constructor(
    channels: number,
    { memoryBytes = defaultStoreBytes, directory = tmpdir() }: { memoryBytes?: number; directory?: string } = {},
  ) {
    this.#channels = channels;
    this.#memoryBytes = memoryBytes;
    this.#directory = directory;
  }

  /** Bytes in the temporary file. */
  get spilledBytes(): number {
    return this.#fileBytes;
  }

  rowsOf(recording: number): number {
    const last = this.#recordings[recording]?.at(-1);
    return last === undefined ? 0 : last.start + last.rows;
  }

  /** Rows `from` to `to` (excluded) of the columns follow those that the recording has. */
  append(recording: number, time: Float64Array, values: readonly Float32Array[], from: number, to: number): void {
    for (let at = from; at < to; ) {
      const block = this.#tail(recording, to - at);
      const { time: times, values: columns } = block.columns!;
      const count = Math.min(to - at, times.length - block.rows);
      copy(time, at, times, block.rows, count);
      for (let c = 0; c < columns.length; c++) copy(values[c]!, at, columns[c]!, block.rows, count);
      block.rows += count;
      at += count;
    }
  }

  /** Rows `from` to `to` (excluded) of a recording; a copy, or a view that is not to be changed. */
  time(recording: number, from: number, to: number): Float64Array {
    return this.#gather(recording, from, to, new Float64Array(0), (block, a, b) => {
      if (block.columns !== undefined) return block.columns.time.subarray(a, b);
      return this.#read(new Float64Array(b - a), block.offset + 8 * a);
    });
  }

  values(channel: number, recording: number, from: number, to: number): Float32Array {
    return this.#gather(recording, from, to, new Float32Array(0), (block, a, b) => {
      if (block.columns !== undefined) return block.columns.values[channel]!.subarray(a, b);
      return this.#read(new Float32Array(b - a), block.offset + 8 * block.rows + 4 * (channel * block.rows + a));
    });
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#recordings.length = 0;
  }

  #gather<T extends Float32Array | Float64Array>(
    recording: number,
    from: number,
    to: number,
    none: T,
    read: (block: Block, a: number, b: number) => T,
  ): T {
    const blocks = this.#recordings[recording] ?? [];
    let at = firstBlock(blocks, from);
    const parts: T[] = [];
    for (let row = from; row < to; at++) {
      const block = blocks[at];
      if (block === undefined)
        throw new RangeError(`rows ${from} to ${to}: expected at most ${this.rowsOf(recording)}`);
      const end = Math.min(to, block.start + block.rows);
      parts.push(read(block, row - block.start, end - block.start));
      row = end;
    }
    if (parts.length <= 1) return parts[0] ?? none;
    const whole = (none instanceof Float64Array ? new Float64Array(to - from) : new Float32Array(to - from)) as T;
    let filled = 0;
    for (const part of parts) {
      whole.set(part, filled);
      filled += part.length;
    }
    return whole;
  }

  /** The recording's last block, with room for at least one row. */
  #tail(recording: number, wanted: number): Block {
    while (this.#recordings.length <= recording) this.#recordings.push([]);
    const blocks = this.#recordings[recording]!;
    const last = blocks.at(-1);
    if (last?.columns !== undefined && last.rows < last.columns.time.length) return last;
    if (this.#inMemory > this.#memoryBytes) this.#spill();
    if (last?.columns !== undefined && last.columns.time.length < blockRows) {
      const { time, values } = last.columns;
      last.columns = this.#allocate(Math.max(2 * time.length, last.rows + wanted));
      last.columns.time.set(time);
      for (const [c, column] of values.entries()) last.columns.values[c]!.set(column);
      this.#inMemory -= time.length * this.#rowBytes;
      return last;
    }
    const columns = this.#allocate(Math.max(leastCapacity, wanted));
    const block: Block = { start: last === undefined ? 0 : last.start + last.rows, rows: 0, columns, offset: -1 };
    blocks.push(block);
    return block;
  }

  get #rowBytes(): number {
    return 8 + 4 * this.#channels;
  }

  #allocate(rows: number): { time: Float64Array; values: Float32Array[] } {
    const capacity = Math.min(blockRows, rows);
    this.#inMemory += capacity * this.#rowBytes;
    const values = Array.from({ length: this.#channels }, () => new Float32Array(capacity));
    return { time: new Float64Array(capacity), values };
  }

  #spill(): void {
    for (const blocks of this.#recordings) {
      for (let b = blocks.length - 1; b >= 0 && blocks[b]!.columns !== undefined; b--) this.#write(blocks[b]!);
    }
    this.#inMemory = 0;
  }

  #write(block: Block): void {
    const { time, values } = block.columns!;
    const bytes = new Uint8Array(block.rows * this.#rowBytes);
    bytes.set(bytesOf(time.subarray(0, block.rows)));
    for (const [c, column] of values.entries()) {
      bytes.set(bytesOf(column.subarray(0, block.rows)), block.rows * (8 + 4 * c));
    }
    try {
      this.#file ??= openUnnamed(this.#directory);
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.#file, bytes, done, bytes.length - done, this.#fileBytes + done);
      }
    } catch (cause) {
      throw new UserError(
        `${this.#directory}: the rows could not be kept in a temporary file: ${cause instanceof Error ? cause.message : cause}`,
        { advice: "Set TMPDIR to a folder with room for the recordings, or give fewer at once.", cause },
      );
    }
    block.offset = this.#fileBytes;
    block.columns = undefined;
    this.#fileBytes += bytes.length;
  }

  #read<T extends Float32Array | Float64Array>(into: T, offset: number): T {
    const bytes = bytesOf(into);
    for (let done = 0; done < bytes.length; ) {
      const count = readSync(this.#file!, bytes, done, bytes.length - done, offset + done);
      if (count === 0) throw new Error("the temporary file of the rows ended early");
      done += count;
    }
    return into;
  }
}

/** Nobody else can open it, and nothing stays when the process dies. */
function openUnnamed(directory: string): number {
  const folder = mkdtempSync(join(directory, "tidemark-"));
  try {
    return openSync(join(folder, "rows"), "wx+", 0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The last block that starts at or before the row. */
function firstBlock(blocks: readonly Block[], row: number): number {
  let [low, high] = [0, blocks.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (blocks[middle]!.start <= row) low = middle;
    else high = middle - 1;
  }
  return low;
}

function copy<T extends Float32Array | Float64Array>(from: T, at: number, to: T, offset: number, count: number): void {
  if (count > 32) to.set(from.subarray(at, at + count), offset);
  else for (let i = 0; i < count; i++) to[offset + i] = from[at + i]!;
}

function bytesOf(values: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
