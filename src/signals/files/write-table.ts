// Writes columns to CSV or Parquet through DuckDB. The file appears either complete or not at all: it is written under
// a temporary name next to its target, flushed to disk and renamed.

import { mkdtemp, open, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { DuckDBAppender, DuckDBDataChunk, DuckDBTimestampValue } from "@duckdb/node-api";
import { UserError } from "../../errors.ts";
import { makeDirectories } from "../../make-directories.ts";
import { temporaryBeside } from "../../temporary-file.ts";
import { type Database, duckdbErrorLine, duckdbIdentifier, duckdbLiteral, openDuckdb } from "./duckdb.ts";

export interface TableColumn {
  readonly name: string;
  /**
   * One of: string, double, float, integer (32 bits), boolean and timestamp (seconds since 1970, stored in
   * microseconds).
   */
  readonly type: "string" | "double" | "float" | "integer" | "boolean" | "timestamp";
  /** One entry per row; null for an empty cell. */
  readonly values: ArrayLike<string | number | boolean | null>;
}

const duckdbTypes = {
  string: "VARCHAR",
  double: "DOUBLE",
  float: "FLOAT",
  integer: "INTEGER",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMP",
} as const satisfies Record<TableColumn["type"], string>;

const chunkRows = 2048;

/** Returns the SQL options of `COPY` for a file's extension: .parquet, or .csv or .tsv, also with .gz. */
function writtenTableFormat(path: string): string {
  if (/\.(parquet|parq|pq)$/i.test(path)) return "FORMAT parquet, COMPRESSION zstd";
  const text = /\.(csv|tsv)(\.gz)?$/i.exec(path);
  if (text === null) {
    throw new UserError(`${path}: expected a name that ends in .parquet, .csv, .tsv, .csv.gz or .tsv.gz.`, {
      advice: "Change the extension; it determines the format of the table.",
    });
  }
  const delimiter = text[1]!.toLowerCase() === "tsv" ? "chr(9)" : "','";
  return `FORMAT csv, HEADER true, DELIMITER ${delimiter}, COMPRESSION ${text[2] === undefined ? "none" : "gzip"}`;
}

/**
 * Writes columns of equal length. The same columns yield the same bytes in CSV and the same values in Parquet.
 * @param path the file's path, whose extension determines the format; missing folders are created; an existing file is replaced
 * @throws UserError if the format is unknown or the file cannot be written
 */
export async function writeTable(path: string, columns: readonly TableColumn[]): Promise<void> {
  const writer = await TableWriter.open(path, columns);
  try {
    await writer.append(columns);
    await writer.finish();
  } finally {
    await writer.close();
  }
}

/** Writes a table in parts, with the same result as `writeTable`. Callers must close it. */
export class TableWriter {
  readonly #path: string;
  readonly #temporary: string;
  readonly #database: Database;
  readonly #appender: DuckDBAppender;
  readonly #createChunk: (rows: number) => DuckDBDataChunk;
  readonly #timestamp: (seconds: number) => DuckDBTimestampValue;
  readonly #columns: readonly Omit<TableColumn, "values">[];
  /** Folder for rows that do not fit into DuckDB's memory. */
  readonly #scratch: string;

  private constructor(
    path: string,
    columns: readonly Omit<TableColumn, "values">[],
    of: {
      database: Database;
      appender: DuckDBAppender;
      createChunk: (rows: number) => DuckDBDataChunk;
      timestamp: (seconds: number) => DuckDBTimestampValue;
      scratch: string;
    },
  ) {
    this.#path = path;
    this.#columns = columns;
    this.#temporary = temporaryBeside(path);
    this.#database = of.database;
    this.#appender = of.appender;
    this.#createChunk = of.createChunk;
    this.#timestamp = of.timestamp;
    this.#scratch = of.scratch;
  }

  /** @throws UserError if the format is unknown or the file cannot be written */
  static async open(path: string, columns: readonly Omit<TableColumn, "values">[]): Promise<TableWriter> {
    writtenTableFormat(path);
    const duckdb = await import("@duckdb/node-api");
    const types = columns.map(({ type }) => duckdb[duckdbTypes[type]]);
    const scratch = await mkdtemp(join(tmpdir(), "tidemark-"));
    const database = await openDuckdb({ scratch });
    try {
      await makeDirectories(dirname(path));
      const declared = columns.map(({ name, type }) => `${duckdbIdentifier(name)} ${duckdbTypes[type]}`);
      await database.connection.run(`CREATE TABLE written (${declared.join(", ")})`);
      const appender = await database.connection.createAppender("written");
      const createChunk = (rows: number): DuckDBDataChunk => duckdb.DuckDBDataChunk.create(types, rows);
      const timestamp = (seconds: number): DuckDBTimestampValue =>
        new duckdb.DuckDBTimestampValue(BigInt(Math.round(seconds * 1e6)));
      return new TableWriter(path, columns, { database, appender, createChunk, timestamp, scratch });
    } catch (cause) {
      database.close();
      await rm(scratch, { recursive: true, force: true });
      throw tableNotWritten(path, cause);
    }
  }

  /** @param columns columns of equal length, with the names and types given to `open` */
  async append(columns: readonly TableColumn[]): Promise<void> {
    const rows = columns[0]?.values.length ?? 0;
    for (const [c, { name, values }] of columns.entries()) {
      if (name !== this.#columns[c]?.name) throw new RangeError(`${name}: expected ${this.#columns[c]?.name}`);
      if (values.length !== rows) throw new RangeError(`${name}: expected ${rows} values, got ${values.length}`);
    }
    try {
      for (let start = 0; start < rows; start += chunkRows) {
        const count = Math.min(chunkRows, rows - start);
        const chunk = this.#createChunk(count);
        chunk.setColumns(
          columns.map(({ values, type }) =>
            Array.from({ length: count }, (_, i) => {
              const value = values[start + i] ?? null;
              return type === "timestamp" && value !== null ? this.#timestamp(Number(value)) : value;
            }),
          ),
        );
        this.#appender.appendDataChunk(chunk);
      }
    } catch (cause) {
      throw tableNotWritten(this.#path, cause);
    }
  }

  /** Makes the complete file appear under its name. */
  async finish(): Promise<void> {
    try {
      this.#appender.closeSync();
      await this.#database.connection.run(
        `COPY written TO ${duckdbLiteral(this.#temporary)} (${writtenTableFormat(this.#path)})`,
      );
      await flushWrittenTable(this.#temporary);
      await rename(this.#temporary, this.#path);
      await flushWrittenTable(dirname(this.#path));
    } catch (cause) {
      throw tableNotWritten(this.#path, cause);
    }
  }

  async close(): Promise<void> {
    this.#database.close();
    // If the folder is the problem, there may be no temporary file to remove.
    await rm(this.#temporary, { force: true }).catch(() => undefined);
    await rm(this.#scratch, { recursive: true, force: true });
  }
}

function tableNotWritten(path: string, cause: unknown): UserError {
  return new UserError(`${path}: could not be written: ${duckdbErrorLine(cause)}`, {
    advice: "Check that the folder can be written to and has free space.",
    cause,
  });
}

async function flushWrittenTable(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
