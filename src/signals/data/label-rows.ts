// Gives rows the labels of the segments that they lie in.

import type { LabelSegment } from "./label-segments.ts";
import { piecesOfRecordings } from "./recordings.ts";
import type { RowStore } from "./row-store.ts";
import type { SelectedRecording } from "./selected-rows.ts";
import { StoredRows } from "./stored-rows.ts";
import { type UnlabelledReport, type UnlabelledRun, UnlabelledTime } from "./unlabelled-time.ts";

export interface LabelledRows {
  readonly rows: StoredRows;
  /** Number of rows left out. */
  readonly dropped: number;
  /** Time without a label; undefined if there is none, or if rows without a label are kept. */
  readonly unlabelled: UnlabelledReport | undefined;
}

/** Returns the rows with the labels from their segments, which are in time order. */
export function labelRows(
  rows: StoredRows,
  segmentsOf: readonly (readonly LabelSegment[])[],
  store: RowStore | undefined,
): LabelledRows {
  let dropped = 0;
  const unlabelled = new UnlabelledTime();
  const labelled: SelectedRecording[] = [];
  for (const [r, { user, recording, index, start, end, repeats }] of rows.recordings.entries()) {
    const segments = segmentsOf[r]!;
    const labels: { from: number; label: string | null }[] = [];
    const afterUnlabelled: number[] = [];
    let [s, kept] = [0, 0];
    let without: UnlabelledRun | undefined;
    for (const { from, to } of piecesOfRecordings(start, end)) {
      const time = rows.time(from, to);
      const values = rows.channels.map((_, c) => rows.values(c, from, to));
      let open = -1;
      const close = (i: number): void => {
        if (open >= 0 && store !== undefined) store.append(labelled.length, time, values, open, i);
        open = -1;
      };
      for (let i = 0; i < time.length; i++) {
        while (s < segments.length && segments[s]!.end <= time[i]!) s++;
        const segment = segments[s];
        const label = segment !== undefined && segment.start <= time[i]! ? segment.label : null;
        if (label === null && store !== undefined) {
          close(i);
          without = unlabelled.extended(without, { user, recording, time: time[i]! });
          dropped++;
          continue;
        }
        if (without !== undefined) {
          unlabelled.close(without);
          if (kept > 0) afterUnlabelled.push(kept);
        }
        without = undefined;
        if (labels.at(-1)?.label !== label) labels.push({ from: kept, label });
        if (open < 0) open = i;
        kept++;
      }
      close(time.length);
    }
    if (without !== undefined) unlabelled.close(without);
    if (kept > 0) {
      labelled.push({
        user,
        recording,
        index: store === undefined ? index : labelled.length,
        rows: kept,
        repeats,
        labels,
        afterUnlabelled,
      });
    }
  }
  if (store === undefined) return { rows: rows.relabelled(labelled), dropped, unlabelled: undefined };
  return { rows: new StoredRows(rows.channels, store, labelled), dropped, unlabelled: unlabelled.report() };
}
