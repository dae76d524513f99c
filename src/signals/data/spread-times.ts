// Gives each row its own time when several rows share one. A coarse clock assigns many rows the same time (whole seconds at 50
// Hz, tenths of a second in a spreadsheet). A radio link delivers samples in packets, and the logger records their arrival
// times: five within 4 ms, then none for 96 ms. In both cases, the sensor itself samples evenly, so the rows of each group are
// spread over the time until the next group. The values must confirm such packets: their changes from one packet to the next
// must be as small as within a packet.

import { counted } from "../../counted.ts";
import type { FaultDescription, OnFault } from "../../data-fault.ts";
import { type CoarseClock, evenTimesOfCoarseClock } from "./coarse-clock.ts";
import { exceedsGateLimit } from "./gate-limits.ts";
import { irregularBursts } from "./irregular-bursts.ts";
import type { StoredRecording, StoredRows } from "./stored-rows.ts";

/** Ratio of mean to median step above which packets are suspected. */
export const packetFactor = 3;
/** Minimum number of groups; if there are fewer, the pauses between them are gaps. */
const leastGroups = 10;
/** Maximum time between packets. */
const longestPacketSeconds = 2.5;
/**
 * Intervals between packets are regular if at least `share` of them differ from the median interval by at most a fraction
 * `within`.
 */
const regular = { share: 0.7, within: 0.35 } as const;
/** Maximum ratio of the change in values between packets to that within a packet. */
export const packetValueChange = 3;
/** Maximum ratio of the change in values over long steps to that over short steps, if only the times were rounded. */
const mostRoundedChange = 1.3;
/** Minimum rate of distinct times, in Hz, for suspecting that rows that share a time come from several sensors. */
const pooledRateHz = 5;
const pooledShare = 0.8;
/**
 * If the differences between rows k apart are less than this share of those between consecutive rows, the rows come from k
 * sensors.
 */
const pooledChange = 0.5;

/** Groups of rows in one recording that share a time or a packet. */
interface Groups {
  /** Index of the first row of each group, within the recording, followed by the number of rows. */
  readonly firsts: readonly number[];
  /** Typical time per row. */
  readonly step: number;
  readonly packets: boolean;
  /** New times, if the intervals between the groups are irregular. */
  readonly even?: Float64Array;
}

/**
 * @returns new times for the recordings that need them, by index in `rows.recordings`
 * @param onFault called if rows that share times come from several sensors, or if a recording's rate is unknown
 */
