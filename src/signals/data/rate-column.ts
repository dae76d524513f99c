// Finds the sampling rate of tables without times in a column such as fs, which JSON files contain once per recording.

import { type Database, duckdbIdentifier } from "../files/duckdb.ts";
import { readTableSchema } from "../files/table-schema.ts";
import type { SourceTable } from "./sensor-files.ts";

const rateName =
  /^(?:.*[._])?(?:(?:sampling|sample|acquisition)[ _-]?(?:rate|freq|frequency)|fs)(?:[ _-]?\(?(?:in[ _-]?)?hz\)?)?$|^(?:.*\.)?(?:sr|hz|rate|rate_hz|frequency|frequency_hz)$/i;
/** Range of plausible rates in Hz. */
const possible = { least: 1, most: 10_000 } as const;

/**
 * @param columns the columns to search
 * @param warn called with the column that gives the rate
 * @returns the rate in Hz; undefined if no column has the same plausible rate in all rows
 */
export async function rateInColumn(
  database: Database,
  tables: readonly SourceTable[],
  columns: readonly string[],
  warn: (message: string) => void,
): Promise<number | undefined> {
  const named = columns.filter((name) => rateName.test(name.replace(/([a-z])([A-Z])/g, "$1_$2").trim()));
  for (const name of named) {
    const rates = new Set<number>();
    for (const table of tables) {
      const schema = await readTableSchema(database, table);
      if (!schema.names.includes(name)) return undefined;
      const value = `TRY_CAST(${duckdbIdentifier(name)} AS DOUBLE)`;
      const [found] = await database.rows(
        `SELECT min(${value}) AS low, max(${value}) AS high FROM ${schema.source(new Set())}`,
      );
      rates.add(Number(found!.low ?? Number.NaN)).add(Number(found!.high ?? Number.NaN));
    }
    const [rate, ...others] = rates;
    if (rate === undefined || others.length > 0 || !(rate >= possible.least && rate <= possible.most)) continue;
    warn(`The sampling rate, ${rate} Hz, is taken from column "${name}".`);
    return rate;
  }
  return undefined;
}
