// Reads ActiGraph's .gt3x files, a format published by ActiGraph (github.com/actigraph/GT3X-File-Format): a zip archive with
// info.txt and log.bin. Each activity record in the log contains one second of samples. Seconds without a record, such as those
// in idle sleep mode, are gaps. Records from the second sensor of a GT9X are left out.

import { readFile } from "node:fs/promises";
import { UserError } from "../../errors.ts";
import { type DeviceBlock, DeviceFaults, type DeviceRecording } from "./device-recording.ts";
import type { ScratchFolder } from "./scratch-folder.ts";
import { unzipEntry, unzipEntryInChunks, type ZipEntry } from "./unzip.ts";

export function isActigraph(entries: readonly ZipEntry[]): boolean {
  return (
    entries.some(({ name }) => name === "info.txt") && entries.some(({ name }) => /^(log|activity)\.bin$/.test(name))
  );
}

/** @param path the path as given by the user @param stored where the content is stored */
export async function actigraphRecording(
  path: string,
  stored: string,
  entries: readonly ZipEntry[],
  scratch: ScratchFolder,
): Promise<DeviceRecording> {
  const textOf = async (name: string): Promise<string | undefined> => {
    const entry = entries.find((other) => other.name === name);
    if (entry === undefined) return undefined;
    const out = scratch.file(name);
    await unzipEntry(stored, entry, out);
    return (await readFile(out, "utf8")).replace(/^\ufeff/, "");
  };
  const info = new Map(
    [...((await textOf("info.txt")) ?? "").matchAll(/^([^:\r\n]+): *(.*?)\r?$/gm)].map(([, key, value]) => [
      key!.trim(),
      value!,
    ]),
  );
  const serial = info.get("Serial Number") ?? "without a serial number";
  const log = entries.find(({ name }) => name === "log.bin");
  const otherwise = (what: string): UserError =>
    new UserError(`${path}: this .gt3x file ${what}.`, {
      advice: "Export the file as a RAW .csv with ActiLife or CentrePoint, and use the new file.",
    });
  if (log === undefined || entries.some(({ name }) => name === "activity.bin"))
    throw otherwise("is in the format of firmware 2.5 and earlier, which is not supported");
  const calibration = await textOf("calibration.json");
  if (calibration !== undefined && /"isCalibrated"\s*:\s*false/i.test(calibration))
    throw otherwise("contains values that are not yet calibrated");
  const rateHz = Number(info.get("Sample Rate"));
  if (!(rateHz >= 1 && rateHz <= 1000)) throw otherwise("gives no sample rate in its info.txt");
  const faults = new DeviceFaults();
  const subject = info.get("Subject Name")?.trim();
  const place = ["Side", "Limb"].flatMap((key) => info.get(key)?.trim() || []).join(" ");
  const zone = info.get("TimeZone")?.trim();
  return {
    device: `ActiGraph ${serial}`,
    channels: ["x", "y", "z"].map((axis) => `acc_${axis} (g)`),
    isLocal: true,
    subject: subject === "" ? undefined : subject,
    remarks: [
      ...(place === "" ? [] : [`body location ${JSON.stringify(place)}`]),
      ...(zone === undefined || zone === "" ? [] : [`times are local, ${zone} from UTC`]),
    ],
    blocks: actigraphBlocks(unzipEntryInChunks(stored, log), {
      rateHz,
      scale: actigraphScale(info.get("Acceleration Scale"), serial),
      turned: /^MOS/.test(serial) && info.get("Firmware")?.trim() === "1.6.0",
      faults,
    }),
    faults,
  };
}

/** Counts per g, which a parameters record may override. */
function actigraphScale(stated: string | undefined, serial: string): number {
  const scale = Number(stated?.replace(",", "."));
  if (scale > 0) return scale;
  return /^(NEO|CLE)/.test(serial) ? 341 : 256;
}

const mark = 0x1e;
const headerBytes = 8;
const recordTypes = { activity: 0, parameters: 21, activity2: 26 } as const;

interface LogOptions {
  readonly rateHz: number;
  readonly scale: number;
  /** Whether the firmware swapped the axes, as ActiGraph documents for the wGT3X-BT with firmware 1.6.0. */
  readonly turned: boolean;
  readonly faults: DeviceFaults;
}

