// Streams the needed columns of every file, in order, into one RawTable. DuckDB parses on its own threads and hands
// over chunks of 2,048 rows, so a file is never held twice.

import type { ColumnOptions, RequiredColumns, ResolvedColumns } from "./column-roles.ts";
import { resolveColumns } from "./column-roles.ts";
import { DataFault, type OnFault } from "./data-fault.ts";
import { type Database, sqlName } from "./duckdb.ts";
import { explainReadError } from "./explain-read-error.ts";
import type { SourceFile } from "./find-files.ts";
import { type RawTable, RawTableBuilder } from "./raw-table.ts";
import { isDateTime, readSchema, refuseOtherColumns, type TableSchema } from "./table-schema.ts";

export type ColumnRoles = Omit<ResolvedColumns, "timeUnit">;

/**
 * @param onFault told of each given or expected channel that is not there
 * @throws UserError naming file, row and column for whatever cannot be read
 */
export async function readTable(
  database: Database,
  files: readonly SourceFile[],
  options: ColumnOptions,
  required: RequiredColumns,
  onFault: OnFault,
): Promise<{ table: RawTable; roles: ColumnRoles; timeType: string | null }> {
  const first = files[0]!;
  const { pathColumns = [] } = options;
  const firstSchema = await readSchema(database, first, pathColumns);
  const roles = resolveColumns(firstSchema.names, options, required, first.path, onFault);
  const timeType = roles.time === null ? null : firstSchema.types.get(roles.time)!;
  const builder = new RawTableBuilder(roles.channels.length, roles.time !== null);
  for (const file of files) {
    const schema = file === first ? firstSchema : await readSchema(database, file, pathColumns);
    refuseOtherColumns(first.path, firstSchema.names, file.path, schema.names);
    builder.startFile();
    const before = builder.rows;
    const numbers = new Set(roles.channels);
    const fileTimeType = roles.time === null ? null : schema.types.get(roles.time)!;
    refuseOtherTimeType(first.path, timeType, file.path, fileTimeType);
    if (roles.time !== null && !isDateTime(fileTimeType!)) numbers.add(roles.time);
    try {
      for await (const chunk of database.stream(selection(schema, roles, numbers))) builder.append(chunk);
    } catch (error) {
      throw await explainReadError(database, file, schema, numbers, error);
    }
    if (builder.rows === before) {
      throw new DataFault({
        code: "too_short",
        message: `${file.path}: the file has column names but no rows.`,
        advice: "Export it again, or leave it out.",
        file: file.path,
        expected: "rows",
        found: "none",
      });
    }
  }
  return { table: builder.finish(), roles, timeType };
}

function selection(schema: TableSchema, roles: ColumnRoles, numbers: ReadonlySet<string>): string {
  const text = (name: string | null): string =>
    name === null ? "''" : `coalesce(trim(replace(CAST(${sqlName(name)} AS VARCHAR), chr(31), ' ')), '')`;
  const key = [roles.group, roles.recording, roles.label].map(text).join(" || chr(31) || ");
  const time =
    roles.time === null
      ? []
      : [isDateTime(schema.types.get(roles.time)!) ? `epoch(${sqlName(roles.time)})` : sqlName(roles.time)];
  const hash = `CAST(hash(${key}) >> 11 AS DOUBLE)`;
  const columns = [...time, ...roles.channels.map(sqlName)].map((column) => `CAST(${column} AS DOUBLE)`);
  return `SELECT ${[key, hash, ...columns].join(", ")} FROM ${schema.source(numbers)}`;
}

/** One file's text time in another file's number time would be silently different clocks. */
function refuseOtherTimeType(first: string, type: string | null, file: string, other: string | null): void {
  if (type === null || other === null || isDateTime(type) === isDateTime(other)) return;
  throw new DataFault({
    code: "schema",
    message: `${file}: the time column is ${other} here and ${type} in ${first}.`,
    advice: "Give all files the same kind of time.",
    file,
    expected: type,
    found: other,
  });
}
