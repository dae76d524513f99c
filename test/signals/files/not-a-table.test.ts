// If an input is not a file or is not text, the message says what it is. No command waits for a pipe.

import { execFileSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/errors.ts";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { csv, folderOf, goodRows, parquet } from "../data/tables.ts";

const latin = (text: string): Buffer => Buffer.from(text, "latin1");
const good = csv(goodRows());

async function refusal(...files: string[]): Promise<UserError> {
  const error = await readRecordings(files, { requireLabels: true }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

describe("what can be read only once", () => {
  test("a pipe is refused, by name and by link, and patterns match only files", async () => {
    const folder = folderOf({ "a.csv": good });
    execFileSync("mkfifo", [folder.path("b.csv")]);
    symlinkSync(folder.path("b.csv"), folder.path("c.csv"));
    for (const name of ["b.csv", "c.csv"]) {
      const { message, advice } = await refusal(folder.path(name));
      expect(message).toMatch(/[bc]\.csv: expected a file, found a pipe/);
      expect(advice).toMatch(/zcat x\.csv\.gz > x\.csv/);
    }
    const { recordings } = await readRecordings([folder.path("*.csv")], { requireLabels: true });
    expect(recordings.files).toEqual([folder.path("a.csv")]);
  });

  test("a device is refused", async () => {
    expect((await refusal("/dev/zero")).message).toMatch(/\/dev\/zero: expected a file, found a device/);
  });
});

const influxTimes = Array.from({ length: 60 }, (_, i) => new Date(Date.UTC(2026, 4, 4) + 20 * i).toISOString());
const annotations = "#group,false,false\n#datatype,string,long\n#default,_result,\n";

test.each([
  [
    "line protocol",
    influxTimes.map((_, i) => `imu,user=ann ax=0.1,ay=${i} ${1_777_888_800_000_000_000n + BigInt(20_000_000 * i)}`),
  ],
  [
    "one value per row",
    [`${annotations},result,table,_time,_value,_field`, ...influxTimes.map((time) => `,,0,${time},0.5,acc_x`)],
  ],
])("InfluxDB's %s is named, with the query to use", async (_, lines) => {
  const { message, advice } = await refusal(folderOf({ "a.csv": `${lines.join("\n")}\n` }).path("a.csv"));
  expect(message).toMatch(/expected a table with a column per axis, found .*InfluxDB/);
  expect(advice).toContain("pivot(rowKey");
});

test("InfluxDB's annotated CSV with a column per axis is read", async () => {
  const lines = influxTimes.map((time, i) => `,,0,${time},${Math.sin(i)},${Math.cos(i)},9.8`);
  const text = [`${annotations},result,table,_time,acc_x,acc_y,acc_z`, ...lines].join("\n");
  const { recordings } = await readRecordings([folderOf({ "a.csv": text }).path("a.csv")], { requireLabels: false });
  expect(recordings.channels).toEqual(["acc_x", "acc_y", "acc_z"]);
  expect(recordings.time.length).toBe(60);
});

test("a tar archive is refused, even if it is gzipped", async () => {
  const folder = folderOf({ "a.csv": good });
  execFileSync("tar", ["-cf", folder.path("a.tar"), "-C", folder.path("."), "a.csv"]);
  execFileSync("tar", ["-czf", folder.path("a.tar.gz"), "-C", folder.path("."), "a.csv"]);
  for (const name of ["a.tar", "a.tar.gz"]) {
    const { message, advice } = await refusal(folder.path(name));
    expect(message).toContain(`${name}: expected a table, found a tar archive`);
    expect(advice).toContain("tar -xf");
  }
});

test("one file under two names is refused; under one name it is read once", async () => {
  const folder = folderOf({ "a.csv": good });
  symlinkSync(folder.path("a.csv"), folder.path("b.csv"));
  const { message, advice } = await refusal(folder.path("a.csv"), folder.path("b.csv"));
  expect(message).toBe(`${folder.path("b.csv")} is the same file as ${folder.path("a.csv")}.`);
  expect(advice).toBe("Name each file once.");
  const { quality } = await readRecordings([folder.path("a.csv"), folder.path("a*.csv")], { requireLabels: true });
  expect(quality.files).toHaveLength(1);
});

describe("bytes that are not text", () => {
  const cases: readonly (readonly [name: string, content: Uint8Array, kind: RegExp, advice: RegExp])[] = [
    ["a.csv", Buffer.from(good.replace("user", "us\0er")), /NUL bytes/, /UTF-8/],
    [
      "a.csv",
      Buffer.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0]),
      /this zip archive cannot be read: its directory is missing/,
      /Unpack the archive/,
    ],
    ["a.csv", Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]), /a gzip file/, /\.csv\.gz/],
    ["a.tsv", Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0]), /an old Excel workbook/, /CSV/],
    ["a.avro", latin("Obj\x01\x04\x16avro.schema\0"), /an Avro file/, /avro-tools/],
    ["a.cbor", latin("\xa3iprotected\xa3cverbv1\0"), /a CBOR file, the format in which Edge Impulse/, /cbor2/],
    ["a.h5", latin("\x89HDF\r\n\x1a\n\0"), /an HDF5 file/, /h5py/],
    ["a.mat", latin("MATLAB 5.0 MAT-file, Platform: GLNXA64\0"), /a MATLAB file/, /scipy\.io\.loadmat/],
    ["a.npy", latin("\x93NUMPY\x01\0v\0"), /a NumPy array/, /numpy\.savetxt/],
    ["a.pkl", latin("\x80\x04\x95\0"), /a Python pickle/, /pandas\.read_pickle/],
    ["a.db", latin("SQLite format 3\0"), /a SQLite database/, /sqlite3 -header -csv/],
    ["a.rds", gzipSync(latin("X\n\0\0\0\x03\0\x04")), /an R data file/, /write\.csv/],
    ["a.bag", latin("#ROSBAG V2.0\n\0"), /a ROS bag/, /rostopic echo -b/],
    ["a.csv.bz2", latin("BZh91AY&SY\0"), /a bzip2 file/, /bunzip2 -k .*a\.csv\.bz2/],
    ["a.csv.xz", latin("\xfd7zXZ\0\0"), /an xz file/, /unxz -k/],
    ["a.csv.zst", latin("\x28\xb5\x2f\xfd\0"), /a Zstandard file/, /unzstd/],
    ["a.tdms", latin("TDSm\x0e\0\0\0"), /a LabVIEW TDMS file/, /nptdms/],
    ["a.mf4", latin("MDF     4.10\0"), /an MDF measurement file/, /asammdf/],
    ["a.c3d", latin("\x02\x50\0\0"), /a C3D file/, /ezc3d/],
    ["a.ulg", latin("ULog\x01\x12\0"), /a ULog file from a PX4 drone/, /ulog2csv/],
    ["a.mcap", latin("\x89MCAP0\r\n\0"), /an MCAP file/, /rosbags/],
    ["a.wav", latin("RIFF\x24\x10\0\0WAVEfmt "), /a WAV file/, /cwa-convert/],
    ["a.mp4", latin("\0\0\0\x20ftypisom"), /a video/, /gopro-telemetry/],
    ["a.jpg", latin("\xff\xd8\xff\xe0\0"), /a picture/, /Export the table itself/],
    [
      "commas.csv",
      latin(`time,ax,ay,az\n${"0,02,1,25,2,5,9,81\n".repeat(20)}`),
      /decimals with a comma/,
      /semicolons or tabs/,
    ],
    ["walk.trc", latin("PathFileType\t4\t(X/Y/Z)\twalk.trc\n"), /positions of markers/, /no accelerations/],
    ["export.xml", latin('<?xml version="1.0"?>\n<HealthData locale="de">'), /Apple Health/, /no accelerations/],
    ["a.gpx", latin('<?xml version="1.0"?><gpx version="1.1">'), /a track of positions/, /no accelerations/],
    ["list.cbor", latin("\x99\0\xc8\xa2dtime\xfb\0"), /a CBOR file/, /cbor2\.load/],
    ["map.cbor", latin("\xa2eacc_x\x99\0\xc8"), /a CBOR file/, /cbor2\.load/],
    ["a.msgpack", latin("\x82\xa4time\xdc\0\xc8"), /a MessagePack file/, /msgpack\.unpack/],
    ["v4.mat", latin("\0\0\0\0\xc8\0\0\0\x04\0\0\0\0\0\0\0\x04\0\0\0acc\0"), /a MATLAB file/, /scipy\.io\.loadmat/],
    ["a.arrows", latin("\xff\xff\xff\xff\x60\x04\0\0\x10\0"), /an Arrow stream/, /pyarrow\.ipc\.open_stream/],
    ["a.orc", latin("ORC\n\x07\x12\x05\0"), /an ORC file/, /read_orc/],
  ];
  test.each(cases)("%s is refused, and its kind is named: case %#", async (name, content, kind, advice) => {
    const folder = folderOf({ [name]: content });
    const error = await refusal(folder.path(name));
    expect(error.message).toMatch(kind);
    expect(error.message).toContain(name);
    expect(error.advice).toMatch(advice);
  });

  test("a Parquet file with the name of a CSV file is refused", async () => {
    const folder = folderOf({});
    await parquet(folder.path("a.parquet"), goodRows());
    execFileSync("mv", [folder.path("a.parquet"), folder.path("a.csv")]);
    const { message, advice } = await refusal(folder.path("a.csv"));
    expect(message).toMatch(/found a Parquet file/);
    expect(advice).toMatch(/\.parquet/);
  });

  test.each([0.2, 0.7, 0.999])("a Parquet file of which only a share of %f arrived is refused", async (share) => {
    const folder = folderOf({});
    await parquet(folder.path("a.parquet"), goodRows());
    const whole = readFileSync(folder.path("a.parquet"));
    writeFileSync(folder.path("a.parquet"), whole.subarray(0, share * whole.length));
    const { message, advice } = await refusal(folder.path("a.parquet"));
    expect(message).toMatch(/a\.parquet: this Parquet file is cut off or damaged/);
    expect(advice).toMatch(/again/);
  });
});