export function spreadTimes(
  rows: StoredRows,
  repeats: (recording: StoredRecording) => boolean,
  {
    nominalRateHz,
    warn,
    onFault,
  }: { nominalRateHz?: number | undefined; warn: (message: string) => void; onFault: OnFault },
): Map<number, Float64Array> {
  const found = new Map<number, Groups>();
  const coarse = new Map<number, CoarseClock>();
  for (const [r, recording] of rows.recordings.entries()) {
    const even = evenTimesOfCoarseClock(rows.time(recording.start, recording.end));
    if (even !== undefined && areTimesRounded(rows, recording, even)) {
      coarse.set(r, even);
      continue;
    }
    const groups =
      irregularSpreadTimeGroups(rows, r) ??
      (repeats(recording) ? groupsOfRepeatedTimes(rows, recording) : groupsOfPacketTimes(rows, r));
    if (groups !== undefined) found.set(r, groups);
  }
  // A short recording may have no complete group, or all its rows may share one time.
  const known = spreadTimesMiddle([...found.values()].map((groups) => groups.step).filter(Number.isFinite));
  const unknown = [...found].find(([, groups]) => !Number.isFinite(groups.step));
  if (unknown !== undefined && !Number.isFinite(known)) {
    const recording = rows.recordings[unknown[0]]!;
    if (nominalRateHz === undefined) onFault(spreadTimesWithoutRate(recording));
    else
      warn(
        `Recording "${recording.recording}" of person "${recording.user}" has too few distinct times to reveal its rate, so its rows were spaced at the rate given with --rate, ${nominalRateHz} Hz.`,
      );
  }
  const step = Number.isFinite(known) ? known : 1 / (nominalRateHz ?? 1);
  for (const [r, groups] of found) if (!Number.isFinite(groups.step)) found.set(r, { ...groups, step });
  const pooled = [...found].find(([r, { firsts }]) => areSpreadTimesPooled(rows, rows.recordings[r]!, firsts));
  if (pooled !== undefined) onFault(spreadTimesOfSensors(rows.recordings[pooled[0]]!, pooled[1]));
  const packets = [...found].filter(([, groups]) => groups.packets && groups.even === undefined);
  if (!areSpreadTimesContinuous(rows, packets)) for (const [r] of packets) found.delete(r);
  const bursts = [...found.values()].filter(({ even }) => even !== undefined);
  if (bursts.length > 0) warn(describeIrregularSpreadTimes(bursts));
  for (const kind of [true, false]) {
    const own = [...found.values()].filter((groups) => groups.packets === kind && groups.even === undefined);
    if (own.length > 0) warn(describeSpreadTimes(own, kind));
  }
  if (coarse.size > 0) warn(describeCoarseClocks([...coarse.values()]));
  return new Map([
    ...[...coarse].map(([r, { times }]) => [r, times] as const),
    ...[...found].map(([r, groups]) => {
      const { start, end } = rows.recordings[r]!;
      return [r, groups.even ?? spreadGroupTimes(rows.time(start, end), groups)] as const;
    }),
  ]);
}

/** Whether the values change about as much over long steps as over short ones; if rows were lost, they change more. */
function areTimesRounded(rows: StoredRows, { start, end }: StoredRecording, { step }: CoarseClock): boolean {
  const [short, long] = [
    { sum: 0, count: 0 },
    { sum: 0, count: 0 },
  ];
  const time = rows.time(start, end);
  for (const c of rows.channels.keys()) {
    const values = rows.values(c, start, end);
    for (let i = 1; i < values.length; i++) {
      const of = time[i]! - time[i - 1]! > step ? long : short;
      of.sum += Math.abs(values[i]! - values[i - 1]!);
      of.count++;
    }
  }
  return !(long.sum / long.count > (mostRoundedChange * short.sum) / short.count);
}

/**
 * Returns the irregular bursts in which rows arrive; undefined if there are none, or if the values change far more from burst
 * to burst than within a burst.
 */
function irregularSpreadTimeGroups(rows: StoredRows, r: number): Groups | undefined {
  const { start, end } = rows.recordings[r]!;
  const bursts = irregularBursts(rows.time(start, end));
  if (bursts === undefined) return undefined;
  const groups: Groups = { firsts: bursts.firsts, step: bursts.step, packets: true, even: bursts.times };
  return areSpreadTimesContinuous(rows, [[r, groups]]) ? groups : undefined;
}

function groupsOfRepeatedTimes(rows: StoredRows, { start, end }: StoredRecording): Groups | undefined {
  const time = rows.time(start, end);
  const firsts = startsOfTimeGroups(time, 0);
  if (firsts.length === time.length + 1) return undefined;
  return { firsts, step: spreadTimesUsualStep(time, firsts), packets: false };
}

