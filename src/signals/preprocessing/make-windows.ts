// Cuts recordings into windows of equal length, each inside one stretch (one person, recording and label, without a gap).
// Every stretch is copied once into one block, and overlapping windows are offsets into it. Dimensions: S samples, C
// channels, W windows, T samples per window.

import { listedNames } from "../../listed-names.ts";
import { percent } from "../../percent.ts";
import { DataFault } from "../data/data-fault.ts";
import {
  type Recordings,
  type RowSource,
  recordingPieces,
  rowsOfRecordings,
  type Stretch,
} from "../data/recordings.ts";
import { pickWindows } from "./join-windows.ts";
import {
  addLabelChanges,
  isPureEnough,
  type LabelChanges,
  type LabelRun,
  labelsOfWindows,
  type WindowLabels,
} from "./label-purity.ts";
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
  /** Least share of a window that has its label. Default: 1, so that no window spans a change of label. */
  readonly purity?: number;
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

/** Above this share of windows in which the label changes, a warning says so. */
const mostCrossing = 0.2;

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
    const all = makeWindowsOfParts(rows, plan, wholePlannedParts(plan), () => samples).windows;
    if (!plan.parts.some(({ label }) => typeof label !== "number")) return all;
    const used = Int32Array.from(all.labels.keys()).filter((w) => all.labels[w]! >= 0);
    if (used.length === 0) throw noPureWindows(plan);
    return pickWindows(all, used);
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
  /** With a purity below 1, windows without a label included. */
  readonly windows: number;
  /** Null if no label changes within a recording, except at gaps. */
  readonly labelChanges: LabelChanges | null;
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
  /** One label, or one per window: -1 for windows that no label has enough of. */
  readonly label: number | Int32Array;
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
  const { samplingRateHz, windowSize, overlap, resampling = "low-pass", purity = 1 } = options;
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
  let labelChanges: LabelChanges | null = null;
  let hasChanges = false;
  const labelOf = ({ label }: Stretch): number | undefined => (label === null ? -1 : classIndex.get(label));
  const labelsIn = (span: readonly Stretch[], even: EvenPlan, windows: number): WindowLabels => {
    const runs = span.map((stretch): LabelRun => {
      const label = labelOf(stretch) ?? -1;
      return { start: rows.time(stretch.start, stretch.start + 1)[0]!, label: label < 0 ? null : label };
    });
    return labelsOfWindows(runs, {
      start: even.startTime,
      step: step / samplingRateHz,
      length: windowSize / samplingRateHz,
      count: windows,
    });
  };
  const countOf = (length: number): number => (length < windowSize ? 0 : Math.floor((length - windowSize) / step) + 1);
  /** Returns the number of windows. */
  const plan = (stretch: Stretch, span: readonly Stretch[]): number => {
    const even = planResampling(rows, stretch, samplingRateHz, resampling);
    if (even.resampled) resampledStretches++;
    const key = `${stretch.user}\x1f${stretch.recording}`;
    const recording = recordingKeys.get(key) ?? recordings.push(stretch.recording) - 1;
    recordingKeys.set(key, recording);
    const label = labelOf(stretch);
    if (span.length === 1 && label === undefined) {
      countDroppedByPlan(dropped.unknownClass, even.length);
      return countOf(even.length);
    }
    longest = Math.max(longest, even.length);
    const windows = countOf(even.length);
    if (windows === 0) {
      countDroppedByPlan(dropped.shortStretches, even.length);
      return 0;
    }
    const remainder = even.length - (windows - 1) * step - windowSize;
    if (remainder > 0) countDroppedByPlan(dropped.remainders, remainder);
    const group = userIndex.get(stretch.user)!;
    windowCount += windows;
    if (span.length === 1) {
      parts.push({ even, windows, label: label!, group, recording });
      return windows;
    }
    const found = labelsIn(span, even, windows);
    labelChanges = addLabelChanges(labelChanges, found, purity);
    const own = found.labels.map((name, w) => (isPureEnough(found.shares[w]!, purity) ? name : -1));
    parts.push({ even, windows, label: own, group, recording });
    return windows;
  };
  for (const span of rows.spans?.() ?? singlePlannedSpans(rows)) {
    if (span.length === 1) {
      const count = plan(span[0]!, span);
      if (rows.spans !== undefined) labelChanges = addLabelChanges(labelChanges, { shares: pureShares(count) }, purity);
      continue;
    }
    hasChanges = true;
    const whole: Stretch = { ...span[0]!, end: span.at(-1)!.end };
    if (purity < 1) {
      plan(whole, span);
      continue;
    }
    const even = planResampling(rows, whole, samplingRateHz, resampling);
    labelChanges = addLabelChanges(labelChanges, labelsIn(span, even, countOf(even.length)), purity);
    for (const stretch of span) plan(stretch, [stretch]);
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
    labelChanges: hasChanges ? labelChanges : null,
  };
}

function pureShares(count: number): Float64Array {
  return new Float64Array(count).fill(1);
}

/** Warns if the label changes within so many windows that much of the time is not used. */
export function labelChangeWarnings({ labelChanges, options: { purity = 1 } }: WindowPlan): string[] {
  if (labelChanges === null || purity < 1) return [];
  const { windows, crossing, mostly, majority } = labelChanges;
  if (crossing <= mostCrossing * windows) return [];
  return [
    `The label changes within ${percent(crossing / windows)} of all windows. A window has one label, so the time around each change is hardly used. ` +
      `--purity 0.8 would use ${countedOf(mostly, crossing)} such windows, those with one label for 80 % of their length, and --purity 0.5 ${majority.toLocaleString("en")}; a shorter --window crosses fewer changes.`,
  ];
}

function countedOf(some: number, all: number): string {
  return `${some.toLocaleString("en")} of ${all.toLocaleString("en")}`;
}

function* singlePlannedSpans(rows: RowSource): Generator<readonly Stretch[]> {
  for (const stretch of rows.stretches()) yield [stretch];
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

function noPureWindows({ options: { purity, windowSize, samplingRateHz } }: WindowPlan): DataFault {
  const seconds = Number((windowSize / samplingRateHz).toFixed(2));
  return new DataFault({
    code: "too_short",
    message: `No window of ${seconds} s has one label for at least ${percent(purity ?? 1)} of its length.`,
    advice: "Use a shorter --window, or a lower --purity.",
    expected: `windows with one label for ${percent(purity ?? 1)} of their length`,
    found: "none",
  });
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
