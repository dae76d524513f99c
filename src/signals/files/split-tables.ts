// Splits tables by one of their columns, so that the rows of each device can be read as separate files. Each table is parsed
// only once. DuckDB gathers a table's rows by device, on disk if there is not enough memory, and writes them device by device,
// as exactly the same text or as Parquet. Each part is therefore read as if the user had written it.
import { counted } from "../../counted.ts";
import { UserError } from "../../errors.ts";
import { nearestName } from "../../nearest-name.ts";
import type { Reporter } from "../../reporter.ts";
import { type Database, duckdbIdentifier, duckdbLiteral, openDuckdb } from "./duckdb.ts";
import { withReadErrorsExplained } from "./explain-read-error.ts";
import { findFiles, type SourceFile } from "./find-files.ts";
import { type ScratchFolder, scratchFolder } from "./scratch-folder.ts";
import { readTableSchema } from "./table-schema.ts";
import type { NamingOptions } from "./table-with-names.ts";

/** Maximum number of devices in the given files; a column with more values probably does not identify devices. */
const mostParts = 10_000;

/** The rows of one device. */
export interface TablePart {
  /** The column's value, as written. */
  readonly value: string;
  /** The files with rows from the device, as given by the user. */
  readonly files: readonly string[];
  /**
   * Paths of the temporary files with the device's rows, by the names in `files`. These files are removed when the next part is
   * requested.
   */
  readonly stored: ReadonlyMap<string, string>;
}

export interface SplitOptions extends Pick<NamingOptions, "columns" | "channels" | "time"> {
  readonly reporter: Reporter;
  /** See `findFiles`. */
  readonly stored?: ReadonlyMap<string, string> | undefined;
}

/**
 * @param files paths, globs and URLs of tables that contain the column
 * @returns the parts in order of their devices' first appearance
 * @throws UserError if a file cannot be read or lacks the column, or if the column is empty or has too many different values
 */
export async function* splitTables(
  files: readonly string[],
  column: string,
  { reporter, stored, ...naming }: SplitOptions,
): AsyncGenerator<TablePart> {
  const scratch = scratchFolder();
  const database = await openDuckdb({ scratch: scratch.file("spilled") });
  try {
    const found = await findFiles(database, files, reporter, stored);
    const { readableFiles } = await import("./readable-files.ts");
    const sources = await readableFiles(database, found, { ...naming, scratch, warn: reporter.warn });
    const tables: GatheredTable[] = [];
    for (const [i, source] of sources.entries())
      tables.push(await gatherSplitTable(database, source, column, `part${i}`));
    const values = new Set(tables.flatMap(({ ranges }) => [...ranges.keys()]));
    refuseUnlikelySplitTables(column, values, tables, reporter);
    for (const value of values) yield* writeSplitPart(database, value, tables, scratch);
  } finally {
    database.close();
    scratch.remove();
  }
}

interface GatheredTable {
  readonly source: SourceFile;
  /** Name of the DuckDB table, in which each device's rows are contiguous and in their original order. */
  readonly name: string;
  /** First and last rows of each device. */
  readonly ranges: ReadonlyMap<string, readonly [number, number]>;
  /** Number of rows without a device. */
  readonly unnamed: number;
}

const device = duckdbIdentifier("\x1fdevice");

async function gatherSplitTable(
  database: Database,
  source: SourceFile,
  column: string,
  name: string,
): Promise<GatheredTable> {
  const schema = await readTableSchema(database, source);
  if (!schema.names.includes(column)) throw columnNotToSplitTables(source.path, column, schema.names);
  const value = `nullif(trim(CAST(${duckdbIdentifier(column)} AS VARCHAR)), '')`;
  await withReadErrorsExplained(database, source, schema, () =>
    database.connection.run(`CREATE TABLE ${name} AS SELECT *, ${value} AS ${device} FROM ${schema.source(new Set())}`),
  );
  const rangesOf = async (): Promise<Record<string, unknown>[]> =>
    database.rows(
      `SELECT ${device} AS value, min(rowid) AS first, max(rowid) AS last, count(*) AS n FROM ${name}
       GROUP BY ${device} ORDER BY first`,
    );
  let rows = await rangesOf();
  if (rows.length <= mostParts && rows.some(({ first, last, n }) => Number(last) - Number(first) + 1 !== Number(n))) {
    await database.connection.run(
      `CREATE TABLE ${name}_sorted AS SELECT ${name}.* FROM ${name}
       JOIN (SELECT ${device} AS value, min(rowid) AS first FROM ${name} GROUP BY ${device}) AS begun
       ON begun.value IS NOT DISTINCT FROM ${device} ORDER BY begun.first, ${name}.rowid`,
    );
    await database.connection.run(`DROP TABLE ${name}; ALTER TABLE ${name}_sorted RENAME TO ${name}`);
    rows = await rangesOf();
  }
  const named = rows.filter(({ value }) => value !== null);
  const unnamed = rows.find(({ value }) => value === null);
  return {
    source,
    name,
    ranges: new Map(named.map(({ value, first, last }) => [String(value), [Number(first), Number(last)] as const])),
    unnamed: Number(unnamed?.n ?? 0),
  };
}

async function* writeSplitPart(
  database: Database,
  value: string,
  tables: readonly GatheredTable[],
  scratch: ScratchFolder,
): AsyncGenerator<TablePart> {
  const stored = new Map<string, string>();
  try {
    for (const { source, name, ranges } of tables) {
      const range = ranges.get(value);
      if (range === undefined) continue;
      const delimiter = source.decimalCommaWith ?? ",";
      const format =
        source.format === "parquet"
          ? "FORMAT parquet"
          : `FORMAT csv, HEADER true, DELIMITER ${duckdbLiteral(delimiter)}`;
      const path = scratch.file(source.format === "parquet" ? "part.parquet" : "part.csv");
      await database.connection.run(
        `COPY (SELECT * EXCLUDE (${device}) FROM ${name} WHERE rowid BETWEEN ${range[0]} AND ${range[1]})
         TO ${duckdbLiteral(path)} (${format})`,
      );
      stored.set(source.path, path);
    }
    yield { value, files: [...stored.keys()], stored };
  } finally {
    for (const path of stored.values()) scratch.removeFile(path);
  }
}

function columnNotToSplitTables(path: string, column: string, names: readonly string[]): UserError {
  const nearest = nearestName(column, names);
  const shown = names.length > 20 ? `${names.slice(0, 20).join(", ")}, ...` : names.join(", ");
  return new UserError(`${path}: there is no column "${column}" (--stream-from).`, {
    advice: `${nearest === undefined ? "" : `Did you mean "${nearest}"? `}Its columns: ${shown}.`,
  });
}

function refuseUnlikelySplitTables(
  column: string,
  { size }: ReadonlySet<string>,
  tables: readonly GatheredTable[],
  reporter: Reporter,
): void {
  const unnamed = tables.reduce((sum, own) => sum + own.unnamed, 0);
  if (size === 0) {
    throw new UserError(`Column "${column}" (--stream-from) is empty in ${counted(unnamed, "row")}.`, {
      advice: "Specify the column that identifies each row's device.",
    });
  }
  if (size > mostParts) {
    throw new UserError(
      `Column "${column}" (--stream-from) has ${size.toLocaleString("en")} values, expected at most ${mostParts.toLocaleString("en")}, one per device.`,
      { advice: "Specify the column that identifies each row's device, or check fewer devices at once." },
    );
  }
  if (unnamed > 0) reporter.warn(`${counted(unnamed, "row")} without a value in column "${column}" are left out.`);
}
