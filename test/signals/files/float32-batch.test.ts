// Tests batches of float32 numbers, which test/fixtures/scripts/float32_batch.py packed with Python's struct.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseFloat32Batch, writeFloat32Table } from "../../../src/signals/files/float32-batch.ts";
import { temporaryDirectory } from "../../storage/temporary-directory.ts";

const fixture: Record<"rate" | "timestamps", string> = JSON.parse(
  readFileSync(new URL("../../fixtures/float32-batch.json", import.meta.url), "utf8"),
);
const bytesOf = (name: keyof typeof fixture): Buffer => Buffer.from(fixture[name], "base64");

async function tableOf(bytes: Uint8Array): Promise<string> {
  const path = join(temporaryDirectory(), "t.csv");
  await writeFloat32Table(parseFloat32Batch(bytes), path);
  return readFileSync(path, "utf8");
}

it("reads numbers with a rate, and those that are missing or infinite", async () => {
  const { channels, rows, rate, times, values } = parseFloat32Batch(bytesOf("rate"));
  expect({ channels, rows, rate, times }).toEqual({ channels: ["Ax", "Ay"], rows: 3, rate: 50, times: null });
  expect([...values]).toEqual([
    Math.fround(0.1),
    Math.fround(-9.81),
    Number.NaN,
    Math.fround(1e-7),
    Infinity,
    -Infinity,
  ]);
  const cells = [Math.fround(0.1), Math.fround(-9.81), "", Math.fround(1e-7), "inf", "-inf"];
  expect(await tableOf(bytesOf("rate"))).toBe(
    `"Ax","Ay"\n${cells[0]},${cells[1]}\n${cells[2]},${cells[3]}\n${cells[4]},${cells[5]}\n`,
  );
});

it("reads times in double precision, at any address in memory", async () => {
  const bytes = Buffer.concat([Buffer.alloc(1), bytesOf("timestamps")]).subarray(1);
  // 16,777,217 is the first whole number that float32 cannot represent.
  expect(await tableOf(bytes)).toBe('"timestamp_s","a,""b"""\n1764244800.123456,16777216\n1764244800.143456,0.5\n');
});

it("says what is wrong with the bytes", () => {
  const header = (json: unknown): Buffer => {
    const text = Buffer.from(typeof json === "string" ? json : JSON.stringify(json));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    return Buffer.concat([Buffer.from("TMF1"), length, text]);
  };
  const valid = { channels: ["a"], rows: 0, rate: 50 };
  const cases: [Uint8Array, string][] = [
    [Buffer.from("TMF"), 'expected TMF1 and the length of the header, found "TMF"'],
    [Buffer.from("TMF2\0\0\0\0"), 'found "TMF2"'],
    [bytesOf("rate").subarray(0, 20), "expected a header of 49 bytes, found 12 bytes in total"],
    [bytesOf("rate").subarray(0, -1), "expected 81 bytes for 3 rows of 2 channels, found 80"],
    [header("{"), "the header is not JSON in UTF-8"],
    [header({ ...valid, channels: [] }), "header: channels: "],
    [header({ ...valid, rows: -1 }), "header: rows: "],
    [header({ ...valid, rows: 1e300 }), "header: rows: "],
    [header({ ...valid, timestamps: true }), 'expected either "rate" or "timestamps": true'],
    [header({ channels: ["a"], rows: 0 }), 'expected either "rate" or "timestamps": true'],
    [header({ ...valid, channels: ["a", "a"] }), "channels: a name is repeated"],
    [header({ channels: ["timestamp_s"], rows: 0, timestamps: true }), "timestamp_s is reserved for the times"],
    [header({ ...valid, sensor: 1 }), 'Unrecognized key: "sensor"'],
  ];
  for (const [bytes, message] of cases) expect(() => parseFloat32Batch(bytes)).toThrow(message);
  expect(parseFloat32Batch(header(valid)).rows).toBe(0);
});
