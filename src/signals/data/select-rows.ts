// Decides which rows are kept, and in which order. Rows with missing values are dropped. Interleaved people and recordings
// are separated, and the rows of each stay in order. If rows have equal times, only the first is kept. Time that runs
// backwards is rejected.

import { counted } from "../../counted.ts";
import { shellCommand } from "../../shell-words.ts";
import type { FaultDescription, OnFault } from "./data-fault.ts";
import {
  exceedsLimit,
  leastRepeatedTimes,
  missingShareLimit,
  pauseSeconds,
  repeatedTimeShareLimit,
} from "./gate-limits.ts";
import { differingPathColumn } from "./path-columns.ts";
import type { RowChunk, Table } from "./row-chunks.ts";
import type { RowStore } from "./row-store.ts";
import type { RowKey } from "./row-texts.ts";

/** The kept rows of one recording; the store contains them under the recording's index. */
export interface SelectedRecording {
  readonly user: string;
  readonly recording: string;
  readonly index: number;
  readonly rows: number;
  /** Whether rows that share a time were kept, because the clock is coarser than the sampling rate. */
  readonly repeats: boolean;
  /** Runs of rows with one label, each with its first row. */
  readonly labels: readonly { readonly from: number; readonly label: string | null }[];
}

export interface SelectedRows {
  /** Recordings with at least one kept row. */
  readonly recordings: readonly SelectedRecording[];
  readonly read: number;
  readonly kept: number;
  readonly dropped: DroppedRows;
  /** Counts for each channel, then for the time: cells that are empty or NaN, and cells that are infinite. */
  readonly missing: readonly number[];
  readonly infinite: readonly number[];
}

/** Dropped rows, each counted once, under the first reason that applies. */
export interface DroppedRows {
  missing_label: number;
  missing_person: number;
  missing_recording: number;
  missing_time: number;
  missing_values: number;
  duplicate_time: number;
}

const hourSeconds = 3600;
const fallBackAdvice =
  "The clock goes back by one hour, as local clocks do at the end of daylight saving time. Export the times in UTC, or name their zone with --time-zone, such as Europe/London. Sorting the rows would mix two hours.";

/** The person to whom recordings without a person column are assigned. */
export const unknownUser = "unknown";

interface Place {
  readonly file: number;
  /** 1-based data row (in a CSV file, the line number is one higher because of the header). */
  readonly row: number;
}

interface OpenRecording {
  readonly user: string;
  readonly recording: string;
  readonly index: number;
  rows: number;
  lastTime: number;
  lastFile: number;
  lastRow: number;
  readonly labels: { from: number; label: string | null }[];
  /** Values of the latest kept row: its chunk's channels and its index in them. */
  last: { channels: readonly Float32Array[]; index: number } | undefined;
  /** Number of rows with the time of the previous row, but with other values. */
  repeated: number;
  repeats: boolean;
  backwards: { from: number; to: number; before: Place; at: Place } | undefined;
}

