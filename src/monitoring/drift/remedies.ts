// Common faults on the way from sensor to file, and how to reverse them. A remedy reverses one fault in a batch.

import { type Sensor, type SensorKind, type SensorUnit, unitFactor } from "../../signals/sensors/sensor.ts";
import type { Columns } from "../summaries/summarize.ts";
import { sensorRateFault } from "./sensor-faults.ts";

export interface Remedy {
  readonly kind: "unit" | "flipped axis" | "swapped axes" | "sampling rate";
  readonly channels: readonly string[];
  /** The fault in words, such as "is in g instead of m/s^2". */
  readonly fault: string;
  /** Returns those channels of the batch, without the fault. */
  readonly undo: (columns: Columns) => Columns;
}

/** Units that are often mistaken for each other. */
const usualUnits: Readonly<Record<SensorKind, readonly SensorUnit[]>> = {
  accelerometer: ["m/s^2", "g", "milli-g"],
  gravity: ["m/s^2", "g", "milli-g"],
  gyroscope: ["rad/s", "deg/s"],
  magnetometer: ["uT", "gauss", "milligauss"],
  unknown: [],
};

/** A batch in a different unit from the training files. If the sensor's unit is unknown, every pair of units is tried. */
function unitFaultsToRemedy({ kind, unit, recordedIn }: Sensor): { fault: string; factor: number }[] {
  const units = usualUnits[kind];
  return (unit === null ? units : [recordedIn ?? unit]).flatMap((wanted) =>
    units
      .filter((found) => found !== wanted)
      .map((found) => ({
        fault: `is in ${found} instead of ${wanted}`,
        factor: unitFactor(kind, found, wanted),
      })),
  );
}

/** Ratios between sensors' common sampling rates: 100 and 50 Hz, 50 and 40 Hz. */
const mistakenRates = [0.5, 0.8, 1.25, 2] as const;

/** Remedies for recordings whose timestamps were computed from a wrong rate. */
export function rateRemedies(channels: readonly string[]): Remedy[] {
  return mistakenRates.map((factor) => ({
    kind: "sampling rate",
    channels,
    fault: `were recorded at about ${factor} times the stated rate`,
    undo: (columns) => Object.fromEntries(channels.map((name) => [name, sensorRateFault(columns[name]!, 1 / factor)])),
  }));
}

export function remediesFor(sensor: Sensor): Remedy[] {
  const { channels } = sensor;
  const each = (columns: Columns, names: readonly string[], change: (x: number) => number): Columns =>
    Object.fromEntries(names.map((name) => [name, columns[name]!.map(change)]));
  const units = unitFaultsToRemedy(sensor).map(
    ({ fault, factor }): Remedy => ({
      kind: "unit",
      channels,
      fault,
      undo: (columns) => each(columns, channels, (x) => x * factor),
    }),
  );
  const flips = [...channels.map((name) => [name]), channels].map(
    (names): Remedy => ({
      kind: "flipped axis",
      channels: names,
      fault: "has the opposite sign, or the sensor is worn the other way round",
      undo: (columns) => each(columns, names, (x) => -x),
    }),
  );
  return [
    ...units,
    ...flips,
    ...axisOrdersToRemedy(channels).map(([order, fault]) => axisOrderRemedy(channels, order, fault)),
  ];
}

/** Returns the permutations of three axes except the given order; none unless there are three channels. */
function axisOrdersToRemedy(channels: readonly string[]): [readonly number[], string][] {
  if (channels.length !== 3) return [];
  const fault = "are swapped";
  return [
    [[1, 0, 2], fault],
    [[2, 1, 0], fault],
    [[0, 2, 1], fault],
    [[1, 2, 0], "are permuted cyclically, each in its neighbour's place"],
    [[2, 0, 1], "are permuted cyclically, each in its neighbour's place"],
  ];
}

function axisOrderRemedy(channels: readonly string[], order: readonly number[], fault: string): Remedy {
  const moved = channels.filter((_, i) => order[i] !== i);
  return {
    kind: "swapped axes",
    channels: moved,
    fault,
    undo: (columns) => Object.fromEntries(channels.map((name, i) => [name, columns[channels[order[i]!]!]!])),
  };
}
