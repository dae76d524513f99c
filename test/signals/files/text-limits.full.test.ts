// A file of a few kilobytes whose cells expand to megabytes must be rejected before it fills the memory.

import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { duckdbLiteral } from "../../../src/signals/files/duckdb.ts";
import { folderOf } from "../data/tables.ts";

test("cells of 5 MB are rejected with less than 500 MB of memory", async () => {
  const file = folderOf({}).path("a.parquet");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT repeat('x', 5000000) AS "user", i / 50 AS timestamp_s, i * 1.0 AS Ax, i * 1.0 AS Ay, i * 1.0 AS Az
       FROM range(400) AS t(i)) TO ${duckdbLiteral(file)} (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
  const reader = new URL("../../../src/signals/data/read-recordings.ts", import.meta.url).href;
  const preload = new URL("../../../bench/report-peak.ts", import.meta.url).href;
  const program = `import { readRecordings } from ${JSON.stringify(reader)};
    await readRecordings([process.argv[1]], { requireLabels: false }).catch((error) => console.log(error.message));`;
  const child = spawn(process.execPath, ["--import", preload, "--input-type=module", "-e", program, file], {
    stdio: ["ignore", "pipe", "inherit", "pipe"],
  });
  const [said, bytes] = await Promise.all([text(child.stdout!), text(child.stdio[3] as Readable), once(child, "exit")]);
  expect(said).toMatch(/data row 1, column "user": a string of 5,000,000 bytes; expected at most 1,000 bytes/);
  expect(Number(bytes) / 1e6).toBeLessThan(500);
}, 300_000);
