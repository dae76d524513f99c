// Recognises rows that arrived late: a radio link delivered a packet after its successor, so time runs backwards in the file,
// but the rows fill a pause between earlier rows exactly. They can be put in the order of their times. If a file contains
// several recordings, or a clock was set back, the rows fall between rows that follow each other without a pause.

/** Maximum share of a recording's rows that may be late; arbitrary. */
const mostLate = 0.1;
/** Maximum time in seconds by which rows may be late; arbitrary. */
const longestDelay = 10;
/** A step is a pause if it is longer than `factor` times the `quantile` of the steps. */
const pause = { quantile: 0.95, factor: 1.5 } as const;

/** The rows of a file that arrived late; reading starts again with this file's rows in the order of their times. */
export class LateRows extends Error {
  override readonly name: string = "LateRows";
  /** A warning about the late rows of each file. */
  readonly files: ReadonlyMap<string, string>;

  constructor(files: ReadonlyMap<string, string>) {
    super("rows arrived late");
    this.files = files;
  }
}

/**
 * Whether late rows fill pauses between the rows of their recording that were in order.
 * @param ordered times in seconds of the rows that were in order, ascending
 * @param late times in seconds of the rows that came after rows with later times, in order of arrival
 */
export function fillLatePauses(ordered: Float64Array, late: readonly number[]): boolean {
  if (late.length > mostLate * (ordered.length + late.length)) return false;
  const steps = Float64Array.from(ordered.subarray(1), (time, i) => time - ordered[i]!).sort();
  const least = pause.factor * steps[Math.floor(pause.quantile * (steps.length - 1))]!;
  const lastIn = new Map<number, number>();
  return late.every((time) => {
    const next = firstAfter(ordered, time);
    const [before, after] = [ordered[next - 1], ordered[next]];
    if (before === undefined || after === undefined || before === time || after - before < least) return false;
    const isAfter = time > (lastIn.get(next) ?? Number.NEGATIVE_INFINITY);
    lastIn.set(next, time);
    return isAfter;
  });
}

/** Whether a row is late by so little that a packet may explain it. @param delay in seconds */
export function mayBeLate(delay: number): boolean {
  return delay <= longestDelay;
}

/** Returns the index of the first time after `time`. */
function firstAfter(times: Float64Array, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! > time) high = middle;
    else low = middle + 1;
  }
  return low;
}
