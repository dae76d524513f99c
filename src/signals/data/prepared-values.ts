// Finds values that someone prepared for a classifier or copied by mistake: channels that were standardised, and channels with
// the values of another one. Also warns if the clock was set while it ran.

import { counted } from "../../counted.ts";
import { piecesOfRecordings } from "./recordings.ts";
import type { StoredRows } from "./stored-rows.ts";

/** Fewer channels may have a mean of 0 and a standard deviation of 1 by chance. */
const leastStandardised = 3;
/** Maximum distance of the mean from 0 and of the standard deviation from 1. */
const tolerance = 2e-3;
/** Range of the standard deviation in a sample of the rows, and maximum mean, for a channel to be examined further; arbitrary. */
const [leastDeviation, mostDeviation, mostMean] = [0.5, 2, 0.5];
/** Number of pieces in that sample, and their length in rows. */
const sample = { pieces: 64, rows: 64 } as const;
/** Minimum length of a pause in which the clock was probably set, in seconds: a year. */
const longestPause = 31_536_000;

type Rows = Pick<StoredRows, "recordings" | "channels" | "values" | "sampling">;

/** Rows `from` to `to` (exclusive) of one recording. */
interface RowRange {
  readonly from: number;
  readonly to: number;
}

interface PreparedValues {
  readonly channel: string;
  readonly mean: number;
  readonly deviation: number;
  /** A hash of the values in their order. */
  readonly hash: number;
}

export function preparedValuesWarnings(rows: Rows): string[] {
  const whole = rows.recordings.flatMap(({ start, end }) => [...piecesOfRecordings(start, end)]);
  const first = rows.channels.map((channel, c) => preparedValues(rows, channel, c, samplePieces(rows.recordings)));
  // Reading all values takes long, and few data sets need it.
  const likely = first.filter(
    ({ mean, deviation }) => Math.abs(mean) <= mostMean && deviation >= leastDeviation && deviation <= mostDeviation,
  );
  const alike = [...Map.groupBy(first, ({ hash, mean }) => `${hash} ${mean}`).values()].filter(
    ({ length }) => length > 1,
  );
  const examined = new Set([...(likely.length < leastStandardised ? [] : likely), ...alike.flat()]);
  const channels = [...examined].map(({ channel }) =>
    preparedValues(rows, channel, rows.channels.indexOf(channel), whole),
  );
  const standardised = channels.filter(
    ({ mean, deviation }) => Math.abs(mean) <= tolerance && Math.abs(deviation - 1) <= tolerance,
  );
  const names = standardised.map(({ channel }) => channel).join(", ");
  const varying = channels.filter(({ deviation }) => deviation > 0);
  return [
    ...(standardised.length < leastStandardised
      ? []
      : [
          `The values of ${names} have a mean of 0 and a standard deviation of 1, so they seem to have been standardised. Standardised values have no unit, and no gravity; use the values as the sensor measured them.`,
        ]),
    ...[...Map.groupBy(varying, ({ hash, mean }) => `${hash} ${mean}`).values()].flatMap((equal) =>
      equal.length === 1
        ? []
        : [
            `Channels ${equal.map(({ channel }) => channel).join(", ")} have the same values in all rows. Check whether the export repeats a channel.`,
          ],
    ),
    ...clockSetWarnings(rows),
  ];
}

/** Returns pieces of recordings, spread evenly over all rows. */
function samplePieces(recordings: Rows["recordings"]): RowRange[] {
  const total = recordings.reduce((sum, { start, end }) => sum + end - start, 0);
  const pieces: RowRange[] = [];
  let before = 0;
  for (const { start, end } of recordings) {
    const after = before + end - start;
    while (pieces.length < sample.pieces) {
      const at = Math.floor((pieces.length * total) / sample.pieces);
      if (at >= after) break;
      const from = start + at - before;
      pieces.push({ from, to: Math.min(end, from + sample.rows) });
    }
    before = after;
  }
  return pieces;
}

function preparedValues(rows: Rows, channel: string, c: number, pieces: readonly RowRange[]): PreparedValues {
  let [count, sum, squares, hash] = [0, 0, 0, 0];
  for (const { from, to } of pieces) {
    const values = rows.values(c, from, to);
    const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
    count += values.length;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      sum += value;
      squares += value * value;
      hash = (Math.imul(hash, 31) + bits[i]!) | 0;
    }
  }
  const mean = sum / count;
  return { channel, mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)), hash };
}

/** Warns about a recording whose clock was set while it ran, such as from 1970 to the present. */
function clockSetWarnings({ recordings, sampling }: Rows): string[] {
  const r = sampling.findIndex(({ longestGapSeconds }) => longestGapSeconds >= longestPause);
  if (r < 0) return [];
  const { user, recording } = recordings[r]!;
  const years = Math.round(sampling[r]!.longestGapSeconds / longestPause);
  return [
    `Recording "${recording}" of person "${user}": the clock jumps ahead by ${counted(years, "year")}, so it was probably set there. Labels with times before that may belong to the wrong rows.`,
  ];
}
