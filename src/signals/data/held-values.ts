// Finds channels that a slower sensor fills: a logger repeats the last value of such a sensor until the next one arrives, so a
// file at 100 Hz may hold a sensor that measures at 25 Hz. The values then change every fourth row, or every second and third row
// in turn. Values at rest repeat as well, but not regularly: each row has the same chance of a change.

import { counted } from "../../counted.ts";
import { piecesOfRecordings } from "./recordings.ts";
import type { StoredRows } from "./stored-rows.ts";

/** Number of a recording's first rows to examine; a slower sensor is as slow in the rest. Arbitrary. */
const mostRows = 10_000;
/** Minimum number of changes in these rows. */
const leastChanges = 50;
/** Minimum number of rows per change. */
const leastRows = 1.5;
/** Minimum share of the changes that must come as many rows after the previous one as is usual, or one row sooner or later. */
const leastRegular = 0.85;
/** Maximum share of changes that directly follow another one; above it, rows are repeated, but not by a slower sensor. */
const mostConsecutive = 0.05;
/** Longest distance between changes that is counted in an array; arbitrary. */
const longestCounted = 63;
/** Minimum share of the recordings that must be regular. */
const leastRecordings = 0.5;

type Rows = Pick<StoredRows, "recordings" | "channels" | "values" | "sampling">;

/** Warns about channels whose values change regularly, but less often than once per row; one warning per rate. */
export function heldValuesWarnings(rows: Rows): string[] {
  const rated = rows.channels.flatMap((channel, c) => {
    const found = rows.recordings.flatMap((recording, r) => {
      const perChange = rowsPerChange(rows, c, recording);
      return perChange === undefined ? [] : [{ perChange, rate: 1 / rows.sampling[r]!.periodSeconds }];
    });
    const held = found.filter(({ perChange }) => perChange >= leastRows);
    if (held.length === 0 || held.length < leastRecordings * found.length) return [];
    const middle = held.toSorted((a, b) => a.rate / a.perChange - b.rate / b.perChange)[held.length >> 1]!;
    const [own, all] = [middle.rate / middle.perChange, middle.rate].map((rate) => Number(rate.toPrecision(3)));
    return [{ channel, recordings: held.length, own: own!, all: all! }];
  });
  return [...Map.groupBy(rated, ({ own, all }) => `${own} of ${all}`).values()].map((channels) => {
    const { own, all, recordings } = channels[0]!;
    const names = channels.map(({ channel }) => channel).join(", ");
    return `The values of ${names} change only ${own} times per second, although there are ${all} rows per second (${counted(recordings, "recording")}): a slower sensor's values seem to have been repeated. The effective rate is ${own} Hz; faster movements are not in the data.`;
  });
}

/** Returns how many rows apart the values change; 1 if not regularly; undefined if there are too few changes. */
function rowsPerChange(rows: Rows, c: number, { start, end }: Rows["recordings"][number]): number | undefined {
  // Nearly every row of most recordings is a change, so small distances are counted in an array, which is faster.
  const near = new Float64Array(longestCounted + 1);
  const far = new Map<number, number>();
  let [changes, since, last] = [0, 0, Number.NaN];
  for (const { from, to } of piecesOfRecordings(start, Math.min(end, start + mostRows))) {
    const values = rows.values(c, from, to);
    for (let i = 0; i < values.length; i++) {
      since++;
      if (values[i] === last) continue;
      if (!Number.isNaN(last)) {
        if (since <= longestCounted) near[since]!++;
        else far.set(since, (far.get(since) ?? 0) + 1);
        changes++;
      }
      [last, since] = [values[i]!, 0];
    }
  }
  if (changes < leastChanges) return undefined;
  const apart = [...near.entries(), ...far].filter(([, count]) => count > 0);
  const usual = usualDistance(apart, changes);
  const usually = apart.filter(([distance]) => Math.abs(distance - usual) <= 1);
  const regular = usually.reduce((sum, [, count]) => sum + count, 0);
  const consecutive = usual > 2 ? near[1]! : 0;
  if (regular < leastRegular * changes || consecutive > mostConsecutive * changes) return 1;
  return usually.reduce((sum, [distance, count]) => sum + distance * count, 0) / regular;
}

/** Returns the median distance. @param apart distances in rows, with the number of changes at each */
function usualDistance(apart: readonly (readonly [number, number])[], changes: number): number {
  let below = 0;
  for (const [distance, count] of apart.toSorted(([a], [b]) => a - b)) {
    below += count;
    if (2 * below >= changes) return distance;
  }
  return 1;
}
