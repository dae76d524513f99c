// Finds time in which nothing moved. A sensor that is not worn, is charging, or is worn by somebody who sleeps measures gravity and
// noise. Such time says nothing about the sensor, and would fill the references with one value. On a body, an accelerometer
// sooner or later moves more than 13 mg (standard deviation) in at least one axis. Van Hees et al. consider a device not worn if
// at most one axis moves that much for an hour (2013, "Separating movement and gravity components", PLoS ONE 8(4)
// e61691). Here, ten minutes suffice to leave the time out, because leaving it out does not claim that the device was
// not worn. Shorter stillness is kept, because people sit still for minutes. Dimensions: N rows.

import { gravityInSensorUnit, type Sensor } from "../sensors/sensor.ts";
import type { RowSource, Stretch } from "./recordings.ts";

/** The time in a batch in which nothing moved. */
export interface StillTime {
  /** Ranges of rows to leave out, ascending; each lies within a stretch and lasts at least ten minutes. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
  /** Duration of these ranges. */
  readonly seconds: number;
  /** Duration of all rows. */
  readonly ofSeconds: number;
  /** Whether nothing moved from the first row to the last. */
  readonly throughout: boolean;
  /** How long nothing had moved at the end of the last row. */
  readonly atEnd: number;
}

const blockSeconds = 10;
/** Standard deviation of an axis below which it is at rest, in g. */
const stillG = 0.013;
/** Length of the mean vector at rest, as shares of gravity; otherwise, the values are in another unit. */
const [leastGravity, mostGravity] = [0.8, 1.25];
/** Stillness of this duration is left out. */
export const longStillnessSeconds = 600;
/** Blocks that are read at once. */
const blocksAtOnce = 60;

/** @param sensors that the model was trained on; only accelerometers with gravity, in a known unit, show stillness */
export function stillTime(rows: RowSource, sensors: readonly Sensor[]): StillTime {
  const accelerometers = sensors.filter(
    ({ kind, gravity, unit }) => kind === "accelerometer" && gravity === true && unit !== null,
  );
  const ranges: { start: number; end: number }[] = [];
  let [seconds, ofSeconds, atEnd, throughout] = [0, 0, 0, accelerometers.length > 0];
  for (const stretch of rows.stretches()) {
    const { start, end } = stretch;
    const blocks = accelerometers.length === 0 ? [] : stillBlocks(rows, stretch, accelerometers);
    const duration = secondsOfStretch(rows, stretch);
    const perBlock = blocks.length === 0 ? 0 : duration / blocks.length;
    const rowAt = (block: number): number => start + Math.round((block * (end - start)) / blocks.length);
    ofSeconds += duration;
    throughout &&= !blocks.includes(false);
    for (let from = 0; from < blocks.length; ) {
      let to = from + 1;
      while (to < blocks.length && blocks[to] === blocks[from]) to++;
      const lasted = blocks[from] ? (to - from) * perBlock : 0;
      if (lasted >= longStillnessSeconds) {
        ranges.push({ start: rowAt(from), end: rowAt(to) });
        seconds += lasted;
      }
      atEnd = lasted;
      from = to;
    }
  }
  return { ranges, seconds, ofSeconds, throughout, atEnd: throughout ? ofSeconds : atEnd };
}

/** Whether nothing moves, by blocks of about ten seconds that cover the stretch. */
function stillBlocks(rows: RowSource, stretch: Stretch, accelerometers: readonly Sensor[]): boolean[] {
  const { start, end } = stretch;
  const count = Math.max(1, Math.round(secondsOfStretch(rows, stretch) / blockSeconds));
  const rowAt = (block: number): number => start + Math.round((block * (end - start)) / count);
  const still: boolean[] = [];
  for (let first = 0; first < count; first += blocksAtOnce) {
    const last = Math.min(count, first + blocksAtOnce);
    const [from, to] = [rowAt(first), rowAt(last)];
    const values = accelerometers.map(({ channels, unit }) => ({
      gravity: gravityInSensorUnit(unit!),
      axes: channels.map((name) => rows.values(rows.channels.indexOf(name), from, to)),
    }));
    for (let block = first; block < last; block++) {
      const [a, b] = [rowAt(block) - from, rowAt(block + 1) - from];
      still.push(
        values.every(({ gravity, axes }) => {
          const moments = axes.map((axis) => momentsOfStillness(axis, a, b));
          const length = Math.hypot(...moments.map(({ mean }) => mean)) / gravity;
          return moments.every(({ std }) => std < stillG * gravity) && length >= leastGravity && length <= mostGravity;
        }),
      );
    }
  }
  return still;
}

function momentsOfStillness(values: Float32Array, from: number, to: number): { mean: number; std: number } {
  const n = to - from;
  let mean = 0;
  for (let i = from; i < to; i++) mean += values[i]! / n;
  let squares = 0;
  for (let i = from; i < to; i++) squares += (values[i]! - mean) ** 2;
  return { mean, std: Math.sqrt(squares / n) };
}

function secondsOfStretch(rows: RowSource, { start, end }: Stretch): number {
  if (end - start < 2) return 0;
  const [first, last] = [rows.time(start, start + 1)[0]!, rows.time(end - 1, end)[0]!];
  return ((last - first) * (end - start)) / (end - start - 1);
}

/** The same rows without some of their stretches' ranges. */
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
