// The binary form of a DeviceSummary, which is two fifths of the size of its JSON form:
//
//   bytes     "TMS4"; or "TMS3" in summaries without the time of recording; or "TMS2" in those of earlier versions, which have no
//             turning either; or byte 1 in those of still earlier versions, which continue without flags, quality and stillness
//   varints   length of the model version in bytes; the model version in UTF-8
//   varints   rows; dropped rows for missing_time, missing_values, duplicate_time
//   byte      flags: measurement (1), quality (2), stillness (4), turning (8)
//   floats    only after "TMS4": times of the first and the last row, in seconds since 1970 (float64, little-endian)
//   bytes     quality and stillness, in the form of quality-codec.ts
//   floats    shared and said of the turning (float64, little-endian)
//   bytes     the measurement, in the form of measurement-codec.ts

import { sinceEpoch } from "../../signals/data/since-epoch.ts";
import { ByteReader, expectByteValue } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { DeviceSummary, RecordedTime } from "./device-summary.ts";
import { decodeMeasurement, encodeMeasurement, type MeasurementShape } from "./measurement-codec.ts";
import { readQuality, readQualityStillness, writeQuality, writeQualityStillness } from "./quality-codec.ts";

/** "TMS". */
const magic = [0x54, 0x4d, 0x53];
/** First byte of the earliest summaries. */
const firstVersion = 1;
/**
 * Byte after "TMS". A summary without the time of recording has the same bytes as in the third version, because a batch is
 * recognised by a hash of its bytes.
 */
const [secondVersion, thirdVersion, fourthVersion] = [0x32, 0x33, 0x34];

/** The bytes that a device sends. */
export function encodeSummary(summary: DeviceSummary): Uint8Array {
  const { modelVersion, rows, dropped, measurement, quality, still, turning, recorded } = summary;
  const writer = new ByteWriter();
  for (const byte of [...magic, recorded === undefined ? thirdVersion : fourthVersion]) writer.byte(byte);
  writer.text(modelVersion);
  for (const count of [rows, dropped.missing_time, dropped.missing_values, dropped.duplicate_time])
    writer.varint(count);
  const parts = [measurement ?? undefined, quality, still, turning];
  writer.byte(parts.reduce((flags, part, i) => flags + (part === undefined ? 0 : 2 ** i), 0));
  if (recorded !== undefined) {
    writer.float(recorded.from);
    writer.float(recorded.to);
  }
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
  /** Channel names, in the order of the network's inputs. */
  readonly channels: readonly string[];
}

/** @throws RangeError if the bytes do not come from `encodeSummary`, or the summary belongs to a different model */
export function decodeSummary(bytes: Uint8Array, model: SummarizedModel): DeviceSummary {
  const reader = new ByteReader(bytes);
  const { modelVersion, rows, dropped, flags, recorded } = readSummaryHead(reader);
  if (modelVersion !== model.modelVersion) {
    throw new RangeError(`model_version: expected ${model.modelVersion}, got ${modelVersion}`);
  }
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
    ...(recorded !== undefined && { recorded }),
  };
}

/**
 * Returns when the rows of a summary were recorded; undefined if the summary has no times.
 * @throws RangeError if the bytes do not come from `encodeSummary`
 */
export function decodeRecordedTimeOfSummary(bytes: Uint8Array): RecordedTime | undefined {
  return readSummaryHead(new ByteReader(bytes)).recorded;
}

function readSummaryHead(
  reader: ByteReader,
): Pick<DeviceSummary, "modelVersion" | "rows" | "dropped" | "recorded"> & { readonly flags: number } {
  const first = reader.byte();
  let version = firstVersion;
  if (first !== firstVersion) {
    expectByteValue("format version", first, magic[0]!);
    for (const byte of magic.slice(1)) expectByteValue("format version", reader.byte(), byte);
    version = reader.byte();
    if (version !== secondVersion && version !== thirdVersion)
      expectByteValue("format version", version, fourthVersion);
  }
  const modelVersion = reader.text();
  const rows = reader.varint();
  const dropped = {
    missing_time: reader.varint(),
    missing_values: reader.varint(),
    duplicate_time: reader.varint(),
  };
  const flags = version === firstVersion ? 1 : reader.byte();
  if (version !== fourthVersion) return { modelVersion, rows, dropped, flags };
  const recorded = { from: reader.float(), to: reader.float() };
  if (!(recorded.from >= sinceEpoch.from && recorded.to >= recorded.from && recorded.to <= sinceEpoch.to)) {
    throw new RangeError(
      `recorded: expected ascending times from 1998 to 2103, in seconds since 1970, got ${recorded.from} and ${recorded.to}`,
    );
  }
  return { modelVersion, rows, dropped, flags, recorded };
}
