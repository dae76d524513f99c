import { durationText } from "../../src/duration-text.ts";
import { instantRangeText } from "../../src/instant-text.ts";
import { percent } from "../../src/percent.ts";

/** For example "42 %", with a no-break space. */
export function share(value: number | undefined): string {
  return percent(value, { decimals: 0 }).replace(" ", "\u00a0");
}

/** "2026-11-28 10:05 UTC" */
export function minute(time: string): string {
  return `${time.slice(0, 16).replace("T", " ")} UTC`;
}

/** "2026-11-28 10:00 to 10:05 UTC"; "–" if the times are unknown. */
export function dataTime({
  data_from: from,
  data_to: to,
}: {
  data_from: string | null;
  data_to: string | null;
}): string {
  return from === null || to === null ? "–" : `${instantRangeText(from, to)} UTC`;
}

/** For example "3 d 4 h", "2 h 5 min" or "42 s". */
export function agoText(seconds: number): string {
  if (seconds < 86_400) return durationText(Math.max(0, seconds));
  const hours = Math.round(seconds / 3600);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function since(time: string, at: string): string {
  return agoText((Date.parse(at) - Date.parse(time)) / 1000);
}
