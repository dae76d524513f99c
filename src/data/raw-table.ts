// The rows of all files as they were written, column by column, before any check: numbers in typed arrays that grow,
// texts (person, recording, label) as one small integer a row. Nothing is allocated for a row. Dimensions: N rows, C channels.

import type { DuckDBDataChunk } from "@duckdb/node-api";

/** What the text columns of a row say; null where the cell is empty or the column absent. */
export interface RowKey {
  readonly user: string | null;
  readonly recording: string | null;
  readonly label: string | null;
  /** Index of the file the row came from. */
  readonly file: number;
}

export interface RawTable {
  /** N. */
  readonly rows: number;
  /** [N] index into `keys`. */
  readonly keyOfRow: Int32Array;
  readonly keys: readonly RowKey[];
  /** [N] NaN where missing; undefined without a time column. */
  readonly time: Float64Array | undefined;
  /** C columns of [N]; NaN where missing, infinities as they came. */
  readonly channels: readonly Float32Array[];
  /** First row of each file, and N at the end. */
  readonly fileStarts: readonly number[];
}

export class RawTableBuilder {
  #capacity = 65_536;
  #rows = 0;
  #keyOfRow: Int32Array<ArrayBufferLike> = new Int32Array(this.#capacity);
  #time: Float64Array<ArrayBufferLike> | undefined;
  #channels: Float32Array<ArrayBufferLike>[];
  #keys: RowKey[] = [];
  #keyIndex = new Map<string, number>();
  #fileStarts: number[] = [];

  constructor(channelCount: number, hasTime: boolean) {
    this.#channels = Array.from({ length: channelCount }, () => new Float32Array(this.#capacity));
    this.#time = hasTime ? new Float64Array(this.#capacity) : undefined;
  }

  get rows(): number {
    return this.#rows;
  }

  /** The rows that follow are those of the next file. */
  startFile(): void {
    this.#fileStarts.push(this.#rows);
    this.#keyIndex.clear();
  }

  /** Appends a chunk whose columns are: key (user, recording, label, joined by \x1f), its hash, time if any, the channels. */
  append(chunk: DuckDBDataChunk): void {
    const count = chunk.rowCount;
    if (this.#rows + count > this.#capacity) this.#grow(this.#rows + count);
    this.#appendKeys(chunk, count);
    let column = 2;
    if (this.#time !== undefined) copyNumbers(chunk, column++, this.#time, this.#rows);
    for (const values of this.#channels) copyNumbers(chunk, column++, values, this.#rows);
    this.#rows += count;
  }

  finish(): RawTable {
    return {
      rows: this.#rows,
      keyOfRow: this.#keyOfRow.subarray(0, this.#rows),
      keys: this.#keys,
      time: this.#time?.subarray(0, this.#rows),
      channels: this.#channels.map((values) => values.subarray(0, this.#rows)),
      fileStarts: [...this.#fileStarts, this.#rows],
    };
  }

  /** Decoding texts costs more than all numbers together; rows of equal hash in a row (53 bits) have the same text. */
  #appendKeys(chunk: DuckDBDataChunk, count: number): void {
    const texts = chunk.getColumnVector(0);
    const hashes = chunk.getColumnVector(1);
    let lastHash = -1;
    let last = -1;
    for (let i = 0; i < count; i++) {
      const hash = hashes.getItem(i) as number;
      if (hash !== lastHash) {
        last = this.#intern(texts.getItem(i) as string);
        lastHash = hash;
      }
      this.#keyOfRow[this.#rows + i] = last;
    }
  }

  #intern(text: string): number {
    const known = this.#keyIndex.get(text);
    if (known !== undefined) return known;
    const [user, recording, label] = text.split("\x1f").map((part) => (part === "" ? null : part));
    this.#keys.push({ user: user!, recording: recording!, label: label!, file: this.#fileStarts.length - 1 });
    this.#keyIndex.set(text, this.#keys.length - 1);
    return this.#keys.length - 1;
  }

  #grow(needed: number): void {
    this.#capacity = Math.max(needed, this.#capacity * 2);
    const grown = <T extends Int32Array | Float32Array | Float64Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.#keyOfRow = grown(this.#keyOfRow, new Int32Array(this.#capacity));
    if (this.#time !== undefined) this.#time = grown(this.#time, new Float64Array(this.#capacity));
    this.#channels = this.#channels.map((values) => grown(values, new Float32Array(this.#capacity)));
  }
}

function copyNumbers(
  chunk: DuckDBDataChunk,
  column: number,
  target: Float32Array | Float64Array,
  offset: number,
): void {
  const vector = chunk.getColumnVector(column);
  const count = chunk.rowCount;
  for (let i = 0; i < count; i++) {
    const value = vector.getItem(i) as number | null;
    target[offset + i] = value === null ? Number.NaN : value;
  }
}
