import { expect, test } from "vitest";
import { openDuckdb } from "../../../src/signals/files/duckdb.ts";

async function rowsOf(sql: string): Promise<number> {
  const database = await openDuckdb();
  try {
    let rows = 0;
    for await (const chunk of database.stream(sql)) rows += chunk.rowCount;
    return rows;
  } finally {
    database.close();
  }
}

const texts = (bad: number): string =>
  `SELECT CAST(CASE i WHEN ${bad} THEN 'abc' ELSE '1' END AS DOUBLE) AS x, i, i + 1 FROM range(3000000) AS t(i)`;

test("an error far behind the first rows of a stream is not its end", async () => {
  await expect(rowsOf(texts(2_990_000))).rejects.toThrow(/Could not convert string 'abc' to DOUBLE/);
});

test.each([0, 1, 2048, 5000])("a stream of %i rows ends after them", async (rows) => {
  expect(await rowsOf(`SELECT i FROM range(${rows}) AS t(i)`)).toBe(rows);
});
