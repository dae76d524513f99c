// Converts a table with one row per axis and time, as in time-series databases and tidy data frames (a column that contains acc_x,
// acc_y, ... beside a column of values), to a table with one column per axis.

import { type Database, duckdbIdentifier, duckdbLiteral } from "../files/duckdb.ts";
import type { ScratchFolder } from "../files/scratch-folder.ts";
import { isDateTimeInSchema, type TableSchema } from "../files/table-schema.ts";
import { usualColumnOfRole } from "../files/usual-column-names.ts";
import { sensorKindByColumnName, sensorsByName } from "../sensors/sensors-by-name.ts";
import type { ColumnOptions } from "./named-columns.ts";
import { numericColumnsOfSeparateSensors, schemaOfSeparatedSensors } from "./separate-sensors.ts";

/** Number of rows to search at the top of a file, and maximum number of different axes. */
const [searchedRows, mostAxes] = [5000, 60];
/** Maximum number of columns; wider tables have a column per axis already. */
const mostColumns = 24;

/** @param warn called if the table has one row per axis */
export async function withAxisRows(
  database: Database,
  file: string,
  schema: TableSchema,
  options: ColumnOptions,
  { scratch, warn }: { readonly scratch: ScratchFolder; readonly warn: (message: string) => void },
): Promise<TableSchema> {
  const role = (name: "label" | "group" | "recording" | "time"): string | null =>
    options[name] ?? usualColumnOfRole(schema.names, name);
  const time = role("time");
  const keys = [role("group"), role("recording"), role("label")].filter(
    (name) => name !== null && schema.types.has(name),
  ) as string[];
  if (time === null || !schema.types.has(time) || options.pivot !== undefined) return schema;
  if (schema.names.length > mostColumns) return schema;
  const texts = schema.names.filter(
    (name) => schema.types.get(name) === "VARCHAR" && name !== time && !keys.includes(name),
  );
  if (texts.length === 0) return schema;
  const numbers = await numericColumnsOfSeparateSensors(database, schema);
  const values = [...numbers].filter((name) => name !== time && !keys.includes(name));
  const [value, ...others] = values.length === 1 ? values : values.filter((name) => /^_?val(ue)?$/i.test(name));
  if (value === undefined || others.length > 0) return schema;
  const found = await axesColumn(
    database,
    schema,
    texts.filter((name) => !numbers.has(name)),
  );
  if (found === undefined) return schema;
  const { column, axes } = found;
  const isNumber = numbers.has(time);
  const isDateTime = isDateTimeInSchema(schema.types.get(time)!);
  const source = schema.source(new Set(isNumber ? [value, time] : [value]), isDateTime ? time : null);
  const own = [...keys, time].map(duckdbIdentifier).join(", ");
  const axis = `CAST(${duckdbIdentifier(column)} AS VARCHAR)`;
  const columns = axes.map(
    (name) =>
      `max(${duckdbIdentifier(value)}) FILTER (${axis} = ${duckdbLiteral(name)}) AS ${duckdbIdentifier(name.trim())}`,
  );
  const out = scratch.file("axes.parquet");
  // If several rows of an axis have the same time, the nth belongs to the nth row of each other axis.
  await database.rows(
    `COPY (SELECT ${own}, ${columns.join(", ")} FROM
       (SELECT *, row_number() OVER (PARTITION BY ${own}, ${axis} ORDER BY axis_row) AS nth FROM
         (SELECT *, row_number() OVER () AS axis_row FROM ${source}))
       GROUP BY ${own}, nth ORDER BY min(axis_row)) TO ${duckdbLiteral(out)} (FORMAT parquet)`,
  );
  warn(`${file}: each row holds the value of one axis, given in column "${column}" (${axes.slice(0, 6).join(", ")}).`);
  return schemaOfSeparatedSensors(database, out);
}

/** Finds the column whose values name the axes of sensors. */
async function axesColumn(
  database: Database,
  schema: TableSchema,
  columns: readonly string[],
): Promise<{ column: string; axes: readonly string[] } | undefined> {
  const valuesOf = async (column: string, rows: string): Promise<string[]> => {
    const name = `CAST(${duckdbIdentifier(column)} AS VARCHAR)`;
    const found = await database.rows(
      `SELECT DISTINCT ${name} AS axis FROM (SELECT * FROM ${schema.source(new Set(), null)}${rows}) WHERE axis IS NOT NULL LIMIT ${mostAxes + 1}`,
    );
    return found.map(({ axis }) => String(axis)).sort();
  };
  for (const column of columns) {
    // All rows of one axis may come before those of the next.
    const first = await valuesOf(column, ` LIMIT ${searchedRows}`);
    if (!first.some((value) => sensorKindByColumnName(value) !== undefined)) continue;
    const axes = await valuesOf(column, "");
    if (axes.length > mostAxes) continue;
    if (sensorsByName(axes).some(({ kind, weak }) => kind !== "unknown" && !weak)) return { column, axes };
  }
  return undefined;
}
