// Detects a change in how far gravity turns relative to how far the gyroscope says the sensor turned. The ratio is about 1 for
// every person and activity (turning-scale.ts), so no predicted classes are needed. It changes if the gyroscope's gain changes,
// if one of its axes is flipped, if the samples arrive at a different rate than their times indicate, or if samples are lost
// and the times renumbered. The ratio does not reveal which of these happened. All constants were chosen on the tuning half of
// WISDM, MotionSense and BFRB, except those described as arbitrary.

import { z } from "zod";
import { type Sensor, sensorKindsTurningTogether } from "../../signals/sensors/sensor.ts";
import { turningSumsSchema } from "../summaries/summary-schemas.ts";
import type { TurningSums } from "../summaries/turning-scale.ts";
import type { ImpossibleSensor } from "./impossible-sensors.ts";

/** What a stream's earlier batches say about the turns. */
export interface TurningPast {
  /** Sums over the stream's first and last healthy batches, oldest first. */
  readonly healthy: readonly TurningSums[];
  /** The change that was found and is not over yet; absent if there is none. */
  readonly change?: TurningChange;
}

interface TurningChange {
  /** The ratio before the change. */
  readonly usual: number;
  /** Sums over the batches with the change. */
  readonly changed: TurningSums;
  /** Log likelihood ratio of the latest batches (without the change versus with it), summed since its minimum; at least 0. */
  readonly odds: number;
}

export const turningPastSchema: z.ZodType<TurningPast> = z.object({
  healthy: z.array(turningSumsSchema),
  change: z.object({ usual: z.number(), changed: turningSumsSchema, odds: z.number().min(0) }).exactOptional(),
});

export const noTurningPast: TurningPast = { healthy: [] };

/** Maximum number of batches, including the current one, that are judged together. */
const together = 6;
/** Maximum and minimum number of the stream's first batches to compute the usual ratio from. */
const [longestPast, shortestPast] = [10, 5];
/** Minimum number of healthy batches that are judged together with the current one; arbitrary. */
const fewestBefore = 2;
/**
 * Batches whose gyroscope turned less than this (in the unit of `said`) are skipped, because slight movements bias the ratio.
 */
const leastSaid = 3;
/** The prior for the usual ratio is 1, with the weight of a batch whose gyroscope turned this much. */
const knownSaid = 100;
/** Weight of the prior for data sets whose ratio may not be 1 because the sensors are not aligned; arbitrary. */
const doubtedSaid = 10;
/** Prior variance of a ratio whose sums have weight 1, and the number of batches that this prior counts for. */
const [usualVariance, usualWeight] = [0.1, 30];
/** Standard deviation of the ratio across activities and days, which does not shrink with the number of batches. */
const betweenDays = 0.02;
/** Difference between the ratios that counts as a change, in standard deviations. */
const mostDeviations = 3.6;
/** The same limit if the prior has the weight `doubtedSaid`; a change must exceed both limits. */
const mostOwnDeviations = 2.8;
/** Smaller differences are not reported, however certain they are; arbitrary. */
const leastDifference = 0.05;
/** Log likelihood ratio at which a change counts as over, and the most that one batch can add to it. */
const [enough, mostPerBatch] = [4, 3];

/**
 * Adds a healthy or accepted batch. Only the stream's first and last batches are kept, as many as are needed to judge the next
 * one. If a batch with a change is accepted, the usual ratio is relearned.
 */
export function pastForChangedTurning({ healthy, change }: TurningPast, current: TurningSums): TurningPast {
  const before = change === undefined ? healthy : [];
  if (current.said < leastSaid) return { healthy: before };
  const { shared, said } = current;
  const all = [...before, { shared, said }];
  return { healthy: [...all.slice(0, longestPast), ...all.slice(longestPast).slice(1 - together)] };
}

/**
 * Determines whether the ratio in the last batches differs from that in the stream's first batches, and whether a change found
 * earlier is over. A change is over once the latest batches are clearly more likely without it than with it (Wald's sequential
 * test in Page's form).
 * @param past what the stream's earlier batches say about the turns
 * @param limit size above which a change is found, as a multiple of the usual limits
 * @returns the gyroscope if its turns have changed, and the past including the change, but not yet including the batch
 */
export function changedTurning(
  current: TurningSums | undefined,
  past: TurningPast,
  sensors: readonly Sensor[],
  limit = 1,
): { readonly found: ImpossibleSensor | null; readonly past: TurningPast } {
  const turning = sensorKindsTurningTogether(sensors);
  if (turning === null) return { found: null, past };
  const { healthy } = past;
  const change =
    past.change === undefined ? beganToTurn(current, healthy, limit) : continueChangedTurning(current, past.change);
  if (change === null) return { found: null, past: { healthy } };
  // The last healthy batches may already show the change.
  const after = { healthy: past.change === undefined ? firstForChangedTurning(healthy) : healthy, change };
  return { found: describeChangedTurning(change, turning.gyroscope), past: after };
}

/**
 * Returns the largest change that a stream of drift-free batches seems to show, as a multiple of the usual limits; 0 if nothing
 * can be compared, or if no difference is large enough to report.
 */
