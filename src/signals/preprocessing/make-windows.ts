// Cuts recordings into windows of equal length, each inside one stretch (one person, recording and label, without a gap).
// Every stretch is copied once into one block, and overlapping windows are offsets into it. Dimensions: S samples, C
// channels, W windows, T samples per window.

import { listedNames } from "../../listed-names.ts";
import { DataFault } from "../data/data-fault.ts";
import { type Recordings, type RowSource, recordingPieces, rowsOfRecordings } from "../data/recordings.ts";
import { noWindowsFault } from "./no-windows.ts";
import { type EvenPlan, planResampling, type Resampling, resampledValues } from "./resample.ts";
import { type Allocate, allocateSharedWindows, type WindowSet } from "./windows.ts";

export interface WindowOptions {
  /** Sampling rate in Hz; stretches at another rate are resampled. */
  readonly samplingRateHz: number;
  /** T, the number of samples per window. */
  readonly windowSize: number;
  /** Share of a window that the next window repeats, in [0, 1). */
  readonly overlap: number;
  /** How stretches of a higher rate are resampled. Default: low-pass. */
  readonly resampling?: Resampling;
  /** Class names in the order of the label indices (default: the sorted names in the recordings). */
  readonly classes?: readonly string[];
}

/** Samples (after resampling) that no window covers, each counted once. */
export interface DroppedSamples {
  /** Samples in stretches shorter than a window. */
  shortStretches: { stretches: number; samples: number };
  /** Samples at the end of longer stretches, too few for another step. */
  remainders: { stretches: number; samples: number };
  /** Samples in stretches whose label is not one of the given classes. */
  unknownClass: { stretches: number; samples: number };
}

export interface MadeWindows {
  readonly windows: WindowSet;
  readonly dropped: DroppedSamples;
  /** Number of stretches that were resampled; the others are unchanged, bit for bit. */
  readonly resampledStretches: number;
}

/** Samples from one window's start to the next: round(windowSize * (1 - overlap)), at least 1. */
export function plannedWindowStep(windowSize: number, overlap: number): number {
  return Math.max(1, Math.round(windowSize * (1 - overlap)));
}

/**
 * @returns windows in the order of the stretches, and by time within a stretch; `samples` contains only samples that a window
 *   covers
 * @throws DataFault if no stretch is as long as a window
 * @throws RangeError if an option is out of range
 */
export function makeWindows(recordings: Recordings, options: WindowOptions): MadeWindows {
  const rows = rowsOfRecordings(recordings);
  const plan = planWindows(rows, options);
  const [windows] = makeWindowsOfPlans([{ rows, plan }]);
  return { windows: windows!, dropped: plan.dropped, resampledStretches: plan.resampledStretches };
}

