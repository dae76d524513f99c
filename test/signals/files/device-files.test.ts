// Reads files in devices' native formats, written by test/fixtures/scripts/device_files.py. The values must equal those that
// actipy and pygt3x read, and the times must equal those that the script wrote.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/errors.ts";
import {
  type ReadRecordings,
  type ReadRecordingsOptions,
  readRecordings,
} from "../../../src/signals/data/read-recordings.ts";
import { unzipEntry, unzippableEntries } from "../../../src/signals/files/unzip.ts";
import { csv, folderOf, goodRows } from "../data/tables.ts";

const fixtures = join(import.meta.dirname, "../../fixtures");
const start = Date.UTC(2024, 4, 4, 10) / 1000;

interface Reading {
  readonly rows: number;
  readonly index: readonly number[];
  readonly times: readonly number[];
  readonly values: readonly (readonly number[])[];
}
const others: Record<string, Record<string, Reading>> = JSON.parse(
  readFileSync(join(fixtures, "device-files.json"), "utf8"),
);

const fileOf = (name: string): string => {
  const extension = name.startsWith("axivity") ? "cwa" : name.startsWith("actigraph") ? "gt3x" : "bin";
  return join(import.meta.dirname, "../../exports", name, `recording.${extension}`);
};
const read = (file: string, columns: ReadRecordingsOptions["columns"] = {}): Promise<ReadRecordings> =>
  readRecordings([file], { requireLabels: false, columns: columns! });

/** Reads bytes as a file with the given name. */
async function readBytes(name: string, bytes: Uint8Array): Promise<ReadRecordings> {
  return read(folderOf({ [name]: bytes }).path(name));
}