/** Takes chunks in file order and stores the rows that are kept. */
export class RowSelector {
  readonly #table: Pick<Table, "roles" | "keys">;
  readonly #fileNames: readonly string[];
  readonly #requireLabels: boolean;
  readonly #store: RowStore;
  readonly #recordings: OpenRecording[] = [];
  readonly #byName = new Map<string, OpenRecording>();
  readonly #ofKey: { recording: OpenRecording; drop: keyof DroppedRows | undefined }[] = [];
  readonly #nameOfFile: readonly string[];
  readonly #missing: number[];
  readonly #infinite: number[];
  readonly #dropped: DroppedRows = {
    missing_label: 0,
    missing_person: 0,
    missing_recording: 0,
    missing_time: 0,
    missing_values: 0,
    duplicate_time: 0,
  };
  #read = 0;

  /** @param fileNames names for messages; the keys refer to them by index */
  constructor(
    table: Pick<Table, "roles" | "keys">,
    fileNames: readonly string[],
    requireLabels: boolean,
    store: RowStore,
  ) {
    this.#table = table;
    this.#fileNames = fileNames;
    this.#requireLabels = requireLabels;
    this.#store = store;
    const columns = table.roles.channels.length + 1;
    this.#missing = new Array<number>(columns).fill(0);
    this.#infinite = new Array<number>(columns).fill(0);
    const stems = fileNames.map((name) =>
      name.replace(/^.*[/\\]/, "").replace(/(\.(csv|tsv|txt|parquet|parq|pq|gz))+$/i, ""),
    );
    this.#nameOfFile = new Set(stems).size === stems.length ? stems : fileNames;
  }

  /**
   * @param time [rows] seconds; NaN if missing
   * @param repeats whether to keep rows that share a time
   */
  add(chunk: RowChunk, time: Float64Array, repeats = false): void {
    const { rows, keyOfRow, channels } = chunk;
    this.#read += rows;
    const bad = this.#findMissing(chunk, time);
    // Consecutive rows that are kept are stored together.
    let [first, open]: [number, OpenRecording | undefined] = [0, undefined];
    const store = (end: number): void => {
      if (open !== undefined) this.#store.append(open.index, time, channels, first, end);
      open = undefined;
    };
    for (let i = 0; i < rows; i++) {
      const { recording, drop } = this.#lookUp(keyOfRow[i]!);
      const reason = drop ?? (bad[i] === 0 ? undefined : bad[i] === 1 ? "missing_values" : "missing_time");
      if (reason !== undefined || !this.#follows(recording, time[i]!, chunk, i, repeats)) {
        if (reason !== undefined) this.#dropped[reason]++;
        store(i);
        continue;
      }
      const { label } = this.#table.keys[keyOfRow[i]!]!;
      if (recording.labels.at(-1)?.label !== label) recording.labels.push({ from: recording.rows, label });
      recording.rows++;
      if (open === recording) continue;
      store(i);
      [first, open] = [i, recording];
    }
    store(rows);
  }

  /** Returns whether a row is later than the previous row of its recording, and stores its time. */
  #follows(
    recording: OpenRecording,
    time: number,
    { file, firstRow, channels }: RowChunk,
    i: number,
    repeats: boolean,
  ): boolean {
    const row = firstRow + i + 1;
    if (recording.rows > 0) {
      const step = time - recording.lastTime;
      if (step < 0) {
        recording.backwards ??= {
          from: recording.lastTime,
          to: time,
          before: { file: recording.lastFile, row: recording.lastRow },
          at: { file, row },
        };
        return false;
      }
      if (step === 0 && repeats) recording.repeats = true;
      else if (step === 0) {
        this.#dropped.duplicate_time++;
        const { last } = recording;
        if (last !== undefined && channels.some((column, c) => column[i] !== last.channels[c]![last.index]))
          recording.repeated++;
        return false;
      }
    }
    recording.last = { channels, index: i };
    recording.lastTime = time;
    recording.lastFile = file;
    recording.lastRow = row;
    return true;
  }

  /** For each row: 0 if it is complete, 1 if a channel is missing, 2 if the time is missing. */
  #findMissing({ rows, channels }: RowChunk, time: Float64Array): Uint8Array {
    const bad = new Uint8Array(rows);
    for (const [c, values] of [...channels, time].entries()) {
      const mark = c < channels.length ? 1 : 2;
      for (let i = 0; i < rows; i++) {
        // x - x is 0 for finite numbers only.
        if (values[i]! - values[i]! === 0) continue;
        if (Number.isNaN(values[i]!)) this.#missing[c]! += 1;
        else this.#infinite[c]! += 1;
        bad[i] = mark;
      }
    }
    return bad;
  }

  /**
   * Recordings are in the order of their first row. Without a recording column, all rows of a person in one file form one
   * recording.
   */
  #lookUp(index: number): { recording: OpenRecording; drop: keyof DroppedRows | undefined } {
    const known = this.#ofKey[index];
    if (known !== undefined) return known;
    const key = this.#table.keys[index]!;
    const user = key.user ?? unknownUser;
    const recording = this.#table.roles.recording === null ? this.#nameOfFile[key.file]! : (key.recording ?? "");
    const name = `${user}\x1f${recording}`;
    let open = this.#byName.get(name);
    if (open === undefined) {
      const start = {
        rows: 0,
        lastTime: 0,
        lastFile: 0,
        lastRow: 0,
        labels: [],
        last: undefined,
        repeated: 0,
        repeats: false,
        backwards: undefined,
      };
      open = { user, recording, index: this.#recordings.length, ...start };
      this.#byName.set(name, open);
      this.#recordings.push(open);
    }
    const found = { recording: open, drop: this.#dropOf(key) };
    this.#ofKey[index] = found;
    return found;
  }

  #dropOf(key: RowKey): keyof DroppedRows | undefined {
    const { group, recording } = this.#table.roles;
    if (this.#requireLabels && key.label === null) return "missing_label";
    if (group !== null && key.user === null) return "missing_person";
    return recording !== null && key.recording === null ? "missing_recording" : undefined;
  }

  /**
   * Called after the last chunk.
   * @param onFault called if a column has too many missing values, and for the first row of a recording at which time runs
   *   backwards; if it does not throw, rows out of order are dropped without being counted
   * @param restartColumnOf returns a column of a file that changes whenever time runs backwards, if there is one
   */
  async finish(
    onFault: OnFault,
    restartColumnOf: (file: number) => Promise<string | undefined>,
  ): Promise<SelectedRows> {
    this.#tellMissing(onFault);
    const backwards = this.#recordings.filter((recording) => recording.backwards !== undefined);
    const column = backwards[0] && (await restartColumnOf(backwards[0].backwards!.at.file));
    for (const recording of backwards) onFault(this.#backwards(recording, recording.backwards!, column));
    this.#tellRepeated(onFault);
    const kept = this.#recordings.filter(({ rows }) => rows > 0);
    return {
      recordings: kept.map(({ user, recording, index, rows, repeats, labels }) => ({
        user,
        recording,
        index,
        rows,
        repeats,
        labels,
      })),
      read: this.#read,
      kept: kept.reduce((sum, { rows }) => sum + rows, 0),
      dropped: this.#dropped,
      missing: this.#missing,
      infinite: this.#infinite,
    };
  }

  #tellMissing(onFault: OnFault): void {
    const { roles } = this.#table;
    for (const [c, nan] of this.#missing.entries()) {
      const inf = this.#infinite[c]!;
      const share = (nan + inf) / this.#read;
      if (!exceedsLimit(share, missingShareLimit)) continue;
      const name = roles.channels[c] ?? roles.time ?? "time";
      const found = `${nan.toLocaleString("en")} missing and ${inf.toLocaleString("en")} infinite values in ${counted(this.#read, "row")} (${(100 * share).toFixed(1)} %)`;
      const expected = `at most ${100 * missingShareLimit} %`;
      onFault({
        code: inf > nan ? "infinite" : "missing",
        message: `Column "${name}": ${found}; expected ${expected}.`,
        advice:
          c < roles.channels.length
            ? "Repair the export, or leave this column out with --channels."
            : "Repair the export, or name another column with --time.",
        column: name,
        expected,
        found,
      });
    }
  }

  /** Reports recordings in which too many rows repeat a time. Such rows are not duplicates, because their values differ. */
  #tellRepeated(onFault: OnFault): void {
    const coarse = this.#recordings.filter(
      ({ rows, repeated }) =>
        repeated >= leastRepeatedTimes && exceedsLimit(repeated, repeatedTimeShareLimit * (rows + repeated)),
    );
    const worst = coarse.toSorted((a, b) => b.repeated - a.repeated)[0];
    if (worst === undefined) return;
    const { roles } = this.#table;
    const all = worst.rows + worst.repeated;
    const others = coarse.length > 1 ? `, and ${counted(coarse.length - 1, "more recording")}` : "";
    const found = `${worst.repeated.toLocaleString("en")} of ${all.toLocaleString("en")} rows have the time of the row before, but other values`;
    const expected = `at most ${100 * repeatedTimeShareLimit} %`;
    onFault({
      code: "time",
      message: `Column "${roles.time}": ${found} (recording "${worst.recording}" of person "${worst.user}"${others}); expected ${expected}.`,
      advice:
        "The clock is too coarse for the sampling rate, or the rows come from several sensors. Export times with milliseconds, or one file per sensor.",
      ...(roles.time === null ? {} : { column: roles.time }),
      expected,
      found,
    });
  }

  #backwards(
    { user, recording }: OpenRecording,
    { from, to, before, at }: NonNullable<OpenRecording["backwards"]>,
    restartColumn: string | undefined,
  ): FaultDescription {
    const { roles } = this.#table;
    const file = this.#fileNames[at.file]!;
    const seconds = (time: number): string => `${Number(time.toPrecision(12))} s`;
    const isFallBack = to - from + hourSeconds > 0 && to - from + hourSeconds < pauseSeconds;
    const earlier =
      before.file === at.file ? `row ${before.row}` : `row ${before.row} of ${this.#fileNames[before.file]}`;
    return {
      code: "time",
      message: `${file}: time runs backwards in recording "${recording}" of person "${user}": data row ${at.row} has ${seconds(to)}, after ${seconds(from)} in ${earlier} (column "${roles.time}").`,
      advice: isFallBack ? fallBackAdvice : this.#backwardsAdvice(file, this.#fileNames[before.file]!, restartColumn),
      file,
      row: at.row,
      ...(roles.time === null ? {} : { column: roles.time }),
      expected: `a time after ${seconds(from)}`,
      found: seconds(to),
    };
  }

  #backwardsAdvice(file: string, earlier: string, restartColumn: string | undefined): string {
    const folders = differingPathColumn(file, earlier);
    if (folders !== undefined) {
      const option = shellCommand("--path-columns", folders[0].split("=")[0]!);
      return `The files are in different folders, ${folders.join(" and ")}. To take a column from the names of the folders, add ${option}.`;
    }
    if (restartColumn !== undefined) {
      return `Column "${restartColumn}" changes whenever the clock restarts. If it distinguishes recordings, add ${shellCommand("--recording", restartColumn)}; otherwise sort the rows by time.`;
    }
    return this.#table.roles.recording === null
      ? "If the file contains several recordings per person, name the column that distinguishes them with --recording; otherwise sort the file by time."
      : "Sort the rows of each recording by time, or begin a new recording whenever the clock restarts.";
  }
}
