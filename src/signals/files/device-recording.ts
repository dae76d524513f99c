// Defines what the readers for devices' own file formats return, and writes it as a table. Times are on the device's clock;
// lost blocks leave gaps that are not filled.

import { counted } from "../../counted.ts";
import { UserError } from "../../errors.ts";
import type { SourceFile } from "./find-files.ts";
import type { NamingOptions } from "./table-with-names.ts";
import { TableWriter } from "./write-table.ts";

/** Consecutive samples. */
export interface DeviceBlock {
  /** Seconds since 1970. */
  readonly times: Float64Array;
  /** One array per channel. */
  readonly values: readonly Float64Array[];
}

export interface DeviceRecording {
  /** The device, as in "Axivity AX3 39434". */
  readonly device: string;
  /** Names of the channels with their units. */
  readonly channels: readonly string[];
  /** Whether the times are on a local clock rather than in UTC. */
  readonly isLocal: boolean;
  /** The person named in the file, if any; becomes a column that is used only if an option names it. */
  readonly subject?: string | undefined;
  /** Other facts for the user, such as where the device was worn. */
  readonly remarks: readonly string[];
  readonly blocks: AsyncIterable<DeviceBlock>;
  /** Counts of what was left out; complete only after the last block. */
  readonly faults: DeviceFaults;
}

/** Counts unreadable parts by reason, and records where each reason first occurred. */
export class DeviceFaults {
  readonly #found = new Map<string, { count: number; first: string }>();

  add(reason: string, place: string): void {
    const known = this.#found.get(reason);
    if (known === undefined) this.#found.set(reason, { count: 1, first: place });
    else known.count++;
  }

  /** Returns texts such as "3 blocks with a wrong checksum (first at byte 1536)". */
  texts(noun: string): string[] {
    return [...this.#found].map(([reason, { count, first }]) => {
      const where = count === 1 ? first : `first ${first}`;
      return `${counted(count, noun)} ${reason} (${where})`;
    });
  }
}

/** Number of samples to collect before they are written as a part of the table. */
const partRows = 2 ** 16;

/** @param noun the format's word for a block of samples @throws UserError if there are no samples */
export async function deviceRecordingTable(
  file: SourceFile,
  noun: string,
  { device, channels, isLocal, subject, remarks, blocks, faults }: DeviceRecording,
  { scratch, warn }: NamingOptions,
): Promise<SourceFile> {
  const out = scratch.file("device.parquet");
  const time = isLocal
    ? ({ name: "time", type: "timestamp" } as const)
    : ({ name: "timestamp_s", type: "double" } as const);
  const texts = { device, ...(subject === undefined ? {} : { subject_code: subject }) };
  const columns = [
    time,
    ...channels.map((name) => ({ name, type: "double" }) as const),
    ...Object.keys(texts).map((name) => ({ name, type: "string" }) as const),
  ];
  const writer = await TableWriter.open(out, columns);
  let rows = 0;
  try {
    let part: DeviceBlock[] = [];
    let partLength = 0;
    const flush = async (): Promise<void> => {
      if (partLength === 0) return;
      const joined = [
        joinDeviceRecordingArrays(part.map(({ times }) => times)),
        ...channels.map((_, c) => joinDeviceRecordingArrays(part.map(({ values }) => values[c]!))),
      ];
      const constant = Object.values(texts).map((text) => new Array<string>(partLength).fill(text));
      await writer.append(
        columns.map((column, c) => ({ ...column, values: joined[c] ?? constant[c - joined.length]! })),
      );
      [part, partLength, rows] = [[], 0, rows + partLength];
    };
    for await (const block of blocks) {
      part.push(block);
      partLength += block.times.length;
      if (partLength >= partRows) await flush();
    }
    await flush();
    if (rows > 0) await writer.finish();
  } finally {
    await writer.close();
  }
  const leftOut = faults.texts(noun);
  if (rows === 0) {
    const why = leftOut.length === 0 ? "" : `: ${leftOut.join("; ")}`;
    throw new UserError(`${file.path}: this file of ${device} has no samples that can be read${why}.`, {
      advice: "Download the file from the device again, or leave it out.",
    });
  }
  if (leftOut.length > 0) warn(`${file.path}: left out, which leaves gaps: ${leftOut.join("; ")}.`);
  const about = [
    ...remarks,
    ...(subject === undefined
      ? []
      : [`subject code ${JSON.stringify(subject)}, which --group subject_code uses as the person`]),
  ];
  if (about.length > 0) warn(`${file.path}: recorded by ${device}; ${about.join("; ")}.`);
  return { ...file, format: "parquet", stored: out };
}

function joinDeviceRecordingArrays(arrays: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    joined.set(array, at);
    at += array.length;
  }
  return joined;
}
