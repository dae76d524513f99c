// Physics before statistics: what a sensor cannot measure, whoever wears it and however. Gravity is the same for everybody, and
// a sensor that turns sees it turn. No calibration is needed, so this holds for the first batch of a stream.

import {
  gravityInSensorUnit,
  type Sensor,
  type SensorUnit,
  sensorUnitNames,
  unitFactor,
} from "../../signals/sensors/sensor.ts";
import type { BaselineReference } from "../summaries/baseline-reference.ts";
import type { Columns } from "../summaries/summarize.ts";
import type { Culprit } from "./culprit.ts";
import { type SensorSeconds, sensorSeconds } from "./sensor-seconds.ts";
import { stuckAxes } from "./stuck-axes.ts";
import { turningRatio } from "./turning.ts";

/** A sensor with impossible values. */
export interface ImpossibleSensor {
  readonly sensor: Sensor;
  /** What was measured, and what is possible, in one sentence without a full stop. */
  readonly message: string;
  /** How far beyond the limit, as a multiple of it; more than 1. */
  readonly excess: number;
  /** What explains it; null if nothing known does. */
  readonly cause: Culprit | null;
}

/** Limits of the median of a second's mean acceleration, as shares of gravity; see sensor-seconds.ts. */
const [leastGravity, mostGravity] = [0.5, 2];
/** In a known unit, this share of the seconds is so near gravity; without gravity, hardly two seconds are alike. */
const [nearGravity, mostlyGravity] = [0.5, 0.8];
const leastSeconds = 5;
/** Limits of the ratio of turns; see turning.ts. Geometric means of what is possible and what the other unit gives. */
const [leastTurning, mostTurning] = [1 / 16, 25];
/** An axis is stuck in error if it is for more than this share of the batch. */
const mostStuck = 0.05;

/**
 * @param columns [N] samples of each channel, in order of time
 * @param sensors that the model was trained on, in its units
 * @param baseline of their channels; without it, no axis is known to be stuck
 */
export function impossibleSensors(
  columns: Columns,
  sensors: readonly Sensor[],
  samplingRateHz: number,
  baseline: BaselineReference = {},
): ImpossibleSensor[] {
  const stuck = sensors.flatMap((sensor) => impossiblyStuck(columns, sensor, baseline, samplingRateHz));
  if (stuck.length > 0) return stuck;
  const found = sensors.flatMap((sensor) => {
    if (sensor.kind !== "accelerometer" && sensor.kind !== "gravity") return [];
    return impossibleAcceleration(sensor, sensorSeconds(columns, sensor, samplingRateHz)) ?? [];
  });
  const [accelerometer] = sensors.filter(({ kind, gravity }) => kind === "accelerometer" && gravity === true);
  const gyroscopes = sensors.filter(({ kind }) => kind === "gyroscope");
  // The axes of several sensors on different parts of the body have nothing to do with each other.
  if (accelerometer === undefined || gyroscopes.length !== 1) return found;
  if (sensors.filter(({ kind }) => kind === "accelerometer").length > 1) return found;
  if (found.some(({ cause }) => cause?.kind === "gravity")) return found;
  return [...found, ...(impossibleRotation(columns, accelerometer, gyroscopes[0]!, samplingRateHz) ?? [])];
}

function impossiblyStuck(
  columns: Columns,
  sensor: Sensor,
  baseline: BaselineReference,
  samplingRateHz: number,
): ImpossibleSensor[] {
  return stuckAxes(columns, sensor.channels, baseline, samplingRateHz).flatMap(({ channel, seconds, share }) => {
    if (!(share > mostStuck)) return [];
    const others = sensor.channels.filter((name) => name !== channel).join(" and ");
    return [
      {
        sensor,
        message: `${channel} is stuck: it repeats its value for ${figure(seconds)} s while ${others} move`,
        excess: share / mostStuck,
        cause: { kind: "stuck channel", channels: [channel], fault: "repeats its value", weight: share } as const,
      },
    ];
  });
}

