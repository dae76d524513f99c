// Detects rows in random order, as in tables that were shuffled for a classifier and have no times. Acceleration is smooth, so
// it changes less from one row to the next than between two rows picked at random. The measure is the mean squared change from
// row to row divided by twice the variance (von Neumann's ratio), on the axis where it is smallest: 1 for rows in random order,
// and at most 0.49 in the recordings of MotionSense, WISDM, UCI HAR and BFRB that contain movement. It is also about 1 if the
// sensor shakes, or if steps are sampled only a few times each; these values repeat after some rows, so no autocorrelation over
// a longer lag may be significant (Ljung and Box's statistic). At rest, only noise is left, which is random in any order, so
// recordings whose values hardly vary compared with their length are not examined.

import { counted } from "../../counted.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import type { StoredRows } from "./stored-rows.ts";

/** Range of the ratio for rows in random order; it is greater if values go back and forth from row to row. */
const ratioAtRandom = { least: 0.85, most: 1.15 } as const;
/** Number of lags over which autocorrelations are examined. */
const lags = 50;
/** Maximum of Ljung and Box's statistic for rows in random order, a chi-squared quantile; one piece in 10 million exceeds it. */
const statisticAtRandom = 120;
/** Minimum variance, as a share of the squared length of the mean, for a recording to contain movement. */
const leastVariance = 0.02;
/**
 * Minimum sampling rate, in Hz, for a whole recording to be examined; if it is not much higher than the rate of a person's
 * steps, values alternate from row to row.
 */
const leastRateHz = 18;
/** Minimum and maximum number of rows to examine, and maximum number of pieces. */
const rows = { least: 200, most: 3000, pieces: 100 } as const;
/** Minimum share of the pieces with movement that must be in random order. */
const leastShare = 0.5;

/** Returns a warning if the rows seem to be in random order, or none. */
export function shuffledRowsWarnings(stored: StoredRows): string[] {
  const sensor = sensorsByName(stored.channels).find(({ kind }) => kind === "accelerometer" || kind === "unknown");
  if (sensor === undefined) return [];
  const axes = sensor.channels.map((name) => stored.channels.indexOf(name));
  const fast = stored.recordings.filter((_, r) => 1 / stored.sampling[r]!.periodSeconds >= leastRateHz);
  // Rows may be shuffled within each label.
  const pieces = [...fast, ...stored.stretches()].filter(({ start, end }) => end - start >= rows.least);
  const stride = Math.ceil(pieces.length / rows.pieces);
  const ratios = pieces
    .filter((_, p) => p % stride === 0)
    .map((piece) => ({ ...piece, ratio: ratioOfChanges(stored, axes, piece) }))
    .filter(({ ratio }) => ratio !== undefined);
  const shuffled = ratios
    .filter(({ ratio }) => ratio! >= ratioAtRandom.least && ratio! <= ratioAtRandom.most)
    .filter((piece) => axes.every((c) => ljungBox(valuesInMiddle(stored, c, piece)) <= statisticAtRandom));
  const [first] = shuffled;
  if (first === undefined || shuffled.length < leastShare * ratios.length) return [];
  const others = shuffled.length > 1 ? ` and ${counted(shuffled.length - 1, "other part")} of the data` : "";
  return [
    `Recording "${first.recording}" of person "${first.user}"${others}: the rows seem to be in random order, because ${sensor.channels.join(", ")} change as much from one row to the next as between rows picked at random. Use the table as it was before its rows were shuffled or split at random.`,
  ];
}

interface PieceOfRows {
  readonly start: number;
  readonly end: number;
}

function valuesInMiddle(stored: StoredRows, channel: number, { start, end }: PieceOfRows): Float32Array {
  const length = Math.min(end - start, rows.most);
  const from = start + ((end - start - length) >> 1);
  return stored.values(channel, from, from + length);
}

/** Returns the smallest ratio of an axis; undefined without movement. */
function ratioOfChanges(stored: StoredRows, axes: readonly number[], piece: PieceOfRows): number | undefined {
  let [least, variance, squaredMean] = [Number.POSITIVE_INFINITY, 0, 0];
  for (const c of axes) {
    const values = valuesInMiddle(stored, c, piece);
    const { length } = values;
    const mean = values.reduce((sum, value) => sum + value, 0) / length;
    let [squares, changes] = [0, 0];
    for (let i = 0; i < length; i++) {
      squares += (values[i]! - mean) ** 2;
      if (i > 0) changes += (values[i]! - values[i - 1]!) ** 2;
    }
    if (squares > 0) least = Math.min(least, changes / (2 * squares));
    variance += squares / length;
    squaredMean += mean ** 2;
  }
  return variance > leastVariance * squaredMean && Number.isFinite(least) ? least : undefined;
}

/** Returns the sum of the squared autocorrelations over all lags, weighted so that it has a chi-squared distribution. */
function ljungBox(values: Float32Array): number {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const centred = Float64Array.from(values, (value) => value - mean);
  const products = (lag: number): number => {
    let sum = 0;
    for (let i = lag; i < n; i++) sum += centred[i]! * centred[i - lag]!;
    return sum;
  };
  const squares = products(0);
  if (squares === 0) return 0;
  let statistic = 0;
  for (let lag = 1; lag <= lags; lag++) statistic += (n * (n + 2) * (products(lag) / squares) ** 2) / (n - lag);
  return statistic;
}
