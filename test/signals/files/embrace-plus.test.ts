// Tests damaged Avro files from an EmbracePlus; test/exports has an undamaged file, which fastavro wrote.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { UserError } from "../../../src/errors.ts";
import { avroRecords } from "../../../src/signals/files/avro-records.ts";

const whole = readFileSync(join(import.meta.dirname, "../../exports/embrace-plus-avro/recording.avro"));

test("a record with an enum, a union, and types named within a namespace", () => {
  expect(avroRecords("a.avro", whole)).toMatchObject([
    {
      fwVersion: { major: 6, minor: 5, patch: 0 },
      timezone: 7200,
      enrollment: { participantID: "P01", siteID: null },
      deviceModel: "EMBRACEPLUS",
      rawData: {
        accelerometer: { timestampStart: 1714816800000000, samplingFrequency: 64 },
        tags: { tagsTimeMicros: [] },
      },
    },
  ]);
});

test.each([
  ["without its last bytes", whole.subarray(0, -40)],
  ["with an altered byte in its block", Buffer.concat([whole.subarray(0, -60), Buffer.from([0]), whole.subarray(-59)])],
  ["without a schema", whole.subarray(0, 8)],
])("a file %s is rejected", (_, bytes) => {
  expect(() => avroRecords("a.avro", bytes)).toThrow(UserError);
  expect(() => avroRecords("a.avro", bytes)).toThrow(/a\.avro: this Avro file is cut off or damaged/);
});

test("another compression is named", () => {
  const bytes = Buffer.from(whole.toString("latin1").replace("\x0edeflate", "\x0ezstand!"), "latin1");
  expect(() => avroRecords("a.avro", bytes)).toThrow(/compressed with zstand!; expected deflate or none/);
});
