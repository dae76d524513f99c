// Reconstructs the times of rows that reach a logger in irregular bursts, as over Bluetooth Low Energy or from a polled serial
// port: 1 to 8 rows at once, then none for 30 to 90 ms. In such recordings, neither the median step nor the interval between
// bursts is the sampling period. The sensor itself samples evenly, so the times are found by fitting a line to the arrival
// times of the rows between two pauses.

export interface IrregularBursts {
  /** Index of the first row of each burst, followed by the number of rows. */
  readonly firsts: readonly number[];
  /** Time per row. */
  readonly step: number;
  readonly times: Float64Array;
}

/** Maximum step in seconds; a longer step is a pause that no line is fitted across. */
const pauseSeconds = 1;
/** Minimum number of rows, and of bursts. */
const [leastRows, leastBursts] = [100, 20];
/** Minimum number of rows for computing a stretch's own step; shorter stretches get the recording's usual step. */
const shortStretch = 20;
/**
 * Rows count as simultaneous if they follow the previous row after at most `within` times the mean step; at least `share` of
 * the rows must be simultaneous.
 */
const atOnce = { share: 0.3, within: 0.3 } as const;
/**
 * Intervals between bursts are irregular if at least `share` of them differ from the median interval by more than a fraction
 * `within`.
 */
const irregular = { share: 0.3, within: 0.35 } as const;
/**
 * Regular intervals are accepted as well if at least `share` of the rows repeat a time, and bursts have at least `times`
 * distinct times on average.
 */
const mixed = { share: 0.1, times: 1.5 } as const;
/** Maximum relative difference between a stretch's fitted step and the usual step; if it is larger, rows were lost. */
const mostOff = 0.15;

/**
 * @param time times of the rows of one recording, in order
 * @returns undefined if the rows do not arrive in such bursts
 */
export function irregularBursts(time: Float64Array): IrregularBursts | undefined {
  if (time.length < leastRows) return undefined;
  const stretches = stretchesOfIrregularBursts(time);
  const long = stretches.filter(([from, to]) => to - from >= shortStretch);
  const rows = long.reduce((sum, [from, to]) => sum + to - from - 1, 0);
  const step = long.reduce((sum, [from, to]) => sum + time[to - 1]! - time[from]!, 0) / rows;
  if (!(step > 0)) return undefined;
  const steps = new Float64Array(time.length - 1);
  let together = 0;
  for (let i = 0; i < steps.length; i++) {
    steps[i] = time[i + 1]! - time[i]!;
    if (steps[i]! <= atOnce.within * step) together++;
  }
  if (together < atOnce.share * steps.length) return undefined;
  const firsts = [0, ...Array.from(steps.keys()).flatMap((i) => (steps[i]! > step ? [i + 1] : [])), time.length];
  const intervals = firsts
    .slice(1, -1)
    .map((first, i) => time[first]! - time[firsts[i]!]!)
    .filter((each) => each <= pauseSeconds)
    .sort((a, b) => a - b);
  if (intervals.length < leastBursts) return undefined;
  const middle = intervals[intervals.length >> 1]!;
  const off = intervals.filter((each) => Math.abs(each / middle - 1) > irregular.within).length;
  const equal = steps.filter((each) => each === 0).length;
  const isMixed = equal >= mixed.share * steps.length && steps.length - equal >= mixed.times * firsts.length;
  if (off < irregular.share * intervals.length && !isMixed) return undefined;
  const usualInterval = intervals[Math.floor(0.9 * (intervals.length - 1))]!;
  const times = new Float64Array(time.length);
  let last = Number.NEGATIVE_INFINITY;
  for (const [from, to] of stretches) {
    const line = fitLineToBursts(time, from, to, step);
    if (Math.abs(line.step / step - 1) > mostOff || line.deviation > usualInterval)
      return isMixed ? { firsts, step, times: timesBetweenBursts(time, firsts, step) } : undefined;
    const start = Math.max(line.start, last + line.step);
    for (let i = from; i < to; i++) times[i] = start + (i - from) * line.step;
    last = times[to - 1]!;
  }
  return { firsts, step, times };
}

/** Spreads each burst over the time until the next burst, for recordings in which rows were lost or the rate changed. */
function timesBetweenBursts(time: Float64Array, firsts: readonly number[], step: number): Float64Array {
  const times = new Float64Array(time.length);
  for (let b = 0; b + 1 < firsts.length; b++) {
    const [first, next] = [firsts[b]!, firsts[b + 1]!];
    const room = next < time.length ? (time[next]! - time[first]!) / (next - first) : step;
    const own = room * (next - first) > pauseSeconds ? Math.min(room, step) : room;
    for (let i = first; i < next; i++) times[i] = time[first]! + (i - first) * own;
  }
  return times;
}

function stretchesOfIrregularBursts(time: Float64Array): [from: number, to: number][] {
  const stretches: [number, number][] = [];
  let from = 0;
  for (let i = 1; i <= time.length; i++) {
    if (i < time.length && time[i]! - time[i - 1]! <= pauseSeconds) continue;
    stretches.push([from, i]);
    from = i;
  }
  return stretches;
}

/** Fits a line to the times by least squares on the row numbers, and returns it with the residuals' standard deviation. */
function fitLineToBursts(
  time: Float64Array,
  from: number,
  to: number,
  usual: number,
): { start: number; step: number; deviation: number } {
  const count = to - from;
  if (count < shortStretch) return { start: time[from]!, step: usual, deviation: 0 };
  const [centre, first] = [(count - 1) / 2, time[from]!];
  let [sum, product, square] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const seconds = time[from + i]! - first;
    sum += seconds;
    product += (i - centre) * seconds;
    square += (i - centre) ** 2;
  }
  const step = product / square;
  const start = first + sum / count - centre * step;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (time[from + i]! - start - i * step) ** 2;
  return { start, step, deviation: Math.sqrt(squares / count) };
}
