// Finds sensors with values that are impossible for any wearer and any position on the body. It relies only on physics: gravity
// is the same for everyone; when a sensor turns, the direction of gravity that it measures turns with it; and when a sensor
// moves, none of its axes keeps repeating one value exactly. No calibration is needed, so even a stream's first batch can be
// judged.

import {
  gravityInSensorUnit,
  type Sensor,
  type SensorUnit,
  sensorKindsTurningTogether,
  sensorUnitNames,
  unitFactor,
} from "../../signals/sensors/sensor.ts";
import { moments } from "../../stats/moments.ts";
import type { BaselineReference } from "../summaries/baseline-reference.ts";
import type { Columns } from "../summaries/summarize.ts";
import { leastRelativeStd } from "./channel-statistics.ts";
import type { Culprit } from "./culprit.ts";
import { stuckShare } from "./direct-faults.ts";
import { sensorSeconds } from "./sensor-seconds.ts";
import { stuckAxes } from "./stuck-axes.ts";
import { turningRatio } from "./turning-ratio.ts";

/** A sensor with impossible values. */
export interface ImpossibleSensor {
  readonly sensor: Sensor;
  /** The measured and the possible values, as text without a full stop at the end. */
  readonly message: string;
  /** How far the values exceed their limit, as a ratio; at least 1. */
  readonly excess: number;
  /** The fault that explains the values; null if no known fault does. */
  readonly cause: Culprit | null;
  /** The channel with the values (default: the cause's channel if there is only one, else all of the sensor). */
  readonly channel?: string;
  /** Whether the values may have changed gradually (default: false). */
  readonly isGradual?: boolean;
}

/**
 * Limits for the length of the mean acceleration over a second (median over a batch), as fractions of gravity; see
 * sensor-seconds.ts.
 */
const [leastGravity, mostGravity] = [0.5, 2];
/**
 * Values fit a unit if, in at least a fraction `mostlyGravity` of the seconds, the mean vector's length differs from gravity by
 * at most a fraction `nearGravity`. Once gravity has been removed, the lengths vary too much to fit any unit. Both are
 * arbitrary.
 */
const [nearGravity, mostlyGravity] = [0.5, 0.8];
/**
 * Like `nearGravity`, but for exchanged columns: exchanging them back restores gravity itself, whatever the movement. Before
 * that, at most a fraction `rarelyGravity` of the seconds is that close. Both are arbitrary.
 */
const [closeToGravity, rarelyGravity] = [0.15, 0.5];
/**
 * Minimum difference between the divergences of the two best exchanges, in nats, for the better one to be named. Chosen on ten
 * people in WISDM.
 */
const leastLead = 2;
/** Minimum duration of a batch for its acceleration to be judged; arbitrary. */
const leastSeconds = 5;
/**
 * Limits for the ratio of turns; see turning-ratio.ts. Each limit lies about halfway, on a logarithmic scale, between the most
 * extreme ratio seen in people and the ratio that the other unit would give.
 */
const [leastTurning, mostTurning] = [1 / 16, 10];

/**
 * @param columns [N] samples of each channel, in time order
 * @param sensors the sensors that the model was trained on, in its units
 * @param baseline baseline of the sensors' channels; if omitted, no axis counts as stuck
 */
export function impossibleSensors(
  columns: Columns,
  sensors: readonly Sensor[],
  samplingRateHz: number,
  baseline: BaselineReference = {},
): ImpossibleSensor[] {
  const stuck = sensors.flatMap((sensor) => impossiblyStuckSensors(columns, sensor, baseline, samplingRateHz));
  if (stuck.length > 0) return stuck;
  const accelerations = sensors
    .filter(({ kind }) => kind === "accelerometer" || kind === "gravity")
    .flatMap((sensor) => impossibleSensorAcceleration(sensor, sensorSeconds(columns, sensor.channels, samplingRateHz)));
  const turning = sensorKindsTurningTogether(sensors);
  if (turning === null) return accelerations;
  const lacksGravity = accelerations.some(({ cause }) => cause?.kind === "gravity");
  const found = [...accelerations, ...(lacksGravity ? [] : impossibleRotation(columns, turning, samplingRateHz))];
  const [first] = found;
  if (first === undefined) return [];
  const exchanged = exchangedImpossibleColumns(columns, turning, samplingRateHz, baseline);
  return exchanged === null ? found : [{ ...first, cause: exchanged }];
}

