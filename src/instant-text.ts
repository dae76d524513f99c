/** A time on a recording's clock: as a date if the clock counts seconds from 1970, and as seconds otherwise. */
export function instantText(seconds: number): string {
  // From 1973 to 2286.
  const isDate = seconds > 1e8 && seconds < 1e10;
  return isDate ? new Date(1000 * seconds).toISOString() : `${Number(seconds.toPrecision(9))} s`;
}
