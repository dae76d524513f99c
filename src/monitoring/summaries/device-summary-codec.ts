// The binary form of a DeviceSummary, which is two fifths of the size of its JSON form:
//
//   bytes     "TMS3"; or "TMS2" in summaries of earlier versions, which have no turning; or byte 1 in those of still earlier
//             versions, which continue without flags, quality and stillness
//   varints   length of the model version in bytes; the model version in UTF-8
//   varints   rows; dropped rows for missing_time, missing_values, duplicate_time
//   byte      flags: measurement (1), quality (2), stillness (4), turning (8)
//   bytes     quality and stillness, in the form of quality-codec.ts
//   floats    shared and said of the turning (float64, little-endian)
//   bytes     the measurement, in the form of measurement-codec.ts

import { ByteReader, expectByteValue } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { DeviceSummary } from "./device-summary.ts";
import { decodeMeasurement, encodeMeasurement, type MeasurementShape } from "./measurement-codec.ts";
import { readQuality, readQualityStillness, writeQuality, writeQualityStillness } from "./quality-codec.ts";

/** "TMS3". */
const magic = [0x54, 0x4d, 0x53, 0x33];
/** First byte of the earliest summaries. */
const firstVersion = 1;
/** Last byte of "TMS2", the start of later summaries. */
const secondVersion = 0x32;

/** The bytes that a device sends. */
export function encodeSummary(summary: DeviceSummary): Uint8Array {
  const { modelVersion, rows, dropped, measurement, quality, still, turning } = summary;
  const writer = new ByteWriter();
  for (const byte of magic) writer.byte(byte);
  writer.text(modelVersion);
  for (const count of [rows, dropped.missing_time, dropped.missing_values, dropped.duplicate_time])
    writer.varint(count);
  const parts = [measurement ?? undefined, quality, still, turning];
  writer.byte(parts.reduce((flags, part, i) => flags + (part === undefined ? 0 : 2 ** i), 0));
  if (quality !== undefined) writeQuality(writer, quality);
  if (still !== undefined) writeQualityStillness(writer, still);
  if (turning !== undefined) {
    writer.float(turning.shared);
    writer.float(turning.said);
  }
  if (measurement !== null) writer.bytes(encodeMeasurement(measurement));
  return writer.finish();
}

/** The model that the summary must belong to. */
export interface SummarizedModel {
  readonly modelVersion: string;
  readonly shape: MeasurementShape;
  /** In the order of the network's inputs. */
  readonly channels: readonly string[];
}

/** @throws RangeError if the bytes do not come from `encodeSummary`, or the summary belongs to a different model */
export function decodeSummary(bytes: Uint8Array, model: SummarizedModel): DeviceSummary {
  const reader = new ByteReader(bytes);
  const isFirst = bytes[0] === firstVersion;
  if (isFirst) reader.byte();
  else {
    const [, , , last] = bytes;
    for (const byte of [...magic.slice(0, 3), last === secondVersion ? last : magic[3]!])
      expectByteValue("format version", reader.byte(), byte);
  }
  const modelVersion = reader.text();
  if (modelVersion !== model.modelVersion) {
    throw new RangeError(`model_version: expected ${model.modelVersion}, got ${modelVersion}`);
  }
  const rows = reader.varint();
  const dropped = {
    missing_time: reader.varint(),
    missing_values: reader.varint(),
    duplicate_time: reader.varint(),
  };
  const flags = isFirst ? 1 : reader.byte();
  const quality = (flags & 2) === 0 ? undefined : readQuality(reader, model.channels);
  const still = (flags & 4) === 0 ? undefined : readQualityStillness(reader);
  const turning = (flags & 8) === 0 ? undefined : { shared: reader.float(), said: reader.float() };
  if (turning !== undefined && turning.said < 0)
    throw new RangeError(`turning: expected said of at least 0, got ${turning.said}`);
  const measurement = (flags & 1) === 0 ? null : decodeMeasurement(reader.rest(), model.shape);
  if (measurement === null) reader.expectEnd();
  if (measurement === null && quality === undefined)
    throw new RangeError("summary: expected a measurement or quality figures");
  return {
    modelVersion,
    rows,
    dropped,
    measurement,
    ...(quality !== undefined && { quality }),
    ...(still !== undefined && { still }),
    ...(turning !== undefined && { turning }),
  };
}
