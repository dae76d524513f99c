// Holds rows in memory in order of arrival, each with its recording, until they are sorted by recording. Dimensions: a row is
// a time (float64) and C values (float32).

type Column = Float32Array | Float64Array;

const leastCapacity = 1024;

export class RowBuffer {
  rows = 0;
  /** The columns: the time, then the channels. Only the first `rows` entries of each column are in use. */
  readonly columns: Column[];
  #recordings = new Int32Array(0);
  #recordingCount = 0;
  readonly #most: number;

  /** @param most maximum number of rows; the caller ensures that it is not exceeded */
  constructor(channels: number, most: number) {
    this.#most = most;
    this.columns = [new Float64Array(0), ...Array.from({ length: channels }, () => new Float32Array(0))];
  }

  /** @param columns columns in the same layout, of which rows `from` to `to` (exclusive) are copied */
  append(recording: number, columns: readonly Column[], from: number, to: number): void {
    this.#reserve(this.rows + to - from);
    for (let c = 0; c < columns.length; c++)
      copyBufferedRows(columns[c]!, from, this.columns[c]!, this.rows, to - from);
    this.#recordings.fill(recording, this.rows, this.rows + to - from);
    this.#recordingCount = Math.max(this.#recordingCount, recording + 1);
    this.rows += to - from;
  }

  /**
   * Sorts rows by recording; rows of one recording stay in order of arrival.
   * @returns the recordings that have rows, ascending; and the first row of each recording, followed by the total
   * number of rows
   */
  sort(): { recordings: Int32Array; firsts: Int32Array } {
    const { rows } = this;
    const of = this.#recordings;
    const next = new Int32Array(this.#recordingCount + 1);
    let sorted = true;
    for (let i = 0; i < rows; i++) {
      next[of[i]! + 1]! += 1;
      if (i > 0 && of[i]! < of[i - 1]!) sorted = false;
    }
    const recordings: number[] = [];
    const firsts: number[] = [];
    for (let r = 0; r < this.#recordingCount; r++) {
      const count = next[r + 1]!;
      if (count > 0) {
        recordings.push(r);
        firsts.push(next[r]!);
      }
      next[r + 1] = next[r]! + count;
    }
    firsts.push(rows);
    if (!sorted) {
      const order = new Int32Array(rows);
      for (let i = 0; i < rows; i++) {
        order[next[of[i]!]!] = i;
        next[of[i]!]! += 1;
      }
      this.#arrange(order);
      for (const [i, recording] of recordings.entries()) of.fill(recording, firsts[i]!, firsts[i + 1]!);
    }
    return { recordings: Int32Array.from(recordings), firsts: Int32Array.from(firsts) };
  }

  clear(): void {
    this.rows = 0;
    this.#recordingCount = 0;
  }

  #arrange(order: Int32Array): void {
    for (const column of this.columns) {
      const unsorted = column.slice(0, order.length);
      for (let i = 0; i < order.length; i++) column[i] = unsorted[order[i]!]!;
    }
  }

  #reserve(rows: number): void {
    if (rows <= this.#recordings.length) return;
    const capacity = Math.max(rows, Math.min(this.#most, Math.max(leastCapacity, 2 * this.#recordings.length)));
    for (const [c, column] of this.columns.entries()) {
      const larger = c === 0 ? new Float64Array(capacity) : new Float32Array(capacity);
      larger.set(column);
      this.columns[c] = larger;
    }
    const recordings = new Int32Array(capacity);
    recordings.set(this.#recordings);
    this.#recordings = recordings;
  }
}

function copyBufferedRows(from: Column, at: number, to: Column, offset: number, count: number): void {
  if (count > 32) to.set(from.subarray(at, at + count), offset);
  else for (let i = 0; i < count; i++) to[offset + i] = from[at + i]!;
}
