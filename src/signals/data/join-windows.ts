import { allocateSharedWindows, type WindowSet } from "./windows.ts";

/**
 * Joins two sets of windows: those of `a` followed by those of `b`. People with the same name count as one person, but
 * recordings stay separate. Samples are copied unless those of `b` directly follow those of `a` in memory; see
 * `makeWindowsOfPlans`.
 * @throws RangeError if the two sets differ in channels, rate, window size or classes
 */
export function joinWindows(a: WindowSet, b: WindowSet): WindowSet {
  for (const key of ["channels", "samplingRateHz", "windowSize", "classes"] as const) {
    if (JSON.stringify(a[key]) !== JSON.stringify(b[key])) {
      throw new RangeError(`joinWindows: ${key} differ: ${JSON.stringify(a[key])} and ${JSON.stringify(b[key])}`);
    }
  }
  const users = [...new Set([...a.users, ...b.users])];
  const firstSample = a.samples.length / a.channels.length;
  return {
    ...a,
    samples: joinWindowSamples(a.samples, b.samples),
    starts: Int32Array.from([...a.starts, ...b.starts.map((start) => start + firstSample)]),
    startTimes: Float64Array.from([...a.startTimes, ...b.startTimes]),
    labels: Int32Array.from([...a.labels, ...b.labels]),
    groups: Int32Array.from([...a.groups, ...b.groups.map((group) => users.indexOf(b.users[group]!))]),
    recordingIndex: Int32Array.from([...a.recordingIndex, ...b.recordingIndex.map((r) => r + a.recordings.length)]),
    users,
    recordings: [...a.recordings, ...b.recordings],
  };
}

function joinWindowSamples(a: WindowSet["samples"], b: WindowSet["samples"]): WindowSet["samples"] {
  const length = a.length + b.length;
  if (a.buffer === b.buffer && a.byteOffset + a.byteLength === b.byteOffset) {
    return new Float32Array(a.buffer, a.byteOffset, length);
  }
  const samples = allocateSharedWindows(length);
  samples.set(a);
  samples.set(b, a.length);
  return samples;
}