function impossiblyStuckSensors(
  columns: Columns,
  sensor: Sensor,
  baseline: BaselineReference,
  samplingRateHz: number,
): ImpossibleSensor[] {
  return stuckAxes(columns, sensor.channels, baseline, samplingRateHz).flatMap(({ channel, seconds, share }) => {
    if (!(share > stuckShare)) return [];
    const others = sensor.channels.filter((name) => name !== channel).join(" and ");
    return [
      {
        sensor,
        message: `${channel} is stuck: it repeats its value for ${impossibleSensorFigure(seconds)} s while ${others} move`,
        excess: share / stuckShare,
        cause: { kind: "stuck channel", channels: [channel], fault: "repeats its value", weight: share } as const,
      },
    ];
  });
}

function impossibleSensorAcceleration(sensor: Sensor, lengths: readonly number[]): ImpossibleSensor[] {
  const { name, kind, unit } = sensor;
  if (unit === null || (sensor.gravity === null && kind === "accelerometer") || lengths.length < leastSeconds)
    return [];
  const hasGravity = sensor.gravity !== false;
  const gravity = gravityInSensorUnit(unit);
  const usual = lengths.toSorted((a, b) => a - b)[lengths.length >> 1]!;
  const share = usual / gravity;
  const excess = hasGravity
    ? Math.max(leastGravity / Math.max(share, 1e-6), share / mostGravity)
    : share / leastGravity;
  if (!(excess > 1)) return [];
  const possible = hasGravity
    ? `but gravity alone is ${impossibleSensorFigure(gravity)} ${unit} for every wearer`
    : `as gravity does (${impossibleSensorFigure(gravity)} ${unit}), but the training data has none`;
  const message = `${name} averages ${impossibleSensorFigure(usual)} ${unit} over most seconds, ${possible}`;
  return [{ sensor, message, excess, cause: causeOfImpossibleSensor(sensor, unit, lengths, hasGravity) }];
}

function causeOfImpossibleSensor(
  { kind, channels, recordedIn }: Sensor,
  unit: SensorUnit,
  lengths: readonly number[],
  hasGravity: boolean,
): Culprit | null {
  const expected = recordedIn ?? unit;
  const factor = unitFactor(kind, unit, expected);
  const other = unitOfImpossibleSeconds(
    lengths.map((length) => length * factor),
    kind,
  );
  if (!hasGravity) {
    const fault = "has gravity, unlike the training data";
    return other === undefined ? null : { kind: "gravity", channels, fault, weight: other.share };
  }
  if (other !== undefined) {
    return { kind: "unit", channels, fault: `is in ${other.unit} instead of ${expected}`, weight: other.share };
  }
  const weight = shareOfImpossible(lengths, (length) => length < leastGravity * gravityInSensorUnit(unit));
  return weight > 0.5 ? { kind: "gravity", channels, fault: "has no gravity, unlike the training data", weight } : null;
}

/**
 * Finds the first unit, in the order of `sensorUnitNames`, in which the acceleration is close to gravity in at least a
 * fraction `mostlyGravity` of the seconds. Feet are left out: few devices use them, and they look like a gain of 3.
 */
function unitOfImpossibleSeconds(
  lengths: readonly number[],
  kind: Sensor["kind"],
): { unit: SensorUnit; share: number } | undefined {
  return sensorUnitNames(kind)
    .filter((unit) => unit !== "ft/s^2")
    .map((unit) => {
      const gravity = gravityInSensorUnit(unit);
      const share = shareOfImpossible(lengths, (x) => Math.abs(x / gravity - 1) <= nearGravity);
      return { unit, share };
    })
    .find(({ share }) => share >= mostlyGravity);
}

/** Share of the seconds in which the acceleration, if it is in `unit`, is close to gravity. */
function shareCloseToGravity(lengths: readonly number[], unit: SensorUnit): number {
  const gravity = gravityInSensorUnit(unit);
  return shareOfImpossible(lengths, (length) => Math.abs(length / gravity - 1) <= closeToGravity);
}

/**
 * Finds columns of the accelerometer and the gyroscope that have taken each other's place: one axis of each, or all. No sensor
 * turns so evenly that its angular velocity resembles gravity. If several exchanges would restore gravity, names the one that
 * brings the channels closest to the baseline. If another one comes almost as close, names only the two sensors.
 */