function groupsOfPacketTimes(rows: StoredRows, r: number): Groups | undefined {
  const { start, end } = rows.recordings[r]!;
  const median = rows.sampling[r]!.periodSeconds;
  const mean = (rows.time(end - 1, end)[0]! - rows.time(start, start + 1)[0]!) / (end - start - 1);
  if (!exceedsGateLimit(mean, packetFactor * median)) return undefined;
  const time = rows.time(start, end);
  const steps = Array.from(time.subarray(1), (t, i) => t - time[i]!).filter((d) => d <= longestPacketSeconds);
  // Steps within a packet may vary, but are shorter than the mean step.
  const usual = steps.reduce((sum, step) => sum + step, 0) / steps.length;
  const firsts = startsOfTimeGroups(time, Math.max(packetFactor * median, usual));
  if (firsts.length - 1 < leastGroups || firsts.length - 1 > time.length / 2) return undefined;
  const intervals = firsts.slice(1, -1).map((first, i) => time[first]! - time[firsts[i]!]!);
  const interval = spreadTimesMiddle(intervals);
  const near = intervals.filter((each) => Math.abs(each / interval - 1) <= regular.within).length;
  if (interval > longestPacketSeconds || near < regular.share * intervals.length) return undefined;
  return { firsts, step: spreadTimesUsualStep(time, firsts), packets: true };
}

/** @param threshold a step longer than this starts a new group */
function startsOfTimeGroups(time: Float64Array, threshold: number): number[] {
  const firsts = [0];
  for (let i = 1; i < time.length; i++) if (time[i]! - time[i - 1]! > threshold) firsts.push(i);
  firsts.push(time.length);
  return firsts;
}

function spreadTimesUsualStep(time: Float64Array, firsts: readonly number[]): number {
  const steps: number[] = [];
  for (let g = 0; g + 2 < firsts.length; g++) {
    steps.push((time[firsts[g + 1]!]! - time[firsts[g]!]!) / (firsts[g + 1]! - firsts[g]!));
  }
  // The first group is often incomplete, and lost rows lengthen intervals.
  const median = spreadTimesMiddle(steps.slice(1));
  const usual = steps.filter((step) => Math.abs(step / median - 1) <= regular.within);
  return usual.reduce((sum, step) => sum + step, 0) / usual.length;
}

/**
 * Spreads a group's rows over the time until the next group. At either end of a recording, and where rows were lost, the
 * typical time per row is used instead.
 */
function spreadGroupTimes(time: Float64Array, { firsts, step }: Groups): Float64Array {
  const spreadOut = new Float64Array(time.length);
  for (let g = 0; g + 1 < firsts.length; g++) {
    const [first, next] = [firsts[g]!, firsts[g + 1]!];
    const count = next - first;
    const begin = time[first]!;
    const room = next < time.length ? (time[next]! - begin) / count : Number.POSITIVE_INFINITY;
    const isUsual = Math.abs(room / step - 1) <= regular.within;
    const own = isUsual ? room : Math.min(step, room);
    const from = g === 0 && !isUsual && Number.isFinite(room) ? time[next]! - count * own : begin;
    for (let i = 0; i < count; i++) spreadOut[first + i] = from + i * own;
  }
  return spreadOut;
}

/** Whether rows that share times come from several sensors: each resembles the row at the same position in the next group. */
function areSpreadTimesPooled(rows: StoredRows, { start, end }: StoredRecording, firsts: readonly number[]): boolean {
  const sizes = firsts.slice(1).map((first, g) => first - firsts[g]!);
  const size = spreadTimesMiddle(sizes);
  const time = rows.time(start, end);
  const tick = (time[time.length - 1]! - time[0]!) / (firsts.length - 2);
  if (size < 2 || 1 / tick < pooledRateHz) return false;
  if (sizes.filter((each) => each === size).length < pooledShare * sizes.length) return false;
  const change = (lag: number): number => {
    let sum = 0;
    for (const c of rows.channels.keys()) {
      const values = rows.values(c, start, end);
      for (let i = size; i < values.length; i++) sum += Math.abs(values[i]! - values[i - lag]!);
    }
    return sum;
  };
  return change(size) < pooledChange * change(1);
}

/**
 * Whether the values continue smoothly from packet to packet, over all recordings together, because a sensor at rest reveals
 * nothing.
 */
