// Decides which rows to keep, and in what order. Drops rows with missing values. Separates interleaved people and recordings,
// whose rows stay in order. Keeps only the first of several rows with equal times. Rejects time that runs backwards.

import { counted } from "../../counted.ts";
import type { OnFault } from "../../data-fault.ts";
import { fillLatePauses, LateRows, mayBeLate } from "./late-rows.ts";
import { selectPaddingRows } from "./padding-rows.ts";
import type { RowChunk, RowTable } from "./row-chunks.ts";
import {
  backwardsTimeFault,
  missingCellFaults,
  repeatedTimesFault,
  repeatedTimesFaultWarning,
  type TimeStepBack,
} from "./row-faults.ts";
import type { RowStore } from "./row-store.ts";
import type { RowKey } from "./row-texts.ts";
import type { DroppedRowCounts, SelectedRows } from "./selected-rows.ts";
import { type UnlabelledRun, UnlabelledTime } from "./unlabelled-time.ts";

/** The person that recordings without a person column are assigned to. */
export const unknownUser = "unknown";

interface OpenRecording {
  readonly user: string;
  readonly recording: string;
  readonly index: number;
  rows: number;
  lastTime: number;
  lastFile: number;
  lastRow: number;
  readonly labels: { from: number; label: string | null }[];
  readonly afterUnlabelled: number[];
  /** Whether rows without a label were dropped since the last kept row. */
  droppedUnlabelled: boolean;
  /** The last kept row, given by its chunk's channels and its index in the chunk. */
  last: { channels: readonly Float32Array[]; index: number } | undefined;
  /** The stretch of unlabelled rows that ends with the most recent row. */
  unlabelled: UnlabelledRun | undefined;
  /** Number of rows that repeat the previous row's time with different values. */
  repeated: number;
  repeats: boolean;
  backwards: TimeStepBack | undefined;
  /** Times of the rows that came after rows with later times; undefined if packets that arrived late cannot explain them. */
  late: number[] | undefined;
  /** Maximum time in seconds by which these rows were late. */
  longestDelay: number;
}

/** Maximum number of late rows per recording. */
const mostLateRows = 10_000;

