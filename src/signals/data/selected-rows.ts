// What was kept of the rows that were read, and what was left out.

import type { UnlabelledReport } from "./unlabelled-time.ts";

/** The rows kept from one recording, which are stored under the recording's index. */
export interface SelectedRecording {
  readonly user: string;
  readonly recording: string;
  readonly index: number;
  readonly rows: number;
  /** Whether rows with equal times were kept, because the clock is coarser than the sampling rate. */
  readonly repeats: boolean;
  /** Runs of rows with one label, each given by its first row. */
  readonly labels: readonly { readonly from: number; readonly label: string | null }[];
  /** Rows that follow dropped unlabelled rows, in order. */
  readonly afterUnlabelled: readonly number[];
}

export interface SelectedRows {
  /** Recordings with at least one kept row. */
  readonly recordings: readonly SelectedRecording[];
  readonly read: number;
  /** Number of rows with neither a time nor any value, which pad a shorter sensor's columns; not counted in `missing`. */
  readonly padding: number;
  readonly kept: number;
  readonly dropped: DroppedRowCounts;
  /** Time without a label; undefined if there is none, or if rows without a label are kept. */
  readonly unlabelled: UnlabelledReport | undefined;
  /** Counts for each channel, followed by those for the time: cells that are empty or NaN, and cells that are infinite. */
  readonly missing: readonly number[];
  readonly infinite: readonly number[];
  /** A warning about rows that repeat times with different values. */
  readonly repeatedTimes: string | undefined;
}

/** Numbers of dropped rows; each row is counted once, under the first reason that applies. */
export interface DroppedRowCounts {
  missing_label: number;
  missing_person: number;
  missing_recording: number;
  missing_time: number;
  missing_values: number;
  duplicate_time: number;
}
