// The part of a window set that gives the place and the class of each window.

/** Places of windows; see `WindowSet`. */
export interface TimedWindows {
  readonly labels: Int32Array;
  readonly classes: readonly string[];
  readonly groups: Int32Array;
  readonly users: readonly string[];
  readonly recordingIndex: Int32Array;
  readonly recordings: readonly string[];
  readonly startTimes: Float64Array;
  readonly windowSize: number;
  readonly samplingRateHz: number;
}
