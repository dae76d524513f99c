// Which rows stay and in what order: rows with something missing go, people and recordings that are interleaved are put
// together without changing the order within each, equal times go but the first, time running backwards is refused.
// Dimensions: N rows read, M rows kept.

import { counted } from "../counted.ts";
import type { FaultDescription, OnFault } from "./data-fault.ts";
import type { RawTable } from "./raw-table.ts";
import type { ColumnRoles } from "./read-table.ts";

export interface RecordingRows {
  readonly user: string;
  readonly recording: string;
  /** Range in `order`. */
  readonly start: number;
  readonly end: number;
}

export interface SelectedRows {
  /** [M] rows of the table, recording by recording. */
  readonly order: Int32Array;
  readonly recordings: readonly RecordingRows[];
  readonly dropped: DroppedRows;
  /** Per channel, then time: cells that are empty or NaN, and cells that are infinite. */
  readonly missing: readonly number[];
  readonly infinite: readonly number[];
}

/** Rows that were left out, each counted once, under the first of these that holds. */
export interface DroppedRows {
  missing_label: number;
  missing_person: number;
  missing_recording: number;
  missing_time: number;
  missing_values: number;
  duplicate_time: number;
}

/** More than this share of empty, NaN or infinite cells in one column is refused. */
export const missingShareLimit = 0.01;

/**
 * @param time [N] seconds, NaN where missing
 * @param fileNames names for messages, index as in `table.keys`
 * @param onFault told of too many missing values in a column, and of the first row of a recording where time runs
 *   backwards; if it does not throw, such rows are left out uncounted
 */
export function selectRows(
  table: RawTable,
  time: Float64Array,
  roles: ColumnRoles,
  fileNames: readonly string[],
  requireLabels: boolean,
  onFault: OnFault,
): SelectedRows {
  const dropped: DroppedRows = {
    ...{ missing_label: 0, missing_person: 0, missing_recording: 0 },
    ...{ missing_time: 0, missing_values: 0, duplicate_time: 0 },
  };
  const { bad, missing, infinite } = findMissing(table, time, roles, onFault);
  const { recordingOfKey, names } = nameRecordings(table, roles, fileNames);
  const keyDrops = table.keys.map((key): keyof DroppedRows | undefined => {
    if (requireLabels && key.label === null) return "missing_label";
    if (roles.group !== null && key.user === null) return "missing_person";
    return roles.recording !== null && key.recording === null ? "missing_recording" : undefined;
  });

  const recordingOfRow = new Int32Array(table.rows);
  const counts = new Int32Array(names.length);
  for (let i = 0; i < table.rows; i++) {
    const key = table.keyOfRow[i]!;
    const drop = keyDrops[key] ?? (bad[i] === 0 ? undefined : bad[i] === 1 ? "missing_values" : "missing_time");
    const recording = drop === undefined ? recordingOfKey[key]! : -1;
    recordingOfRow[i] = recording;
    if (drop === undefined) counts[recording]!++;
    else dropped[drop]++;
  }

  const next = new Int32Array(names.length);
  for (let r = 1; r < names.length; r++) next[r] = next[r - 1]! + counts[r - 1]!;
  const grouped = new Int32Array(names.length === 0 ? 0 : next[names.length - 1]! + counts[names.length - 1]!);
  for (let i = 0; i < table.rows; i++) {
    const recording = recordingOfRow[i]!;
    if (recording >= 0) grouped[next[recording]!++] = i;
  }

  const order = new Int32Array(grouped.length);
  const recordings: RecordingRows[] = [];
  let kept = 0;
  let read = 0;
  for (const [r, name] of names.entries()) {
    const start = kept;
    let backwardsBefore = false;
    for (const end = read + counts[r]!; read < end; read++) {
      const row = grouped[read]!;
      if (kept > start) {
        const step = time[row]! - time[order[kept - 1]!]!;
        if (step < 0) {
          if (!backwardsBefore) onFault(backwards(table, time, roles, fileNames, name, order[kept - 1]!, row));
          backwardsBefore = true;
          continue;
        }
        if (step === 0) {
          dropped.duplicate_time++;
          continue;
        }
      }
      order[kept++] = row;
    }
    if (kept > start) recordings.push({ ...name, start, end: kept });
  }
  return { order: order.subarray(0, kept), recordings, dropped, missing, infinite };
}

