// Plans the positions of the windows from the times of the rows, before any value is read. A window lies inside one stretch
// (one person, recording and label, without a gap) or, with a purity below 1, inside several consecutive stretches with no gap
// in between. S samples, W windows.

import { DataFault } from "../../data-fault.ts";
import type { LabelChanges } from "./label-purity.ts";
import { noWindowsFault } from "./no-windows.ts";
import { type PlannedStretches, planSpans } from "./plan-spans.ts";
import type { RowSource, Stretch } from "./recordings.ts";
import { type EvenPlan, planResampling, type Resampling } from "./resample.ts";

export interface WindowOptions {
  /** Sampling rate in Hz; stretches at other rates are resampled. */
  readonly samplingRateHz: number;
  /** Number of samples T per window. */
  readonly windowSize: number;
  /** Share of a window that overlaps the next one, in [0, 1). */
  readonly overlap: number;
  /** How stretches at a higher rate are resampled. Default: low-pass. */
  readonly resampling?: Resampling;
  /** Minimum share of a window that its label must cover. Default: 1, so that no window spans a label change. */
  readonly purity?: number;
  /** Class names in the order of the label indices (default: the sorted names in the recordings). */
  readonly classes?: readonly string[];
}

/** Samples (after resampling) not covered by any window; each is counted once. */
export interface DroppedSamples {
  /** Samples in stretches shorter than a window. */
  shortStretches: {
    /** Number of stretches. */
    stretches: number;
    /** Number of samples. */
    samples: number;
  };
  /** Samples at the end of longer stretches, after the last window. */
  remainders: {
    /** Number of stretches. */
    stretches: number;
    /** Number of samples. */
    samples: number;
  };
  /** Samples in stretches whose label is not one of the given classes. */
  unknownClass: {
    /** Number of stretches. */
    stretches: number;
    /** Number of samples. */
    samples: number;
  };
}

/** Returns the number of samples from one window's start to the next: round(windowSize * (1 - overlap)), at least 1. */
export function plannedWindowStep(windowSize: number, overlap: number): number {
  return Math.max(1, Math.round(windowSize * (1 - overlap)));
}

/** Returns the total number of samples S of a plan. */
export function plannedWindowSamples({ parts, step, options }: WindowPlan): number {
  return parts.reduce((sum, { windows }) => sum + plannedWindowsLength(windows, options.windowSize, step), 0);
}

/** Returns the number of samples from the first sample of the first window to the last sample of the last window. */
export function plannedWindowsLength(windows: number, windowSize: number, step: number): number {
  return (windows - 1) * step + windowSize;
}

export interface WindowPlan {
  readonly options: WindowOptions;
  /** Number of samples from one window's start to the next. */
  readonly step: number;
  readonly parts: readonly PlannedPart[];
  /** Number of windows; with a purity below 1, this includes windows without a label. */
  readonly windows: number;
  /** Label changes within recordings; null if labels change only at gaps. */
  readonly labelChanges: LabelChanges | null;
  readonly classes: readonly string[];
  readonly users: readonly string[];
  readonly recordings: readonly string[];
  readonly dropped: DroppedSamples;
  readonly resampledStretches: number;
  /** Number of samples in the longest stretch whose label is one of the classes. */
  readonly longest: number;
}

/** A stretch that contains at least one window. */
export interface PlannedPart {
  readonly even: EvenPlan;
  readonly windows: number;
  /** One label for all windows, or one per window: -1 if no label covers enough of the window. */
  readonly label: number | Int32Array;
  readonly group: number;
  readonly recording: number;
}

/** @throws DataFault or RangeError under the same conditions as `makeWindows` */
export function planWindows(rows: RowSource, options: WindowOptions): WindowPlan {
  const plan = planAnyWindows(rows, options, planSpans);
  if (plan.windows === 0) throw faultOfEmptyWindowPlan(rows, plan);
  return plan;
}

/**
 * Like `planWindows`, but accepts rows in which no stretch is as long as a window, because more rows may follow.
 * @param ofSpans plans windows across label changes (default: none, because the rows have no labels)
 */
export function planAnyWindows(rows: RowSource, options: WindowOptions, ofSpans?: typeof planSpans): WindowPlan {
  const { samplingRateHz, windowSize, overlap } = options;
  if (!(samplingRateHz > 0 && samplingRateHz < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`samplingRateHz: expected a positive number, got ${samplingRateHz}`);
  }
  if (!(Number.isInteger(windowSize) && windowSize >= 1)) {
    throw new RangeError(`windowSize: expected a positive integer, got ${windowSize}`);
  }
  if (!(overlap >= 0 && overlap < 1)) throw new RangeError(`overlap: expected a number in [0, 1), got ${overlap}`);

  const planner = new WindowPlanner(rows, options);
  if (rows.spans !== undefined && ofSpans !== undefined)
    return planner.plan(ofSpans(planner, rows.spans(), options.purity ?? 1));
  for (const stretch of rows.stretches()) planner.add(stretch);
  return planner.plan(null);
}

