// Reads one side of a fixed split, and rejects a column whose values do not identify the sides.

import { counted } from "../../counted.ts";
import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import { type Database, duckdbIdentifier, duckdbLiteral } from "../files/duckdb.ts";
import { wordsOfSplitSide } from "../files/split-sides.ts";
import type { TableSchema } from "../files/table-schema.ts";
import { fixedSplitOf, fixedSplitText, type SplitSide } from "./fixed-split.ts";

const shownValues = 8;

/**
 * Restricts a table to the rows on one side of the split.
 * @param warn called if rows belong to neither side
 * @throws UserError if the table lacks the split column, or if the values of that column do not identify the sides
 */
export async function rowsOfSplitSide(
  database: Database,
  file: string,
  schema: TableSchema,
  { split, side }: { split: string; side: SplitSide },
  warn: (message: string) => void,
): Promise<TableSchema> {
  const { column, test } = fixedSplitOf(split)!;
  if (!schema.names.includes(column)) {
    throw new UserError(`${file}: there is no column "${column}" (--split ${split}).`, {
      advice: `Specify the column that marks the test rows; the columns are ${schema.names.slice(0, 20).join(", ")}.`,
    });
  }
  const text = `trim(CAST(${duckdbIdentifier(column)} AS VARCHAR))`;
  const found = await database.rows(
    `SELECT ${text} AS value, count(*) AS rows FROM ${schema.source(new Set(), null)} GROUP BY ALL ORDER BY value`,
  );
  const isMissing = (value: unknown): boolean => value === null || value === "";
  const values = found.filter(({ value }) => !isMissing(value)).map(({ value }) => String(value));
  const sideOf = (value: string): SplitSide | undefined => {
    if (test !== undefined) return value === test ? "test" : "train";
    return (["train", "test"] as const).find((own) => wordsOfSplitSide[own].includes(value.toLowerCase()));
  };
  if (values.some((value) => sideOf(value) === undefined)) throw unknownSplitSides(file, column, values);
  const missing = found.filter(({ value }) => isMissing(value)).reduce((sum, { rows }) => sum + Number(rows), 0);
  if (missing > 0 && side === "train") {
    warn(`${file}: ${counted(missing, "row")} without a value in column "${column}" (--split) are left out.`);
  }
  const own = values.filter((value) => sideOf(value) === side).map(duckdbLiteral);
  const condition = own.length === 0 ? "false" : `${text} IN (${own.join(", ")})`;
  return {
    ...schema,
    source: (numbers, time) =>
      `(SELECT * FROM ${schema.source(new Set([...numbers].filter((name) => name !== column)), time)} WHERE ${condition})`,
  };
}

/** @throws UserError always, because no row is on this side */
export function refuseEmptySplitSide(files: readonly string[], split: string, side: SplitSide): never {
  const { column, test } = fixedSplitOf(split)!;
  const marks = test === undefined ? `as ${side}` : side === "test" ? `"${test}"` : `other than "${test}"`;
  throw new UserError(
    `${files.slice(0, 3).join(", ")}: no row is marked ${marks} in column "${column}" (--split ${split}).`,
    { advice: "Give all files of the data set, including those with its test rows, or specify another column." },
  );
}

function unknownSplitSides(file: string, column: string, values: readonly string[]): UserError {
  const shown = values.slice(0, shownValues).map((value) => JSON.stringify(value));
  const more = values.length > shownValues ? `, ... (${values.length} in all)` : "";
  return new UserError(
    `${file}: column "${column}" (--split) has the values ${shown.join(", ")}${more}; expected train and test.`,
    {
      advice: `State the value of the test rows, such as ${shellCommand("--split", fixedSplitText({ column, test: values.at(-1) }))}; all other rows are then for training.`,
    },
  );
}