/** `bad` is 0 for a whole row, 1 where a channel and 2 where the time is missing. */
function findMissing(
  table: RawTable,
  time: Float64Array,
  roles: ColumnRoles,
  onFault: OnFault,
): { bad: Uint8Array; missing: number[]; infinite: number[] } {
  const bad = new Uint8Array(table.rows);
  const missing: number[] = [];
  const infinite: number[] = [];
  for (const [c, values] of [...table.channels, time].entries()) {
    const mark = c < table.channels.length ? 1 : 2;
    let nan = 0;
    let inf = 0;
    for (let i = 0; i < values.length; i++) {
      // x - x is 0 for finite numbers only.
      if (values[i]! - values[i]! === 0) continue;
      if (Number.isNaN(values[i]!)) nan++;
      else inf++;
      bad[i] = mark;
    }
    missing.push(nan);
    infinite.push(inf);
    const share = (nan + inf) / table.rows;
    if (!(share <= missingShareLimit)) {
      const name = roles.channels[c] ?? roles.time ?? "time";
      const found = `${nan.toLocaleString("en")} missing and ${inf.toLocaleString("en")} infinite values in ${counted(table.rows, "row")} (${(100 * share).toFixed(1)} %)`;
      const expected = `at most ${100 * missingShareLimit} %`;
      onFault({
        code: inf > nan ? "infinite" : "missing",
        message: `Column "${name}": ${found}; expected ${expected}.`,
        advice: "Repair the export, or leave this column out with --channels.",
        column: name,
        expected,
        found,
      });
    }
  }
  return { bad, missing, infinite };
}

/** Recordings in the order of their first row; without a recording column, a person's rows in one file are one. */
function nameRecordings(
  table: RawTable,
  roles: ColumnRoles,
  fileNames: readonly string[],
): { recordingOfKey: number[]; names: { user: string; recording: string }[] } {
  const stems = fileNames.map((name) =>
    name.replace(/^.*[/\\]/, "").replace(/(\.(csv|tsv|txt|parquet|parq|pq|gz))+$/i, ""),
  );
  const ofFile = new Set(stems).size === stems.length ? stems : fileNames;
  const index = new Map<string, number>();
  const names: { user: string; recording: string }[] = [];
  const recordingOfKey = table.keys.map((key) => {
    const user = key.user ?? unknownUser;
    const recording = roles.recording === null ? ofFile[key.file]! : (key.recording ?? "");
    const id = `${user}\x1f${recording}`;
    const known = index.get(id);
    if (known !== undefined) return known;
    index.set(id, names.length);
    return names.push({ user, recording }) - 1;
  });
  return { recordingOfKey, names };
}

/** The person of recordings without a person column. */
export const unknownUser = "unknown";

function backwards(
  table: RawTable,
  time: Float64Array,
  roles: ColumnRoles,
  fileNames: readonly string[],
  { user, recording }: { user: string; recording: string },
  before: number,
  row: number,
): FaultDescription {
  const at = placeOfRow(table, fileNames, row);
  const seconds = (i: number): string => `${Number(time[i]!.toPrecision(12))} s`;
  return {
    code: "time",
    message: `${at.file}: time runs backwards in recording "${recording}" of person "${user}": data row ${at.row} has ${seconds(row)}, after ${seconds(before)} in ${describePlace(placeOfRow(table, fileNames, before), at.file)} (column "${roles.time}").`,
    advice:
      roles.recording === null
        ? "If the file holds several recordings of a person, name the column that tells them apart with --recording; else sort it by time."
        : "Sort the rows of each recording by time, or give recordings that start anew their own name.",
    ...at,
    ...(roles.time === null ? {} : { column: roles.time }),
    expected: `a time after ${seconds(before)}`,
    found: seconds(row),
  };
}

/** The file of a row and its 1-based data row there (a CSV's line is one more, for the header). */
export function placeOfRow(table: RawTable, fileNames: readonly string[], row: number): { file: string; row: number } {
  let file = 0;
  while (table.fileStarts[file + 1]! <= row) file++;
  return { file: fileNames[file]!, row: row - table.fileStarts[file]! + 1 };
}

function describePlace(place: { file: string; row: number }, file: string): string {
  return place.file === file ? `row ${place.row}` : `row ${place.row} of ${place.file}`;
}
