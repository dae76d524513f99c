// Describes faults that become apparent only when all rows have been read: missing cells, repeated times, and time that
// runs backwards.

import { counted } from "../../counted.ts";
import type { FaultDescription } from "../../data-fault.ts";
import { percent } from "../../percent.ts";
import { shellCommand } from "../../shell-words.ts";
import { differingPathColumn } from "../files/path-columns.ts";
import type { ColumnRoles } from "./column-roles.ts";
import {
  exceedsGateLimit,
  leastRepeatedTimes,
  missingShareLimit,
  notedRepeatedTimeShare,
  pauseSeconds,
  repeatedTimeShareLimit,
} from "./gate-limits.ts";

interface Place {
  readonly file: number;
  /** Data row, counting from 1 (in a CSV file, the line number is one higher because of the header). */
  readonly row: number;
}

/** A row whose time is before that of the previous row in its recording. */
export interface TimeStepBack {
  readonly from: number;
  readonly to: number;
  readonly before: Place;
  readonly at: Place;
}

const hourSeconds = 3600;
const halfDaySeconds = 43_200;
const halfDayAdvice =
  "The clock goes back by twelve hours, as clocks do that leave out AM and PM. Export the times in 24-hour format.";
/** Maximum step back, in seconds, that is likely due to a clock that was set. Arbitrary. */
const mostCorrected = 5;
/**
 * Minimum time, in seconds, that is likely to be counted from 1970; only clocks that count from 1970 are set while they run.
 */
const leastSince1970 = 9e8;
const correctedAdvice =
  "If the clock was set back there, begin a new recording at this row; sorting the rows would mix those before and after. " +
  "If the rows are out of order, sort them by time.";
const fallBackAdvice =
  "The clock goes back by one hour, as local clocks do at the end of daylight saving time. Export the times " +
  "in UTC, or give their zone with --time-zone, such as Europe/London. Sorting the rows would mix two hours " +
  "of data.";

/**
 * Returns one fault for each column with too many missing or infinite cells.
 * @param counts counts for each channel, followed by those for the time
 */
export function missingCellFaults(
  counts: { readonly missing: readonly number[]; readonly infinite: readonly number[]; readonly read: number },
  roles: ColumnRoles,
): FaultDescription[] {
  return counts.missing.flatMap((nan, c) => {
    const inf = counts.infinite[c]!;
    const share = (nan + inf) / counts.read;
    if (!exceedsGateLimit(share, missingShareLimit)) return [];
    const name = roles.channels[c] ?? roles.time ?? "time";
    const found = `${nan.toLocaleString("en")} missing and ${inf.toLocaleString("en")} infinite values in ${counted(counts.read, "row")} (${percent(share, { decimals: 1 })})`;
    const expected = `at most ${percent(missingShareLimit)}`;
    const fault: FaultDescription = {
      code: inf > nan ? "infinite" : "missing",
      message: `Column "${name}": ${found}; expected ${expected}.`,
      advice:
        c < roles.channels.length
          ? "Repair the export, or leave this column out with --channels."
          : "Repair the export, or specify another column with --time. If the rate of the recordings is known, " +
            "give it with --rate, such as --rate 50; the rows are then spaced at that rate.",
      column: name,
      expected,
      found,
    };
    return [fault];
  });
}

interface RepeatingRecording {
  readonly user: string;
  readonly recording: string;
  readonly rows: number;
  /** Number of rows that repeat the previous row's time with different values. */
  readonly repeated: number;
}

/**
 * Returns the fault to report if too many rows in a recording repeat a time. Rows that repeat a time are not duplicates,
 * because their values differ.
 */
export function repeatedTimesFault(
  recordings: readonly RepeatingRecording[],
  roles: ColumnRoles,
): FaultDescription | undefined {
  const repeats = mostRepeatedTimes(recordings, repeatedTimeShareLimit);
  if (repeats === undefined) return undefined;
  const { worst, found, where } = repeats;
  const expected = `at most ${percent(repeatedTimeShareLimit)}`;
  return {
    code: "time",
    message: `Column "${roles.time}": ${found} (${where}); expected ${expected}.`,
    advice:
      worst.rows === 1
        ? "All rows have the same time. If a spreadsheet rounded the times (1.70E+18), export the file again, " +
          "without opening it there, or specify another column with --time. If the rate of the recordings is known, " +
          "give it with --rate, such as --rate 50; the rows are then spaced at that rate."
        : "The clock is too coarse for the sampling rate, or the rows come from several sensors. Export times " +
          "with milliseconds, or one file per sensor.",
    ...(roles.time === null ? {} : { column: roles.time }),
    expected,
    found,
  };
}

