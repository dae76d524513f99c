// Reads the windows of a batch of any length in chunks. Splitting a stretch across two chunks does not change its signals: each
// sample belongs to one chunk, and each chunk includes the adjacent samples needed by time-dependent signals. Dimensions: S
// samples, W windows.

import { makeWindowsOfParts, type PartOfWindows } from "./make-windows.ts";
import { plannedWindowsLength, type WindowPlan } from "./plan-windows.ts";
import type { RowSource } from "./recordings.ts";
import type { Allocate, WindowSet } from "./windows.ts";

/** Overlapping windows `first` to `last` (exclusive), and the samples that belong to them. */
export interface Run {
  /** The first window. */
  readonly first: number;
  /** Index of the window after the last window. */
  readonly last: number;
  /** The first sample. */
  readonly from: number;
  /** Index of the sample after the last sample. */
  readonly to: number;
  /** The first available sample in the same stretch, at most `from`. */
  readonly dataFrom: number;
  /** Index of the sample after the last available sample, at least `to`. */
  readonly dataTo: number;
}

/** Some of a batch's windows, in order. */
export interface WindowChunk {
  /** The windows with their samples. */
  readonly windows: WindowSet;
  /** The runs of all windows, in order. */
  readonly runs: readonly Run[];
}

/** Approximate number of values per chunk: a million samples of six channels. */
const defaultChunkValues = 6 * 2 ** 20;

/**
 * Batch size of inference. The number of windows per chunk is a multiple of this, because the last digits of a window's output
 * may depend on the other windows in its batch.
 */
const windowsAtOnce = 16;

/** Returns the stretches covered by the windows, in order. */
export function runsOfWindowChunk({ starts, windowSize }: Pick<WindowSet, "starts" | "windowSize">): Run[] {
  const runs: Run[] = [];
  for (let first = 0; first < starts.length; ) {
    let last = first + 1;
    while (last < starts.length && starts[last]! < starts[last - 1]! + windowSize) last++;
    const [from, to] = [starts[first]!, starts[last - 1]! + windowSize];
    runs.push({ first, last, from, to, dataFrom: from, dataTo: to });
    first = last;
  }
  return runs;
}

/** Returns the boundary between overlapping windows; each sample belongs to the window whose middle is closer. */
export function windowChunkBoundary(start: number, next: number, windowSize: number): number {
  return Math.round((start + next + windowSize) / 2);
}

/** Number of chunks into which `windowChunks` divides the windows of a plan. */
export function windowChunkCount(plan: WindowPlan, channels: number, values: number = defaultChunkValues): number {
  return Math.ceil(plan.windows / windowsPerChunk(plan, channels, values));
}

function windowsPerChunk({ step }: WindowPlan, channels: number, values: number): number {
  return windowsAtOnce * Math.max(1, Math.floor(values / (channels * step * windowsAtOnce)));
}

/**
 * Yields all windows of a plan, in order.
 * @param margin number of samples needed by time-dependent signals on either side
 * @param allocate allocates memory for a chunk's samples
 * @param values approximate number of values per chunk
 */
export function* windowChunks(
  rows: RowSource,
  plan: WindowPlan,
  margin: number,
  allocate: Allocate,
  values: number = defaultChunkValues,
): Generator<WindowChunk> {
  const most = windowsPerChunk(plan, rows.channels.length, values);
  let chosen: PartOfWindows[] = [];
  let room = most;
  for (const part of plan.parts) {
    for (let first = 0; first < part.windows; ) {
      const last = Math.min(part.windows, first + room);
      chosen.push({ part, first, last, ...samplesOfWindowChunk(plan, part.windows, first, last, margin) });
      room -= last - first;
      first = last;
      if (room > 0) continue;
      yield windowChunkOf(rows, plan, chosen, allocate);
      [chosen, room] = [[], most];
    }
  }
  if (chosen.length > 0) yield windowChunkOf(rows, plan, chosen, allocate);
}

/** Returns the samples of a stretch that belong to the windows, and the samples that are available. */
function samplesOfWindowChunk(
  { step, options: { windowSize } }: WindowPlan,
  windows: number,
  first: number,
  last: number,
  margin: number,
): { from: number; to: number; ownFrom: number; ownTo: number } {
  const start = (window: number): number => window * step;
  const covered = plannedWindowsLength(windows, windowSize, step);
  if (step >= windowSize) {
    const [from, to] = [start(first), start(last - 1) + windowSize];
    return { from, to, ownFrom: from, ownTo: to };
  }
  const ownFrom = first === 0 ? 0 : windowChunkBoundary(start(first - 1), start(first), windowSize);
  const ownTo = last === windows ? covered : windowChunkBoundary(start(last - 1), start(last), windowSize);
  const from = Math.max(0, Math.min(start(first), ownFrom - margin));
  const to = Math.min(covered, Math.max(start(last - 1) + windowSize, ownTo + margin));
  return { from, to, ownFrom, ownTo };
}

function windowChunkOf(
  rows: RowSource,
  plan: WindowPlan,
  chosen: readonly PartOfWindows[],
  allocate: Allocate,
): WindowChunk {
  const { windows, firstSamples } = makeWindowsOfParts(rows, plan, chosen, allocate);
  // Windows that do not overlap form separate runs.
  if (plan.step >= plan.options.windowSize) return { windows, runs: runsOfWindowChunk(windows) };
  let window = 0;
  const runs = chosen.map(({ first, last, from, to, ownFrom, ownTo }, i): Run => {
    const offset = firstSamples[i]! - from;
    window += last - first;
    return {
      first: window - (last - first),
      last: window,
      from: offset + ownFrom,
      to: offset + ownTo,
      dataFrom: offset + from,
      dataTo: offset + to,
    };
  });
  return { windows, runs };
}
