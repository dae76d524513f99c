// Values that no movement explains are rejected with a message that gives the file, row, column and value; healthy recordings
// are never rejected.

import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DataFault } from "../../../src/data-fault.ts";
import { simulate } from "../../../src/pipelines/simulate.ts";
import { Rng } from "../../../src/random.ts";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { absurdValue } from "../../../src/signals/data/refuse-absurd-values.ts";
import { sizeOfWrappedValues } from "../../../src/signals/data/wrapped-values.ts";
import { expectHealthy, healthyRecordings, refuseAbsurdRecordings } from "./healthy-recordings.ts";
import { csv, folderOf, parquet, type Row, rows } from "./tables.ts";

const walk = (spoilt: Readonly<Record<number, number>> = {}): Row[] =>
  ["ann", "bob"].flatMap((user) =>
    rows(2000, { user }).map((row, i): Row => {
      const values = row.values!.map((_, c) => Number((c + 3 * Math.sin(0.23 * i + c)).toFixed(5)));
      const value = user === "bob" ? spoilt[i] : undefined;
      return {
        ...row,
        activity: i < 1000 ? "walk" : "run",
        values: value === undefined ? values : values.with(3, value),
      };
    }),
  );

async function refusal(file: string): Promise<DataFault | undefined> {
  const { recordings } = await readRecordings([file], { requireLabels: true });
  return refuseAbsurdRecordings(recordings).then(
    () => undefined,
    (error: unknown) => {
      expect(error).toBeInstanceOf(DataFault);
      return error as DataFault;
    },
  );
}

describe("signed counts written as unsigned integers", () => {
  const count = (bits: number, i: number): number => {
    const value = Math.round(2 ** (bits - 3) * Math.sin(0.11 * i) + (i % 3));
    return value < 0 ? value + 2 ** bits : value;
  };

  test.each([8, 10, 12, 14, 16])("are refused for integers of %d bits", async (bits) => {
    const wrapped = (spoilt: Row[]): Row[] =>
      spoilt.map((row, i) => ({ ...row, values: row.values!.with(0, count(bits, i)) }));
    const fault = await refusal(folderOf({ "a.csv": csv(wrapped(walk())) }).path("a.csv"));
    expect(fault?.message).toMatch(`as if signed integers of ${bits} bits had been written as unsigned ones`);
    expect(fault?.advice).toMatch(`Subtract ${2 ** bits} from all values of ${2 ** (bits - 1)} or more`);
  });

  test("signed counts and counts around the middle of their range are healthy", () => {
    const signed = Float32Array.from({ length: 2000 }, (_, i) => Math.round(9000 * Math.sin(0.11 * i)));
    expect(sizeOfWrappedValues(signed)).toBeUndefined();
    expect(sizeOfWrappedValues(signed.map((value) => 3.5 * value + 32_768))).toBeUndefined();
  });
});

describe("values that no movement explains", () => {
  test.each(["a.csv", "a.parquet"])("include 3e38 in %s, and the message names the cell", async (name) => {
    const folder = folderOf({ "a.csv": csv(walk({ 70: 3e38 })) });
    if (name.endsWith(".parquet")) await parquet(folder.path(name), walk({ 70: 3e38 }));
    const fault = await refusal(folder.path(name));
    expect(fault?.message).toMatch(/data row 2071, column "Gx": 3e\+38; expected about -?\d/);
    expect(fault?.description).toMatchObject({ code: "range", file: folder.path(name), row: 2071, column: "Gx" });
    expect(fault?.advice).toMatch(/leave such cells empty/);
  });

  test("include -9999 in place of missing values", async () => {
    const marks = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [3 + 50 * i, -9999]));
    const fault = await refusal(folderOf({ "a.csv": csv(walk(marks)) }).path("a.csv"));
    expect(fault?.message).toMatch(/data row 2004, column "Gx": -9999, and 19 more such cells/);
  });

  test("include -9999 even in a fifth of the cells, where it affects the quantiles", () => {
    const rng = Rng.fromSeed(1);
    const values = Float32Array.from({ length: 10_000 }, (_, i) => (i % 5 === 0 ? -9999 : rng.normal()));
    expect(absurdValue(values)).toMatchObject({ value: -9999, cells: 2000 });
  });

  test.each([
    ["hard impacts", (i: number, x: number) => (i % 1000 === 7 ? 60 * x : x)],
    ["a sensor that mostly rests", (i: number, x: number) => (i % 200 < 197 ? 0.001 * x : 5 * x)],
    ["a sensor that rests on one value", (i: number, x: number) => (i % 500 === 0 ? x : 0)],
    ["a clipped sensor", (_: number, x: number) => Math.max(-1, Math.min(1, 5 * x))],
    ["one value throughout", () => 9.81],
  ])("do not include %s", (_, of) => {
    const rng = Rng.fromSeed(2);
    expect(absurdValue(Float32Array.from({ length: 20_000 }, (__, i) => of(i, rng.normal())))).toBeUndefined();
  });

  test("do not include what the simulator makes", async () => {
    const folder = folderOf({});
    for (const seed of [1, 2, 3]) {
      const file = folder.path(`${seed}.parquet`);
      await simulate({ out: file, users: 4, minutes: 3, seed });
      expect(await refusal(file)).toBeUndefined();
    }
  });

  test.skipIf(!existsSync(healthyRecordings("bfrb_samsung")))(
    "do not occur in a real data set; the full tier reads others",
    () => expectHealthy("bfrb_samsung"),
  );
});
