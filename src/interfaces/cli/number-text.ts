// Numbers as a terminal shows them. Missing and undefined values are shown as a dash.

/** A score or a loss with three decimals: 0.943. */
export function fixedText(value: number | null | undefined, digits = 3): string {
  return typeof value === "number" && Number.isFinite(value) ? value.toFixed(digits) : "-";
}

/** A difference with its sign: +0.052. */
export function signedFixedText(value: number): string {
  return `${value < 0 ? "-" : "+"}${fixedText(Math.abs(value))}`;
}

/** A count with commas between thousands: 1,402,573. */
export function countText(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** "0.943 ± 0.012", or only the mean if there is no spread. */
export function meanAndSdText({ mean, sd }: { mean: number | null; sd: number | null }): string {
  return sd === null ? fixedText(mean) : `${fixedText(mean)} ± ${fixedText(sd)}`;
}
