/** A time on a recording's clock: as a date if it can be a number of seconds since 1970, and as seconds otherwise. */
export function instantText(seconds: number): string {
  // These are dates from 1973 to 2286.
  const isDate = seconds > 1e8 && seconds < 1e10;
  return isDate ? new Date(1000 * seconds).toISOString() : `${Number(seconds.toPrecision(9))} s`;
}

/** For example "2026-11-26 10:00 to 10:05". @param from ISO 8601, UTC, like `to` */
export function instantRangeText(from: string, to: string): string {
  const [first, last] = [from, to].map((time) => time.slice(0, 16).replace("T", " "));
  const isSameDay = from.slice(0, 10) === to.slice(0, 10);
  return first === last ? first! : `${first} to ${isSameDay ? last!.slice(11) : last}`;
}