export function largestChangeInTurning(batches: readonly TurningSums[]): number {
  let [past, largest] = [noTurningPast, 0];
  for (const batch of batches) {
    largest = Math.max(largest, ...changesInTurning(batch, past.healthy).map(({ size }) => size));
    past = pastForChangedTurning(past, batch);
  }
  return largest;
}

function beganToTurn(
  current: TurningSums | undefined,
  healthy: readonly TurningSums[],
  limit: number,
): TurningChange | null {
  const changes = current === undefined ? [] : changesInTurning(current, healthy).filter(({ size }) => size > limit);
  const [clearest] = changes.toSorted((a, b) => b.deviations - a.deviations);
  if (clearest === undefined) return null;
  const { usual, now } = clearest;
  return { usual, changed: { shared: now.shared, said: now.said }, odds: 0 };
}

/**
 * Considers the last three to six batches, because the change may have begun at any of them. The last two must show it, so that
 * no single batch is decisive.
 * @returns the changes that are large enough to report, with their sizes as multiples of what counts as certain
 */
function changesInTurning(
  current: TurningSums,
  healthy: readonly TurningSums[],
): { readonly usual: number; readonly now: BatchesRatio; readonly deviations: number; readonly size: number }[] {
  if (current.said < leastSaid) return [];
  const last = lastForChangedTurning(healthy);
  const before = ratioForChangedTurning(firstForChangedTurning(healthy));
  return last.slice(fewestBefore - 1).flatMap((_, i) => {
    const recent = [...last.slice(i), current];
    const now = ratioForChangedTurning(recent);
    const [known, own] = [
      compareForChangedTurning(before, now, knownSaid),
      compareForChangedTurning(before, now, doubtedSaid),
    ];
    const sign = Math.sign(known.difference);
    const isShown =
      sign * known.difference > leastDifference &&
      recent.slice(-2).every((batch) => sign * (2 * (batch.shared / batch.said - known.usual) - known.difference) > 0);
    const deviations = sign * known.deviations;
    const size = Math.min(deviations / mostDeviations, (sign * own.deviations) / mostOwnDeviations);
    return isShown ? [{ usual: own.usual, now, deviations, size }] : [];
  });
}

/** @param prior weight of the ratio 1 that is added to the first batches */
function compareForChangedTurning(
  before: BatchesRatio,
  now: BatchesRatio,
  prior: number,
): { readonly usual: number; readonly difference: number; readonly deviations: number } {
  const said = before.said + prior;
  const usual = (before.shared + prior) / said;
  const difference = now.ratio - usual;
  const squares = before.squares + now.squares + usualWeight * usualVariance;
  const variance = squares / (before.batches + now.batches - 2 + usualWeight);
  const deviations = difference / Math.sqrt(variance * (1 / said + 1 / now.said) + betweenDays ** 2);
  return { usual, difference, deviations };
}

function continueChangedTurning(current: TurningSums | undefined, change: TurningChange): TurningChange | null {
  if (current === undefined || current.said < leastSaid) return change;
  const { usual, changed } = change;
  const [ratio, faulty] = [current.shared / current.said, changed.shared / changed.said];
  const variance = usualVariance / current.said + betweenDays ** 2;
  const gain = ((ratio - faulty) ** 2 - (ratio - usual) ** 2) / (2 * variance);
  const odds = Math.max(0, change.odds + Math.min(mostPerBatch, gain));
  if (odds >= enough) return null;
  if (odds > 0) return { ...change, odds };
  return { usual, odds, changed: { shared: changed.shared + current.shared, said: changed.said + current.said } };
}

function describeChangedTurning({ usual, changed }: TurningChange, gyroscope: Sensor): ImpossibleSensor {
  const now = changed.shared / changed.said;
  return {
    sensor: gyroscope,
    message:
      `${gyroscope.name}: gravity now turns ${now.toFixed(2)} times as far as the gyroscope measures, and turned ` +
      `${usual.toFixed(2)} times as far in the stream's first batches. The gyroscope's gain, the sign of one of its axes ` +
      "or the sampling rate may have changed, or samples may be lost",
    excess: Math.max(1, Math.abs(now - usual) / leastDifference),
    cause: null,
    isGradual: true,
  };
}

/** The most recent healthy batches, which are judged together with the current one. */
function lastForChangedTurning(healthy: readonly TurningSums[]): readonly TurningSums[] {
  return healthy.slice(shortestPast).slice(1 - together);
}

/** The stream's first batches, which are not judged together with the current one. */
function firstForChangedTurning(healthy: readonly TurningSums[]): readonly TurningSums[] {
  return healthy.slice(0, Math.min(longestPast, healthy.length - lastForChangedTurning(healthy).length));
}

interface BatchesRatio extends TurningSums {
  readonly ratio: number;
  /** How much the individual ratios vary around it, as a sum of squares weighted by `said`. */
  readonly squares: number;
  readonly batches: number;
}

function ratioForChangedTurning(batches: readonly TurningSums[]): BatchesRatio {
  const said = batches.reduce((sum, own) => sum + own.said, 0);
  const shared = batches.reduce((sum, own) => sum + own.shared, 0);
  const ratio = shared / said;
  const squares = batches.reduce((sum, own) => sum + own.said * (own.shared / own.said - ratio) ** 2, 0);
  return { shared, said, ratio, squares, batches: batches.length };
}
