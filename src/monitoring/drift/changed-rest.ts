// Detects a change in what the sensors measure at rest (rest-sums.ts). An accelerometer at rest measures gravity, and a
// gyroscope measures no rotation about a horizontal axis, whatever the wearer does, so no predicted classes and no calibration
// are needed. The values themselves may be off, because few sensors are exact, but they hardly change as long as the sensor
// stays the same. They do change if an offset is added to an axis, or if an axis's gain changes. Batches without rest are
// skipped.

import { z } from "zod";
import { type Sensor, sensorsAtRest, unitFactor } from "../../signals/sensors/sensor.ts";
import { addRestSums, type RestSums } from "../summaries/rest-sums.ts";
import { restSumsSchema } from "../summaries/summary-schemas.ts";
import type { ImpossibleSensor } from "./impossible-sensors.ts";

/** What a stream's earlier batches measured at rest. */
export interface RestPast {
  /** Sums over the stream's first and last batches, oldest first. */
  readonly batches: readonly PastRest[];
  /** The change that was found and is not over yet; absent if there is none. */
  readonly change?: RestChange;
}

/** A doubtful batch may show the beginning of a change, so it does not count among the first batches. */
interface PastRest extends RestSums {
  readonly doubtful?: true;
}

interface RestChange {
  /** Sums over the batches before the change. */
  readonly usual: RestSums;
  /** Sums over the batches with the change. */
  readonly changed: RestSums;
  /** Present if the last batch had too little rest to show the change. */
  readonly unseen?: true;
}

export const restPastSchema: z.ZodType<RestPast> = z.object({
  batches: z.array(restSumsSchema.and(z.object({ doubtful: z.literal(true).exactOptional() }))),
  change: z
    .object({ usual: restSumsSchema, changed: restSumsSchema, unseen: z.literal(true).exactOptional() })
    .exactOptional(),
});

export const noRestPast: RestPast = { batches: [] };

/**
 * Differences that count as a change: in multiples of gravity, and in rad/s. In the tuning halves of WISDM, MotionSense and
 * BFRB, batches with a second of rest differ from the rest of their stream by at most .04 of gravity, and batches with six
 * seconds by at most .05 rad/s.
 */
const [changedGravity, changedRate] = [0.08, 0.1];
/** Minimum time at rest for a batch to count, and for several batches to be compared, in seconds; arbitrary. */
const [leastPerBatch, leastSeconds] = [1, 5];
/** Number of first batches that the usual values come from, and maximum number of batches that are compared with them. */
const [firstBatches, lastBatches] = [10, 6];

/**
 * Adds a batch that shows no change, or one that the user has accepted. If a batch with a change is accepted, the usual values
 * are relearned.
 * @param doubtful whether the batch is kept out of the references, because of an alarm or because it may raise one
 */
export function pastForChangedRest({ batches, change }: RestPast, current: RestSums, doubtful = false): RestPast {
  const before = change === undefined ? batches : [];
  if (current.seconds < leastPerBatch) return { batches: before };
  const all = [...before, doubtful ? { ...current, doubtful } : current];
  const first = firstForChangedRest(all);
  return { batches: all.filter((batch, i) => first.includes(batch) || i > all.length - lastBatches) };
}

/**
 * Returns the largest change that a stream of drift-free batches seems to show, as a multiple of the usual limits; 0 if nothing
 * can be compared.
 */
export function largestChangeAtRest(batches: readonly RestSums[]): number {
  let [past, largest] = [noRestPast, 0];
  for (const batch of batches) {
    largest = Math.max(largest, clearestChangeAtRest(batch, past.batches)?.size ?? 0);
    past = pastForChangedRest(past, batch);
  }
  return largest;
}

function firstForChangedRest(batches: readonly PastRest[]): readonly PastRest[] {
  return batches.filter(({ doubtful }) => doubtful !== true).slice(0, firstBatches);
}

/**
 * Determines whether the sensors measure different values at rest from those in the stream's first batches, and whether a
 * change found earlier is over. Two batches must show a change, and one batch its end. If several batches in a row have no
 * rest, only the first of them still counts as changed, because a stream that has been repaired may never rest again.
 * @param past what the stream's earlier batches measured
 * @param limit size above which a change is found, as a multiple of the usual limits
 * @returns the sensor whose values changed most, and the past including the change, but not yet including the batch
 */
