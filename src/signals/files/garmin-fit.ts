// Reads the accelerometer and gyroscope messages of .fit files: a header, then records that each contain either the definition
// or the values of a message, then a checksum. Message and field numbers are those listed by fitparse and fitdecode. Garmin's
// own SDK is not used, because its licence does not allow redistribution. Values in counts are left out, because they would
// have to be calibrated first.

import { readFile, stat } from "node:fs/promises";
import { UserError } from "../../errors.ts";
import { type DeviceBlock, DeviceFaults, type DeviceRecording } from "./device-recording.ts";

const largestFile = 2 ** 28;
/** Seconds from 1970 to 1989-12-31, when the clock of .fit files begins. */
const fitEpoch = 631_065_600;
const messages = { accelerometer: 165, gyroscope: 164 } as const;

export function isGarminFit(head: Uint8Array): boolean {
  return (
    head.length >= 12 && (head[0] === 12 || head[0] === 14) && Buffer.from(head.subarray(8, 12)).toString() === ".FIT"
  );
}

/** @param path the path as given by the user @param stored where the content is stored */
export async function garminFitRecording(path: string, stored: string): Promise<DeviceRecording> {
  const { size } = await stat(stored);
  if (size > largestFile)
    throw brokenGarminFit(path, `has ${size.toLocaleString("en")} bytes, more than any recording needs`);
  const bytes = await readFile(stored);
  const end = bytes[0]! + bytes.readUInt32LE(4);
  const faults = new DeviceFaults();
  if (bytes.length < end + 2)
    faults.add("cut off at the end of the file", `at byte ${bytes.length.toLocaleString("en")}`);
  else if (garminFitCrc(bytes.subarray(0, end)) !== bytes.readUInt16LE(end))
    throw brokenGarminFit(path, "has a wrong checksum");
  const accelerations: DeviceBlock[] = [];
  const turns = new Map<number, DeviceBlock>();
  for (const message of garminFitMessages(path, bytes, Math.min(end, bytes.length))) {
    const place = `at byte ${message.at.toLocaleString("en")}`;
    const block = garminFitBlock(message);
    if (typeof block === "string") faults.add(block, place);
    else if (message.number === messages.accelerometer) accelerations.push(block);
    else turns.set(block.times[0]!, block);
  }
  const isTurned =
    turns.size > 0 && accelerations.every((block) => haveSameGarminTimes(block, turns.get(block.times[0]!)));
  return {
    device: "a watch or bicycle computer that writes .fit",
    channels: [
      ...["x", "y", "z"].map((axis) => `acc_${axis} (g)`),
      ...(isTurned ? ["x", "y", "z"].map((axis) => `gyro_${axis} (deg/s)`) : []),
    ],
    isLocal: false,
    remarks:
      turns.size > 0 && !isTurned
        ? ["its gyroscope is not read, because its times differ from the accelerometer's"]
        : [],
    blocks: (async function* () {
      for (const block of accelerations)
        yield isTurned ? { ...block, values: [...block.values, ...turns.get(block.times[0]!)!.values] } : block;
    })(),
    faults,
  };
}

function haveSameGarminTimes(block: DeviceBlock, other: DeviceBlock | undefined): boolean {
  return other?.times.length === block.times.length && block.times.every((time, i) => time === other.times[i]);
}

function brokenGarminFit(path: string, reason: string): UserError {
  return new UserError(`${path}: this .fit file ${reason}.`, { advice: "Copy or export the file again." });
}

interface MessageDefinition {
  readonly number: number;
  readonly bigEndian: boolean;
  readonly fields: readonly { readonly field: number; readonly bytes: number; readonly type: number }[];
  readonly bytes: number;
}

interface Message extends MessageDefinition {
  readonly at: number;
  readonly content: Buffer;
}