async function* actigraphBlocks(chunks: AsyncIterable<Uint8Array>, options: LogOptions): AsyncGenerator<DeviceBlock> {
  let { scale } = options;
  for await (const { type, seconds, payload, place } of actigraphRecords(chunks, options.faults)) {
    if (type === recordTypes.parameters) scale = actigraphScaleInParameters(payload) ?? scale;
    // A single-byte record marks a USB connection.
    if ((type !== recordTypes.activity && type !== recordTypes.activity2) || payload.length <= 1) continue;
    const samples = Math.floor(type === recordTypes.activity ? (2 * payload.length) / 9 : payload.length / 6);
    if (samples > options.rateHz) {
      options.faults.add("with more samples than one second can contain", place);
      continue;
    }
    const values = [0, 1, 2].map(() => new Float64Array(samples));
    for (let i = 0; i < samples; i++) {
      const counts =
        type === recordTypes.activity
          ? unpackActigraphCounts(payload, i)
          : [0, 1, 2].map((axis) => payload.readInt16LE(6 * i + 2 * axis));
      const [x, y, z] = counts as [number, number, number];
      for (const [axis, count] of (options.turned ? [y, -x, z] : [x, y, z]).entries()) values[axis]![i] = count / scale;
    }
    yield { times: Float64Array.from({ length: samples }, (_, i) => seconds + i / options.rateHz), values };
  }
}

/** Unpacks 12-bit values in the order y, x, z, most significant bit first. */
function unpackActigraphCounts(payload: Buffer, sample: number): number[] {
  const [y, x, z] = [0, 1, 2].map((axis) => {
    const bit = 36 * sample + 12 * axis;
    const pair = payload.readUInt16BE(Math.min(bit >> 3, payload.length - 2));
    const bits = bit % 8 === 0 ? pair >> 4 : pair & 0xfff;
    return (bits << 20) >> 20;
  });
  return [x!, y!, z!];
}

const accelerationScale = 55;

function actigraphScaleInParameters(payload: Buffer): number | undefined {
  for (let at = 0; at + 8 <= payload.length; at += 8) {
    if (payload.readUInt16LE(at) !== 0 || payload.readUInt16LE(at + 2) !== accelerationScale) continue;
    const scale = (payload.readIntLE(at + 4, 3) / 2 ** 23) * 2 ** payload.readInt8(at + 7);
    return scale > 0 && Number.isFinite(scale) ? scale : undefined;
  }
  return undefined;
}

interface LogRecord {
  readonly type: number;
  /** Time of the record in seconds since 1970, on the local clock. */
  readonly seconds: number;
  readonly payload: Buffer;
  readonly place: string;
}

async function* actigraphRecords(chunks: AsyncIterable<Uint8Array>, faults: DeviceFaults): AsyncGenerator<LogRecord> {
  let bytes = Buffer.alloc(0);
  let start = 0;
  const placeOf = (at: number): string => `at byte ${(start + at).toLocaleString("en")} of log.bin`;
  for await (const chunk of chunks) {
    bytes = Buffer.concat([bytes, chunk]);
    let at = 0;
    for (; at + headerBytes < bytes.length; ) {
      if (bytes[at] !== mark) {
        if (bytes[at] !== 0) faults.add("of bytes between records", placeOf(at));
        at = nextActigraphRecord(bytes, at);
        continue;
      }
      const size = bytes.readUInt16LE(at + 6);
      const end = at + headerBytes + size;
      if (end >= bytes.length) break;
      if (actigraphChecksum(bytes.subarray(at, end)) === bytes[end]) {
        const payload = bytes.subarray(at + headerBytes, end);
        yield { type: bytes[at + 1]!, seconds: bytes.readUInt32LE(at + 2), payload, place: placeOf(at) };
        at = end + 1;
      } else {
        faults.add("with a wrong checksum", placeOf(at));
        // If the size is correct, another record follows; otherwise, the size itself is damaged.
        at = bytes[end + 1] === mark ? end + 1 : nextActigraphRecord(bytes, at + 1);
      }
    }
    start += at;
    bytes = bytes.subarray(at);
  }
  if (bytes.some((byte) => byte !== 0)) faults.add("cut off at the end of the file", placeOf(0));
}

function nextActigraphRecord(bytes: Buffer, from: number): number {
  const found = bytes.indexOf(mark, from);
  return found < 0 ? bytes.length : found;
}

function actigraphChecksum(bytes: Buffer): number {
  let sum = 0;
  for (const byte of bytes) sum ^= byte;
  return ~sum & 0xff;
}