function impossibleAcceleration(
  { kind, unit, gravity, ...sensor }: Sensor,
  { lengths }: SensorSeconds,
): ImpossibleSensor[] | undefined {
  const known = { ...sensor, kind, unit, gravity };
  if (unit === null || (gravity === null && kind === "accelerometer") || lengths.length < leastSeconds)
    return undefined;
  const expected = gravityInSensorUnit(unit);
  const usual = lengths.toSorted((a, b) => a - b)[lengths.length >> 1]!;
  const share = usual / expected;
  const includes = gravity !== false;
  if (includes ? share >= leastGravity && share <= mostGravity : share < leastGravity) return undefined;
  const other = unitOfSeconds(lengths, known);
  const culprit = (what: Pick<Culprit, "kind" | "fault">, weight: number): Culprit => ({
    ...what,
    channels: sensor.channels,
    weight,
  });
  const cause = !includes
    ? other !== undefined && culprit({ kind: "gravity", fault: "has gravity, unlike the training data" }, other.share)
    : other !== undefined
      ? culprit({ kind: "unit", fault: `is in ${other.unit} instead of ${unit}` }, other.share)
      : share < leastGravity &&
        culprit(
          { kind: "gravity", fault: "has no gravity, unlike the training data" },
          shareOf(lengths, (x) => x < leastGravity * expected),
        );
  const measured = `${sensor.name} averages ${figure(usual)} ${unit} over most seconds`;
  const possible = includes
    ? `but gravity alone is ${figure(expected)} ${unit}, whoever wears the sensor`
    : `as gravity does (${figure(expected)} ${unit}), but the training data has none`;
  const excess =
    includes && share < leastGravity
      ? leastGravity / Math.max(share, 1e-6)
      : share / (includes ? mostGravity : leastGravity);
  return [{ sensor: known, message: `${measured}, ${possible}`, excess, cause: cause === false ? null : cause }];
}

/** The unit in which most seconds measure gravity. */
function unitOfSeconds(lengths: readonly number[], { kind }: Sensor): { unit: SensorUnit; share: number } | undefined {
  return sensorUnitNames(kind)
    .map((unit) => {
      const gravity = gravityInSensorUnit(unit);
      const share = shareOf(lengths, (x) => Math.abs(x / gravity - 1) <= nearGravity);
      return { unit, share };
    })
    .find(({ share }) => share >= mostlyGravity);
}

function impossibleRotation(
  columns: Columns,
  { channels: accelerometer }: Sensor,
  gyroscope: Sensor,
  samplingRateHz: number,
): ImpossibleSensor[] | undefined {
  const { unit, name, channels } = gyroscope;
  if (unit === null) return undefined;
  const ratio = turningRatio(columns, { accelerometer, gyroscope: channels, samplingRateHz });
  if (ratio === undefined) return undefined;
  const inUnit = ratio / unitFactor("gyroscope", unit, "rad/s");
  const excess = Math.max(leastTurning / inUnit, inUnit / mostTurning);
  if (!(excess > 1)) return undefined;
  const fitting = sensorUnitNames("gyroscope").find((other) => {
    const own = ratio / unitFactor("gyroscope", other, "rad/s");
    return other !== unit && own >= leastTurning && own <= mostTurning;
  });
  const cause: Culprit | null =
    fitting === undefined
      ? null
      : { kind: "unit", channels, fault: `is in ${fitting} instead of ${unit}`, weight: 1 - Math.min(1, 1 / excess) };
  const turned =
    inUnit < 1
      ? `the sensor turned ${figure(1 / inUnit)} times as far as the direction of gravity`
      : `the direction of gravity turned ${figure(inUnit)} times as far as the sensor`;
  const message = `${name}: ${turned}, although they turn together`;
  return [{ sensor: gyroscope, message, excess, cause }];
}

function shareOf(values: readonly number[], isMeant: (value: number) => boolean): number {
  return values.filter(isMeant).length / values.length;
}

function figure(value: number): string {
  return `${Number(value.toPrecision(value >= 1 ? 3 : 2))}`;
}