/** Yields the messages from the two sensors. @throws UserError if a record has no definition */
function* garminFitMessages(path: string, bytes: Buffer, end: number): Generator<Message> {
  const definitions = new Map<number, MessageDefinition>();
  for (let at = bytes[0]!; at < end; ) {
    const header = bytes[at]!;
    if ((header & 0xc0) === 0x40) {
      const count = at + 6 <= end ? bytes[at + 5]! : 0;
      const own = at + 6 + 3 * count;
      const developed = (header & 0x20) === 0 ? 0 : 1 + 3 * (own < end ? bytes[own]! : 0);
      if (own + developed > end) return;
      const bigEndian = bytes[at + 2] === 1;
      const entry = (from: number) => ({ field: bytes[from]!, bytes: bytes[from + 1]!, type: bytes[from + 2]! });
      const fields = Array.from({ length: count }, (_, i) => entry(at + 6 + 3 * i));
      const others = Array.from({ length: Math.max(0, (developed - 1) / 3) }, (_, i) => entry(own + 1 + 3 * i));
      definitions.set(header & 0x0f, {
        number: bigEndian ? bytes.readUInt16BE(at + 3) : bytes.readUInt16LE(at + 3),
        bigEndian,
        fields,
        bytes: [...fields, ...others].reduce((sum, { bytes: own }) => sum + own, 0),
      });
      at = own + developed;
      continue;
    }
    const definition = definitions.get((header & 0x80) === 0 ? header & 0x0f : (header >> 5) & 0x03);
    if (definition === undefined)
      throw brokenGarminFit(path, `is damaged: the record at byte ${at.toLocaleString("en")} has no definition`);
    const next = at + 1 + definition.bytes;
    if (next > end) return;
    const { number } = definition;
    if (number === messages.accelerometer || number === messages.gyroscope)
      yield { ...definition, at, content: bytes.subarray(at + 1, next) };
    at = next;
  }
}

/** Field numbers, which are the same in both kinds of messages; only the accelerometer has compressed values. */
const fieldOf = { timestamp: 253, milliseconds: 0, offsets: 1, calibrated: 5, compressed: 8 } as const;

/** Returns a message's samples, or the reason why they cannot be read. */
function garminFitBlock(message: Message): DeviceBlock | string {
  const [seconds] = garminFitValues(message, fieldOf.timestamp);
  const [milliseconds = 0] = garminFitValues(message, fieldOf.milliseconds);
  if (seconds === undefined || Number.isNaN(seconds)) return "without a time";
  const start = fitEpoch + seconds + milliseconds / 1000;
  const offsets = garminFitValues(message, fieldOf.offsets);
  const axesFrom = (field: number): number[][] => [0, 1, 2].map((axis) => garminFitValues(message, field + axis));
  const calibrated = axesFrom(fieldOf.calibrated);
  const compressed = message.number === messages.accelerometer ? axesFrom(fieldOf.compressed) : [[], [], []];
  const values = calibrated[0]!.length > 0 ? calibrated : compressed.map((axis) => axis.map((value) => value / 1000));
  const samples = Math.min(offsets.length, ...values.map(({ length }) => length));
  if (samples === 0) return "without calibrated values";
  return {
    times: Float64Array.from({ length: samples }, (_, i) => start + offsets[i]! / 1000),
    values: values.map((axis) => Float64Array.from(axis.slice(0, samples))),
  };
}

/** Returns the values of a field; "invalid" values become NaN, and are omitted at the end, where they merely pad the array. */
function garminFitValues({ fields, content, bigEndian }: Message, wanted: number): number[] {
  let at = 0;
  for (const { field, bytes, type } of fields) {
    if (field !== wanted) {
      at += bytes;
      continue;
    }
    const size = [0x83, 0x84].includes(type) ? 2 : [0x85, 0x86, 0x88].includes(type) ? 4 : 0;
    if (size === 0) return [];
    const values = Array.from({ length: Math.floor(bytes / size) }, (_, i) => {
      const own = Buffer.from(content.subarray(at + size * i, at + size * (i + 1)));
      if (bigEndian) own.reverse();
      if (type === 0x88) return own.readFloatLE(0);
      const value = type === 0x83 || type === 0x85 ? own.readIntLE(0, size) : own.readUIntLE(0, size);
      const invalid = type === 0x83 || type === 0x85 ? 2 ** (8 * size - 1) - 1 : 2 ** (8 * size) - 1;
      return value === invalid ? Number.NaN : value;
    });
    while (values.length > 0 && Number.isNaN(values.at(-1))) values.pop();
    return values;
  }
  return [];
}

function garminFitCrc(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >> 1 : (crc >> 1) ^ 0xa001;
  }
  return crc;
}
