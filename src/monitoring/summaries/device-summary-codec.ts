// The binary form of a DeviceSummary, which is two fifths of the size of its JSON form:
//
//   bytes     "TMS6"; in summaries without misfits, "TMS5"; without figures at rest either, "TMS4", or "TMS3" if they have no
//             time of recording either; or "TMS2" in those of earlier versions, which have no turning either; or byte 1 in those
//             of still earlier versions, which continue without flags, quality and stillness
//   varints   length of the model version in bytes; the model version in UTF-8
//   varints   rows; dropped rows for missing_time, missing_values, duplicate_time
//   byte      flags: measurement (1), quality (2), stillness (4), turning (8), rest (16), time of recording (32)
//   floats    after "TMS4", or with the flag 32: times of the first and the last row, in seconds since 1970 (float64, little-endian)
//   bytes     quality and stillness, in the form of quality-codec.ts
//   floats    shared and said of the turning and, after "TMS6", its 8 misfits (float64, little-endian)
//   floats    at rest: number of sums (varint), seconds, sums (float64, little-endian)
//   bytes     the measurement, in the form of measurement-codec.ts

import { sinceEpoch } from "../../signals/data/since-epoch.ts";
import { ByteReader, expectByteValue } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { DeviceSummary, RecordedTime } from "./device-summary.ts";
import { decodeMeasurement, encodeMeasurement, type MeasurementShape } from "./measurement-codec.ts";
import { readQuality, readQualityStillness, writeQuality, writeQualityStillness } from "./quality-codec.ts";
import type { RestSums } from "./rest-sums.ts";
import type { TurningSums } from "./turning-scale.ts";

/** "TMS". */
const magic = [0x54, 0x4d, 0x53];
/** First byte of the earliest summaries. */
const firstVersion = 1;
/**
 * Byte after "TMS". A summary without misfits has the same bytes as in earlier versions, because a batch is recognised by a hash
 * of its bytes.
 */
const [secondVersion, thirdVersion, fourthVersion, fifthVersion, sixthVersion] = [0x32, 0x33, 0x34, 0x35, 0x36];
/** Number of misfits. */
const misfitCount = 8;

/** The bytes that a device sends. */
export function encodeSummary(summary: DeviceSummary): Uint8Array {
  const { modelVersion, rows, dropped, measurement, quality, still, turning, rest, recorded } = summary;
  const writer = new ByteWriter();
  const isLatest = turning?.misfits !== undefined;
  const version = isLatest
    ? sixthVersion
    : rest !== undefined
      ? fifthVersion
      : recorded !== undefined
        ? fourthVersion
        : thirdVersion;
  for (const byte of [...magic, version]) writer.byte(byte);
  writer.text(modelVersion);
  for (const count of [rows, dropped.missing_time, dropped.missing_values, dropped.duplicate_time])
    writer.varint(count);
  const parts = [measurement ?? undefined, quality, still, turning, rest, (isLatest || rest) && recorded];
  writer.byte(parts.reduce((flags, part, i) => flags + (part === undefined ? 0 : 2 ** i), 0));
  if (recorded !== undefined) {
    writer.float(recorded.from);
    writer.float(recorded.to);
  }
  if (quality !== undefined) writeQuality(writer, quality);
  if (still !== undefined) writeQualityStillness(writer, still);
  if (turning !== undefined) {
    for (const value of [turning.shared, turning.said, ...(turning.misfits ?? [])]) writer.float(value);
  }
  if (rest !== undefined) {
    writer.varint(rest.sums.length);
    for (const value of [rest.seconds, ...rest.sums]) writer.float(value);
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
  const { modelVersion, rows, dropped, version, flags, recorded } = readSummaryHead(reader);
  if (modelVersion !== model.modelVersion) {
    throw new RangeError(`model_version: expected ${model.modelVersion}, got ${modelVersion}`);
  }
  const quality = (flags & 2) === 0 ? undefined : readQuality(reader, model.channels);
  const still = (flags & 4) === 0 ? undefined : readQualityStillness(reader);
  const turning = (flags & 8) === 0 ? undefined : readSummaryTurning(reader, version === sixthVersion);
  const rest = (flags & 16) === 0 ? undefined : readSummaryAtRest(reader);
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
    ...(rest !== undefined && { rest }),
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

function readSummaryTurning(reader: ByteReader, hasMisfits: boolean): TurningSums {
  const [shared, said] = [reader.float(), reader.float()];
  const misfits = Array.from({ length: hasMisfits ? misfitCount : 0 }, () => reader.float());
  for (const value of [said, ...misfits])
    if (value < 0) throw new RangeError(`turning: expected sums of at least 0, got ${value}`);
  return { shared, said, ...(hasMisfits && { misfits }) };
}

function readSummaryAtRest(reader: ByteReader): RestSums {
  const count = reader.varint();
  const [seconds, ...sums] = Array.from({ length: count === 1 || count === 4 ? count + 1 : 0 }, () => reader.float());
  if (seconds === undefined || seconds < 0) {
    throw new RangeError(`rest: expected one sum or four over at least 0 seconds, got ${count} over ${seconds}`);
  }
  return { seconds, sums };
}

function readSummaryHead(reader: ByteReader): Pick<DeviceSummary, "modelVersion" | "rows" | "dropped" | "recorded"> & {
  readonly version: number;
  readonly flags: number;
} {
  const first = reader.byte();
  let version = firstVersion;
  if (first !== firstVersion) {
    expectByteValue("format version", first, magic[0]!);
    for (const byte of magic.slice(1)) expectByteValue("format version", reader.byte(), byte);
    version = reader.byte();
    if (!(version >= secondVersion && version < sixthVersion)) expectByteValue("format version", version, sixthVersion);
  }
  const modelVersion = reader.text();
  const rows = reader.varint();
  const dropped = {
    missing_time: reader.varint(),
    missing_values: reader.varint(),
    duplicate_time: reader.varint(),
  };
  const flags = version === firstVersion ? 1 : reader.byte();
  const isTimed = version === fourthVersion || (version > fourthVersion && (flags & 32) !== 0);
  if (!isTimed) return { modelVersion, rows, dropped, version, flags };
  const recorded = { from: reader.float(), to: reader.float() };
  if (!(recorded.from >= sinceEpoch.from && recorded.to >= recorded.from && recorded.to <= sinceEpoch.to)) {
    throw new RangeError(
      `recorded: expected ascending times from 1998 to 2103, in seconds since 1970, got ${recorded.from} and ${recorded.to}`,
    );
  }
  return { modelVersion, rows, dropped, version, flags, recorded };
}