export function changedRest(
  current: RestSums | undefined,
  past: RestPast,
  sensors: readonly Sensor[],
  limit = 1,
): { readonly found: ImpossibleSensor | null; readonly past: RestPast } {
  const { batches } = past;
  const change =
    past.change === undefined ? beganAtRest(current, batches, limit) : continueChangedRest(current, past.change, limit);
  if (change === null) return { found: null, past: { batches } };
  return {
    found: change.unseen && past.change?.unseen ? null : describeChangedRest(change, sensors),
    past: { batches: batches.filter(({ doubtful }) => doubtful !== true), change },
  };
}

function beganAtRest(current: RestSums | undefined, batches: readonly PastRest[], limit: number): RestChange | null {
  const clearest = current === undefined ? null : clearestChangeAtRest(current, batches);
  if (current === undefined || clearest === null || !(clearest.size > limit)) return null;
  const { usual, changed } = clearest;
  return { usual, changed };
}

/**
 * Considers the last two to six batches, because the change may have begun at any of them.
 * @returns the largest change, with its size as a multiple of what counts as a change; null if nothing can be compared
 */
function clearestChangeAtRest(
  current: RestSums,
  batches: readonly PastRest[],
): (Pick<RestChange, "usual" | "changed"> & { readonly size: number }) | null {
  if (current.seconds < leastPerBatch) return null;
  const from = Math.max(0, batches.length + 1 - lastBatches);
  const changes = batches.slice(from).flatMap((_, i) => {
    const first = firstForChangedRest(batches.slice(0, from + i));
    if (first.length === 0) return [];
    const [usual, recent] = [first.reduce(addRestSums), [...batches.slice(from + i), current]];
    const changed = recent.reduce(addRestSums);
    if (usual.seconds < leastSeconds || changed.seconds < leastSeconds) return [];
    const latest = recent.slice(-2).map((batch) => differencesAtRest(batch, usual));
    const sizes = differencesAtRest(changed, usual).map((difference, figure) =>
      latest.every((own) => own[figure]! * Math.sign(difference) > Math.abs(difference) / 2) ? Math.abs(difference) : 0,
    );
    return [{ usual, changed, size: Math.max(...sizes) }];
  });
  return changes.toSorted((a, b) => b.size - a.size)[0] ?? null;
}

function continueChangedRest(current: RestSums | undefined, change: RestChange, limit: number): RestChange | null {
  if (current === undefined || current.seconds < leastPerBatch) return { ...change, unseen: true };
  const isOver = differencesAtRest(current, change.usual).every((difference) => Math.abs(difference) < limit / 2);
  return isOver ? null : { usual: change.usual, changed: addRestSums(change.changed, current) };
}

/** Differences in gravity and in the angular velocities, as multiples of what counts as a change. */
function differencesAtRest(now: RestSums, usual: RestSums): number[] {
  const [after, before] = [figuresAtRest(now), figuresAtRest(usual)];
  return after.map((value, figure) => (value - before[figure]!) / (figure === 0 ? changedGravity : changedRate));
}

/** Gravity and the rates, as means over the time at rest. */
function figuresAtRest({ seconds, sums }: RestSums): number[] {
  return sums.map((sum) => sum / seconds);
}

function describeChangedRest({ usual, changed }: RestChange, sensors: readonly Sensor[]): ImpossibleSensor {
  const [accelerometer, gyroscope] = sensorsAtRest(sensors);
  const sizes = differencesAtRest(changed, usual).map(Math.abs);
  const figure = sizes.indexOf(Math.max(...sizes));
  const sensor = (figure === 0 ? accelerometer : gyroscope)!;
  const unit = sensor.unit!;
  const factor = unitFactor(sensor.kind, figure === 0 ? "g" : "rad/s", unit);
  const [now, before] = [changed, usual].map((sums) => {
    const [gravity, ...rates] = figuresAtRest(sums);
    return `${(factor * (figure === 0 ? gravity! : Math.hypot(...rates))).toFixed(2)} ${unit}`;
  });
  const [what, fault] = figure === 0 ? ["", "Its gain or the offset"] : [" across gravity", "The offset"];
  return {
    sensor,
    message:
      `${sensor.name}: at rest, it now measures ${now}${what} and measured ${before} in the stream's first batches. ` +
      `${fault} of an axis may have changed`,
    excess: Math.max(1, sizes[figure]!),
    cause: null,
    ...(figure > 0 && { channel: sensor.channels[figure - 1]! }),
    isGradual: true,
  };
}
