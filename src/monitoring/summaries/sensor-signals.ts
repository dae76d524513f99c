// Signals computed from several axes of a sensor. Each time a sensor is put on, gravity acts along different axes, and that
// hides an offset in one axis. The length of the vector does not depend on rotation. Lost samples and a wrong rate show up in
// the order of the samples, not in the values alone.
// Dimensions: N samples.

import type { Sensor } from "../../signals/sensors/sensor.ts";
import type { Columns } from "./summarize.ts";

/** A quarter of the period of a movement at 2.5 Hz; arbitrary. */
const tempoSeconds = 0.1;

/**
 * The signals that are computed for each accelerometer or, if there are none, for each gyroscope or, if there are none either,
 * for each unknown sensor.
 */
const movementKinds = ["magnitude", "tempo", "roughness"] as const;
type SignalKind = (typeof movementKinds)[number];

export interface SensorSignal {
  readonly name: string;
  readonly kind: SignalKind;
  /** Three channels. */
  readonly axes: readonly string[];
}

/** Sensors that training computes signals from: the accelerometers and gyroscopes, or else the unknown sensors. */
export function sensorsForSignals(sensors: readonly Sensor[]): readonly Sensor[] {
  const known = sensors.filter(({ kind }) => kind === "accelerometer" || kind === "gyroscope");
  return known.length > 0 ? known : sensors.filter(({ kind }) => kind === "unknown");
}

/** Sensors that have at least one signal among the entries and, if there are any, all gyroscopes. */
export function sensorsWithSignals(sensors: readonly Sensor[], byName: Readonly<Record<string, unknown>>): Sensor[] {
  const known = sensorSignals([], sensors).filter(({ name }) => Object.hasOwn(byName, name));
  return sensors.filter(
    ({ kind, channels }) =>
      known.some(({ axes }) => axes.includes(channels[0])) || (kind === "gyroscope" && known.length > 0),
  );
}

/** Signals of these sensors, except those with the same name as a channel. */
export function sensorSignals(channels: readonly string[], sensors: readonly Sensor[]): SensorSignal[] {
  const ofKind = (wanted: Sensor["kind"]): Sensor[] => sensors.filter(({ kind }) => kind === wanted);
  const moving =
    (["accelerometer", "gyroscope", "unknown"] as const).map(ofKind).find((found) => found.length > 0) ?? [];
  const all = moving.flatMap(({ name, channels: axes }) =>
    movementKinds.map((kind): SensorSignal => ({ name: `${name} ${kind}`, kind, axes })),
  );
  return all.filter(({ name }) => !channels.includes(name));
}

/** Returns only the entries for channels, without those for signals. */
export function withoutSensorSignals<T>(
  byName: Readonly<Record<string, T>>,
  channels: readonly string[],
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(byName).filter(([name]) => channels.includes(name)));
}

/**
 * The columns, and the sensors' signals:
 * - magnitude: the length of the vector, in the channels' unit
 * - tempo and roughness: c / (c + s), with the squared lengths c of the second difference x(t - k) - 2 x(t) + x(t + k) and
 *   s of the first, x(t + k) - x(t - k): 0 on a straight line or if nothing moves, 1 on a zigzag, sin^2(pi k / T) on a circle
 *   of any size with period T. k is .1 s, or two samples, for the tempo and one sample for the roughness; the k samples at each
 *   end take the value of the nearest one, and a stretch of at most 2 k samples gets 0
 * @param columns [N] each, for channels only
 * @param starts the rows at which a stretch begins, ascending; samples from different stretches are never compared
 */
export function withSensorSignals(
  columns: Columns,
  sensors: readonly Sensor[],
  samplingRateHz: number,
  starts: ArrayLike<number> = [0],
): Columns {
  const all = { ...columns };
  for (const signal of sensorSignals(Object.keys(columns), sensors)) {
    const axes = signal.axes.map((axis) => columns[axis]!);
    all[signal.name] = sensorSignal(signal, axes, samplingRateHz, starts);
  }
  return all;
}

