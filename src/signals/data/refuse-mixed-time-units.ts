// Rejects recordings of one table whose numeric times are in different units, such as seconds and milliseconds. A file's unit
// is inferred once, so a recording in a different unit would appear to last a thousandth of its actual duration, or a thousand
// times as long.

import type { FaultDescription, OnFault } from "../../data-fault.ts";
import type { StoredRows } from "./stored-rows.ts";

/** Clock units differ by these factors; the rates of recordings in one table do not. */
const unitFactors = [1e3, 1e6] as const;
/** Maximum ratio by which rates may differ in addition to one of these factors, as for sensors at 20 and 50 Hz; arbitrary. */
const rateTolerance = 3;
/** Minimum number of rows for a recording to be examined; with fewer, the steps may be pauses. */
const leastRows = 20;
/**
 * Number of rows per block for detecting a change of unit within a recording, and minimum number of consecutive blocks;
 * arbitrary.
 */
const [blockRows, leastBlocks] = [64, 2];

/** @param onFault called if a recording, or a part of one, is in a different unit from most recordings */
export function refuseMixedTimeUnits(rows: StoredRows, column: string, onFault: OnFault): void {
  const rated = rows.recordings
    .map((recording, r) => ({ recording, hz: 1 / rows.sampling[r]!.periodSeconds }))
    .filter(({ recording: { start, end }, hz }) => end - start >= leastRows && Number.isFinite(hz) && hz > 0);
  const hz = rated.map((own) => own.hz).sort((a, b) => a - b)[rated.length >> 1];
  if (hz === undefined) return;
  const other = rated.find((own) => isOtherTimeUnit(Math.max(own.hz / hz, hz / own.hz)));
  if (other !== undefined) {
    const usual = rated.find((own) => own.hz === hz)!.recording;
    const found = `${mixedTimeUnitRateText(other.hz)} in recording "${other.recording.recording}" of person "${other.recording.user}", but ${mixedTimeUnitRateText(hz)} in recording "${usual.recording}" of person "${usual.user}"`;
    onFault(faultOfMixedTimeUnits(column, found));
    return;
  }
  for (const { recording, hz: own } of rated) {
    const within = rateOfMixedTimeUnits(rows.time(recording.start, recording.end), own);
    if (within === undefined) continue;
    const found = `${mixedTimeUnitRateText(within.hz)} from data row ${within.row + 1} of recording "${recording.recording}" of person "${recording.user}", but ${mixedTimeUnitRateText(own)} in most of it`;
    onFault(faultOfMixedTimeUnits(column, found));
    return;
  }
}

function isOtherTimeUnit(ratio: number): boolean {
  return unitFactors.some((factor) => ratio >= factor / rateTolerance && ratio <= factor * rateTolerance);
}

/** Returns the first of several consecutive blocks whose rate is higher by about one of `unitFactors`. */
function rateOfMixedTimeUnits(time: Float64Array, hz: number): { hz: number; row: number } | undefined {
  let run = 0;
  for (let from = 0; from + blockRows < time.length; from += blockRows) {
    const rate = blockRows / (time[from + blockRows]! - time[from]!);
    run = isOtherTimeUnit(rate / hz) ? run + 1 : 0;
    if (run === leastBlocks) return { hz: rate, row: from - (leastBlocks - 1) * blockRows };
  }
  return undefined;
}

function mixedTimeUnitRateText(hz: number): string {
  return `${Number(hz.toPrecision(3))} Hz`;
}

function faultOfMixedTimeUnits(column: string, found: string): FaultDescription {
  const expected = "times in one unit";
  return {
    code: "sampling_rate",
    message: `Column "${column}": expected ${expected}, found ${found}, as if some times were in s and others in ms.`,
    advice:
      "Write all times in one unit, or write the recordings in each unit to separate files: each file's " +
      "unit is determined separately.",
    expected,
    found,
  };
}
