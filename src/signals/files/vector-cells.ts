// Splits cells that hold a whole vector, such as "[0.1, 0.2, 9.8]", "0.1;0.2;9.8" or "{'x': 0.1, 'y': 0.2, 'z': 9.8}", into
// columns for the axes.

import { kindOfSensorInText } from "../sensors/sensor-in-text.ts";
import { type Database, duckdbIdentifier, duckdbLiteral, isColumnAmong } from "./duckdb.ts";
import type { ColumnsOfTable } from "./split-clock.ts";

/** In this many of a file's first rows, every cell must hold a vector. */
const searchedRows = 1000;
const number = "([-+]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][-+]?\\d+)?)";
const between = "[\\s,;|/]+";
const marks = `[\\s:='",;{}()\\[\\]|]`;
const forms = [
  `^\\s*[\\[({<]?\\s*${number}${between}${number}${between}${number}\\s*[\\])}>]?\\s*$`,
  `^${marks}*[xX]${marks}+${number}${marks}+[yY]${marks}+${number}${marks}+[zZ]${marks}+${number}${marks}*$`,
] as const;

/** Adds columns such as acc_x for each column that is named like a sensor and holds vectors. */
export async function withVectorCells<Schema extends ColumnsOfTable>(
  database: Database,
  schema: Schema,
): Promise<Schema> {
  const named = schema.names.filter(
    (name) => /^VARCHAR$|\[\d*\]$/.test(schema.types.get(name) ?? "") && kindOfSensorInText(name) !== null,
  );
  if (named.length === 0) return schema;
  const text = (name: string): string => `CAST(${duckdbIdentifier(name)} AS VARCHAR)`;
  const head = `(SELECT * FROM ${schema.source(new Set(), null)} LIMIT ${searchedRows})`;
  const matches = named.flatMap((name, c) =>
    forms.map((form, f) => `bool_and(regexp_matches(${text(name)}, ${duckdbLiteral(form)})) AS m${c}_${f}`),
  );
  const [found] = await database.rows(`SELECT ${matches.join(", ")} FROM ${head}`);
  const added = named.flatMap((name, c) => {
    const form = forms.find((_, f) => found![`m${c}_${f}`] === true);
    if (form === undefined || ["x", "y", "z"].some((axis) => isColumnAmong(schema.names, `${name}_${axis}`))) return [];
    return ["x", "y", "z"].map((axis, i) => ({
      name: `${name}_${axis}`,
      sql: `TRY_CAST(regexp_extract(${text(name)}, ${duckdbLiteral(form)}, ${i + 1}) AS DOUBLE)`,
    }));
  });
  if (added.length === 0) return schema;
  const own = new Set(added.map(({ name }) => name));
  const columns = added.map(({ name, sql }) => `${sql} AS ${duckdbIdentifier(name)}`);
  return {
    ...schema,
    names: [...schema.names, ...own],
    types: new Map([...schema.types, ...added.map(({ name }) => [name, "DOUBLE"] as const)]),
    source: (numbers: ReadonlySet<string>, time?: string | null) =>
      `(SELECT *, ${columns.join(", ")} FROM ${schema.source(new Set([...numbers].filter((name) => !own.has(name))), time)})`,
  };
}
