// Leaves out rows that belong to sensors or events that are not read, such as the rows of a slower magnetometer between those of
// an accelerometer and a gyroscope, or of blinks between those of a headband. Their empty cells are not lost samples.

import { cellHasNumber, cellHasValue, isNumberCellType, startOfCell } from "../files/cell-has-value.ts";
import type { Database } from "../files/duckdb.ts";
import type { TableSchema } from "../files/table-schema.ts";
import { usualColumnOfRole } from "../files/usual-column-names.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import { exceedsGateLimit, missingShareLimit } from "./gate-limits.ts";

const searchedRows = 50_000;

/**
 * @param channels the channels to read
 * @returns the table without these rows; the same table if other rows have no values either, or if the other sensors have
 * values in the same rows as the channels
 */
export async function withoutRowsOfOtherSensors(
  database: Database,
  schema: TableSchema,
  channels: readonly string[],
  warn: (message: string) => void,
): Promise<TableSchema> {
  const unread = schema.names.filter((name) => !channels.includes(name));
  const ofSensors: readonly (readonly string[])[] = sensorsByName(unread).map((own) => own.channels);
  const roles = new Set(
    (["label", "group", "recording", "time"] as const).map((role) => usualColumnOfRole(unread, role)),
  );
  const ofEvents = unread.filter((name) => !roles.has(name) && schema.types.get(name) === "VARCHAR");
  const others = [...ofSensors, ...ofEvents.filter((name) => !ofSensors.flat().includes(name)).map((name) => [name])];
  if (channels.length === 0 || others.length === 0) return schema;
  const has = (name: string): string =>
    isNumberCellType(schema.types.get(name)) ? cellHasNumber(name) : cellHasValue(startOfCell(name));
  const any = (names: readonly string[]): string => `(${names.map(has).join(" OR ")})`;
  const own = any(channels);
  const rows = `(SELECT * FROM ${schema.source(new Set(), null)} LIMIT ${searchedRows})`;
  const [facts] = await database.rows(`SELECT count(*) AS rows, count(*) FILTER (NOT ${own}) AS none FROM ${rows}`);
  const [none, all] = [Number(facts!.none), Number(facts!.rows)];
  if (none === all || !exceedsGateLimit(none, missingShareLimit * all)) return schema;
  const counts = others.flatMap((names, i) => [
    `count(*) FILTER (${any(names)} AND NOT ${own}) AS apart${i}`,
    `count(*) FILTER (${any(names)} AND ${own}) AS beside${i}`,
  ]);
  const [shared] = await database.rows(`SELECT ${counts.join(", ")} FROM ${rows}`);
  const number = (name: string): number => Number(shared![name]);
  const apart = others.filter((_, i) => number(`apart${i}`) > 0 && number(`beside${i}`) === 0);
  if (apart.length === 0) return schema;
  const [found] = await database.rows(
    `SELECT count(*) FILTER (NOT ${own} AND NOT ${any(apart.flat())}) AS unexplained FROM ${rows}`,
  );
  if (exceedsGateLimit(Number(found!.unexplained), missingShareLimit * all)) return schema;
  warn(`Rows that have values only of ${apart.map((names) => names.join(", ")).join(" or ")} are left out.`);
  return {
    ...schema,
    source: (numbers, time) => `(SELECT * FROM ${schema.source(numbers, time)} WHERE ${own})`,
  };
}
