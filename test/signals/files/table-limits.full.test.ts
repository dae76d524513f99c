import { describe, expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { duckdbLiteral, openDuckdb } from "../../../src/signals/files/duckdb.ts";
import { keysLimit, textBytesLimit } from "../../../src/signals/files/table-limits.ts";
import { csv, folderOf, goodRows, rows } from "../data/tables.ts";

const read = (file: string, columns = {}) => readRecordings([file], { requireLabels: false, columns });

async function parquet(query: string): Promise<string> {
  const file = folderOf({}).path("a.parquet");
  const database = await openDuckdb();
  try {
    await database.connection.run(`COPY (${query}) TO ${duckdbLiteral(file)}`);
  } finally {
    database.close();
  }
  return file;
}

describe("texts", () => {
  test.each(["user", "recording", "activity"])("a long %s is refused by row and column", async (column) => {
    const spoilt = goodRows().map((row, i) => (i === 70 ? { ...row, [column]: "x".repeat(1001) } : row));
    const file = folderOf({ "a.csv": csv(spoilt) }).path("a.csv");
    await expect(read(file, { label: "activity" })).rejects.toThrow(
      `data row 71, column "${column}": a string of 1,001 bytes; expected at most ${textBytesLimit.toLocaleString("en")} bytes`,
    );
  });

  test("one of the maximum length is accepted", async () => {
    const file = folderOf({ "a.csv": csv(rows(60, { user: "x".repeat(1000) })) }).path("a.csv");
    expect((await read(file)).recordings.stretches[0]!.user).toHaveLength(1000);
  });

  test("a string cannot forge the mark for long strings", async () => {
    const file = folderOf({ "a.csv": csv(rows(60, { user: "\x1e7" })) }).path("a.csv");
    expect((await read(file)).recordings.stretches[0]!.user).toBe("7");
  });

  test.each([
    [" \u00a0walk\x1ftwo\u3000 ", "walk two"],
    ["\x1ewalk\x1e\x1ftwo\x1f", "walk  two"],
    ["\twalk two\t", "\twalk two\t"],
  ])("in the recording %j, separators become spaces, and spaces around it are left out", async (recording, kept) => {
    const file = folderOf({ "a.csv": csv(rows(60, { recording })) }).path("a.csv");
    expect((await read(file)).recordings.stretches[0]!.recording).toBe(kept);
  });

  test("spaces around a string do not change it, row by row", async () => {
    const spaced = goodRows().map((row, i) => (i % 2 === 0 ? { ...row, user: ` ${row.user} ` } : row));
    const folder = folderOf({ "a.csv": csv(goodRows()), "b.csv": csv(spaced) });
    const [plain, other] = [await read(folder.path("a.csv")), await read(folder.path("b.csv"))];
    expect(other.recordings.stretches).toEqual(plain.recordings.stretches);
  });

  test("a string cannot forge a length", async () => {
    const user = "1001".padStart(textBytesLimit, "0");
    const file = folderOf({ "a.csv": csv(rows(60, { user })) }).path("a.csv");
    expect((await read(file)).recordings.stretches[0]!.user).toBe(user);
  });

  test("cells of several megabytes are rejected", async () => {
    const file = await parquet(
      `SELECT repeat('x', 2000000) AS "user", i / 50 AS timestamp_s, i * 1.0 AS Ax, i * 1.0 AS Ay, i * 1.0 AS Az
       FROM range(20) AS t(i)`,
    );
    await expect(read(file)).rejects.toThrow(/data row 1, column "user": a string of 2,000,000 bytes/);
  });

  test("a row number that is given as the recording is rejected", async () => {
    const file = await parquet(
      `SELECT 'ann' AS "user", i AS recording, i / 50 AS timestamp_s, i * 1.0 AS Ax, i * 1.0 AS Ay, i * 1.0 AS Az
       FROM range(${keysLimit + 1}) AS t(i)`,
    );
    await expect(read(file)).rejects.toThrow(
      'data row 100001: expected at most 100,000 different combinations of "user", "recording" in total',
    );
  });

  test("the same strings in many files count once", async () => {
    const people = 5000;
    const files: string[] = [];
    for (let f = 0; f * people <= keysLimit; f++) {
      files.push(
        await parquet(
          `SELECT 'ann' AS "user", i AS recording, ${f} / 50 AS timestamp_s, i * 1.0 AS Ax, i * 1.0 AS Ay, i * 1.0 AS Az
           FROM range(${people}) AS t(i)`,
        ),
      );
    }
    const { recordings } = await readRecordings(files, { requireLabels: false });
    expect(recordings.time).toHaveLength(files.length * people);
    expect(recordings.stretches).toHaveLength(people);
  });

  test("without a recording column, a person has a recording in each file", async () => {
    const table = csv(rows(60)).replaceAll(/^([^,]*,[^,]*),[^,]*/gm, "$1");
    const folder = folderOf({ "a.csv": table, "b.csv": table });
    const { recordings } = await readRecordings([folder.path("a.csv"), folder.path("b.csv")], { requireLabels: false });
    expect(recordings.stretches.map(({ recording }) => recording)).toEqual(["a", "b"]);
  });
});

describe("columns", () => {
  const wide = (names: string[]): string => csv(rows(3), ",", `user,activity,recording,timestamp_s,${names.join(",")}`);

  test("are rejected if there are too many", async () => {
    const names = Array.from({ length: 10_001 }, (_, i) => `c${i}`);
    const file = folderOf({ "a.csv": `${names.join(",")}\n${names.map(() => "1").join(",")}\n` }).path("a.csv");
    await expect(read(file)).rejects.toThrow("10,001 columns; expected at most 10,000");
  });

  test("are rejected if the first line does not end", async () => {
    const file = folderOf({ "a.csv": "x".repeat(2_000_000) }).path("a.csv");
    await expect(read(file)).rejects.toThrow(/a\.csv: the first line is longer than 1,048,576 bytes/);
  });

  test("are rejected if a name is too long", async () => {
    const file = folderOf({ "a.csv": wide(["x".repeat(1001), "b", "c", "d", "e", "f"]) }).path("a.csv");
    await expect(read(file)).rejects.toThrow("the name of column 5 has 1,001 characters; expected at most 1,000");
  });
});
