// Reads Axivity's .cwa files (AX3: packed or unpacked, AX6: with or without a gyroscope), a format published by Open Movement
// (Docs/ax3/ax3-technical.md and cwa.h): a 1,024-byte header, then 512-byte blocks, each with a checksum, a sequence number and
// a time. Magnetometer values are left out.

import { open } from "node:fs/promises";
import { UserError } from "../../errors.ts";
import { DeviceFaults, type DeviceRecording } from "./device-recording.ts";
import { fileBytes } from "./file-bytes.ts";
import { type AnchoredBlock, timedBlocks } from "./timed-blocks.ts";

const sector = 512;
const headerBytes = 1024;
/** Number of sectors to read at once. */
const sectorsAtOnce = 256;

export function isAxivity(head: Uint8Array): boolean {
  return head[0] === 0x4d && head[1] === 0x44 && head[2]! + 256 * head[3]! >= 508 && head[3]! <= 4;
}

/** @param path the path as given by the user @param stored where the content is stored */
export async function axivityRecording(path: string, stored: string): Promise<DeviceRecording> {
  const header = Buffer.from(await fileBytes(stored, 0, headerBytes));
  const first = Buffer.from(await fileBytes(stored, headerBytes, sector));
  if (header.length < headerBytes || first.length < sector) {
    throw new UserError(
      `${path}: this Axivity file ends after ${header.length + first.length} bytes, before the first block.`,
      {
        advice: "Download the file from the device again.",
      },
    );
  }
  const faults = new DeviceFaults();
  const format = await axivityFormat(stored, first);
  const upper = header.readUInt16LE(11);
  const id = header.readUInt16LE(5) + (upper === 0xffff ? 0 : upper * 2 ** 16);
  const facts = new URLSearchParams(header.toString("latin1", 64, sector).replace(/[\x20\0\u00ff]+$/g, ""));
  const place = facts.get("_p");
  return {
    device: `Axivity ${header[4] === 0x64 ? "AX6" : "AX3"} ${id}`,
    channels: [
      ...["x", "y", "z"].map((axis) => `acc_${axis} (g)`),
      ...(format.axes >= 6 ? ["x", "y", "z"].map((axis) => `gyro_${axis} (deg/s)`) : []),
    ],
    isLocal: true,
    subject: facts.get("_sc") || undefined,
    remarks: place === null || place === "" ? [] : [`body location ${JSON.stringify(place)}`],
    blocks: timedBlocks(wholeAxivityBlocks(stored, format, faults)),
    faults,
  };
}

/** Properties shared by all blocks of a file. */
interface Format {
  readonly axes: number;
  /** Bytes per value; 0 if three values are packed into four bytes. */
  readonly valueBytes: number;
  readonly rateHz: number;
}

/** Reads the format from the first complete block. */
async function axivityFormat(stored: string, first: Buffer): Promise<Format> {
  for (let from = headerBytes, block = first; block.length === sector; from += sector) {
    if (axivityBlockFault(block) === undefined) return axivityBlockFormat(block);
    block = Buffer.from(await fileBytes(stored, from + sector, sector));
  }
  return axivityBlockFormat(first);
}

function axivityBlockFormat(block: Buffer): Format {
  return { axes: block[25]! >> 4, valueBytes: block[25]! & 0x0f, rateHz: 3200 / 2 ** (15 - (block[24]! & 0x0f)) };
}

async function* wholeAxivityBlocks(
  stored: string,
  format: Format,
  faults: DeviceFaults,
): AsyncGenerator<AnchoredBlock> {
  const file = await open(stored);
  try {
    const bytes = Buffer.alloc(sector * sectorsAtOnce);
    for (let from = headerBytes; ; from += bytes.length) {
      const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
      for (let at = 0; at < bytesRead; at += sector) {
        const place = `at byte ${(from + at).toLocaleString("en")}`;
        const block = bytes.subarray(at, Math.min(at + sector, bytesRead));
        if (isUnusedAxivityBlock(block)) continue;
        const fault = axivityBlockFault(block) ?? axivityFormatFault(block, format);
        if (fault === undefined) yield decodeAxivityBlock(block, format);
        else faults.add(fault, place);
      }
      if (bytesRead < bytes.length) return;
    }
  } finally {
    await file.close();
  }
}

