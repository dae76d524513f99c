// Finds the place of a value in the files. Kept rows do not record their origin, so the place is looked up when an error is
// reported.

import type { FaultDescription } from "../../data-fault.ts";
import { silent } from "../../reporter.ts";
import { duckdbIdentifier, openDuckdb } from "./duckdb.ts";
import { findFiles } from "./find-files.ts";
import { readTableSchema } from "./table-schema.ts";

/**
 * @param files files in the order in which they were read
 * @param value the channel's value as float32
 * @returns the first cell that contains the value; undefined if there is none
 */
async function placeOfValue(
  files: readonly string[],
  column: string,
  value: number,
  stored: ReadonlyMap<string, string> | undefined,
): Promise<{ file: string; row: number } | undefined> {
  const database = await openDuckdb();
  try {
    for (const file of await findFiles(database, files, silent, stored)) {
      const schema = await readTableSchema(database, file);
      const [cell] = await database.rows(
        `SELECT data_row FROM (SELECT row_number() OVER () AS data_row, CAST(${duckdbIdentifier(column)} AS DOUBLE) AS value
           FROM ${schema.source(new Set([column]))})
         WHERE CAST(value AS FLOAT) = CAST(${value} AS FLOAT) ORDER BY data_row LIMIT 1`,
      );
      if (cell !== undefined) return { file: file.path, row: Number(cell.data_row) };
    }
    return undefined;
  } catch {
    // The fault must be reported even if its place cannot be found.
    return undefined;
  } finally {
    database.close();
  }
}

/** Adds the place of the value to a fault, if it can be found. */
export async function withPlaceOfValue(
  fault: FaultDescription & { readonly column: string },
  value: number,
  files: readonly string[],
  stored?: ReadonlyMap<string, string>,
): Promise<FaultDescription> {
  const place = await placeOfValue(files, fault.column, value, stored);
  if (place === undefined) return fault;
  const message = fault.message.replace(/^C/, `${place.file}: data row ${place.row}, c`);
  return { ...fault, ...place, message };
}
