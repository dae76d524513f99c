// Examines the first bytes of a file before DuckDB does, and identifies formats other than text and Parquet.

import { stat } from "node:fs/promises";
import { constants, gunzipSync } from "node:zlib";
import { UserError } from "../../errors.ts";
import { listedNames } from "../../listed-names.ts";
import { shellCommand } from "../../shell-words.ts";
import { fileBytes } from "./file-bytes.ts";
import type { SourceFile } from "./find-files.ts";
import { refuseDeepParquet } from "./refuse-deep-parquet.ts";
import { refuseColumnsOverLimit } from "./table-limits.ts";
import type { ZipEntry } from "./unzip.ts";

const headBytes = 4096;
/** Maximum length of the header line, in bytes. */
const firstLineBytes = 2 ** 20;

interface Kind {
  readonly is: string;
  readonly advice: string;
}

/** @param encoding iconv's name for the encoding; UTF-16 if the text begins with its byte-order mark */
function otherFormatUtf16(encoding: "UTF-16" | "UTF-16BE" | "UTF-16LE"): Kind {
  return { is: "UTF-16 text", advice: `Save the file as UTF-8: iconv -f ${encoding} -t UTF-8 FILE > utf8.csv` };
}

/**
 * @throws UserError if the bytes of a local file indicate a format other than that of its name, or if a Parquet file is damaged
 */
export async function refuseOtherFormats({ path, format, remote, stored = path }: SourceFile): Promise<void> {
  if (remote) return;
  if (format === "parquet") {
    if (await isCompleteFormat(path, stored)) await refuseDeepParquet(path, stored);
    return;
  }
  const gzipped = /\.gz$/i.test(stored);
  const head = await fileBytes(stored, 0, headBytes);
  const kind = gzipped
    ? otherFormatOfText(headOfOtherFormat(head))
    : (otherFormatOfFile(head) ?? otherFormatOfText(head));
  if (kind === undefined && !gzipped && endOfFormatLine(head) < 0 && head.length === headBytes) {
    refuseFormatWithoutHeader(path, await fileBytes(stored, 0, firstLineBytes));
  }
  if (kind === undefined) return;
  throw new UserError(`${path}: expected a CSV or TSV table, found ${kind.is}.`, { advice: kind.advice });
}

/** The bytes PAR1, found at both ends of a Parquet file. */
const parquetMark = [0x50, 0x41, 0x52, 0x31] as const;

/**
 * Whether a file has the Parquet markers at both ends; if the marker at the start is missing, an error is reported when the
 * file is read.
 * @throws UserError if only the marker at the end is missing
 */
async function isCompleteFormat(path: string, stored: string): Promise<boolean> {
  const { size } = await stat(stored);
  const isMark = (bytes: Uint8Array): boolean => parquetMark.every((byte, i) => bytes[i] === byte);
  const length = parquetMark.length;
  if (!isMark(await fileBytes(stored, 0, length))) return false;
  if (isMark(await fileBytes(stored, Math.max(0, size - length), length))) return true;
  throw new UserError(`${path}: this Parquet file is cut off or damaged, because the marker at its end is missing.`, {
    advice: "Copy or export the file again; check whether the program that writes it has finished.",
  });
}

/** Returns the index of the first line feed or carriage return; -1 if there is none. */
function endOfFormatLine(bytes: Uint8Array): number {
  return bytes.findIndex((byte) => byte === 10 || byte === 13);
}

/** Rejects a file whose first line is too long or has too many values; DuckDB would spend minutes looking for a table. */
function refuseFormatWithoutHeader(path: string, head: Uint8Array): void {
  const end = endOfFormatLine(head);
  if (end < 0 && head.length === firstLineBytes) {
    throw new UserError(`${path}: the first line is longer than ${firstLineBytes.toLocaleString("en")} bytes.`, {
      advice: "Check that the file is a CSV or TSV table, with the column names in its first line.",
    });
  }
  const counts = new Uint32Array(256);
  for (const byte of end < 0 ? head : head.subarray(0, end)) counts[byte]! += 1;
  refuseColumnsOverLimit(path, 1 + Math.max(...[..."\t,;|"].map((mark) => counts[mark.charCodeAt(0)]!)));
}

/** Decompresses the readable start of a gzip file; empty if the file is damaged. */
export function headOfOtherFormat(head: Uint8Array): Uint8Array {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array();
  }
}

function otherFormatOfFile(head: Uint8Array): Kind | undefined {
  const startsWith = (...bytes: number[]): boolean => bytes.every((byte, i) => head[i] === byte);
  if (startsWith(...parquetMark)) {
    return { is: "a Parquet file", advice: "Rename the file so that its name ends in .parquet." };
  }
  if (startsWith(0x1f, 0x8b)) return { is: "a gzip file", advice: "Rename the file so that its name ends in .csv.gz." };
  if (startsWith(0xd0, 0xcf, 0x11, 0xe0)) {
    return {
      is: "an old Excel workbook (.xls), or one with a password",
      advice: 'Save it without a password as an Excel workbook (.xlsx) or as "CSV UTF-8", and use the new file.',
    };
  }
  return undefined;
}