/** Adds up the parts of a plan, stretch by stretch. */
class WindowPlanner implements PlannedStretches {
  readonly #rows: RowSource;
  readonly #options: WindowOptions;
  readonly #step: number;
  readonly #classes: readonly string[];
  readonly #users: readonly string[];
  readonly #classIndex: ReadonlyMap<string, number>;
  readonly #userIndex: ReadonlyMap<string, number>;
  readonly #recordings: string[] = [];
  readonly #recordingKeys = new Map<string, number>();
  readonly #parts: PlannedPart[] = [];
  readonly #dropped: DroppedSamples = {
    shortStretches: { stretches: 0, samples: 0 },
    remainders: { stretches: 0, samples: 0 },
    unknownClass: { stretches: 0, samples: 0 },
  };
  #longest = 0;
  #windows = 0;
  #resampledStretches = 0;

  constructor(rows: RowSource, options: WindowOptions) {
    this.#rows = rows;
    this.#options = options;
    this.#step = plannedWindowStep(options.windowSize, options.overlap);
    const [labels, people] = [new Set<string>(), new Set<string>()];
    for (const { label, user } of rows.stretches()) {
      if (label !== null) labels.add(label);
      people.add(user);
    }
    this.#classes = options.classes ?? [...labels].sort();
    this.#users = [...people].sort();
    this.#classIndex = indexWindowPlanNames(this.#classes);
    this.#userIndex = indexWindowPlanNames(this.#users);
  }

  /** Returns the number of windows that fit into the stretch. */
  add(stretch: Stretch): number {
    const even = this.even(stretch);
    const label = this.labelOf(stretch);
    if (label !== undefined) return this.addPart(stretch, even, label);
    this.#indexOfRecording(stretch);
    if (even.resampled) this.#resampledStretches++;
    countDroppedByPlan(this.#dropped.unknownClass, even.length);
    return this.windowsWithin(even.length).count;
  }

  plan(labelChanges: LabelChanges | null): WindowPlan {
    return {
      options: this.#options,
      step: this.#step,
      parts: this.#parts,
      windows: this.#windows,
      classes: this.#classes,
      users: this.#users,
      recordings: this.#recordings,
      dropped: this.#dropped,
      resampledStretches: this.#resampledStretches,
      longest: this.#longest,
      labelChanges,
    };
  }

  addPart(stretch: Stretch, even: EvenPlan, label: PlannedPart["label"]): number {
    const recording = this.#indexOfRecording(stretch);
    if (even.resampled) this.#resampledStretches++;
    this.#longest = Math.max(this.#longest, even.length);
    const windows = this.windowsWithin(even.length).count;
    if (windows === 0) {
      countDroppedByPlan(this.#dropped.shortStretches, even.length);
      return 0;
    }
    const remainder = even.length - plannedWindowsLength(windows, this.#options.windowSize, this.#step);
    if (remainder > 0) countDroppedByPlan(this.#dropped.remainders, remainder);
    this.#windows += windows;
    this.#parts.push({ even, windows, label, group: this.#userIndex.get(stretch.user)!, recording });
    return windows;
  }

  even(stretch: Stretch): EvenPlan {
    const { samplingRateHz, resampling = "low-pass" } = this.#options;
    return planResampling(this.#rows, stretch, samplingRateHz, resampling);
  }

  timeOf(row: number): number {
    return this.#rows.time(row, row + 1)[0]!;
  }

  windowsWithin(length: number): { readonly step: number; readonly length: number; readonly count: number } {
    const { samplingRateHz, windowSize } = this.#options;
    return {
      step: this.#step / samplingRateHz,
      length: windowSize / samplingRateHz,
      count: length < windowSize ? 0 : Math.floor((length - windowSize) / this.#step) + 1,
    };
  }

  #indexOfRecording({ user, recording }: Stretch): number {
    const key = `${user}\x1f${recording}`;
    const index = this.#recordingKeys.get(key) ?? this.#recordings.push(recording) - 1;
    this.#recordingKeys.set(key, index);
    return index;
  }

  /** Returns -1 for no label, and undefined for a label that is not one of the classes. */
  labelOf({ label }: Stretch): number | undefined {
    return label === null ? -1 : this.#classIndex.get(label);
  }
}

function countDroppedByPlan(counter: { stretches: number; samples: number }, samples: number): void {
  counter.stretches++;
  counter.samples += samples;
}

function indexWindowPlanNames(names: readonly string[]): Map<string, number> {
  return new Map(names.map((name, index) => [name, index]));
}

/** Returns the fault for rows in which no stretch is as long as a window. */
export function faultOfEmptyWindowPlan(rows: RowSource, { longest, options, dropped }: WindowPlan): DataFault {
  const { classes = [] } = options;
  if (longest > 0 || dropped.unknownClass.stretches === 0) return noWindowsFault(rows, { ...options, longest });
  return new DataFault({
    code: "schema",
    message: `No row has one of the expected classes: ${classes.join(", ")}.`,
    advice: "Check the label column, and that its labels are spelt like these classes.",
    expected: classes.join(", "),
    found: "other classes",
  });
}
