// Finds the sampling rate of tables without times in a column such as fs or dt, which JSON files contain once per recording.

import { withoutRoundingNoise } from "../../without-rounding-noise.ts";
import { type Database, duckdbIdentifier } from "../files/duckdb.ts";
import { readTableSchema } from "../files/table-schema.ts";
import type { SourceTable } from "./sensor-files.ts";

const rateName =
  /^(?:.*[._])?(?:(?:sampling|sample|acquisition)[ _-]?(?:rate|freq|frequency)|fs)(?:[ _-]?\(?(?:in[ _-]?)?hz\)?)?$|^(?:.*\.)?(?:sr|hz|rate|rate_hz|frequency|frequency_hz)$/i;
/** Matches the names of the time between two samples; the unit may follow. */
const stepName =
  /^(?:.*[._])?(?:dt|delta[ _-]?t|(?:(?:sampl(?:e|ing)|time)[ _-]?)?interval|sampl(?:e|ing)[ _-]?period|time[ _-]?step)(?:[ _-]?\(?(s|sec|seconds?|ms|msec|millis|milliseconds?|us)\)?)?$/i;
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
  const spaced = (name: string): string => name.replace(/([a-z])([A-Z])/g, "$1_$2").trim();
  const named = columns.filter((name) => rateName.test(spaced(name)) || stepName.test(spaced(name)));
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
    const [value, ...others] = rates;
    if (value === undefined || others.length > 0) continue;
    const step = rateName.test(spaced(name)) ? undefined : stepName.exec(spaced(name));
    const rate = step === undefined ? value : rateOfStep(value, step?.[1]?.toLowerCase());
    if (!(rate >= possible.least && rate <= possible.most)) continue;
    warn(
      `The sampling rate, ${withoutRoundingNoise(rate)} Hz, is ${step === undefined ? "taken" : "computed"} from column "${name}".`,
    );
    return rate;
  }
  return undefined;
}

/** @param unit as written; without one, steps of at least 1 are in ms, because samples are less than a second apart */
function rateOfStep(step: number, unit: string | undefined): number {
  const perSecond = unit === undefined ? (step < 1 ? 1 : 1000) : unit.startsWith("s") ? 1 : unit === "us" ? 1e6 : 1000;
  return perSecond / step;
}
