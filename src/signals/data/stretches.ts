// Divides recordings into stretches, at gaps and where the label changes.

import type { Stretch } from "./recordings.ts";
import type { SampledRows } from "./sampled-rows.ts";
import type { Sampling } from "./sampling.ts";

/** A labelled recording, as rows `start` to `end` (exclusive) of the sequence. */
export interface LabelledRecording {
  readonly user: string;
  readonly recording: string;
  readonly start: number;
  readonly end: number;
  /** Runs of rows with one label, each given by its first row within the recording. */
  readonly labels: readonly { readonly from: number; readonly label: string | null }[];
}

/** @param sampling the sampling of each recording */
export function* stretchesOf(
  recordings: readonly LabelledRecording[],
  sampling: readonly Pick<Sampling, "gapRows">[],
): Generator<Stretch> {
  for (const [r, { user, recording, start: first, end: last, labels }] of recordings.entries()) {
    const { gapRows } = sampling[r]!;
    let [start, gap, run] = [first, 0, 0];
    while (start < last) {
      while (gap < gapRows.length && gapRows[gap]! <= start) gap++;
      while (run + 1 < labels.length && first + labels[run + 1]!.from <= start) run++;
      const next = labels[run + 1];
      const end = Math.min(last, gapRows[gap] ?? last, next === undefined ? last : first + next.from);
      yield { user, recording, label: labels[run]!.label, start, end };
      start = end;
    }
  }
}

/** Yields each stretch with its recording's index. */
export function* stretchesByRecording(rows: SampledRows): Generator<[number, Stretch]> {
  let r = 0;
  for (const stretch of rows.stretches()) {
    while (rows.recordings[r]!.end <= stretch.start) r++;
    yield [r, stretch];
  }
}

/** Returns how many seconds a row represents: the typical step of its recording, or 0 if the recording has only one row. */
export function stretchStepSeconds({ sampling }: SampledRows, recording: number): number {
  const { periodSeconds } = sampling[recording]!;
  return Number.isFinite(periodSeconds) ? periodSeconds : 0;
}

/** Returns the length of a stretch, from its first row to one sampling step after its last row. */
export function stretchSeconds(rows: SampledRows, recording: number, { start, end }: Stretch): number {
  return rows.time(end - 1, end)[0]! - rows.time(start, start + 1)[0]! + stretchStepSeconds(rows, recording);
}
