// An in-memory DuckDB database, opened for one call and then closed. The modules in this folder read and write tables with
// DuckDB; other modules handle only names, types and streamed chunks.

import type { DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";

export interface Database {
  /** Returns a small result as rows that can be written as JSON. */
  rows(sql: string): Promise<Record<string, unknown>[]>;
  /** Yields a large result chunk by chunk, in query order. @throws Error if DuckDB fails, even after many chunks */
  stream(sql: string): AsyncIterable<DuckDBDataChunk>;
  readonly connection: DuckDBConnection;
  close(): void;
}

/** By default, DuckDB downloads extensions from its vendor's server whenever a query seems to need one. */
const nothingUnasked = {
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  allow_community_extensions: "false",
};

/** Memory limit that is enough for a few row groups, regardless of the machine. */
const memoryLimit = "384MB";

/**
 * Opens an empty in-memory database that does not load extensions on its own. The caller closes it.
 * @param options.scratch folder for data that does not fit into DuckDB's memory; if omitted, such data causes an error
 */
export async function openDuckdb({ scratch = "" }: { scratch?: string } = {}): Promise<Database> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", {
    ...nothingUnasked,
    memory_limit: memoryLimit,
    temp_directory: scratch,
  });
  const connection = await instance.connect();
  // DuckDB's threads continue to parse while JavaScript reads; with the default buffer of 1 MB, they would have to wait.
  await connection.run("SET streaming_buffer_size = '32MB'");
  return {
    connection,
    async rows(sql) {
      const reader = await connection.runAndReadAll(sql);
      return reader.getRowObjectsJson();
    },
    async *stream(sql) {
      // An error after the first chunks would look like the end of the result, so an extra row marks the real end.
      const result = await connection.stream(`SELECT * FROM (${sql}) UNION ALL BY NAME SELECT true AS "\x1fend"`);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) break;
        if (chunk.getColumnVector(chunk.columnCount - 1).getItem(0) === true) return;
        yield chunk;
      }
      await connection.run(`SELECT max(hash(COLUMNS(*))) FROM (${sql})`);
      throw new Error("the result ended early, but DuckDB reported no error");
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Maximum number of columns in one query of aggregates; DuckDB reserves megabytes for each count of distinct values. */
const columnsAtOnce = 16;

/** Returns an aggregate of each column, in order. @param aggregate returns a column's aggregate as SQL */
export async function aggregatesOfColumns(
  database: Database,
  columns: readonly string[],
  source: string,
  aggregate: (column: string) => string,
): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let at = 0; at < columns.length; at += columnsAtOnce) {
    const own = columns.slice(at, at + columnsAtOnce);
    const [row] = await database.rows(
      `SELECT ${own.map((name, i) => `${aggregate(name)} AS a${i}`).join(", ")} FROM ${source}`,
    );
    found.push(...own.map((_, i) => row![`a${i}`]));
  }
  return found;
}

/** Formats a string as an SQL literal. */
export function duckdbLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Quotes a column's name as an SQL identifier. */
export function duckdbIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Whether a column has this name for DuckDB, which ignores case and would read the first of two such columns. */
export function isColumnAmong(names: readonly string[], name: string): boolean {
  return names.some((other) => other.toLowerCase() === name.toLowerCase());
}

/**
 * Returns a path in the form expected by DuckDB's readers. DuckDB's readers expand globs in paths, so glob characters in actual
 * names are escaped.
 */
export function duckdbPath(file: {
  readonly path: string;
  readonly remote: boolean;
  readonly stored?: string;
}): string {
  return duckdbLiteral(file.remote ? file.path : (file.stored ?? file.path).replace(/[*?[]/g, "[$&]"));
}

/** Maximum length of a message in characters; DuckDB's messages contain whole types and values. */
const longestErrorLine = 400;

/**
 * Returns the shortened first line of an error's message. In it, the file has the name given by the user, wherever the file's
 * content is stored.
 */
export function duckdbErrorLine(
  error: unknown,
  { path, stored = path }: { readonly path?: string; readonly stored?: string } = {},
): string {
  const message = error instanceof Error ? error.message : String(error);
  const first = message.split("\n", 1)[0] ?? message;
  const line = path === undefined || stored === undefined ? first : first.replaceAll(stored, path);
  return line.length <= longestErrorLine ? line : `${line.slice(0, longestErrorLine).toWellFormed()}...`;
}
