// Finds time without movement. A sensor that is not worn, is being charged, or is worn by a sleeping person measures only
// gravity and noise. Time at rest says nothing about the sensor, and would fill the references with a single value. The
// acceleration measured on a body varies sooner or later by more than 13 mg (standard deviation) in at least one axis. Van Hees
// et al. (2013, "Separating movement and gravity components", PLoS ONE 8(4) e61691) consider a device not worn if at most one
// axis varies that much for an hour. Here, time at rest is left out after ten minutes, because leaving it out does not imply
// that the device was not worn. Shorter stillness is kept, because people do sit still for minutes; it is left out only if even
// the direction of gravity stays constant (see resting-blocks.ts). Dimensions: N rows.

import { gravityInSensorUnit, type Sensor } from "../sensors/sensor.ts";
import type { RowSource, Stretch } from "./recordings.ts";
import { type AxisBlock, restingBlocks } from "./resting-blocks.ts";

/** The time without movement in a batch. */
export interface StillSummary {
  /**
   * Time that was left out: periods without movement that last at least ten minutes or include a minute during which the sensor
   * was lying on something.
   */
  readonly seconds: number;
  /** Duration of all rows. */
  readonly ofSeconds: number;
  /** Whether nothing moved from the first row to the last. */
  readonly throughout: boolean;
  /** Whether nothing of the batch is left to judge once this time is left out. */
  readonly isAll: boolean;
  /** Whether the time that was left out extends to the last row. */
  readonly isAtEnd: boolean;
  /** How long nothing had moved by the time of the last row. */
  readonly atEnd: number;
}

/** The time without movement in a batch, with the rows that it covers. */
export interface StillTime extends StillSummary {
  /** Ranges of rows to leave out, ascending; each range lies within a stretch. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
}

const blockSeconds = 10;
/** Standard deviation, in g, below which an axis counts as still. */
const stillG = 0.013;
/** Range of the mean vector's length at rest, as fractions of gravity; values outside it are in a different unit. */
const [leastGravity, mostGravity] = [0.8, 1.25];
/** Minimum duration, in seconds, of stillness that is always left out. */
export const longStillnessSeconds = 600;
/** Number of blocks to read at once. */
const blocksAtOnce = 60;

/** @param sensors sensors that the model was trained on; only accelerometers with gravity, in a known unit, reveal stillness */
export function stillTime(rows: RowSource, sensors: readonly Sensor[]): StillTime {
  const accelerometers = sensors.filter(
    ({ kind, gravity, unit }) => kind === "accelerometer" && gravity === true && unit !== null,
  );
  const ranges: { start: number; end: number }[] = [];
  let [seconds, ofSeconds, atEnd, throughout] = [0, 0, 0, accelerometers.length > 0];
  let [isAll, isAtEnd] = [throughout, false];
  for (const stretch of rows.stretches()) {
    const { start, end } = stretch;
    const blocks = accelerometers.length === 0 ? [] : axisBlocksForStillTime(rows, stretch, accelerometers);
    const still = blocks.map((block) => block !== null);
    const duration = secondsOfStillStretch(rows, stretch);
    const perBlock = blocks.length === 0 ? 0 : duration / blocks.length;
    const rowAt = (block: number): number => start + Math.round((block * (end - start)) / blocks.length);
    ofSeconds += duration;
    throughout &&= !still.includes(false);
    const resting = restingBlocks(blocks);
    const runs = runsOfStillness(still);
    const out = runs.filter(
      ([from, to]) => (to - from) * perBlock >= longStillnessSeconds || resting.slice(from, to).includes(true),
    );
    for (const [from, to] of out) {
      ranges.push({ start: rowAt(from), end: rowAt(to) });
      seconds += (to - from) * perBlock;
    }
    const [last, lastOut] = [runs.at(-1), out.at(-1)];
    atEnd = last?.[1] === blocks.length ? (last[1] - last[0]) * perBlock : 0;
    isAtEnd = lastOut?.[1] === blocks.length;
    isAll &&= out.length === 1 && lastOut![1] - lastOut![0] === blocks.length;
  }
  return { ranges, seconds, ofSeconds, throughout, isAll, isAtEnd, atEnd: throughout ? ofSeconds : atEnd };
}

/** Returns the runs of `true`, each given by its first index and the index after its last. */
function runsOfStillness(still: readonly boolean[]): [from: number, to: number][] {
  const runs: [number, number][] = [];
  for (const [i, own] of still.entries()) {
    if (!own) continue;
    if (still[i - 1] === true) runs.at(-1)![1] = i + 1;
    else runs.push([i, i + 1]);
  }
  return runs;
}

/** Returns the statistics of each axis in each block of about ten seconds; null for a block with movement. */
function axisBlocksForStillTime(
  rows: RowSource,
  stretch: Stretch,
  accelerometers: readonly Sensor[],
): (readonly AxisBlock[] | null)[] {
  const { start, end } = stretch;
  const count = Math.max(1, Math.round(secondsOfStillStretch(rows, stretch) / blockSeconds));
  const rowAt = (block: number): number => start + Math.round((block * (end - start)) / count);
  const blocks: (readonly AxisBlock[] | null)[] = [];
  for (let first = 0; first < count; first += blocksAtOnce) {
    const last = Math.min(count, first + blocksAtOnce);
    const [from, to] = [rowAt(first), rowAt(last)];
    const values = accelerometers.map(({ channels, unit }) => ({
      gravity: gravityInSensorUnit(unit!),
      axes: channels.map((name) => rows.values(rows.channels.indexOf(name), from, to)),
    }));
    for (let block = first; block < last; block++) {
      const [a, b] = [rowAt(block) - from, rowAt(block + 1) - from];
      const own = values.map(({ gravity, axes }) =>
        axes.map((axis) => axisBlockForStillTime(axis.subarray(a, b), gravity)),
      );
      blocks.push(own.every(isStillSensor) ? own.flat() : null);
    }
  }
  return blocks;
}

function isStillSensor(axes: readonly AxisBlock[]): boolean {
  const length = Math.hypot(...axes.map(({ mean }) => mean));
  return axes.every(({ std }) => std < stillG) && length >= leastGravity && length <= mostGravity;
}

function axisBlockForStillTime(values: Float32Array, gravity: number): AxisBlock {
  const n = values.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += values[i]! / n;
  let squares = 0;
  let changes = 0;
  for (let i = 0; i < n; i++) {
    squares += (values[i]! - mean) ** 2;
    if (i > 0 && values[i] !== values[i - 1]) changes++;
  }
  return { n, mean: mean / gravity, std: Math.sqrt(squares / n) / gravity, changes };
}

function secondsOfStillStretch(rows: RowSource, { start, end }: Stretch): number {
  if (end - start < 2) return 0;
  const [first, last] = [rows.time(start, start + 1)[0]!, rows.time(end - 1, end)[0]!];
  return ((last - first) * (end - start)) / (end - start - 1);
}

/** Returns the same rows without the given ranges. */
export function withoutStillTime(rows: RowSource, { ranges }: StillTime): RowSource {
  return {
    channels: rows.channels,
    time: (start, end) => rows.time(start, end),
    values: (channel, start, end) => rows.values(channel, start, end),
    *stretches() {
      let next = 0;
      for (const stretch of rows.stretches()) {
        let { start } = stretch;
        for (; next < ranges.length && ranges[next]!.start < stretch.end; next++) {
          if (ranges[next]!.start > start) yield { ...stretch, start, end: ranges[next]!.start };
          start = ranges[next]!.end;
        }
        if (start < stretch.end) yield { ...stretch, start };
      }
    },
  };
}