/** Describes rows that repeat a time with different values, if a recording has several, but too few for a fault. */
export function repeatedTimesFaultWarning(
  recordings: readonly RepeatingRecording[],
  roles: ColumnRoles,
): string | undefined {
  const repeats = mostRepeatedTimes(recordings, notedRepeatedTimeShare);
  if (repeats === undefined) return undefined;
  const { found, where } = repeats;
  return `Column "${roles.time}": ${found} (${where}). They are left out. If they come from a second sensor, write each sensor to its own file.`;
}

/** Describes the recording with the most repeated times among those that exceed `share`; undefined if none does. */
function mostRepeatedTimes(
  recordings: readonly RepeatingRecording[],
  share: number,
): { readonly worst: RepeatingRecording; readonly found: string; readonly where: string } | undefined {
  const several = recordings.filter(
    ({ rows, repeated }) => repeated >= leastRepeatedTimes && exceedsGateLimit(repeated, share * (rows + repeated)),
  );
  const worst = several.toSorted((a, b) => b.repeated - a.repeated)[0];
  if (worst === undefined) return undefined;
  const others = several.length > 1 ? `, and ${counted(several.length - 1, "more recording")}` : "";
  const { user, recording, rows, repeated } = worst;
  return {
    worst,
    found: `${repeated.toLocaleString("en")} of ${(rows + repeated).toLocaleString("en")} rows have the time of the row before, but other values`,
    where: `recording "${recording}" of person "${user}"${others}`,
  };
}

/** @param restartColumn a column that changes whenever time runs backwards */
export function backwardsTimeFault(
  { user, recording }: { readonly user: string; readonly recording: string },
  { from, to, before, at }: TimeStepBack,
  { roles, files, restartColumn }: { roles: ColumnRoles; files: readonly string[]; restartColumn: string | undefined },
): FaultDescription {
  const file = files[at.file]!;
  const seconds = (time: number): string => `${Number(time.toPrecision(12))} s`;
  const isBack = (by: number): boolean => to - from + by > 0 && to - from + by < pauseSeconds;
  const isCorrected = from - to <= mostCorrected && to > leastSince1970;
  const earlier = before.file === at.file ? `row ${before.row}` : `row ${before.row} of ${files[before.file]}`;
  return {
    code: "time",
    message: `${file}: time runs backwards in recording "${recording}" of person "${user}": data row ${at.row} has ${seconds(to)}, after ${seconds(from)} in ${earlier} (column "${roles.time}").`,
    advice: isBack(hourSeconds)
      ? fallBackAdvice
      : isBack(halfDaySeconds)
        ? halfDayAdvice
        : isCorrected && before.file === at.file && restartColumn === undefined
          ? correctedAdvice
          : adviceOnBackwardsTimeFault(file, files[before.file]!, roles, restartColumn),
    file,
    row: at.row,
    ...(roles.time === null ? {} : { column: roles.time }),
    expected: `a time after ${seconds(from)}`,
    found: seconds(to),
  };
}

function adviceOnBackwardsTimeFault(
  file: string,
  earlier: string,
  roles: ColumnRoles,
  restartColumn: string | undefined,
): string {
  const folders = differingPathColumn(file, earlier);
  if (folders !== undefined) {
    const option = shellCommand("--path-columns", folders[0].split("=")[0]!);
    return `The files are in different folders, ${folders.join(" and ")}. To take a column from the names of the folders, add ${option}.`;
  }
  if (restartColumn !== undefined) {
    return `Column "${restartColumn}" changes whenever the clock restarts. If the column distinguishes recordings, add ${shellCommand("--recording", restartColumn)}; otherwise sort the rows by time.`;
  }
  return roles.recording === null
    ? "If the file contains several recordings per person, specify the column that distinguishes them with " +
        "--recording, or write each recording to its own file; otherwise sort the file by time."
    : "Sort the rows of each recording by time, or begin a new recording when the clock restarts.";
}
