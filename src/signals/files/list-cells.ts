// Reads cells of text that hold several samples of one axis, such as "[0.1, 0.2, 0.3]" in a column acc_x, as lists of numbers.
// Such tables have one row per window or per packet.

import { sensorsByName } from "../sensors/sensors-by-name.ts";
import { type Database, duckdbIdentifier, duckdbLiteral } from "./duckdb.ts";
import type { ColumnsOfTable } from "./split-clock.ts";

/** In this many of a file's first rows, every cell must hold a list. */
const searchedRows = 1000;
const number = "(?:[-+]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][-+]?\\d+)?|[nN]a[nN])";
const list = `^\\s*[\\[({]\\s*${number}(?:[\\s,;|]+${number})+[\\s,;]*[\\])}]\\s*$`;
/** Matches lists that may be empty, like that of a lost packet. */
const listOrNone = `${list}|^\\s*[\\[({]\\s*[\\])}]\\s*$`;

/** Reads columns as DOUBLE[] if they are named like the axes of a sensor and every cell holds a list. */
export async function withListCells<Schema extends ColumnsOfTable>(
  database: Database,
  schema: Schema,
): Promise<Schema> {
  const texts = schema.names.filter((name) => schema.types.get(name) === "VARCHAR");
  const axes = sensorsByName(texts).flatMap(({ channels }) => channels);
  if (axes.length === 0) return schema;
  const isList = axes.map(
    (name, c) => `bool_and(regexp_full_match(${duckdbIdentifier(name)}, ${duckdbLiteral(listOrNone)})) AS c${c}`,
  );
  const head = `(SELECT * FROM ${schema.source(new Set(), null)} LIMIT ${searchedRows})`;
  const [found] = await database.rows(`SELECT ${isList.join(", ")} FROM ${head}`);
  if (!axes.every((_, c) => found![`c${c}`] === true)) return schema;
  const own = new Set(axes);
  const columns = schema.names.map((name) => {
    const column = duckdbIdentifier(name);
    if (!own.has(name)) return column;
    const numbers = `regexp_extract_all(CAST(${column} AS VARCHAR), ${duckdbLiteral(number)})`;
    return `CASE WHEN regexp_full_match(${column}, ${duckdbLiteral(list)}) THEN TRY_CAST(${numbers} AS DOUBLE[]) END AS ${column}`;
  });
  return {
    ...schema,
    types: new Map([...schema.types].map(([name, type]) => [name, own.has(name) ? "DOUBLE[]" : type] as const)),
    source: (numbers: ReadonlySet<string>, time?: string | null) =>
      `(SELECT ${columns.join(", ")} FROM ${schema.source(new Set([...numbers].filter((name) => !own.has(name))), time)})`,
  };
}
