// Reads a batch of numbers in a binary format that any device can write without a library. All numbers are little-endian:
//
//   4 bytes   "TMF1"
//   uint32    length of the header in bytes
//   header    JSON in UTF-8: {"channels": ["Ax", "Ay", "Az"], "rows": 15000, "rate": 50}
//   float64   one time per row, in seconds; only if the header has "timestamps": true in place of "rate"
//   float32   the values, row after row
//
// NaN means a missing value. Docs: docs/serve.md.

import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { UserError } from "../../errors.ts";
import { columnNameLimit, columnsLimit } from "./table-limits.ts";

const float32Mark = "TMF1";

/** Name of the time column in the written table. */
export const float32TimeColumn = "timestamp_s";

const longestHeader = 2 ** 20;
const rowsPerChunk = 4096;

const headerSchema = z.strictObject({
  channels: z.array(z.string().min(1).max(columnNameLimit)).min(1).max(columnsLimit),
  rows: z.int().min(0),
  rate: z.number().positive().optional(),
  timestamps: z.literal(true).optional(),
});

export interface Float32Batch {
  readonly channels: readonly string[];
  readonly rows: number;
  /** Rate in Hz; undefined if each row has a time. */
  readonly rate: number | undefined;
  /** Times in seconds; null if the rate is given. */
  readonly times: Float64Array | null;
  /** [rows, channels] */
  readonly values: Float32Array;
}

/** @throws UserError if the bytes are not a valid batch */
export function parseFloat32Batch(bytes: Uint8Array): Float32Batch {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mark = new TextDecoder("latin1").decode(bytes.subarray(0, 4));
  if (bytes.length < 8 || mark !== float32Mark) {
    throw float32Fault(`expected ${float32Mark} and the length of the header, found ${JSON.stringify(mark)}`);
  }
  const length = view.getUint32(4, true);
  if (!(length <= longestHeader && 8 + length <= bytes.length)) {
    throw float32Fault(`expected a header of ${length} bytes, found ${bytes.length - 8} bytes in total`);
  }
  const { channels, rows, rate, timestamps } = parseFloat32Header(bytes.subarray(8, 8 + length));
  const timeBytes = timestamps === true ? 8 * rows : 0;
  const expected = 8 + length + timeBytes + 4 * rows * channels.length;
  if (bytes.length !== expected) {
    throw float32Fault(
      `expected ${expected} bytes for ${rows} rows of ${channels.length} channels, found ${bytes.length}`,
    );
  }
  // A copy starts at an aligned address, as required by typed arrays.
  const body = new Uint8Array(bytes.subarray(8 + length)).buffer;
  return {
    channels,
    rows,
    rate,
    times: timestamps === true ? float32Numbers(body.slice(0, timeBytes), 8) : null,
    values: float32Numbers(body.slice(timeBytes), 4),
  };
}

/** Writes the batch as a CSV file, using for each value the shortest text that reads back as the same number. */
export async function writeFloat32Table(batch: Float32Batch, path: string): Promise<void> {
  await pipeline(float32Lines(batch), createWriteStream(path));
}

function* float32Lines({ channels, rows, times, values }: Float32Batch): Generator<string> {
  const names = times === null ? channels : [float32TimeColumn, ...channels];
  yield `${names.map((name) => `"${name.replaceAll('"', '""')}"`).join(",")}\n`;
  const width = channels.length;
  for (let start = 0; start < rows; start += rowsPerChunk) {
    const lines: string[] = [];
    for (let row = start; row < Math.min(rows, start + rowsPerChunk); row++) {
      const cells = times === null ? [] : [float32Cell(times[row]!)];
      for (let c = 0; c < width; c++) cells.push(float32Cell(values[row * width + c]!));
      lines.push(`${cells.join(",")}\n`);
    }
    yield lines.join("");
  }
}

function float32Cell(value: number): string {
  if (Number.isNaN(value)) return "";
  return Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf";
}

function parseFloat32Header(bytes: Uint8Array): z.infer<typeof headerSchema> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw float32Fault(`the header is not JSON in UTF-8: ${cause instanceof Error ? cause.message : cause}`);
  }
  const parsed = headerSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw float32Fault(`header: ${issue!.path.join(".") || "JSON"}: ${issue!.message}`);
  }
  const header = parsed.data;
  if ((header.rate === undefined) === (header.timestamps === undefined)) {
    throw float32Fault('header: expected either "rate" or "timestamps": true');
  }
  if (new Set(header.channels).size < header.channels.length)
    throw float32Fault("header: channels: a name is repeated");
  if (header.timestamps === true && header.channels.includes(float32TimeColumn)) {
    throw float32Fault(`header: channels: ${float32TimeColumn} is reserved for the times`);
  }
  return header;
}

function float32Fault(message: string): UserError {
  return new UserError(`float32 batch: ${message}`, {
    advice: 'Section "float32" of docs/serve.md describes the format, with an example in Python.',
  });
}

/** Reads little-endian numbers, whatever the machine's byte order. */
function float32Numbers(body: ArrayBuffer, size: 4): Float32Array;
function float32Numbers(body: ArrayBuffer, size: 8): Float64Array;
function float32Numbers(body: ArrayBuffer, size: 4 | 8): Float32Array | Float64Array {
  if (new Uint8Array(new Uint16Array([1]).buffer)[0] !== 1) {
    const bytes = Buffer.from(body);
    if (size === 4) bytes.swap32();
    else bytes.swap64();
  }
  return size === 4 ? new Float32Array(body) : new Float64Array(body);
}
