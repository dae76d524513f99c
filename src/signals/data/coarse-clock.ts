// Evens out the times of a clock whose ticks are about as long as the sampling period. The system clock of Microsoft Windows
// advances every 15.6 ms, and float32 can represent milliseconds only in steps of 32 ms after three days. At 50 Hz,
// consecutive times of such a clock are either one or two ticks apart, or zero or one, and the median difference is the period
// of a different rate. The sensor itself samples evenly, so the times lie within a tick of a line. If rows were lost at random
// instead, the times would drift away from any line.

/** Times without the rounding of a coarse clock. */
export interface CoarseClock {
  /** [rows] times in seconds. */
  readonly times: Float64Array;
  /** Time per row, in seconds. */
  readonly step: number;
  /** Length of a tick, in seconds. */
  readonly tick: number;
}

/** Minimum number of rows between two pauses for a line to be fitted; with fewer rows, lost rows could look like rounding. */
const leastRows = 250;
/** Number of rows per knot of the line, which follows a clock that drifts. */
const knotRows = 500;
/** Number of rows for finding the tick. */
const headRows = 4096;
/** Range of the time per row, in ticks. */
const rowTicks = { least: 0.12, most: 2.2 } as const;
/** Minimum distance of the ticks per row, or rows per tick, from a whole number; if they are closer, most steps are exact. */
const leastUneven = 0.1;
/** Maximum step without a pause, in ticks. */
const longestStep = 3;
/** A step is a number of ticks if it differs from it by at most this many ticks. */
const tickTolerance = 0.1;
/** Maximum distance of a time from the line, in ticks; rounding alone accounts for half a tick on either side. */
const mostOff = 0.75;
/** Minimum share of the rows that must be this close to the line, and of the steps that must be whole numbers of ticks. */
const leastFitting = 0.98;

/**
 * @param time times of the rows of one recording, in order; rows may share a time
 * @returns undefined if the clock is not coarse, or if rows may have been lost
 */
export function evenTimesOfCoarseClock(time: Float64Array): CoarseClock | undefined {
  const tick = tickOfCoarseClock(time.subarray(0, headRows));
  if (tick === undefined) return undefined;
  const starts = [0];
  for (let i = 1; i < time.length; i++)
    if (time[i]! - time[i - 1]! > (longestStep + tickTolerance) * tick) starts.push(i);
  starts.push(time.length);
  const parts = starts.slice(1).map((end, p) => ({ start: starts[p]!, end }));
  const long = parts.filter(({ start, end }) => end - start >= leastRows);
  const rows = long.reduce((sum, { start, end }) => sum + end - start - 1, 0);
  if (rows < leastFitting * (time.length - 1) - parts.length) return undefined;
  const step = long.reduce((sum, { start, end }) => sum + time[end - 1]! - time[start]!, 0) / rows;
  const ticks = step / tick;
  if (!(ticks >= rowTicks.least && ticks <= rowTicks.most)) return undefined;
  const many = Math.max(ticks, 1 / ticks);
  if (Math.abs(many - Math.round(many)) < leastUneven) return undefined;
  const times = new Float64Array(time.length);
  let fitting = 0;
  for (const { start, end } of parts) {
    const line = end - start >= leastRows ? lineOfTimes(time.subarray(start, end)) : undefined;
    for (let i = start; i < end; i++) {
      times[i] = line?.(i - start) ?? time[start]! + (i - start) * step;
      if (Math.abs(times[i]! - time[i]!) <= mostOff * tick) fitting++;
    }
  }
  return fitting < leastFitting * time.length ? undefined : { times, step, tick };
}

/** Returns the shortest step that occurs often, if nearly all steps are multiples of it. */
function tickOfCoarseClock(time: Float64Array): number | undefined {
  const count = Math.max(0, time.length - 1);
  const [steps, ascending] = [new Float64Array(count), new Float64Array(count)];
  let positive = 0;
  for (let i = 0; i < count; i++) {
    const step = time[i + 1]! - time[i]!;
    steps[i] = step;
    if (step > 0) ascending[positive++] = step;
  }
  ascending.subarray(0, positive).sort();
  const shortest = ascending.subarray(0, positive)[Math.floor(0.05 * positive)];
  if (shortest === undefined) return undefined;
  let [sum, near] = [0, 0];
  for (let i = 0; i < positive; i++) {
    const step = ascending[i]!;
    if (Math.abs(step / shortest - 1) > tickTolerance) continue;
    sum += step;
    near++;
  }
  const tick = sum / near;
  let whole = 0;
  for (let i = 0; i < count; i++) {
    const ticks = steps[i]! / tick;
    if (Math.abs(ticks - Math.round(ticks)) <= tickTolerance) whole++;
  }
  return whole < leastFitting * count ? undefined : tick;
}

/** Returns a polyline through the mean times of pieces of about `knotRows` rows. */
function lineOfTimes(time: Float64Array): (row: number) => number {
  const count = Math.max(2, Math.round(time.length / knotRows));
  const knots = Array.from({ length: count }, (_, k) => {
    const [from, to] = [Math.floor((k * time.length) / count), Math.floor(((k + 1) * time.length) / count)];
    const at = time.subarray(from, to).reduce((sum, value) => sum + (value - time[0]!), 0) / (to - from);
    return { row: (from + to - 1) / 2, at };
  });
  return (row) => {
    const k = Math.min(
      count - 2,
      Math.max(
        0,
        knots.findLastIndex((knot) => knot.row <= row),
      ),
    );
    const [before, after] = [knots[k]!, knots[k + 1]!];
    return time[0]! + before.at + ((row - before.row) * (after.at - before.at)) / (after.row - before.row);
  };
}
