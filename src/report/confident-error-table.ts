// Table of the errors in which the network was most confident, with the person, recording and time of each.

import { counted } from "../counted.ts";
import { type Html, html } from "./html.ts";
import { htmlTable } from "./html-table.ts";
import { formatCount, formatFixed } from "./number-format.ts";

/** A stretch of consecutive windows with the same true class and the same predicted class. */
export interface ShownError {
  readonly user: string;
  readonly recording: string;
  /** Start of the first window, in seconds on the recording's clock. */
  readonly start: number;
  readonly end: number;
  readonly truth: string;
  readonly predicted: string;
  readonly confidence: number;
  readonly windows: number;
}

const shown = 20;

/** @param errors sorted by confidence, highest first */
export function confidentErrorTable(errors: readonly ShownError[]): Html {
  if (errors.length === 0) return html`<p class="empty">There are no errors.</p>`;
  const rows = errors
    .slice(0, shown)
    .map(({ user, recording, start, end, truth, predicted, confidence, windows }) => [
      user,
      recording,
      `${start.toFixed(1)} to ${end.toFixed(1)}`,
      truth,
      predicted,
      formatFixed(confidence),
      formatCount(windows),
    ]);
  const head = ["person", "recording", "seconds", "label", "predicted", "confidence", "windows"];
  const rest =
    errors.length > shown
      ? ` The first ${shown} of ${counted(errors.length, "stretch", "stretches")} with errors.`
      : "";
  return html`<p class="note">A row is a stretch of consecutive windows with the same error; the confidence is the highest in it. Seconds
 are those of start_s and end_s in out_of_fold.parquet.${rest}</p>
${htmlTable("Most confident errors", head, rows)}`;
}
