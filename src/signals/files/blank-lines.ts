// Finds blank lines that separate recordings, as written by loggers that start a new block for each recording. A blank line
// alone does not end a recording: some programs write one after every row or packet, and a clock that continues shows that
// nothing ended.

import { counted } from "../../counted.ts";

/**
 * Minimum median number of rows between blank lines for the parts to be recordings. Arbitrary; at usual rates, fewer rows last
 * less than a second.
 */
const fewestRows = 20;

/** How the blank lines in a table are read. */
interface BlankLines {
  /** Whether a new recording begins after each blank line at which the clock does not continue. */
  readonly separate: boolean;
  /** Why the rows are read as one recording although blank lines divide them; undefined if nothing needs to be said. */
  readonly warning?: string;
}

/**
 * @param rows the lines of the table, without its header
 * @param continues whether the time of a row is not earlier than that of the row above; false if there is no clock
 */
export async function readBlankLines(
  rows: AsyncIterable<{ readonly line: string; readonly isWithin: boolean }>,
  continues: (line: string, above: string) => boolean,
): Promise<BlankLines> {
  const counts = [0];
  let [last, isBelowBlank, joints] = ["", false, 0];
  for await (const { line, isWithin } of rows) {
    if (!isWithin && line.trim() === "") {
      isBelowBlank = true;
      continue;
    }
    if (isBelowBlank && last !== "") {
      counts.push(0);
      if (!continues(line, last)) joints++;
    }
    isBelowBlank = false;
    last = line;
    counts[counts.length - 1]!++;
  }
  const median = counts.toSorted((a, b) => a - b)[counts.length >> 1]!;
  if (joints === 0 || median <= 1) return { separate: false };
  if (median >= fewestRows) return { separate: true };
  return {
    separate: false,
    warning: `blank lines divide the rows into ${counted(counts.length, "part")} of about ${counted(median, "row")}, too short for recordings, so all rows are read as one recording`,
  };
}
