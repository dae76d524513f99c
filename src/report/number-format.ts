// Formats numbers for the report. A missing figure is an en dash, never NaN.

import { durationText } from "../duration-text.ts";
import { fixedDecimals } from "../fixed-decimals.ts";

const missing = "–";
const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** Formats a rate or score with fixed decimals: 0.9432 -> "0.943". */
export function formatFixed(value: number | null | undefined, digits = 3): string {
  return typeof value === "number" && Number.isFinite(value) ? fixedDecimals(value, digits) : missing;
}

/** Formats a difference with its sign: 0.0123 -> "+0.012". */
export function formatSigned(value: number | null): string {
  return value === null ? missing : `${value < 0 ? "−" : "+"}${formatFixed(Math.abs(value))}`;
}

/** Formats a count with thousands separators. */
export function formatCount(value: number | null | undefined): string {
  return typeof value === "number" && Number.isFinite(value) ? grouped.format(value) : missing;
}

/**
 * Formats a physical quantity with four significant digits, from 1000 on as a whole number, and with an exponent if it is very
 * large or very small.
 */
export function formatQuantity(value: number | null | undefined): string {
  if (typeof value !== "number" || !Number.isFinite(value)) return missing;
  if (value === 0) return "0";
  const magnitude = Math.abs(value);
  if (magnitude >= 1e6 || magnitude < 1e-4) return value.toExponential(2);
  return magnitude >= 1000 ? formatCount(value) : String(Number(value.toPrecision(4)));
}

/** A duration: 42.3 -> "42 s", 754 -> "12 min 34 s", 7300 -> "2 h 2 min". */
export function formatDuration(seconds: number | null | undefined): string {
  return typeof seconds === "number" && Number.isFinite(seconds) ? durationText(seconds) : missing;
}

/** Shortens a name to `length` characters for an axis; the table next to the chart shows the full name. */
export function formatAxisLabel(name: string, length = 18): string {
  const characters = [...name];
  return characters.length <= length ? name : `${characters.slice(0, length - 1).join("")}…`;
}