async function refusal(name: string, bytes: Uint8Array): Promise<UserError> {
  const error = await readBytes(name, bytes).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

async function partsOfActigraph(name: string): Promise<{ info: Buffer; log: Buffer }> {
  const { path } = folderOf({});
  const entries = await unzippableEntries(fileOf(name));
  for (const entry of entries) await unzipEntry(fileOf(name), entry, path(entry.name));
  return { info: readFileSync(path("info.txt")), log: readFileSync(path("log.bin")) };
}

function startOfRecord(log: Buffer, count: number): number {
  let at = 0;
  for (let i = 0; i < count; i++) at += 9 + log.readUInt16LE(at + 6);
  return at;
}

/** Creates a zip archive with Python's zipfile module. */
function zipped(files: Record<string, Buffer>): Uint8Array {
  const script = `import base64,io,json,sys,zipfile
out = io.BytesIO()
with zipfile.ZipFile(out, "w") as z:
    for name, content in json.load(sys.stdin).items(): z.writestr(name, base64.b64decode(content))
sys.stdout.buffer.write(out.getvalue())`;
  const texts = Object.entries(files).map(([name, content]) => [name, content.toString("base64")]);
  return execFileSync("python3", ["-c", script], { input: JSON.stringify(Object.fromEntries(texts)) });
}

/** For each file, the rate, the samples of the script that the device lost, and the largest time error in seconds. */
const written: [name: string, rateHz: number, lost: (sample: number) => boolean, error: number][] = [
  ["axivity-cwa", 99.2, () => false, 1e-3],
  ["axivity-cwa-unpacked", 99.2, (i) => i >= 5 * 80 && i < 8 * 80, 1e-3],
  ["axivity-cwa-ax6", 99.2, () => false, 1e-3],
  ["actigraph-gt3x", 30, () => false, 1e-5],
  ["actigraph-gt3x-bt", 50, (i) => [5, 7, 8].includes(Math.floor(i / 50)), 1e-5],
  ["geneactiv-bin", 75, (i) => i >= 3 * 300 && i < 4 * 300, 1e-5],
];

describe.each(written)("%s", (name, rateHz, isLost, error) => {
  test("has the values that other programs read, and their times within 20 ms", async () => {
    const { recordings } = await read(fileOf(name));
    for (const [program, { rows, index, times, values }] of Object.entries(others[name]!)) {
      expect([program, recordings.time.length]).toEqual([program, rows]);
      for (const [k, i] of index.entries()) {
        expect(Math.abs(recordings.time[i]! - times[k]!)).toBeLessThan(0.02);
        // actipy rounds ActiGraph's values to three decimals.
        const tolerance = program === "actipy" && name.startsWith("actigraph") ? 5.1e-4 : 5e-6;
        for (const [c, value] of values[k]!.entries())
          expect(Math.abs(recordings.values[c]![i]! - value)).toBeLessThan(tolerance);
      }
    }
  });

  test("has the times of the device's clock, and gaps where it recorded nothing", async () => {
    const { recordings } = await read(fileOf(name));
    const samples = Array.from({ length: 2000 }, (_, i) => i).filter((i) => !isLost(i));
    for (const [row, time] of recordings.time.entries())
      expect(Math.abs(time - start - samples[row]! / rateHz)).toBeLessThan(error);
  });
});

test("the clock is local, and the subject is a person only if an option says so", async () => {
  const file = fileOf("axivity-cwa-ax6");
  const { quality } = await read(file);
  expect(Object.keys(quality.persons)).toEqual(["unknown"]);
  expect(quality.warnings.join("\n")).toMatch(
    /recorded by Axivity AX6 4242; body location "left wrist"; subject code "S 01", which --group subject_code uses/,
  );
  const named = await read(file, { group: "subject_code", timeZone: "Europe/Berlin" });
  expect(Object.keys(named.quality.persons)).toEqual(["S 01"]);
  expect(named.recordings.time[0]).toBeCloseTo(start - 2 * 3600, 2);
});

describe("damage", () => {
  test("a block of Axivity with a wrong checksum is a gap", async () => {
    const bytes = readFileSync(fileOf("axivity-cwa"));
    bytes[1024 + 3 * 512 + 100]! ^= 1;
    const { recordings, quality } = await readBytes("a.cwa", bytes);
    expect(recordings.time.length).toBe(11 * 120);
    expect(recordings.time[3 * 120]! - recordings.time[3 * 120 - 1]!).toBeCloseTo(121 / 99.2, 3);
    expect(quality.warnings[0]).toMatch(
      /a\.cwa: left out, which leaves gaps: 1 block with a wrong checksum \(at byte 2,560\)\.$/,
    );
  });

  test("files of Axivity that are cut off are read up to the cut, and unused space is ignored", async () => {
    const bytes = readFileSync(fileOf("axivity-cwa"));
    const cut = await readBytes("a.cwa", bytes.subarray(0, bytes.length - 100));
    expect(cut.recordings.time.length).toBe(11 * 120);
    expect(cut.quality.warnings[0]).toMatch(/1 block cut off at the end of the file \(at byte 6,656\)/);
    const unused = await readBytes("a.cwa", Buffer.concat([bytes, Buffer.alloc(1024, 0xff)]));
    expect(unused.recordings.time.length).toBe(12 * 120);
    expect(unused.quality.warnings.join("\n")).not.toMatch(/left out/);
    expect((await refusal("a.cwa", bytes.subarray(0, 1100))).message).toMatch(
      /this Axivity file ends after 1100 bytes, before the first block/,
    );
    const { message, advice } = await refusal("a.cwa", Buffer.concat([bytes.subarray(0, 1024), Buffer.alloc(2048, 7)]));
    expect(message).toMatch(/Axivity AX3 4242 has no samples that can be read: 4 blocks without the marker of a block/);
    expect(advice).toMatch(/Download the file from the device again/);
  });

  test("files whose first bytes contradict their names are refused, but text is read under any name", async () => {
    for (const name of ["axivity-cwa", "actigraph-gt3x"]) {
      const bytes = readFileSync(fileOf(name)).fill(0x41, 0, 4);
      const extension = fileOf(name).split(".").at(-1)!;
      expect((await refusal(`a.${extension}`, bytes)).message).toMatch(
        new RegExp(
          `a\\.${extension}: this file is damaged, or is not a \\.${extension} file, although its name suggests it`,
        ),
      );
    }
    expect((await readBytes("a.xlsx", Buffer.from(csv(goodRows())))).recordings.time.length).toBeGreaterThan(0);
  });

  test("compressed files and files in archives are read", async () => {
    const bytes = readFileSync(fileOf("axivity-cwa"));
    expect((await readBytes("a.cwa.gz", gzipSync(bytes))).recordings.time.length).toBe(1440);
    const pages = readFileSync(fileOf("geneactiv-bin"));
    expect((await readBytes("a.zip", zipped({ "a.bin": pages, "b.txt.jpg": bytes }))).recordings.time.length).toBe(
      1500,
    );
    const both = await readBytes("b.zip", zipped({ "a.cwa": bytes, "state.bin": Buffer.alloc(100, 1) }));
    expect(both.recordings.time.length).toBe(1440);
  });

  test("records of ActiGraph that are damaged or cut off are left out, and zeros between records are skipped", async () => {
    const { info, log } = await partsOfActigraph("actigraph-gt3x-bt");
    // This record is the fourth; the first three records contain no samples.
    const at = startOfRecord(log, 6);
    const zeros = Buffer.concat([log.subarray(0, at), Buffer.alloc(5), log.subarray(at)]);
    expect((await readBytes("a.gt3x", zipped({ "info.txt": info, "log.bin": zeros }))).recordings.time.length).toBe(
      450,
    );
    const damaged = Buffer.from(log);
    damaged[at + 20]! ^= 1;
    const { recordings, quality } = await readBytes("a.gt3x", zipped({ "info.txt": info, "log.bin": damaged }));
    expect(recordings.time.length).toBe(400);
    expect(quality.warnings[0]).toMatch(/1 record with a wrong checksum \(at byte [\d,]+ of log\.bin\)/);
    const resized = Buffer.from(log);
    resized[at + 6]! ^= 4;
    expect((await readBytes("a.gt3x", zipped({ "info.txt": info, "log.bin": resized }))).recordings.time.length).toBe(
      400,
    );
    const cut = await readBytes("a.gt3x", zipped({ "info.txt": info, "log.bin": log.subarray(0, log.length - 50) }));
    expect(cut.recordings.time.length).toBe(400);
    expect(cut.quality.warnings[0]).toMatch(/1 record cut off at the end of the file/);
  });

  test("files of ActiGraph in an old format, without a rate or without calibration are refused", async () => {
    const { info, log } = await partsOfActigraph("actigraph-gt3x");
    const old = await refusal("a.gt3x", zipped({ "info.txt": info, "activity.bin": log }));
    expect(old.message).toMatch(/in the format of firmware 2\.5 and earlier, which is not supported/);
    expect(old.advice).toMatch(/RAW \.csv with ActiLife/);
    const rateless = Buffer.from(info.toString().replace("Sample Rate", "Rate"));
    expect((await refusal("a.gt3x", zipped({ "info.txt": rateless, "log.bin": log }))).message).toMatch(
      /gives no sample rate in its info\.txt/,
    );
    const uncalibrated = {
      "info.txt": info,
      "log.bin": log,
      "calibration.json": Buffer.from('{"isCalibrated": false}'),
    };
    expect((await refusal("a.gt3x", zipped(uncalibrated))).message).toMatch(/values that are not yet calibrated/);
  });

  test("pages of GENEActiv that are cut off or damaged are read as far as possible", async () => {
    const text = readFileSync(fileOf("geneactiv-bin"), "latin1");
    const cut = await readBytes("a.bin", Buffer.from(text.slice(0, -605), "latin1"));
    expect(cut.recordings.time.length).toBe(1500 - 51);
    expect(cut.quality.warnings[0]).toMatch(/1 page incomplete, so only complete samples are read \(at line 100\)/);
    const damaged = text.replace("Page Time:2024-05-04 10:00:04:000", "Page Time:????");
    const { recordings, quality } = await readBytes("a.bin", Buffer.from(damaged, "latin1"));
    expect(recordings.time.length).toBe(1200);
    expect(quality.warnings[0]).toMatch(/1 page without a time \(at line 70\)/);
    const { message } = await refusal("a.bin", Buffer.from(text.replace("y gain", "y ????"), "latin1"));
    expect(message).toMatch(/a\.bin: this GENEActiv file has no "y gain" before its data/);
  });
});
