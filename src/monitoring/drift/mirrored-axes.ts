// Finds axes whose sign is opposite to that in the training data, from a stream's first batch on. If the gyroscope's turns are
// undone, gravity stands still, whatever the wearer does and however the sensor is worn. If an axis of the gyroscope is
// reversed, gravity stands still only with the opposite sign of that axis; if an axis of the accelerometer is reversed, with
// those of the other two axes. The evidence for each choice of signs is summed over batches by Page's cumulative sum (1954). The
// constants were chosen on one half of WISDM, MotionSense and BFRB, and on WEDA-FALL.

import { z } from "zod";
import { type Sensor, sensorKindsTurningTogether } from "../../signals/sensors/sensor.ts";
import type { ImpossibleSensor } from "./impossible-sensors.ts";

/** What a stream's batches so far say about the signs of its axes. */
export interface MirroredPast {
  /** The choice of signs that counts as usual since the last accepted batch; absent if it is that of the training data. */
  readonly signs?: number;
  /**
   * [8] By how much other choices of signs explain the latest batches better, summed since the minimum. The index is relative
   * to the usual choice: the sum of 1, 2 and 4 for each axis of the gyroscope whose sign differs.
   */
  readonly doubts: readonly number[];
  /** Index of the choice that was found and whose doubt is still above `leastDoubt`; absent if there is none. */
  readonly found?: number;
}

const choices = 8;
const choiceSchema = z
  .int()
  .min(0)
  .max(choices - 1);

export const mirroredPastSchema: z.ZodType<MirroredPast> = z.object({
  signs: choiceSchema.exactOptional(),
  doubts: z.array(z.number().min(0)).length(choices),
  found: choiceSchema.exactOptional(),
});

export const noMirroredPast: MirroredPast = { doubts: new Array<number>(choices).fill(0) };

/** Doubt at which axes count as mirrored. In drift-free streams, it was at most 1, except in one stream (3.9). */
const mostDoubt = 4;
/**
 * Doubt at which mirrored axes no longer count as such: lower by 1, because evidence against the right choice of signs is as
 * rare during a fault as without one.
 */
const leastDoubt = 3;
/** Doubt above which a batch may show mirrored axes, so that it must not enter the references. */
const suspicious = 1;
/** The most that one batch can add to a doubt, so that no single batch is decisive. */
const mostPerBatch = 1.5;

/**
 * Determines whether axes are mirrored. Once they are, they count as mirrored until their doubt has clearly decreased.
 * @param misfits [8] of the batch, if it has any; see `TurningSums`
 * @param trained the choice of signs that fits the training data; null if there is none
 * @returns the sensor with mirrored axes, or the axes that may be mirrored but are not yet certain to be, and the past
 * including this batch
 */
export function mirroredAxes(
  misfits: readonly number[] | undefined,
  past: MirroredPast,
  sensors: readonly Sensor[],
  trained: number | null,
): { readonly found: ImpossibleSensor | null; readonly suspected: readonly string[]; readonly past: MirroredPast } {
  const turning = sensorKindsTurningTogether(sensors);
  const signs = past.signs ?? trained;
  if (turning === null || signs === null) return { found: null, suspected: [], past };
  const after = misfits === undefined ? past : addMirroredBatch(misfits, past, signs);
  if (after.found !== undefined)
    return { found: describeMirroredAxes(after.found, turning), suspected: [], past: after };
  const highest = Math.max(...after.doubts);
  const suspected = highest > suspicious ? axesThatDiffer(after.doubts.indexOf(highest), turning).axes : [];
  return { found: null, suspected, past: after };
}

/** The past after an accepted batch: if it has mirrored axes, they count as usual from now on. */
export function pastForMirroredAxes({ found, ...past }: MirroredPast, trained: number | null): MirroredPast {
  if (found === undefined) return past;
  return { ...noMirroredPast, signs: (past.signs ?? trained ?? 0) ^ found };
}

/**
 * Returns the choice of signs that fits the training data.
 * @param people the misfits of each person's batches, in order
 * @returns null if no choice fits clearly better than all others, or if someone's axes seem to be mirrored
 */
export function signsOfTrainingData(people: readonly (readonly (readonly number[])[])[]): number | null {
  const sums = people
    .flat()
    .reduce<readonly number[]>((all, misfits) => all.map((sum, i) => sum + misfits[i]!), noMirroredPast.doubts);
  const [best, second] = sums.toSorted((a, b) => a - b) as [number, number];
  if (!(second - best >= mostDoubt)) return null;
  const signs = sums.indexOf(best);
  const isMirrored = people.some((batches) => {
    let past = noMirroredPast;
    return batches.some((misfits) => {
      past = addMirroredBatch(misfits, past, signs);
      return past.found !== undefined;
    });
  });
  return isMirrored ? null : signs;
}

function addMirroredBatch(misfits: readonly number[], past: MirroredPast, signs: number): MirroredPast {
  const better = misfits.map((_, i) => misfits[signs]! - misfits[signs ^ i]!);
  const share = Math.min(1, mostPerBatch / Math.max(...better));
  const sums = past.doubts.map((doubt, i) => Math.max(0, doubt + share * better[i]!));
  const highest = Math.max(...sums);
  const doubts = sums.map((sum) => sum * Math.min(1, mostDoubt / highest));
  const { found: before, ...rest } = past;
  const found =
    before !== undefined && doubts[before]! > leastDoubt ? before : highest >= mostDoubt ? sums.indexOf(highest) : null;
  return { ...rest, doubts, ...(found !== null && { found }) };
}

type Turning = NonNullable<ReturnType<typeof sensorKindsTurningTogether>>;

/** The sensor and those of its axes whose opposite signs explain a choice best. */
function axesThatDiffer(
  choice: number,
  { accelerometer, gyroscope }: Turning,
): { readonly sensor: Sensor; readonly axes: readonly string[] } {
  const differs = [1, 2, 4].map((axis) => (choice & axis) !== 0);
  const isAccelerometer = differs.filter(Boolean).length === 2;
  const sensor = isAccelerometer ? accelerometer : gyroscope;
  return { sensor, axes: sensor.channels.filter((_, k) => differs[k] !== isAccelerometer) };
}

function describeMirroredAxes(found: number, turning: Turning): ImpossibleSensor {
  const { sensor, axes } = axesThatDiffer(found, turning);
  return {
    sensor,
    message: `${axes.join(", ")}: the sign is opposite to that in the training data, because only then does gravity turn as the gyroscope measures`,
    excess: 1,
    cause: { kind: "flipped axis", channels: axes, fault: "has the opposite sign", weight: 1 },
  };
}