/** Takes chunks in file order and stores the rows to keep. */
export class RowSelector {
  readonly #table: Pick<RowTable, "roles" | "keys" | "sorted">;
  readonly #fileNames: readonly string[];
  readonly #requireLabels: boolean;
  readonly #store: RowStore;
  readonly #recordings: OpenRecording[] = [];
  readonly #byName = new Map<string, OpenRecording>();
  readonly #ofKey: { recording: OpenRecording; drop: keyof DroppedRowCounts | undefined }[] = [];
  readonly #nameOfFile: readonly string[];
  readonly #missing: number[];
  readonly #infinite: number[];
  readonly #dropped: DroppedRowCounts = {
    missing_label: 0,
    missing_person: 0,
    missing_recording: 0,
    missing_time: 0,
    missing_values: 0,
    duplicate_time: 0,
  };
  readonly #unlabelled = new UnlabelledTime();
  #read = 0;
  #padding = 0;

  /** @param fileNames file names for messages, in the order of the file indices in the keys */
  constructor(
    table: Pick<RowTable, "roles" | "keys" | "sorted">,
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
   * @param time [rows] times in seconds; NaN if missing
   * @param repeats whether to keep rows with equal times
   */
  add(chunk: RowChunk, time: Float64Array, repeats = false): void {
    const { rows, keyOfRow, channels } = chunk;
    this.#read += rows;
    const bad = this.#findMissing(chunk, time);
    // Consecutive kept rows of one recording are stored together.
    let [first, open]: [number, OpenRecording | undefined] = [0, undefined];
    const store = (end: number): void => {
      if (open !== undefined) this.#store.append(open.index, time, channels, first, end);
      open = undefined;
    };
    for (let i = 0; i < rows; i++) {
      const { recording, drop } = this.#lookUp(keyOfRow[i]!);
      if (drop === "missing_label") {
        recording.droppedUnlabelled = true;
        this.#addUnlabelled(recording, keyOfRow[i]!, time[i]!);
      }
      const reason = drop ?? (bad[i] === 0 ? undefined : bad[i] === 1 ? "missing_values" : "missing_time");
      if (reason !== undefined || !this.#follows(recording, time[i]!, chunk, i, repeats)) {
        if (reason !== undefined) this.#dropped[reason]++;
        store(i);
        continue;
      }
      if (recording.unlabelled !== undefined) this.#closeUnlabelled(recording);
      if (recording.droppedUnlabelled && recording.rows > 0) recording.afterUnlabelled.push(recording.rows);
      recording.droppedUnlabelled = false;
      const { label } = this.#table.keys[keyOfRow[i]!]!;
      if (recording.labels.at(-1)?.label !== label) recording.labels.push({ from: recording.rows, label });
      recording.rows++;
      if (open === recording) continue;
      store(i);
      [first, open] = [i, recording];
    }
    store(rows);
  }

  #addUnlabelled(recording: OpenRecording, key: number, time: number): void {
    if (this.#table.keys[key]!.leftOut === true) this.#closeUnlabelled(recording);
    else if (Number.isFinite(time)) {
      const { user, recording: name } = recording;
      recording.unlabelled = this.#unlabelled.extended(recording.unlabelled, { user, recording: name, time });
    }
  }

  #closeUnlabelled(recording: OpenRecording): void {
    if (recording.unlabelled !== undefined) this.#unlabelled.close(recording.unlabelled);
    recording.unlabelled = undefined;
  }

  /**
   * Returns whether to keep a row: whether its time is after that of the last kept row in its recording, or equal to it if
   * `repeats` is true. Stores the time of a row to keep.
   */
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
        const isNear = file === recording.lastFile && mayBeLate(-step);
        if (!isNear || recording.late?.length === mostLateRows) recording.late = undefined;
        recording.late?.push(time);
        recording.longestDelay = Math.max(recording.longestDelay, -step);
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

  /** For each row, returns 0 if it is complete, 1 if a channel's value is missing or infinite, and 2 if the time is. */
  #findMissing({ rows, channels }: RowChunk, time: Float64Array): Uint8Array {
    const bad = new Uint8Array(rows);
    const padding = this.#table.roles.time === null ? null : selectPaddingRows(channels, time);
    this.#padding += padding?.count ?? 0;
    for (const [c, values] of [...channels, time].entries()) {
      const mark = c < channels.length ? 1 : 2;
      for (let i = 0; i < rows; i++) {
        // The difference x - x is 0 only for finite numbers.
        if (values[i]! - values[i]! === 0) continue;
        if (padding?.is[i] === 1) bad[i] = mark;
        else if (Number.isNaN(values[i]!)) this.#missing[c]! += 1;
        else this.#infinite[c]! += 1;
        bad[i] = mark;
      }
    }
    return bad;
  }

  /**
   * Returns the recording of the rows with a key, and the reason to drop these rows, if there is one. Recordings are ordered by
   * their first row. Without a recording column, all rows of a person in one file form one recording.
   */
  #lookUp(index: number): { recording: OpenRecording; drop: keyof DroppedRowCounts | undefined } {
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
        afterUnlabelled: [],
        droppedUnlabelled: false,
        last: undefined,
        unlabelled: undefined,
        repeated: 0,
        repeats: false,
        backwards: undefined,
        late: [],
        longestDelay: 0,
      };
      open = { user, recording, index: this.#recordings.length, ...start };
      this.#byName.set(name, open);
      this.#recordings.push(open);
    }
    const found = { recording: open, drop: this.#dropOf(key) };
    this.#ofKey[index] = found;
    return found;
  }

  #dropOf(key: RowKey): keyof DroppedRowCounts | undefined {
    const { group, recording } = this.#table.roles;
    if (this.#requireLabels && key.label === null) return "missing_label";
    if (group !== null && key.user === null) return "missing_person";
    return recording !== null && key.recording === null ? "missing_recording" : undefined;
  }

  /**
   * Reports the faults found and describes the rows kept. Must be called after the last chunk.
   * @param onFault called if a column has too many missing values, if too many rows repeat a time, and for the first row of
   * each recording at which time runs backwards; if it returns, rows out of order are dropped without being counted
   * @param restartColumnOf returns a file's column that changes whenever time runs backwards, if there is one
   * @param canSort whether the times as written are in the same order as the times in seconds
   * @throws LateRows if rows arrived late and are to be read again in the order of their times
   */
  async finish(
    onFault: OnFault,
    restartColumnOf: (file: number) => Promise<string | undefined>,
    canSort: boolean,
  ): Promise<SelectedRows> {
    const { roles } = this.#table;
    const backwards = this.#recordings.filter((recording) => recording.backwards !== undefined);
    if (canSort) this.#throwLateRows(backwards);
    for (const fault of missingCellFaults(
      { missing: this.#missing, infinite: this.#infinite, read: this.#read - this.#padding },
      roles,
    ))
      onFault(fault);
    const column = backwards[0] && (await restartColumnOf(backwards[0].backwards!.at.file));
    for (const recording of backwards)
      onFault(
        backwardsTimeFault(recording, recording.backwards!, { roles, files: this.#fileNames, restartColumn: column }),
      );
    const repeated = repeatedTimesFault(this.#recordings, roles);
    if (repeated !== undefined) onFault(repeated);
    for (const recording of this.#recordings) this.#closeUnlabelled(recording);
    const kept = this.#recordings.filter(({ rows }) => rows > 0);
    return {
      recordings: kept.map(({ user, recording, index, rows, repeats, labels, afterUnlabelled }) => ({
        user,
        recording,
        index,
        rows,
        repeats,
        labels,
        afterUnlabelled,
      })),
      read: this.#read,
      padding: this.#padding,
      kept: kept.reduce((sum, { rows }) => sum + rows, 0),
      dropped: this.#dropped,
      unlabelled: this.#unlabelled.report(),
      missing: this.#missing,
      infinite: this.#infinite,
      repeatedTimes: repeated === undefined ? repeatedTimesFaultWarning(this.#recordings, roles) : undefined,
    };
  }

  /** @throws LateRows if there are files in which every step back in time is due to rows that arrived late */
  #throwLateRows(backwards: readonly OpenRecording[]): void {
    const late = new Map<string, string>();
    for (const [file, own] of Map.groupBy(backwards, (recording) => this.#fileNames[recording.backwards!.at.file]!)) {
      const isLate = own.every(
        ({ late: times, index, rows }) =>
          times !== undefined && fillLatePauses(this.#store.time(index, 0, rows), times),
      );
      if (!isLate || this.#table.sorted.has(file)) continue;
      const rows = own.reduce((sum, recording) => sum + recording.late!.length, 0);
      const delay = Math.max(...own.map(({ longestDelay }) => longestDelay));
      late.set(
        file,
        `${counted(rows, "row")} arrived after rows with later times, at most ${Number(delay.toPrecision(2))} s late, and fill the pauses left before them. The rows are read in the order of their times.`,
      );
    }
    if (late.size > 0) throw new LateRows(late);
  }
}
