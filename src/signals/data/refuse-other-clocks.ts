// Rejects files of sensors that cannot be joined: clocks that have no time in common or count in different units, and, if there
// are no clocks, different numbers of rows. Joined anyway, their rows would combine values of different times.

import { counted } from "../../counted.ts";
import { UserError } from "../../errors.ts";
import type { Database } from "../files/duckdb.ts";
import { mostDurationRatio } from "./own-clocks.ts";

/** Maximum relative difference between the numbers of rows in files that are joined row by row; arbitrary. */
const mostSurplusRows = 0.02;

/** One sensor's file. */
export interface ClockedFile {
  readonly path: string;
  /** The file's rows, as SQL. */
  readonly sql: string;
  /** SQL expression for the time as a number; null if rows are matched by position. */
  readonly time: string | null;
}

interface Extent {
  readonly path: string;
  readonly rows: number;
  readonly from: number;
  readonly to: number;
}

/**
 * @param files files to join, the first of which determines the rows
 * @throws UserError if the clock of a file does not fit the first file's
 */
export async function refuseOtherClocks(database: Database, [first, ...others]: readonly ClockedFile[]): Promise<void> {
  if (first === undefined || others.length === 0) return;
  const base = await extentOfClock(database, first);
  for (const file of others) {
    const other = await extentOfClock(database, file);
    if (file.time === null) refuseOtherLength(base, other);
    else refuseOtherTimes(base, other);
  }
}

async function extentOfClock(database: Database, { path, sql, time }: ClockedFile): Promise<Extent> {
  const clock = time === null ? "NULL" : `CAST(${time} AS DOUBLE)`;
  const [row] = await database.rows(
    `SELECT count(*) AS n, min(t) AS a, max(t) AS b FROM (SELECT ${clock} AS t FROM ${sql})`,
  );
  return { path, rows: Number(row!.n), from: Number(row!.a), to: Number(row!.b) };
}

function refuseOtherLength(base: Extent, other: Extent): void {
  if (Math.abs(base.rows - other.rows) <= mostSurplusRows * Math.max(base.rows, other.rows)) return;
  throw new UserError(
    `${base.path} has ${counted(base.rows, "row")} and ${other.path} has ${counted(other.rows, "row")}, and neither has a time column, so it is unknown which rows belong together.`,
    { advice: "Export both files with times, name their time columns with --time, or read one of the files alone." },
  );
}

function refuseOtherTimes(base: Extent, other: Extent): void {
  const extents = [base, other].map(({ path, from, to }) => `${path} from ${from} to ${to}`).join(", ");
  const [short, long] = [base.to - base.from, other.to - other.from].toSorted((a, b) => a - b);
  const isOtherUnit = short! > 0 && long! / short! >= mostDurationRatio;
  if (!isOtherUnit && base.from <= other.to && other.from <= base.to) return;
  throw new UserError(
    isOtherUnit
      ? `The times of these files cannot be compared, because they seem to have different units: ${extents}.`
      : `The times of these files do not overlap: ${extents}.`,
    {
      advice:
        "Export both files with times of the same clock, in the same unit, or read one of the files alone. If another column holds a common time, name it with --time.",
    },
  );
}
