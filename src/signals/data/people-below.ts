// Fills in people, recordings and labels that are given only in the first row of a file or of each block, as in spreadsheets
// with merged cells. Otherwise, the rows below would have no person, recording or label.

import { cellHasValue, startOfCell } from "../files/cell-has-value.ts";
import { type Database, duckdbIdentifier } from "../files/duckdb.ts";
import type { TableSchema } from "../files/table-schema.ts";
import { usualColumnOfRole } from "../files/usual-column-names.ts";
import type { ColumnOptions } from "./named-columns.ts";

/** Maximum number of rows to examine, and minimum number of rows for filling in. */
const [headRows, leastRows] = [1000, 20];
/** Maximum share of the rows that may have a value; if there are more, the empty cells are missing values. */
const mostFilled = 0.1;

/** @param warn called if cells are filled in */
export async function withPeopleBelow(
  database: Database,
  file: string,
  schema: TableSchema,
  options: ColumnOptions,
  warn: (message: string) => void,
): Promise<TableSchema> {
  const roles = ["group", "recording", ...(options.labels === undefined ? ["label" as const] : [])] as const;
  const columns = roles.flatMap((role) => {
    const name = options[role] ?? usualColumnOfRole(schema.names, role);
    return name !== null && schema.types.has(name) ? [name] : [];
  });
  if (columns.length === 0) return schema;
  const texts = columns.map((name, c) => `${startOfCell(name)} AS c${c}`);
  const facts = columns.map(
    (_, c) =>
      `count(*) FILTER (${cellHasValue(`c${c}`)}) AS n${c}, bool_or(n = 1 AND ${cellHasValue(`c${c}`)}) AS first${c}`,
  );
  const [found] = await database.rows(
    `SELECT count(*) AS rows, ${facts.join(", ")} FROM (SELECT row_number() OVER () AS n, ${texts.join(", ")} FROM ${schema.source(new Set(), null)} LIMIT ${headRows})`,
  );
  const rows = Number(found!.rows);
  const below = columns.filter((_, c) => found![`first${c}`] === true && Number(found![`n${c}`]) <= mostFilled * rows);
  if (rows < leastRows || below.length === 0) return schema;
  warn(
    `${file}: ${below.map((name) => `column "${name}"`).join(" and ")} ${below.length === 1 ? "has" : "have"} a value only at the beginning of a block of rows, which is read as the value of all rows of the block.`,
  );
  return {
    ...schema,
    source(numbers, time) {
      const filled = below.map((name) => {
        const column = duckdbIdentifier(name);
        const value = `CASE WHEN ${cellHasValue(startOfCell(name))} THEN CAST(${column} AS VARCHAR) END`;
        return `last_value(${value} IGNORE NULLS) OVER (ORDER BY below_row ROWS UNBOUNDED PRECEDING) AS ${column}`;
      });
      const own = `(SELECT *, row_number() OVER () AS below_row FROM ${schema.source(numbers, time)})`;
      return `(SELECT * EXCLUDE (below_row) REPLACE (${filled.join(", ")}) FROM ${own} ORDER BY below_row)`;
    },
  };
}