/**
 * Whether a block is unused. The device reserves space for a file before it records, so unused blocks may follow at the end.
 */
function isUnusedAxivityBlock(block: Buffer): boolean {
  return block.length === sector && (block.every((byte) => byte === 0xff) || block.every((byte) => byte === 0));
}

function axivityBlockFault(block: Buffer): string | undefined {
  if (block.length < sector) return "cut off at the end of the file";
  if (block.readUInt16LE(0) !== 0x5841 || block.readUInt16LE(2) !== 508) return "without the marker of a block";
  let sum = 0;
  for (let i = 0; i < sector; i += 2) sum += block.readUInt16LE(i);
  if ((sum & 0xffff) !== 0) return "with a wrong checksum";
  return Number.isNaN(axivitySeconds(block.readUInt32LE(14))) ? "without a time" : undefined;
}

function axivityFormatFault(block: Buffer, format: Format): string | undefined {
  const { axes, valueBytes, rateHz } = axivityBlockFormat(block);
  if (axes !== format.axes || valueBytes !== format.valueBytes)
    return "with sensors that differ from the first block's";
  if (rateHz !== format.rateHz) return "with a rate that differs from the first block's";
  const known =
    (axes === 3 && (valueBytes === 0 || valueBytes === 2)) || ((axes === 6 || axes === 9) && valueBytes === 2);
  if (!known) return "in an unknown packing";
  const bytes = block.readUInt16LE(28) * (valueBytes === 0 ? 4 : axes * valueBytes);
  return bytes > 0 && bytes <= 480 ? undefined : "with an impossible number of samples";
}

/** Unpacks a date and time: six bits for the year since 2000, then month, day, hour, minute and second. */
function axivitySeconds(packed: number): number {
  const [year, month, day] = [2000 + (packed >>> 26), (packed >>> 22) & 0x0f, (packed >>> 17) & 0x1f];
  const [hour, minute, second] = [(packed >>> 12) & 0x1f, (packed >>> 6) & 0x3f, packed & 0x3f];
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return Number.NaN;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

function decodeAxivityBlock(block: Buffer, { axes, valueBytes, rateHz }: Format): AnchoredBlock {
  const fractional = block.readUInt16LE(4);
  // If a file has fractional seconds, its sample numbers are shifted by that fraction at the nominal rate, for the sake of
  // older readers.
  const fraction = (fractional & 0x8000) === 0 ? 0 : (fractional & 0x7fff) / 2 ** 15;
  const sample = block.readInt16LE(26) + Math.floor(fraction * Math.floor(rateHz));
  const samples = block.readUInt16LE(28);
  const scales = block.readUInt16LE(18) >> 10;
  const unitG = 1 / 2 ** (8 + (scales >> 3));
  const gyroRange = (scales & 0x07) === 0 ? 2000 : 8000 / 2 ** (scales & 0x07);
  const values = Array.from({ length: axes >= 6 ? 6 : 3 }, () => new Float64Array(samples));
  for (let i = 0; i < samples; i++) {
    if (valueBytes === 0) {
      const packed = block.readUInt32LE(30 + 4 * i);
      const exponent = packed >>> 30;
      for (let axis = 0; axis < 3; axis++)
        values[axis]![i] = (((packed >>> (10 * axis)) << 22) >> 22) * 2 ** exponent * unitG;
      continue;
    }
    const at = 30 + 2 * axes * i;
    const accelerometer = axes >= 6 ? at + 6 : at;
    for (let axis = 0; axis < 3; axis++) {
      values[axis]![i] = block.readInt16LE(accelerometer + 2 * axis) * unitG;
      if (axes >= 6) values[3 + axis]![i] = (block.readInt16LE(at + 2 * axis) * gyroRange) / 2 ** 15;
    }
  }
  const anchor = { seconds: axivitySeconds(block.readUInt32LE(14)) + fraction, sample };
  return {
    anchor,
    values,
    rateHz,
    sequence: block.readUInt32LE(10),
    session: block.readUInt32LE(6),
  };
}