function otherFormatOfText(head: Uint8Array): Kind | undefined {
  const marked = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  if (marked) return otherFormatUtf16("UTF-16");
  const text = new TextDecoder().decode(head.subarray(0, 4096)).trimStart();
  if (/^<[\s\S]*<ANNOTATION_DOCUMENT/.test(text) || text.startsWith('File type = "ooTextFile"')) {
    return {
      is: "labels of ELAN or Praat",
      advice:
        "Export them as a table with label, start and end (in ELAN: File, Export As, Tab-delimited Text), and add it to the recordings with --labels.",
    };
  }
  if (text.startsWith("<")) {
    const [, tracks] = /<(HealthData|gpx|TrainingCenterDatabase|kml)\b/.exec(text) ?? [];
    if (tracks !== undefined) {
      return {
        is: tracks === "HealthData" ? "the XML export of Apple Health" : "a track of positions",
        advice:
          "It contains no accelerations. Record these with an app that exports the raw values of sensors, as in docs/devices.md.",
      };
    }
    return {
      is: "an HTML or XML document",
      advice: "Download the table itself, or export it as CSV in UTF-8.",
    };
  }
  if (/^PathFileType\s/.test(text))
    return {
      is: "positions of markers in a motion capture (.trc)",
      advice: "It contains no accelerations. Export the inertial sensors, if the capture has any.",
    };
  if (/^Type,Local Number,Message,Field 1,/.test(text))
    return { is: "a .fit file converted by FitCSVTool", advice: "Use the .fit file itself, which can be read." };
  if (text.startsWith("version https://git-lfs"))
    return { is: "a Git LFS pointer in place of the file", advice: "Fetch the file with git lfs pull." };
  const zeros: [number, number] = [0, 0];
  for (const [i, byte] of head.entries()) if (byte === 0) zeros[i % 2 === 0 ? 0 : 1] += 1;
  const [even, odd] = zeros;
  if (even + odd === 0) return undefined;
  // In UTF-16, every second byte of Latin text is zero.
  if (Math.max(even, odd) > head.length / 4 && Math.min(even, odd) < head.length / 100) {
    return otherFormatUtf16(even > odd ? "UTF-16BE" : "UTF-16LE");
  }
  return { is: "binary data with NUL bytes", advice: "Export the file as CSV in UTF-8, or as Parquet." };
}

/**
 * Rejects a file that has the extension of a workbook or of a device's format but was not recognised as one, unless it is text,
 * which is read whatever its extension.
 */
export function refuseDamagedOtherFormat(path: string, head: Uint8Array): void {
  const extension = /\.(xlsx|xlsm|cwa|gt3x|fit)(?=(\.gz)?$)/i.exec(path)?.[0];
  const isMarked = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  const text = new TextDecoder("utf-8").decode(head, { stream: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters show that the file is not text.
  if (extension === undefined || isMarked || !/[\x00-\x08\x0e-\x1f\ufffd]/.test(text)) return;
  throw new UserError(
    `${path}: this file is damaged, or is not a ${extension.toLowerCase()} file, although its name suggests it.`,
    {
      advice: "Copy or export the file again.",
    },
  );
}

const lineProtocol = /^[^\s,=#]+(,[^\s,=]+=[^\s,]+)* [^\s,=]+=[^\s,]+(,[^\s,=]+=("[^"]*"|[^\s,]+))* \d{10,19}$/;
const pivot = '|> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")';

/**
 * Rejects line protocol, and tables with one value per row, which InfluxDB writes unless a query puts the values of one time
 * into one row.
 */
export function refuseInfluxFormat(path: string, text: string): void {
  const lines = text.split(/\r\n|\n|\r/).slice(0, 10);
  const header = lines.find((line) => !line.startsWith("#")) ?? "";
  const isLineProtocol = lineProtocol.test(header.trim());
  const isLong = /(^|,)_field(,|$)/.test(header) && /(^|,)_value(,|$)/.test(header);
  if (!isLineProtocol && !isLong) return;
  const is = isLineProtocol ? "InfluxDB's line protocol" : "a query result of InfluxDB with one value per row";
  throw new UserError(`${path}: expected a table with a column per axis, found ${is}.`, {
    advice: `End the query with ${pivot}, and export its result as CSV.`,
  });
}

/** Rejects a tar archive, whose marker follows the name and the numeric fields of its first file. */
export function refuseTarFormat(path: string, head: Uint8Array): void {
  if (new TextDecoder("latin1").decode(head.subarray(257, 262)) !== "ustar") return;
  throw new UserError(`${path}: expected a table, found a tar archive.`, {
    advice: `Unpack it with ${shellCommand("tar", "-xf", path)}, and pass the files with recordings.`,
  });
}

/** Rejects archives of NumPy arrays, and spreadsheets of unsupported kinds, which are archives too. */
export function refuseOtherArchiveFormats(path: string, entries: readonly ZipEntry[]): void {
  if (entries.length > 0 && entries.every(({ name }) => /\.npy$/i.test(name))) {
    const arrays = entries.map(({ name }) => name.replace(/\.npy$/i, ""));
    const code = `import numpy; numpy.savetxt("recording.csv", numpy.load(${JSON.stringify(path)})[${JSON.stringify(arrays[0])}], delimiter=",")`;
    throw new UserError(`${path}: expected a table, found NumPy arrays (.npz): ${listedNames(arrays)}.`, {
      advice: `Write each array as text, and name its columns with --columns: ${shellCommand("python3", "-c", code)}`,
    });
  }
  const has = (name: string): boolean => entries.some((entry) => entry.name === name);
  const is = has("xl/workbook.bin")
    ? "a binary Excel workbook (.xlsb)"
    : has("content.xml")
      ? "an OpenDocument file (.ods)"
      : has("Index/Document.iwa")
        ? "an Apple Numbers file"
        : undefined;
  if (is === undefined) return;
  throw new UserError(`${path}: expected a table, found ${is}.`, {
    advice: 'Save it as an Excel workbook (.xlsx) or as "CSV UTF-8", and use the new file.',
  });
}
