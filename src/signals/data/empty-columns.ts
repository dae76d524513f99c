// Removes columns that contain no values from a table's schema. Exports contain empty columns for sensors that the device lacks
// (Xsens's SampleTimeFine, a second gyroscope). If an empty column were chosen as the time or as a channel, no row would
// remain.

import { cellHasNumber, cellHasValue, isNumberCellType, startOfCell } from "../files/cell-has-value.ts";
import type { Database } from "../files/duckdb.ts";
import type { SourceFile } from "../files/find-files.ts";
import type { TableSchema } from "../files/table-schema.ts";
import { usualColumnOfRole } from "../files/usual-column-names.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import { usualChannels } from "../sensors/usual-channels.ts";
import { fixedSplitOf } from "./fixed-split.ts";
import { listedColumns } from "./listed-columns.ts";
import type { ColumnOptions } from "./named-columns.ts";

/**
 * Number of rows at the top of a file to search first: those read by DuckDB's sniffer, which treats an empty column as text.
 */
const headRows = 20_480;
/** Maximum number of possibly empty columns to search; a query over more of them would fill the memory. */
const mostColumns = 500;

/**
 * @param options the user's choice of columns, which are kept; if one is empty, reading it later reports an error
 * @param warn called with the names of the columns left out
 */
export async function withoutEmptyColumns(
  database: Database,
  { path: file, format }: Pick<SourceFile, "path" | "format">,
  schema: TableSchema,
  options: ColumnOptions,
  warn: (message: string) => void,
): Promise<TableSchema> {
  const possible = schema.names.filter(
    (name) => !isEmptyColumnNamedByUser(name, options) && mayBeEmpty(schema.types.get(name) ?? "", format),
  );
  // Cells that DuckDB cannot read are ignored here; reading the rows later explains the error.
  const inHead = await emptyAmong(database, schema, possible, headRows).catch(() => []);
  const empty = new Set(await emptyAmong(database, schema, inHead));
  // A sensor with one or two empty axes is broken rather than absent, so its columns are kept.
  for (const { channels } of sensorsByName(schema.names))
    if (channels.some((name) => !empty.has(name))) for (const name of channels) empty.delete(name);
  if (empty.size === 0 || empty.size === schema.names.length) return schema;
  if (doEmptyColumnsMatter([...empty]))
    warn(`${file}: columns without any value are not read: ${listedColumns([...empty])}.`);
  return { ...schema, names: schema.names.filter((name) => !empty.has(name)), empty: [...empty] };
}

function isEmptyColumnNamedByUser(name: string, { sensor = [], only = [], split, ...options }: ColumnOptions): boolean {
  const { label, group, recording, time, pivot, channels = [], modelChannels = [], pathColumns = [] } = options;
  const roles = [label, group, recording, time, pivot, fixedSplitOf(split)?.column];
  return (
    // A batch without labels may have an empty label column.
    usualColumnOfRole([name], "label") !== null ||
    [...roles, ...channels, ...modelChannels, ...pathColumns].includes(name) ||
    sensor.some((text) => text.includes(name)) ||
    only.some((condition) => condition.startsWith(`${name}=`))
  );
}

/** Whether any of the empty columns, if it had values, would be the clock, the person, the recording or a channel. */
function doEmptyColumnsMatter(empty: readonly string[]): boolean {
  const roles = ["time", "group", "recording"] as const;
  return roles.some((role) => usualColumnOfRole(empty, role) !== null) || usualChannels(empty).channels.length > 0;
}

/**
 * Whether a column of this type may be empty. In a text file, the sniffer found values in every column of a type other than
 * text; in Parquet, a column of NaN has a numeric type.
 */
function mayBeEmpty(type: string, format: SourceFile["format"]): boolean {
  return format === "parquet" ? /^(VARCHAR|DOUBLE|FLOAT|INTEGER|BOOLEAN|BIGINT)$/.test(type) : type === "VARCHAR";
}

async function emptyAmong(
  database: Database,
  schema: TableSchema,
  names: readonly string[],
  rows?: number,
): Promise<string[]> {
  if (names.length === 0 || names.length > mostColumns) return [];
  const starts = names.map((name, c) => `${startOfCell(name)} AS c${c}`);
  const limit = rows === undefined ? "" : ` LIMIT ${rows}`;
  const counts = names.map((name, c) => {
    const isThere = isNumberCellType(schema.types.get(name)) ? cellHasNumber : cellHasValue;
    return `count(*) FILTER (${isThere(`c${c}`)}) AS n${c}`;
  });
  const [found] = await database.rows(
    `SELECT count(*) AS rows, ${counts.join(", ")} FROM (SELECT ${starts.join(", ")} FROM ${schema.source(new Set())}${limit})`,
  );
  if (Number(found!.rows) === 0) return [];
  return names.filter((_, c) => Number(found![`n${c}`]) === 0);
}
