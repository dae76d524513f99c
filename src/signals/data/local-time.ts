// Converts times on a local clock to UTC. A local clock shows one hour twice at the end of daylight saving time. In an
// hour that the clock shows twice, each row gets the first possible moment that is not before the previous row.

import { UserError } from "../../errors.ts";

/** Unit, in seconds, in which time zones change their offset. */
const quarter = 900;
const daySeconds = 86_400;

/**
 * @returns a function that converts local seconds to seconds since 1970; `after` is the previous row's moment
 * @throws UserError if the zone is not known
 */
export function localTimeConverter(zone: string): (local: number, after: number) => number {
  const offsetAt = offsetOfLocalTime(zone);
  const known = new Map<number, readonly number[]>();
  const offsetsOf = (local: number): readonly number[] => {
    const key = Math.floor(local / quarter);
    const found = known.get(key);
    if (found !== undefined) return found;
    const near = [...new Set([offsetAt(local - daySeconds), offsetAt(local + daySeconds)])];
    const valid = near.filter((offset) => offsetAt(key * quarter - offset) === offset);
    // Local times do not exist in the hour skipped when daylight saving time begins. A time in the skipped hour is read with
    // the offset that applies before it.
    const offsets = (valid.length > 0 ? valid : near.slice(0, 1)).sort((a, b) => b - a);
    known.set(key, offsets);
    return offsets;
  };
  return (local, after) => {
    const offsets = offsetsOf(local);
    const moments = offsets.map((offset) => local - offset);
    return moments.find((moment) => moment >= after) ?? moments[0]!;
  };
}

/** Returns a function that gives the zone's offset from UTC in seconds; positive if its clocks are ahead. */
function offsetOfLocalTime(zone: string): (seconds: number) => number {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" });
  } catch (cause) {
    throw new UserError(`--time-zone: expected a time zone such as Europe/London or UTC, got ${JSON.stringify(zone)}`, {
      cause,
    });
  }
  return (seconds) => {
    const name = format.formatToParts(seconds * 1000).find(({ type }) => type === "timeZoneName")?.value ?? "GMT";
    const [, sign, hours, minutes = "0"] = /GMT([+-])(\d+):?(\d+)?/.exec(name) ?? [];
    if (hours === undefined) return 0;
    return (sign === "-" ? -1 : 1) * (3600 * Number(hours) + 60 * Number(minutes));
  };
}