/** Computes one signal from the columns of its axes. */
export function sensorSignal(
  { kind }: Pick<SensorSignal, "kind">,
  axes: readonly Float32Array[],
  samplingRateHz: number,
  starts: ArrayLike<number> = [0],
): Float32Array {
  return kind === "magnitude"
    ? sensorSignalMagnitude(axes)
    : sensorSignalFrequency(axes, kind === "tempo" ? sensorSignalTempoLag(samplingRateHz) : 1, starts);
}

function sensorSignalTempoLag(samplingRateHz: number): number {
  return Math.max(2, Math.round(tempoSeconds * samplingRateHz));
}

/**
 * Number of extra samples to include on both sides (within the stretch) so that the signals of part of a stretch are the same
 * as in the whole stretch.
 */
export function sensorSignalMargin(samplingRateHz: number): number {
  return 2 * sensorSignalTempoLag(samplingRateHz) + 1;
}

/**
 * Names of the columns that change if a channel has an offset: the channel and its sensor's magnitude.
 */
export function offsetSensorSignalNames(
  channels: readonly string[],
  sensors: readonly Sensor[],
  channel: string,
): string[] {
  return [channel, ...magnitudeSensorSignals(channels, sensors, channel).map(({ name }) => name)];
}

/** Computes the columns that change if one channel has an offset, from the channels' columns alone. */
export function offsetSensorSignals(
  columns: Columns,
  sensors: readonly Sensor[],
  channel: string,
  offset: number,
): Columns {
  const moved = { ...columns, [channel]: columns[channel]!.map((x) => x + offset) };
  const magnitudes = magnitudeSensorSignals(Object.keys(columns), sensors, channel).map(
    ({ name, axes }) => [name, sensorSignalMagnitude(axes.map((axis) => moved[axis]!))] as const,
  );
  return { [channel]: moved[channel]!, ...Object.fromEntries(magnitudes) };
}

function magnitudeSensorSignals(
  channels: readonly string[],
  sensors: readonly Sensor[],
  channel: string,
): SensorSignal[] {
  return sensorSignals(channels, sensors).filter(({ kind, axes }) => kind === "magnitude" && axes.includes(channel));
}

function sensorSignalMagnitude(axes: readonly Float32Array[]): Float32Array {
  const [x, y, z] = axes as [Float32Array, Float32Array, Float32Array];
  const lengths = new Float32Array(x.length);
  for (let i = 0; i < lengths.length; i++) lengths[i] = Math.sqrt(x[i]! ** 2 + y[i]! ** 2 + z[i]! ** 2);
  return lengths;
}

function sensorSignalFrequency(axes: readonly Float32Array[], lag: number, starts: ArrayLike<number>): Float32Array {
  const [x, y, z] = axes as [Float32Array, Float32Array, Float32Array];
  const values = new Float32Array(x.length);
  for (let stretch = 0; stretch < starts.length; stretch++) {
    const [from, to] = [starts[stretch]!, starts[stretch + 1] ?? values.length];
    if (to - from <= 2 * lag) continue;
    for (let i = from + lag; i < to - lag; i++) {
      const [before, after] = [i - lag, i + lag];
      const curve =
        (x[before]! - 2 * x[i]! + x[after]!) ** 2 +
        (y[before]! - 2 * y[i]! + y[after]!) ** 2 +
        (z[before]! - 2 * z[i]! + z[after]!) ** 2;
      const slope = (x[after]! - x[before]!) ** 2 + (y[after]! - y[before]!) ** 2 + (z[after]! - z[before]!) ** 2;
      values[i] = curve === 0 ? 0 : curve / (curve + slope);
    }
    values.fill(values[from + lag]!, from, from + lag);
    values.fill(values[to - lag - 1]!, to - lag, to);
  }
  return values;
}
