// Formats numbers for the terminal. A score that is missing or not finite is shown as a dash.

import { fixedDecimals } from "../../fixed-decimals.ts";

/** A score or loss with `digits` decimals, such as 0.943. */
export function fixedNumberText(value: number | null | undefined, digits = 3): string {
  return typeof value === "number" && Number.isFinite(value) ? fixedDecimals(value, digits) : "-";
}

/** A difference with its sign, such as +0.052. */
export function signedNumberText(value: number): string {
  return `${value < 0 ? "-" : "+"}${fixedNumberText(Math.abs(value))}`;
}

/** A count with thousands separators, such as 1,402,573. */
export function wholeNumberText(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** For example "0.943 ± 0.012"; only the mean if there is no standard deviation. */
export function meanAndSdText({ mean, sd }: { mean: number | null; sd: number | null }): string {
  return sd === null ? fixedNumberText(mean) : `${fixedNumberText(mean)} ± ${fixedNumberText(sd)}`;
}
