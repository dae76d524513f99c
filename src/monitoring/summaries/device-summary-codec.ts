// The binary form of a DeviceSummary, which is two fifths of the size of its JSON form:
//
//   byte      version, 1
//   varints   length of the model version in bytes; the model version in UTF-8
//   varints   rows; dropped rows for missing_time, missing_values, duplicate_time
//   bytes     the measurement, in the form of measurement-codec.ts

import { ByteReader, expectByteValue } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { DeviceSummary } from "./device-summary.ts";
import { decodeMeasurement, encodeMeasurement, type MeasurementShape } from "./measurement-codec.ts";

const version = 1;

/** The bytes that a device sends. */
export function encodeSummary({ modelVersion, rows, dropped, measurement }: DeviceSummary): Uint8Array {
  const writer = new ByteWriter();
  writer.byte(version);
  writer.text(modelVersion);
  for (const count of [rows, dropped.missing_time, dropped.missing_values, dropped.duplicate_time])
    writer.varint(count);
  writer.bytes(encodeMeasurement(measurement));
  return writer.finish();
}

/** The model that the summary must belong to. */
export interface SummarizedModel {
  readonly modelVersion: string;
  readonly shape: MeasurementShape;
}

/** @throws RangeError if the bytes do not come from `encodeSummary`, or the summary belongs to another model */
export function decodeSummary(bytes: Uint8Array, model: SummarizedModel): DeviceSummary {
  const reader = new ByteReader(bytes);
  expectByteValue("format version", reader.byte(), version);
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
  return { modelVersion, rows, dropped, measurement: decodeMeasurement(reader.rest(), model.shape) };
}