/** All windows of several plans; their samples lie in one contiguous block. */
export function makeWindowsOfPlans(sources: readonly { rows: RowSource; plan: WindowPlan }[]): WindowSet[] {
  const sizes = sources.map(({ rows, plan }) => rows.channels.length * plannedWindowSamples(plan));
  const block = allocateSharedWindows(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  return sources.map(({ rows, plan }, i) => {
    const samples = block.subarray(at, at + sizes[i]!);
    at += sizes[i]!;
    return makeWindowsOfParts(rows, plan, wholePlannedParts(plan), () => samples).windows;
  });
}

/** Total number of samples S of a plan. */
export function plannedWindowSamples({ parts, step, options }: WindowPlan): number {
  return parts.reduce((sum, { windows }) => sum + plannedWindowsLength(windows, options.windowSize, step), 0);
}

/** Plans the positions of the windows before any sample is read. */
export interface WindowPlan {
  readonly options: WindowOptions;
  /** Samples from one window's start to the next. */
  readonly step: number;
  readonly parts: readonly PlannedPart[];
  readonly windows: number;
  readonly classes: readonly string[];
  readonly users: readonly string[];
  readonly recordings: readonly string[];
  readonly dropped: DroppedSamples;
  readonly resampledStretches: number;
  /** Samples of the longest stretch whose label is one of the classes. */
  readonly longest: number;
}

/** A stretch that contains at least one window. */
interface PlannedPart {
  readonly even: EvenPlan;
  readonly windows: number;
  readonly label: number;
  readonly group: number;
  readonly recording: number;
}

/** Windows `first` to `last` (exclusive) of a part, over its samples `from` to `to` (exclusive). */
export interface PartOfWindows {
  readonly part: PlannedPart;
  readonly first: number;
  readonly last: number;
  readonly from: number;
  readonly to: number;
  /** The samples that belong to the windows. */
  readonly ownFrom: number;
  readonly ownTo: number;
}

/** @throws DataFault or RangeError under the same conditions as `makeWindows` */
export function planWindows(rows: RowSource, options: WindowOptions): WindowPlan {
  const plan = planAnyWindows(rows, options);
  if (plan.windows === 0) throw noPlannedWindows(rows, plan);
  return plan;
}

/** Like `planWindows`, but accepts rows without a stretch as long as a window, because more rows may follow. */
export function planAnyWindows(rows: RowSource, options: WindowOptions): WindowPlan {
  const { samplingRateHz, windowSize, overlap, resampling = "low-pass" } = options;
  if (!(samplingRateHz > 0 && samplingRateHz < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`samplingRateHz: expected a positive number, got ${samplingRateHz}`);
  }
  if (!(Number.isInteger(windowSize) && windowSize >= 1)) {
    throw new RangeError(`windowSize: expected a positive integer, got ${windowSize}`);
  }
  if (!(overlap >= 0 && overlap < 1)) throw new RangeError(`overlap: expected a number in [0, 1), got ${overlap}`);

  const step = plannedWindowStep(windowSize, overlap);
  const [labels, people] = [new Set<string>(), new Set<string>()];
  for (const { label, user } of rows.stretches()) {
    if (label !== null) labels.add(label);
    people.add(user);
  }
  const classes = options.classes ?? [...labels].sort();
  const users = [...people].sort();
  const classIndex = indexPlannedNames(classes);
  const userIndex = indexPlannedNames(users);
  const recordings: string[] = [];
  const recordingKeys = new Map<string, number>();
  const dropped: DroppedSamples = {
    shortStretches: { stretches: 0, samples: 0 },
    remainders: { stretches: 0, samples: 0 },
    unknownClass: { stretches: 0, samples: 0 },
  };
  const parts: PlannedPart[] = [];
  let longest = 0;
  let windowCount = 0;
  let resampledStretches = 0;
  for (const stretch of rows.stretches()) {
    const even = planResampling(rows, stretch, samplingRateHz, resampling);
    if (even.resampled) resampledStretches++;
    const key = `${stretch.user}\x1f${stretch.recording}`;
    const recording = recordingKeys.get(key) ?? recordings.push(stretch.recording) - 1;
    recordingKeys.set(key, recording);
    const label = stretch.label === null ? -1 : classIndex.get(stretch.label);
    if (label === undefined) {
      countDroppedByPlan(dropped.unknownClass, even.length);
      continue;
    }
    longest = Math.max(longest, even.length);
    if (even.length < windowSize) {
      countDroppedByPlan(dropped.shortStretches, even.length);
      continue;
    }
    const windows = Math.floor((even.length - windowSize) / step) + 1;
    const remainder = even.length - (windows - 1) * step - windowSize;
    if (remainder > 0) countDroppedByPlan(dropped.remainders, remainder);
    parts.push({ even, windows, label, group: userIndex.get(stretch.user)!, recording });
    windowCount += windows;
  }
  return {
    options,
    step,
    parts,
    windows: windowCount,
    classes,
    users,
    recordings,
    dropped,
    resampledStretches,
    longest,
  };
}

/** Warns about people of whom no window is left. */
export function peopleWithoutWindows({ users, parts, options }: WindowPlan): string[] {
  const kept = new Set(parts.map(({ group }) => group));
  const without = users.filter((_, u) => !kept.has(u));
  if (without.length === 0) return [];
  const seconds = Number((options.windowSize / options.samplingRateHz).toFixed(2));
  return [
    `No window is left of ${listedNames(without)}: none of their stretches without a gap or a change of label is as long as a window (${seconds} s).`,
  ];
}

/** All parts, each with all of its windows. */
function wholePlannedParts({ parts, step, options: { windowSize } }: WindowPlan): PartOfWindows[] {
  return parts.map((part) => {
    const to = plannedWindowsLength(part.windows, windowSize, step);
    return { part, first: 0, last: part.windows, from: 0, to, ownFrom: 0, ownTo: to };
  });
}

/**
 * The windows of the given parts, in order.
 * @param allocate allocates memory for their samples
 * @returns the windows, and the first sample of each part
 */
export function makeWindowsOfParts(
  rows: RowSource,
  { options, step, classes, users, recordings }: WindowPlan,
  chosen: readonly PartOfWindows[],
  allocate: Allocate = allocateSharedWindows,
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
    for (const piece of recordingPieces(from, to)) {
      for (const [c, column] of resampledValues(rows, even, samplingRateHz, piece.from, piece.to).entries()) {
        let at = (offset + piece.from - from) * channelCount + c;
        for (let i = 0; i < column.length; i++, at += channelCount) samples[at] = column[i]!;
      }
    }
    for (let k = first; k < last; k++, w++) {
      starts[w] = offset + k * step - from;
      startTimes[w] = even.startTime + (k * step) / samplingRateHz;
      labels[w] = label;
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

/** Number of samples from the first sample of the first window to the last sample of the last window. */
export function plannedWindowsLength(windows: number, windowSize: number, step: number): number {
  return (windows - 1) * step + windowSize;
}

function countDroppedByPlan(counter: { stretches: number; samples: number }, samples: number): void {
  counter.stretches++;
  counter.samples += samples;
}

function indexPlannedNames(names: readonly string[]): Map<string, number> {
  return new Map(names.map((name, index) => [name, index]));
}

function noPlannedWindows(rows: RowSource, { longest, options, dropped }: WindowPlan): DataFault {
  const { classes = [] } = options;
  if (longest > 0 || dropped.unknownClass.stretches === 0) return noWindowsFault(rows, { ...options, longest });
  return new DataFault({
    code: "schema",
    message: `No row has one of the expected classes: ${classes.join(", ")}.`,
    advice: "Check the label column, and that its labels are spelled like these.",
    expected: classes.join(", "),
    found: "other classes",
  });
}
