// Tables out: columns to CSV or Parquet through DuckDB. The file appears under its name whole or not at all: it is
// written beside its target, flushed to disk and renamed.

import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { DOUBLE, DuckDBDataChunk, type DuckDBType, FLOAT, INTEGER, VARCHAR } from "@duckdb/node-api";
import { UserError } from "../errors.ts";
import { makeDirectories } from "../make-directories.ts";
import { temporaryBeside } from "../temporary-file.ts";
import { openDatabase, sqlName, sqlString } from "./duckdb.ts";
import { firstLine } from "./find-files.ts";

export interface TableColumn {
  readonly name: string;
  /** One of: string, double, float, integer (32 bits). */
  readonly type: "string" | "double" | "float" | "integer";
  /** One entry a row; null for an empty cell. */
  readonly values: ArrayLike<string | number | null>;
}

const duckdbTypes: Record<TableColumn["type"], DuckDBType> = {
  string: VARCHAR,
  double: DOUBLE,
  float: FLOAT,
  integer: INTEGER,
};

const chunkRows = 2048;

/** SQL options of `COPY` for the extension of a file: .parquet, .csv, .tsv, the latter two also with .gz. */
export function copyFormat(path: string): string {
  if (/\.(parquet|parq|pq)$/i.test(path)) return "FORMAT parquet, COMPRESSION zstd";
  const text = /\.(csv|tsv)(\.gz)?$/i.exec(path);
  if (text === null) {
    throw new UserError(`${path}: expected a name that ends in .parquet, .csv, .tsv, .csv.gz or .tsv.gz.`, {
      advice: "Change the extension; it says in which format the table is written.",
    });
  }
  const delimiter = text[1]!.toLowerCase() === "tsv" ? "chr(9)" : "','";
  return `FORMAT csv, HEADER true, DELIMITER ${delimiter}, COMPRESSION ${text[2] === undefined ? "none" : "gzip"}`;
}

/**
 * Writes columns of equal length. Equal columns give equal bytes for CSV, and equal values for Parquet.
 * @param path its extension chooses the format; missing folders are made; an existing file is replaced
 * @throws UserError when the format is unknown or the file cannot be written
 */
export async function writeTable(path: string, columns: readonly TableColumn[]): Promise<void> {
  const format = copyFormat(path);
  const rows = columns[0]?.values.length ?? 0;
  for (const { name, values } of columns) {
    if (values.length !== rows) throw new RangeError(`${name}: expected ${rows} values, got ${values.length}`);
  }
  const folder = dirname(path);
  const temporary = temporaryBeside(path);
  const database = await openDatabase();
  try {
    await makeDirectories(folder);
    const declared = columns.map(({ name, type }) => `${sqlName(name)} ${duckdbTypes[type]}`);
    await database.connection.run(`CREATE TABLE written (${declared.join(", ")})`);
    const appender = await database.connection.createAppender("written");
    const types = columns.map(({ type }) => duckdbTypes[type]);
    for (let start = 0; start < rows; start += chunkRows) {
      const count = Math.min(chunkRows, rows - start);
      const chunk = DuckDBDataChunk.create(types, count);
      chunk.setColumns(columns.map(({ values }) => Array.from({ length: count }, (_, i) => values[start + i] ?? null)));
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
    await database.connection.run(`COPY written TO ${sqlString(temporary)} (${format})`);
    await flush(temporary);
    await rename(temporary, path);
    await flush(folder);
  } catch (cause) {
    // Where the folder itself is the trouble there is nothing to remove.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new UserError(`${path}: could not be written: ${firstLine(cause)}`, {
      advice: "Check that the folder can be written to and has space left.",
      cause,
    });
  } finally {
    database.close();
  }
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
