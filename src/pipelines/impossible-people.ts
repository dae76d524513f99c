// Finds people in the training data whose values are physically impossible in the units assumed for everyone. For example, a
// gyroscope may have recorded in rad/s for one person and in deg/s for all others: if that person moved little, the size of the
// values is plausible in either unit, but only in rad/s do they agree with how the direction of gravity turns.

import { impossibleSensors } from "../monitoring/drift/impossible-sensors.ts";
import type { WatchedModel } from "../monitoring/streams/watched-model.ts";
import type { StoredRows } from "../signals/data/stored-rows.ts";
import { rangesUnderWindows, type WindowSet } from "../signals/data/windows.ts";
import { unlikeTrainingCause } from "./unlike-training.ts";

/** Maximum number of samples per person; an arbitrary choice. */
const mostSamples = 2 ** 16;

type Sensors = WatchedModel["sensors"];

/** One warning per person and sensor. */
export function impossiblePeople(windows: WindowSet, sensors: Sensors): string[] {
  return windows.users.flatMap((user, u) =>
    describeImpossiblePerson(user, columnsOfImpossiblePerson(windows, u), sensors, windows.samplingRateHz),
  );
}

/** As `impossiblePeople`, for recordings that are not cut into windows: examines the longest recording of each person. */
export function impossiblePeopleOfRows(rows: StoredRows, sensors: Sensors): string[] {
  const longest = new Map<string, number>();
  for (const [r, { user, start, end }] of rows.recordings.entries()) {
    const known = rows.recordings[longest.get(user) ?? -1];
    if (known === undefined || end - start > known.end - known.start) longest.set(user, r);
  }
  return [...longest].flatMap(([user, r]) => {
    const { start, end } = rows.recordings[r]!;
    const to = Math.min(end, start + mostSamples);
    const columns = Object.fromEntries(rows.channels.map((name, c) => [name, rows.values(c, start, to)]));
    return describeImpossiblePerson(user, columns, sensors, 1 / rows.sampling[r]!.periodSeconds);
  });
}

function describeImpossiblePerson(
  user: string,
  columns: Record<string, Float32Array>,
  sensors: Sensors,
  samplingRateHz: number,
): string[] {
  return impossibleSensors(columns, sensors, samplingRateHz).map(
    ({ message, cause }) =>
      `Impossible values of ${user}: ${message}.${unlikeTrainingCause(cause)} Convert or repair these recordings, or leave them out.`,
  );
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
