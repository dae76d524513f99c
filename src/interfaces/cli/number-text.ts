// Numbers as a terminal shows them. Missing and undefined values are shown as a dash.

/** A score or a loss with three decimals: 0.943. */
export function fixedText(value: number | null | undefined, digits = 3): string {
  return typeof value === "number" && Number.isFinite(value) ? value.toFixed(digits) : "-";
}

/** A count with commas between thousands: 1,402,573. */
export function countText(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** Seconds as people say them: "4.2 s", "1 min 12 s", "2 h 5 min". */
export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return "-";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "0.943 ± 0.012", or only the mean if there is no spread. */
export function meanAndSdText({ mean, sd }: { mean: number | null; sd: number | null }): string {
  return sd === null ? fixedText(mean) : `${fixedText(mean)} ± ${fixedText(sd)}`;
}
