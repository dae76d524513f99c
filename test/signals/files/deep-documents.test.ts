// Tests documents that are nested so deeply that DuckDB, which recurses into them, would crash the process.

import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf, goodRows, parquet, rows } from "../data/tables.ts";

const read = (file: string) => readRecordings([file], { requireLabels: false });

test("JSON that is nested too deeply is refused", async () => {
  const [depth, tooDeep] = [200_000, "nested at most 64 levels deep"];
  const user = `${"[{".repeat(100)}\\"[`;
  const flat = rows(60).map(({ time, values: [Ax, Ay, Az] = [] }) => ({ user, timestamp_s: Number(time), Ax, Ay, Az }));
  const folder = folderOf({
    "lists.json": "[".repeat(depth) + "]".repeat(depth),
    "objects.json": `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`,
    "65.json": `{"timestamp_s": ${"[".repeat(64)}0${"]".repeat(64)}}`,
    "64.json": `{"timestamp_s": ${"[".repeat(63)}0${"]".repeat(63)}}`,
    "text.json": JSON.stringify(flat),
  });
  for (const name of ["lists.json", "objects.json", "65.json"])
    await expect(read(folder.path(name)), name).rejects.toThrow(tooDeep);
  await expect(read(folder.path("64.json"))).rejects.toThrow("not a list of flat records");
  expect((await read(folder.path("text.json"))).recordings.stretches.length).toBeGreaterThan(0);
});

test("compressed JSON is read, although its bytes may look like brackets", async () => {
  let seed = 7;
  const noise = (): number => (seed = (seed * 48_271) % 2_147_483_647);
  const flat = rows(60).map(({ time, values: [Ax, Ay, Az] = [] }) => ({
    timestamp_s: Number(time),
    Ax,
    Ay,
    Az,
    note: Array.from({ length: 60_000 }, () => String.fromCharCode(97 + (noise() % 26))).join(""),
  }));
  const folder = folderOf({ "r.json.gz": JSON.stringify(flat) });
  expect((await read(folder.path("r.json.gz"))).recordings.time.length).toBe(60);
});

/** Encodes an unsigned number with seven bits per byte, as in Thrift's compact protocol. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
}

function parquetWithFooter(footer: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([Buffer.from("PAR1"), footer, length, Buffer.from("PAR1")]);
}

/** The fields of FileMetaData are version, schema, num_rows and row_groups; comments name the fields of SchemaElement. */
function nestedParquet(depth: number): Buffer {
  const one = 2;
  const group = [0x35, one, 0x18, 1, 0x61, 0x15, one, 0]; // repetition_type, name "a", num_children 1
  const parts = [
    [0x15, one, 0x19, 0xfc, ...varint(depth + 2)],
    [0x48, 1, 0x73, 0x15, one, 0], // the root: name "s", num_children 1
    ...Array.from({ length: depth }, () => group),
    [0x15, 10, 0x25, one, 0x18, 1, 0x76, 0], // type DOUBLE, repetition_type, name "v"
    [0x16, 0, 0x19, 0x0c, 0],
  ];
  return parquetWithFooter(Buffer.from(parts.flat()));
}

test("Parquet that is nested too deeply is refused", async () => {
  const folder = folderOf({
    "62.parquet": nestedParquet(62),
    "63.parquet": nestedParquet(63),
    "100000.parquet": nestedParquet(100_000),
    // An unknown field, with nested structs.
    "unknown.parquet": parquetWithFooter(Buffer.alloc(1_000_000, 0xbc)),
    // A list whose header claims 2^31 - 1 elements.
    "endless.parquet": parquetWithFooter(Buffer.from([0x15, 2, 0x19, 0xfc, ...varint(2 ** 31 - 1)])),
    "length.parquet": Buffer.from("PAR1\xff\xff\xff\xffPAR1", "latin1"),
  });
  const refused = async (name: string): Promise<string> =>
    read(folder.path(name)).then(
      () => "nothing",
      ({ message }: Error) => message,
    );
  for (const name of ["63.parquet", "100000.parquet", "unknown.parquet"])
    expect(await refused(name), name).toContain("nested at most 64 levels deep");
  for (const name of ["endless.parquet", "length.parquet"])
    expect(await refused(name), name).toContain("its footer cannot be read");
  expect(await refused("62.parquet")).toContain("no sensor channels were found among a_a");
  await parquet(folder.path("good.parquet"), goodRows());
  expect((await read(folder.path("good.parquet"))).recordings.stretches.length).toBeGreaterThan(0);
});
