// Picks the windows that examples.html shows.

import { rotateWindows } from "../learning/training/rotate-windows.ts";
import type { Rng } from "../random.ts";
import type { DrawnExcerpt, DrawnSensor } from "../report/signal-grids.ts";
import { gatherWindows } from "../signals/data/gather-windows.ts";
import type { WindowSet } from "../signals/data/windows.ts";

const mostPeople = 3;

/**
 * For each class, the middle window of up to three people who have windows of that class: the first, the middle and the last.
 */
export function exampleWindows(windows: WindowSet): DrawnExcerpt[] {
  const { labels, groups, classes } = windows;
  return classes.flatMap((name, label) => {
    const rows = Array.from(labels.keys()).filter((row) => labels[row] === label);
    const byPerson = [...Map.groupBy(rows, (row) => groups[row]!).values()];
    return pickedExamples(byPerson).map((own) => {
      const row = own[own.length >> 1]!;
      return exampleExcerpt(windows, row, gatheredExample(windows, row), name);
    });
  });
}

/** A window with a lot of movement, as recorded and after each of two random rotations. */
export function rotatedExampleWindows(windows: WindowSet, sensors: readonly DrawnSensor[], rng: Rng): DrawnExcerpt[] {
  if (sensors.length === 0) return [];
  const row = liveliestExample(windows, sensors);
  const triads = sensors.map(({ channels }) => channels.map((name) => windows.channels.indexOf(name)));
  const sizes = { windowSize: windows.windowSize, channels: windows.channels.length };
  const label = windows.classes[windows.labels[row]!]!;
  const rotated = ["rotated", "rotated again"].map((how) => {
    const x = gatheredExample(windows, row);
    rotateWindows(x, 1, sizes, triads, rng.split(how));
    return exampleExcerpt(windows, row, x, `${label}, ${how}`);
  });
  return [exampleExcerpt(windows, row, gatheredExample(windows, row), `${label}, as recorded`), ...rotated];
}

function pickedExamples<T>(people: readonly T[]): T[] {
  if (people.length <= mostPeople) return [...people];
  return [people[0]!, people[people.length >> 1]!, people.at(-1)!];
}

/** Among the middle windows of all classes, the one with the largest variance along the first sensor's axes. */
function liveliestExample(windows: WindowSet, [first]: readonly DrawnSensor[]): number {
  const axes = first!.channels.map((name) => windows.channels.indexOf(name));
  const channels = windows.channels.length;
  const middles = windows.classes.flatMap((_, label) => {
    const rows = Array.from(windows.labels.keys()).filter((row) => windows.labels[row] === label);
    return rows.length === 0 ? [] : [rows[rows.length >> 1]!];
  });
  const movement = (row: number): number => {
    const x = gatheredExample(windows, row);
    return axes.reduce((sum, axis) => {
      const values = Array.from({ length: windows.windowSize }, (_, t) => x[t * channels + axis]!);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return sum + values.reduce((a, b) => a + (b - mean) ** 2, 0);
    }, 0);
  };
  const moved = middles.map(movement);
  return middles[moved.indexOf(Math.max(...moved))]!;
}

/** One window [T, C], in physical units. */
function gatheredExample(windows: WindowSet, row: number): Float32Array {
  const x = new Float32Array(windows.windowSize * windows.channels.length);
  gatherWindows(windows, Int32Array.of(row), x);
  return x;
}

function exampleExcerpt(windows: WindowSet, row: number, x: Float32Array, label: string): DrawnExcerpt {
  const { channels, windowSize, startTimes, samplingRateHz, users, groups, recordings, recordingIndex } = windows;
  const column = (c: number): number[] => Array.from({ length: windowSize }, (_, t) => x[t * channels.length + c]!);
  return {
    user: users[groups[row]!]!,
    recording: recordings[recordingIndex[row]!]!,
    label,
    time: Array.from({ length: windowSize }, (_, t) => startTimes[row]! + t / samplingRateHz),
    channels: Object.fromEntries(channels.map((name, c) => [name, column(c)])),
  };
}
