// Cuts recordings into windows of equal length, at the positions that plan-windows.ts determines. Every stretch is copied once
// into one block, where overlapping windows share their samples. Dimensions: S samples, C channels, W windows, T samples per
// window.

import { DataFault } from "../../data-fault.ts";
import { percent } from "../../percent.ts";
import { pickWindows } from "./pick-windows.ts";
import {
  type DroppedSamples,
  type PlannedPart,
  plannedWindowSamples,
  plannedWindowsLength,
  planWindows,
  type WindowOptions,
  type WindowPlan,
} from "./plan-windows.ts";
import { piecesOfRecordings, type Recordings, type RowSource, rowsOfRecordings } from "./recordings.ts";
import { resampledValues } from "./resample.ts";
import { type Allocate, allocateSharedWindows, type WindowSet } from "./windows.ts";

export interface MadeWindows {
  readonly windows: WindowSet;
  readonly dropped: DroppedSamples;
  /** Number of stretches that were resampled; all others are unchanged, bit for bit. */
  readonly resampledStretches: number;
}

/**
 * @returns windows in the order of the stretches, and by time within a stretch; `samples` contains only samples covered by a
 * window
 * @throws DataFault if there is no window: stretches are too short, or their labels are not pure enough or not among the
 * classes
 * @throws RangeError if an option is out of range
 */
export function makeWindows(recordings: Recordings, options: WindowOptions): MadeWindows {
  const rows = rowsOfRecordings(recordings);
  const plan = planWindows(rows, options);
  const [windows] = makeWindowsOfPlans([{ rows, plan }]);
  return { windows: windows!, dropped: plan.dropped, resampledStretches: plan.resampledStretches };
}

/** Makes all windows of several plans, with their samples in one contiguous block. */
export function makeWindowsOfPlans(sources: readonly { rows: RowSource; plan: WindowPlan }[]): WindowSet[] {
  const sizes = sources.map(({ rows, plan }) => rows.channels.length * plannedWindowSamples(plan));
  const block = allocateSharedWindows(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  return sources.map(({ rows, plan }, i) => {
    const samples = block.subarray(at, at + sizes[i]!);
    at += sizes[i]!;
    const all = makeWindowsOfParts(rows, plan, wholePartsOfWindows(plan), () => samples).windows;
    if (!plan.parts.some(({ label }) => typeof label !== "number")) return all;
    const used = Int32Array.from(all.labels.keys()).filter((w) => all.labels[w]! >= 0);
    if (used.length === 0) throw noPureWindowsMade(plan);
    return pickWindows(all, used);
  });
}

/** Windows `first` to `last` (exclusive) of a part, over its samples `from` to `to` (exclusive). */
export interface PartOfWindows {
  readonly part: PlannedPart;
  readonly first: number;
  readonly last: number;
  readonly from: number;
  readonly to: number;
  /** Index of the first sample that belongs to a window of this part. */
  readonly ownFrom: number;
  readonly ownTo: number;
}

/** Returns all parts, each with all of its windows. */
function wholePartsOfWindows({ parts, step, options: { windowSize } }: WindowPlan): PartOfWindows[] {
  return parts.map((part) => {
    const to = plannedWindowsLength(part.windows, windowSize, step);
    return { part, first: 0, last: part.windows, from: 0, to, ownFrom: 0, ownTo: to };
  });
}

/**
 * Makes the windows of the given parts, in order.
 * @param allocate allocates memory for the windows' samples
 * @returns the windows, and the first sample of each part
 */
export function makeWindowsOfParts(
  rows: RowSource,
  { options, step, classes, users, recordings }: WindowPlan,
  chosen: readonly PartOfWindows[],
  allocate: Allocate,
): { windows: WindowSet; firstSamples: number[] } {
  const { samplingRateHz, windowSize } = options;
  const channelCount = rows.channels.length;
  const windowCount = chosen.reduce((sum, { first, last }) => sum + last - first, 0);
  const samples = allocate(channelCount * chosen.reduce((sum, { from, to }) => sum + to - from, 0));
  const starts = new Int32Array(windowCount);
  const startTimes = new Float64Array(windowCount);
  const labels = new Int32Array(windowCount);
  const groups = new Int32Array(windowCount);
  const recordingIndex = new Int32Array(windowCount);
  const firstSamples: number[] = [];
  let offset = 0;
  let w = 0;
  for (const { part, first, last, from, to } of chosen) {
    const { even, label, group, recording } = part;
    for (const piece of piecesOfRecordings(from, to)) {
      for (const [c, column] of resampledValues(rows, even, samplingRateHz, piece.from, piece.to).entries()) {
        let at = (offset + piece.from - from) * channelCount + c;
        for (let i = 0; i < column.length; i++, at += channelCount) samples[at] = column[i]!;
      }
    }
    for (let k = first; k < last; k++, w++) {
      starts[w] = offset + k * step - from;
      startTimes[w] = even.startTime + (k * step) / samplingRateHz;
      labels[w] = typeof label === "number" ? label : label[k]!;
      groups[w] = group;
      recordingIndex[w] = recording;
    }
    firstSamples.push(offset);
    offset += to - from;
  }
  const windows: WindowSet = {
    channels: rows.channels,
    samplingRateHz,
    windowSize,
    samples,
    starts,
    startTimes,
    labels,
    groups,
    recordingIndex,
    classes,
    users,
    recordings,
  };
  return { windows, firstSamples };
}

function noPureWindowsMade({ options: { purity, windowSize, samplingRateHz } }: WindowPlan): DataFault {
  const seconds = Number((windowSize / samplingRateHz).toFixed(2));
  return new DataFault({
    code: "too_short",
    message: `No window of ${seconds} s has one label for at least ${percent(purity ?? 1)} of its length.`,
    advice: "Use a shorter --window, or a lower --purity.",
    expected: `windows with one label for ${percent(purity ?? 1)} of their length`,
    found: "none",
  });
}
