// Finds people in the training data whose values are physically impossible in the units assumed for everyone. For example, a
// gyroscope may have recorded in rad/s for one person and in deg/s for all others, and if that person moved little, the values
// look plausible in either unit.

import { impossibleSensors } from "../monitoring/drift/impossible-sensors.ts";
import type { WatchedModel } from "../monitoring/streams/watched-model.ts";
import { rangesUnderWindows, type WindowSet } from "../signals/data/windows.ts";
import { unlikeTrainingCause } from "./unlike-training.ts";

/** Maximum number of samples per person; an arbitrary choice. */
const mostSamples = 2 ** 16;

/** One warning per person and sensor. */
export function impossiblePeople(windows: WindowSet, sensors: WatchedModel["sensors"]): string[] {
  return windows.users.flatMap((user, u) => {
    const found = impossibleSensors(columnsOfImpossiblePerson(windows, u), sensors, windows.samplingRateHz);
    return found.map(
      ({ message, cause }) =>
        `Impossible values of ${user}: ${message}.${unlikeTrainingCause(cause)} Convert or repair these recordings, or leave them out.`,
    );
  });
}

function columnsOfImpossiblePerson(
  { groups, samples, channels, ...windows }: WindowSet,
  u: number,
): Record<string, Float32Array> {
  const own = Int32Array.from(groups.keys()).filter((w) => groups[w] === u);
  const ranges = rangesUnderWindows(windows, own);
  const rows: number[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    for (let row = ranges[i]!; row < ranges[i + 1]! && rows.length < mostSamples; row++) rows.push(row);
  }
  return Object.fromEntries(
    channels.map((name, c) => [name, Float32Array.from(rows, (row) => samples[row * channels.length + c]!)]),
  );
}
