// The binary form of a batch's quality and stillness, as part of a summary. Texts are preceded by their length in bytes;
// numbers are float64 (little-endian) or, for counts, varints.
//
//   quality   rows read; times: missing, infinite; seconds, lost seconds of seconds, usable seconds of seconds
//             recordings: their number; of each its name, rows, repeated, seconds, byte 0 without a rate, else 1 and the rate
//             channels: their number; of each its name, missing, infinite, min, max, flat seconds, byte 0 without an
//             absurd value, else 1 and its value, seconds, recording, and the number of such values
//   still     seconds, of seconds, seconds at the end, byte with the flags throughout (1), all (2), at the end (4)

import type { AbsurdSample } from "../../signals/data/absurd-values.ts";
import type { BatchQuality, RecordingQuality } from "../../signals/data/batch-quality.ts";
import type { StillSummary } from "../../signals/data/still-time.ts";
import type { ByteReader } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";

export function writeQuality(writer: ByteWriter, quality: BatchQuality): void {
  const { rows_read, time, seconds, lost, usable, recordings, channels } = quality;
  for (const count of [rows_read, time.missing, time.infinite]) writer.varint(count);
  for (const value of [seconds, lost.seconds, lost.of_seconds, usable.seconds, usable.of_seconds]) writer.float(value);
  writer.varint(recordings.length);
  for (const { recording, rows, repeated, seconds: own, rate_hz } of recordings) {
    writer.text(recording);
    for (const count of [rows, repeated]) writer.varint(count);
    writer.float(own);
    writer.byte(rate_hz === null ? 0 : 1);
    if (rate_hz !== null) writer.float(rate_hz);
  }
  writer.varint(Object.keys(channels).length);
  for (const [name, { missing, infinite, min, max, flat_seconds, absurd }] of Object.entries(channels)) {
    writer.text(name);
    for (const count of [missing, infinite]) writer.varint(count);
    for (const value of [min, max, flat_seconds]) writer.float(value);
    writer.byte(absurd === null ? 0 : 1);
    if (absurd === null) continue;
    for (const value of [absurd.value, absurd.seconds]) writer.float(value);
    writer.text(absurd.recording);
    writer.varint(absurd.values);
  }
}

/** @throws RangeError if the bytes do not come from `writeQuality`, or the channels differ */
export function readQuality(reader: ByteReader, channels: readonly string[]): BatchQuality {
  const [rows_read, missing, infinite] = [reader.varint(), reader.varint(), reader.varint()];
  const seconds = readQualitySeconds(reader);
  const lost = { seconds: readQualitySeconds(reader), of_seconds: readQualitySeconds(reader) };
  const usable = { seconds: readQualitySeconds(reader), of_seconds: readQualitySeconds(reader) };
  const recordings: RecordingQuality[] = [];
  for (let left = reader.varint(); left > 0; left--) {
    const recording = reader.text();
    const [rows, repeated] = [reader.varint(), reader.varint()];
    const own = readQualitySeconds(reader);
    recordings.push({
      recording,
      rows,
      repeated,
      seconds: own,
      rate_hz: reader.byte() === 0 ? null : readQualitySeconds(reader),
    });
  }
  const entries: [string, BatchQuality["channels"][string]][] = [];
  for (let left = reader.varint(); left > 0; left--) {
    const name = reader.text();
    if (name !== channels[entries.length]) {
      const expected = channels[entries.length] ?? "no further channel";
      throw new RangeError(`quality: expected ${JSON.stringify(expected)}, got the channel ${JSON.stringify(name)}`);
    }
    const [missing, infinite] = [reader.varint(), reader.varint()];
    const [min, max, flat_seconds] = [reader.float(), reader.float(), readQualitySeconds(reader)];
    entries.push([name, { missing, infinite, min, max, flat_seconds, absurd: readQualityAbsurdSample(reader) }]);
  }
  if (entries.length < channels.length)
    throw new RangeError(`quality: expected ${channels.length} channels, got ${entries.length}`);
  return {
    rows_read,
    time: { missing, infinite },
    seconds,
    lost,
    usable,
    recordings,
    channels: Object.fromEntries(entries),
  };
}

export function writeQualityStillness(writer: ByteWriter, still: StillSummary): void {
  for (const value of [still.seconds, still.ofSeconds, still.atEnd]) writer.float(value);
  writer.byte((still.throughout ? 1 : 0) + (still.isAll ? 2 : 0) + (still.isAtEnd ? 4 : 0));
}

export function readQualityStillness(reader: ByteReader): StillSummary {
  const [seconds, ofSeconds, atEnd] = [
    readQualitySeconds(reader),
    readQualitySeconds(reader),
    readQualitySeconds(reader),
  ];
  const flags = reader.byte();
  return {
    seconds,
    ofSeconds,
    throughout: (flags & 1) !== 0,
    isAll: (flags & 2) !== 0,
    isAtEnd: (flags & 4) !== 0,
    atEnd,
  };
}

function readQualityAbsurdSample(reader: ByteReader): AbsurdSample | null {
  if (reader.byte() === 0) return null;
  const [value, seconds] = [reader.float(), reader.float()];
  return { value, seconds, recording: reader.text(), values: reader.varint() };
}

function readQualitySeconds(reader: ByteReader): number {
  const value = reader.float();
  if (!(value >= 0)) throw new RangeError(`quality: expected a number of at least 0, got ${value}`);
  return value;
}
