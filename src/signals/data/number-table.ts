// Reads an in-memory batch of numbers as a table, without a file. The table has the same rows as the CSV file written by
// `writeFloat32Table`, which takes twenty times as long to write and parse.

import type { OnFault } from "../../data-fault.ts";
import { type Float32Batch, float32TimeColumn } from "../files/float32-batch.ts";
import type { TimeReading } from "../files/text-clock.ts";
import { resolveColumnRoles } from "./column-roles.ts";
import { readLabelMap } from "./label-map.ts";
import type { ColumnOptions } from "./named-columns.ts";
import type { RowChunk, RowTable } from "./row-chunks.ts";
import { Spellings } from "./spellings.ts";

const rowsOfChunk = 2048;

/** Reads numbers as seconds, unchanged. */
const reading: TimeReading = { sql: "", numbers: true, local: false };

/**
 * Whether a batch has rows, and no columns besides the channels; any other column might contain people, recordings or a clock.
 */
export function isNumberTable({ channels: names, rows }: Float32Batch, channels: readonly string[]): boolean {
  return rows > 0 && names.length === channels.length && channels.every((name) => names.includes(name));
}

/**
 * @param file name for messages
 * @param columns `channels` or `modelChannels`, and the time column (in seconds) if rows have times
 * @throws UserError if the columns do not match the batch
 */
export async function numberTable(
  file: string,
  batch: Float32Batch,
  columns: ColumnOptions,
  onFault: OnFault,
  warn: (message: string) => void,
): Promise<RowTable> {
  const { channels: names, rows, times } = batch;
  const available = times === null ? names : [float32TimeColumn, ...names];
  const roles = resolveColumnRoles(available, columns, { label: false, group: false }, file, onFault, warn);
  const column = roles.channels.map((name) => names.indexOf(name));
  async function* chunks(): AsyncGenerator<RowChunk> {
    for (let firstRow = 0; firstRow < rows; firstRow += rowsOfChunk) {
      const own = Math.min(rowsOfChunk, rows - firstRow);
      yield {
        rows: own,
        file: 0,
        firstRow,
        keyOfRow: new Int32Array(own),
        time: times?.slice(firstRow, firstRow + own),
        reading: times === null ? undefined : reading,
        channels: column.map((c) => columnOfNumbers(batch, c, firstRow, own)),
      };
    }
  }
  return {
    roles,
    unusedColumns: [],
    keys: [{ user: null, recording: null, label: null, file: 0 }],
    sorted: new Set(),
    spellings: { people: new Spellings(), classes: new Spellings() },
    labels: await readLabelMap(undefined, undefined, undefined),
    fileRows: [rows],
    chunks,
  };
}

function columnOfNumbers({ channels, values }: Float32Batch, c: number, firstRow: number, rows: number): Float32Array {
  const column = new Float32Array(rows);
  for (let i = 0; i < rows; i++) column[i] = values[(firstRow + i) * channels.length + c]!;
  return column;
}
