// The binary form of a DeviceSummary, which is two fifths of the size of its JSON form:
//
//   bytes     "TMS2"; or byte 1 in summaries of earlier versions, which continue without flags, quality and stillness
//   varints   length of the model version in bytes; the model version in UTF-8
//   varints   rows; dropped rows for missing_time, missing_values, duplicate_time
//   byte      flags: measurement (1), quality (2), stillness (4)
//   bytes     quality and stillness, in the form of quality-codec.ts
//   bytes     the measurement, in the form of measurement-codec.ts

import { ByteReader, expectByteValue } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { DeviceSummary } from "./device-summary.ts";
import { decodeMeasurement, encodeMeasurement, type MeasurementShape } from "./measurement-codec.ts";
import { readQuality, readQualityStillness, writeQuality, writeQualityStillness } from "./quality-codec.ts";

/** "TMS2". */
const magic = [0x54, 0x4d, 0x53, 0x32];
/** First byte of summaries of earlier versions. */
const firstVersion = 1;

/** The bytes that a device sends. */
export function encodeSummary({ modelVersion, rows, dropped, measurement, quality, still }: DeviceSummary): Uint8Array {
  const writer = new ByteWriter();
  for (const byte of magic) writer.byte(byte);
  writer.text(modelVersion);
  for (const count of [rows, dropped.missing_time, dropped.missing_values, dropped.duplicate_time])
    writer.varint(count);
  writer.byte((measurement === null ? 0 : 1) + (quality === undefined ? 0 : 2) + (still === undefined ? 0 : 4));
  if (quality !== undefined) writeQuality(writer, quality);
  if (still !== undefined) writeQualityStillness(writer, still);
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

/** @throws RangeError if the bytes do not come from `encodeSummary`, or the summary belongs to another model */
export function decodeSummary(bytes: Uint8Array, model: SummarizedModel): DeviceSummary {
  const reader = new ByteReader(bytes);
  const isFirst = bytes[0] === firstVersion;
  if (isFirst) reader.byte();
  else for (const byte of magic) expectByteValue("format version", reader.byte(), byte);
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
  const measurement = (flags & 1) === 0 ? null : decodeMeasurement(reader.rest(), model.shape);
  if (measurement === null) reader.expectEnd();
  if (measurement === null && quality === undefined)
    throw new RangeError("summary: expected a measurement or a quality");
  return {
    modelVersion,
    rows,
    dropped,
    measurement,
    ...(quality !== undefined && { quality }),
    ...(still !== undefined && { still }),
  };
}
