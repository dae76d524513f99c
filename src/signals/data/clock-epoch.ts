// Warns about clocks that do not seem to count from 1970. Such times are used as they are, because only labels with dates
// depend on the epoch.

import { sinceEpoch } from "./since-epoch.ts";
import { likelyDates } from "./time-unit.ts";

/** Epochs of other clocks, in seconds from 1970. */
const epochs: readonly (readonly [name: string, seconds: number])[] = [
  ["1904, as LabVIEW does", -2_082_844_800],
  ["1980-01-06, as GPS does", 315_964_800],
  ["1989-12-31, as Garmin's devices do", 631_065_600],
  ["2000, as some microcontrollers do", 946_684_800],
  ["2001, as Apple's devices do", 978_307_200],
];
/** Seconds above which a number is more likely a date than the time since a device was started: more than five years. */
const leastDate = 1.6e8;

/** The start of 2032. */
const latest = 1_956_528_000;

/**
 * Returns a warning if times that counted from 1970 would have an unlikely date, or if the column's name contains gps.
 * @param seconds a typical time
 */
export function epochWarning(column: string, seconds: number): string | undefined {
  const isLikely = seconds >= likelyDates.from && seconds <= likelyDates.to;
  if (seconds < leastDate || seconds > sinceEpoch.to || (isLikely && !/gps/i.test(column))) return undefined;
  const fitting = epochs.filter(
    ([name, start]) =>
      seconds + start >= likelyDates.from && seconds + start <= latest && (!isLikely || name.includes("GPS")),
  );
  if (fitting.length === 0) return undefined;
  if (isLikely)
    return `Column "${column}" is read as counting from 1970, which gives ${new Date(seconds * 1000).toISOString().slice(0, 10)}. If it counts from 1980-01-06, as GPS does, the dates are ten years too early, and labels with dates do not fit; durations are right.`;
  const day = (at: number): string => new Date(at * 1000).toISOString().slice(0, 10);
  const counted = fitting.map(([name, start]) => `${day(seconds + start)} if it counts from ${name}`);
  return `Column "${column}" would be on ${day(seconds)} if it counted from 1970, but on ${counted.join(", or ")}. Its times are used as they are, so durations are right, but dates are wrong, and labels with dates do not fit.`;
}
