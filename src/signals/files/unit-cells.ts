// Reads cells that hold a number with its unit, such as "0.12 g", "9,81 m/s²" and "1.2 °/s". The unit becomes part of the column's
// name.

import { DataFault } from "../../data-fault.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import { unitOfName } from "../sensors/unit-of-name.ts";
import { type Database, duckdbIdentifier, duckdbLiteral } from "./duckdb.ts";
import type { ColumnsOfTable } from "./split-clock.ts";

/** In this many of a file's first rows, every cell must hold a number with the same unit. */
const searchedRows = 1000;
const form = "^\\s*([+-]?(?:\\d+(?:[.,]\\d*)?|[.,]\\d+)(?:[eE][+-]?\\d+)?)\\s*([^\\d\\s.,+-].*?)\\s*$";

interface UnitColumn {
  readonly column: string;
  readonly unit: string;
  readonly name: string;
}

/**
 * Replaces each column of a sensor whose cells have a unit by one with numbers.
 * @throws DataFault if a later cell is not a number with the same unit
 */
export async function withUnitCells<Schema extends ColumnsOfTable>(
  database: Database,
  path: string,
  schema: Schema,
): Promise<Schema> {
  const sensors = sensorsByName(schema.names).filter(
    ({ channels, written }) => written === undefined && channels.every((name) => schema.types.get(name) === "VARCHAR"),
  );
  const texts = sensors.flatMap(({ channels }) => channels);
  if (texts.length === 0) return schema;
  const part = (name: string, group: number): string =>
    `regexp_extract(${duckdbIdentifier(name)}, ${duckdbLiteral(form)}, ${group})`;
  const facts = texts.map((name, c) => `min(${part(name, 2)}) AS first${c}, max(${part(name, 2)}) AS last${c}`);
  const [found] = await database.rows(
    `SELECT ${facts.join(", ")} FROM (SELECT * FROM ${schema.source(new Set(), null)} LIMIT ${searchedRows})`,
  );
  const unitOf = (channel: string): string | undefined => {
    const c = texts.indexOf(channel);
    const unit = String(found![`first${c}`] ?? "");
    return unit === found![`last${c}`] && unitOfName(unit) !== undefined ? unit : undefined;
  };
  const columns = sensors.flatMap(({ channels }): UnitColumn[] => {
    const unit = unitOf(channels[0]);
    if (unit === undefined || channels.some((name) => unitOf(name) !== unit)) return [];
    return channels.map((column) => ({ column, unit, name: `${column.trim()} (${unit})` }));
  });
  if (columns.length === 0) return schema;
  const isOther = ({ column, unit }: UnitColumn): string =>
    `(${duckdbIdentifier(column)} IS NOT NULL AND ${part(column, 2)} <> ${duckdbLiteral(unit)})`;
  const names = new Map(columns.map(({ column, name }) => [column, name]));
  await refuseOtherUnitCells(database, path, schema, columns, isOther);
  const numbersOf = columns.map(
    ({ column, name }) => `TRY_CAST(replace(${part(column, 1)}, ',', '.') AS DOUBLE) AS ${duckdbIdentifier(name)}`,
  );
  const without = columns.map(({ column }) => duckdbIdentifier(column));
  const own = new Set(names.values());
  return {
    ...schema,
    names: schema.names.map((name) => names.get(name) ?? name),
    types: new Map(
      [...schema.types].map(([name, type]) => (names.has(name) ? [names.get(name)!, "DOUBLE"] : [name, type])),
    ),
    source: (numbers: ReadonlySet<string>, time?: string | null) =>
      `(SELECT * EXCLUDE (${without.join(", ")}), ${numbersOf.join(", ")} FROM ${schema.source(new Set([...numbers].filter((name) => !own.has(name))), time)})`,
  };
}

async function refuseOtherUnitCells(
  database: Database,
  file: string,
  schema: ColumnsOfTable,
  columns: readonly UnitColumn[],
  isOther: (column: UnitColumn) => string,
): Promise<void> {
  const cases = columns.map((own, c) => `WHEN ${isOther(own)} THEN ${c}`).join(" ");
  const [cell] = await database.rows(
    `SELECT * FROM (SELECT row_number() OVER () AS data_row, CASE ${cases} END AS c, * FROM ${schema.source(new Set(), null)}) WHERE c IS NOT NULL ORDER BY data_row LIMIT 1`,
  );
  if (cell === undefined) return;
  const { column, unit } = columns[Number(cell.c)]!;
  const [row, found] = [Number(cell.data_row), JSON.stringify(String(cell[column]).slice(0, 60))];
  const expected = `a number in ${unit}`;
  throw new DataFault({
    code: "schema",
    message: `${file}: data row ${row}, column "${column}": expected ${expected}, as in the rows before, found ${found}.`,
    advice: "Correct the value or leave the cell empty (missing), or export the file again without units in its cells.",
    file,
    row,
    column,
    expected,
    found,
  });
}
