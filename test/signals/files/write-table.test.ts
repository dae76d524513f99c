import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/errors.ts";
import { duckdbLiteral, openDuckdb } from "../../../src/signals/files/duckdb.ts";
import { type TableColumn, writeTable } from "../../../src/signals/files/write-table.ts";
import { folderOf } from "../data/tables.ts";

const columns: TableColumn[] = [
  { name: "who", type: "string", values: ["ann", 'o"hara, jr', null] },
  { name: "t", type: "double", values: Float64Array.from([0.1, 1 / 3, 1e9 + 0.02]) },
  { name: "x", type: "float", values: Float32Array.from([0.1, -2.5, 1e-7]) },
  { name: 'n"1', type: "integer", values: Int32Array.from([1, -2, 2_000_000_000]) },
];

describe("writeTable", () => {
  test("writes CSV with exactly these bytes", async () => {
    const folder = folderOf({});
    for (const name of ["a.csv", "new/folder/b.csv.gz", "c.tsv"]) await writeTable(folder.path(name), columns);
    const text =
      'who,t,x,"n""1"\nann,0.1,0.1,1\n"o""hara, jr",0.3333333333333333,-2.5,-2\n,1000000000.02,1e-07,2000000000\n';
    expect(readFileSync(folder.path("a.csv"), "utf8")).toBe(text);
    expect(gunzipSync(readFileSync(folder.path("new/folder/b.csv.gz"))).toString()).toBe(text);
    expect(readFileSync(folder.path("c.tsv"), "utf8").split("\n")[1]).toBe("ann\t0.1\t0.1\t1");
  });

  test("Parquet holds the same values and types, over many chunks", async () => {
    const folder = folderOf({});
    const path = folder.path("a.parquet");
    const count = 5000;
    const x = Float32Array.from({ length: count }, (_, i) => Math.sin(i));
    await writeTable(path, [
      { name: "i", type: "integer", values: Int32Array.from({ length: count }, (_, i) => i) },
      { name: "x", type: "float", values: x },
    ]);
    const database = await openDuckdb();
    const rows = await database.rows(`FROM ${duckdbLiteral(path)}`);
    const types = await database.rows(`DESCRIBE FROM ${duckdbLiteral(path)}`);
    database.close();
    expect(types.map((row) => row.column_type)).toEqual(["INTEGER", "FLOAT"]);
    expect(rows.map((row) => row.i)).toEqual(Array.from({ length: count }, (_, i) => i));
    expect(rows.map((row) => Math.fround(row.x as number))).toEqual([...x]);
  });

  test("a table without rows keeps its header", async () => {
    const folder = folderOf({});
    await writeTable(folder.path("a.csv"), [{ name: "x", type: "double", values: [] }]);
    expect(readFileSync(folder.path("a.csv"), "utf8")).toBe("x\n");
  });

  test("an existing file is replaced whole, and nothing else is left in the folder", async () => {
    const folder = folderOf({ "a.csv": "old\n" });
    await writeTable(folder.path("a.csv"), columns.slice(0, 1));
    expect(readFileSync(folder.path("a.csv"), "utf8")).toMatch(/^who\n/);
    expect(readdirSync(folder.path("."))).toEqual(["a.csv"]);
  });

  test("refuses formats that it cannot write, and leaves no file", async () => {
    const folder = folderOf({ file: "" });
    await expect(writeTable(folder.path("a.xlsx"), columns)).rejects.toThrow(/a\.xlsx: expected a name that ends in/);
    const blocked = writeTable(folder.path("file/a.csv"), columns);
    await expect(blocked).rejects.toThrow(UserError);
    await expect(blocked).rejects.toThrow(/file\/a\.csv: could not be written/);
    const uneven = writeTable(folder.path("a.csv"), [columns[0]!, { name: "y", type: "double", values: [1] }]);
    await expect(uneven).rejects.toThrow("y: expected 3 values, got 1");
    expect(readdirSync(folder.path("."))).toEqual(["file"]);
  });

  test("equal columns give equal bytes", async () => {
    const folder = folderOf({});
    const hash = (name: string): string =>
      createHash("sha256")
        .update(readFileSync(folder.path(name)))
        .digest("hex");
    const x: TableColumn = { name: "x", type: "double", values: Array.from({ length: 200_000 }, (_, i) => i / 7) };
    for (const name of ["a.csv", "b.csv"]) await writeTable(folder.path(name), [x]);
    expect(hash("a.csv")).toBe(hash("b.csv"));
  });
});