function exchangedImpossibleColumns(
  columns: Columns,
  turning: NonNullable<ReturnType<typeof sensorKindsTurningTogether>>,
  samplingRateHz: number,
  baseline: BaselineReference,
): Culprit | null {
  const { unit, channels } = turning.accelerometer;
  if (unit === null) return null;
  const shareWith = (own: Columns): number => shareCloseToGravity(sensorSeconds(own, channels, samplingRateHz), unit);
  if (shareWith(columns) > rarelyGravity) return null;
  const others = turning.gyroscope.channels;
  const single = channels.flatMap((own) =>
    others.map((other) => ({ pairs: [[own, other]] as const, moved: [own, other], fault: "are swapped" })),
  );
  const all = {
    pairs: channels.map((own, i) => [own, others[i]!] as const),
    moved: channels,
    fault: `are swapped with ${others.join(", ")}`,
  };
  const [best, second] = [...single, all]
    .flatMap(({ pairs, moved, fault }) => {
      const exchanged = { ...columns };
      for (const [own, other] of pairs) Object.assign(exchanged, { [own]: columns[other], [other]: columns[own] });
      const weight = shareWith(exchanged);
      if (weight < mostlyGravity) return [];
      return [{ divergence: divergenceOfExchange(exchanged, baseline), moved, fault, weight }];
    })
    .sort((a, b) => a.divergence - b.divergence);
  if (best === undefined) return null;
  const { moved, fault, weight, divergence } = best;
  const isClear = second === undefined || second.divergence - divergence >= leastLead;
  return {
    kind: "swapped axes",
    channels: isClear ? moved : [...channels, ...others],
    fault: isClear ? fault : "include columns that are swapped",
    weight,
  };
}

/**
 * Sum over the channels of the Kullback-Leibler divergence from the baseline, in nats, as if both were normally distributed. A
 * sensor at rest leaves the means to tell the columns apart.
 */
function divergenceOfExchange(columns: Columns, baseline: BaselineReference): number {
  return Object.entries(columns).reduce((sum, [name, values]) => {
    const usual = baseline[name]?.summary;
    if (usual === undefined || usual.std === 0) return sum;
    const own = moments(values);
    const spread = Math.max(own.std / usual.std, leastRelativeStd);
    const shift = (own.mean - usual.mean) / usual.std;
    return sum + (spread ** 2 + shift ** 2 - 1) / 2 - Math.log(spread);
  }, 0);
}

function impossibleRotation(
  columns: Columns,
  turning: NonNullable<ReturnType<typeof sensorKindsTurningTogether>>,
  samplingRateHz: number,
): ImpossibleSensor[] {
  const { unit, name, channels, recordedIn } = turning.gyroscope;
  const ratios = turningRatio(columns, turning, samplingRateHz);
  if (unit === null || ratios === undefined) return [];
  const expected = recordedIn ?? unit;
  const scale = (other: SensorUnit): number =>
    1 / unitFactor("gyroscope", other, expected) / unitFactor("gyroscope", unit, "rad/s");
  const excessIn = (other: SensorUnit): number =>
    Math.max(leastTurning / (ratios.all * scale(other)), ((ratios.mostly ?? 0) * scale(other)) / mostTurning);
  const excess = excessIn(expected);
  const inUnit = (ratios.all * scale(expected) < leastTurning ? ratios.all : (ratios.mostly ?? 0)) * scale(expected);
  if (!(excess > 1)) return [];
  const fitting = sensorUnitNames("gyroscope").find((other) => excessIn(other) <= 1);
  const fault = `is in ${fitting} instead of ${expected}`;
  const cause = fitting === undefined ? null : ({ kind: "unit", channels, fault, weight: 1 - 1 / excess } as const);
  const turned =
    inUnit < 1
      ? `the sensor turned ${impossibleSensorFigure(1 / inUnit)} times as far as the direction of gravity`
      : `the direction of gravity turned ${impossibleSensorFigure(inUnit)} times as far as the sensor`;
  const message = `${name}: ${turned}, although they turn together`;
  return [{ sensor: turning.gyroscope, message, excess, cause }];
}

function shareOfImpossible(values: readonly number[], isMeant: (value: number) => boolean): number {
  return values.filter(isMeant).length / values.length;
}

function impossibleSensorFigure(value: number): string {
  return `${Number(value.toPrecision(value >= 1 ? 3 : 2))}`;
}