function areSpreadTimesContinuous(rows: StoredRows, packets: readonly (readonly [number, Groups])[]): boolean {
  const [within, across] = [
    { sum: 0, count: 0 },
    { sum: 0, count: 0 },
  ];
  for (const [r, { firsts }] of packets) {
    const { start, end } = rows.recordings[r]!;
    const begins = new Set(firsts);
    for (const c of rows.channels.keys()) {
      const values = rows.values(c, start, end);
      for (let i = 1; i < values.length; i++) {
        const to = begins.has(i) ? across : within;
        to.sum += Math.abs(values[i]! - values[i - 1]!);
        to.count++;
      }
    }
  }
  return across.sum / across.count <= (packetValueChange * within.sum) / within.count;
}

function describeSpreadTimes(groups: readonly Groups[], packets: boolean): string {
  const sizes = groups.map(({ firsts }) => (firsts.at(-1)! / (firsts.length - 1)) | 0);
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  const rates = groups.map(({ step }) => 1 / step);
  const hz = (rate: number): string => `${Number(rate.toPrecision(3))}`;
  const rate = [...new Set([hz(Math.min(...rates)), hz(Math.max(...rates))])].join(" to ");
  const size = low === high ? `${low}` : `${low} to ${high}`;
  const recordings = counted(groups.length, "recording");
  const shared = high === 1 ? "some rows share a time" : `about ${size} rows share each time`;
  return packets
    ? `In ${recordings}, rows arrive in packets of ${size}. These rows were spread evenly over the time between packets, at ${rate} Hz.`
    : `In ${recordings}, ${shared}. These rows were spread evenly up to the next time, at ${rate} Hz. For exact times, export the times with more digits.`;
}

function describeCoarseClocks(clocks: readonly CoarseClock[]): string {
  const range = (values: readonly number[]): string => {
    const written = values.map((value) => Number(value.toPrecision(3)));
    const [low, high] = [Math.min(...written), Math.max(...written)];
    return low === high ? `${low}` : `${low} to ${high}`;
  };
  const ticks = range(clocks.map(({ tick }) => 1000 * tick));
  const rates = range(clocks.map(({ step }) => 1 / step));
  return `In ${counted(clocks.length, "recording")}, the clock advances in steps of ${ticks} ms, as if the times had been rounded. The rows were spaced evenly, at ${rates} Hz. For exact times, export the times with more digits.`;
}

function describeIrregularSpreadTimes(groups: readonly Groups[]): string {
  const rates = groups.map(({ step }) => Number((1 / step).toPrecision(3)));
  const [low, high] = [Math.min(...rates), Math.max(...rates)];
  const rate = low === high ? `${low}` : `${low} to ${high}`;
  return `In ${counted(groups.length, "recording")}, rows arrive in irregular bursts. These rows were spaced evenly between bursts or pauses, at ${rate} Hz. Times from the sensor's own clock would be more accurate.`;
}

function spreadTimesWithoutRate({ user, recording }: StoredRecording): FaultDescription {
  const found = "at most two distinct times";
  const expected = "three or more distinct times";
  return {
    code: "time",
    message: `Recording "${recording}" of person "${user}": many rows share each time, and the recording has ${found}, so its rate is unknown; expected ${expected}.`,
    advice:
      "Export times with seconds and milliseconds. If the rate is known, give it with --rate, such as --rate " +
      "50; the rows are then spaced at that rate.",
    expected,
    found,
  };
}

function spreadTimesOfSensors({ user, recording }: StoredRecording, { firsts }: Groups): FaultDescription {
  const size = Math.round(firsts.at(-1)! / (firsts.length - 1));
  const found = `${size} rows for each time, whose values belong to ${size} series`;
  const expected = "the rows of one sensor";
  return {
    code: "time",
    message: `Recording "${recording}" of person "${user}": expected ${expected}, found ${found}.`,
    advice:
      "Export one file per sensor, or use --recording to specify the column that tells the sensors apart if each is to be a separate recording.",
    expected,
    found,
  };
}

function spreadTimesMiddle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
