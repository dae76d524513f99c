// The changes that a drift benchmark injects into drift-free recordings, in a fixed order, with their sizes and names. Sizes
// that depend on a channel's unit are given in standard deviations of the baseline (sd). The default sizes are arbitrary; the
// benchmark shows which changes matter. A change of person or activity is not in the catalogue, because it requires other
// recordings; the code that builds the streams makes such changes.

import { percent } from "../../percent.ts";
import { type Sensor, type SensorKind, type SensorUnit, unitFactor } from "../../signals/sensors/sensor.ts";
import { rotationAbout } from "../../stats/rotation.ts";
import {
  beginInjectedChange,
  type Change,
  type ChangeKind,
  type Draw,
  injectIntoAllChannels,
  injectIntoOneChannel,
} from "./injected-change.ts";
import {
  drawSensorFaultAxis,
  lostSensorSamplesFault,
  sensorNoiseFault,
  sensorRateFault,
  sensorRotationFault,
  stuckSensorFault,
} from "./sensor-faults.ts";

/**
 * The sizes of each kind of change. Each number defines one change; an empty list defines none. Flipped axes and wrong units,
 * which have no size, are always included.
 */
export interface ChangeSizes {
  /** sd (default .3, .6, 1). */
  readonly offsets?: readonly number[];
  /** Factors (default 1.2, 1.5). */
  readonly gains?: readonly number[];
  /** sd per batch (default .01, .02, .05). */
  readonly ramps?: readonly number[];
  /** Degrees (default 15, 45, 90). */
  readonly rotations?: readonly number[];
  /** sd (default .3, 1). */
  readonly noises?: readonly number[];
  /** Share of each batch, in (0, 1] (default .3, 1). The quality gate rejects shares above one half. */
  readonly stuckShares?: readonly number[];
  /** Share of the samples, below lostBurst / (lostBurst + 1) (default .05, .15). The gate rejects shares above one fifth. */
  readonly lostShares?: readonly number[];
  /** Samples lost in a row (default 4, the longest gap that is filled at 50 Hz). */
  readonly lostBurst?: number;
  /** True sampling rate as a multiple of the assumed rate (default .5, .8, 1.25, 2). */
  readonly rates?: readonly number[];
}

interface Quantity {
  readonly kind: SensorKind;
  readonly name: string;
  /** Unit that is assumed if the unit of the training data is unknown. */
  readonly unit: SensorUnit;
  /** Unit that the changed recordings use instead; if the training data already uses it, they use `unit`. */
  readonly mistaken: SensorUnit;
}

const quantities: readonly Quantity[] = [
  { kind: "accelerometer", name: "acceleration", unit: "m/s^2", mistaken: "g" },
  { kind: "gyroscope", name: "rotation", unit: "rad/s", mistaken: "deg/s" },
  { kind: "magnetometer", name: "magnetic field", unit: "uT", mistaken: "gauss" },
];

/**
 * Builds the catalogue. Assumes that all sensors are in one device and that unknown units are m/s^2, rad/s and uT.
 * @param channels the model's channels, at least one
 * @param sensors sensors that these channels form; the only sensor-specific change to a sensor of kind `gravity` or `unknown`
 * is rotation
 * @param scales the baseline's standard deviation of each channel, above 0
 * @throws RangeError if there are no channels, or if a scale or a size is impossible
 */
export function changeCatalogue(
  channels: readonly string[],
  sensors: readonly Sensor[],
  scales: Readonly<Record<string, number>>,
  sizes: ChangeSizes = {},
): readonly Change[] {
  const { offsets = [0.3, 0.6, 1], gains = [1.2, 1.5], ramps = [0.01, 0.02, 0.05], rotations = [15, 45, 90] } = sizes;
  const { noises = [0.3, 1], stuckShares = [0.3, 1], rates = [0.5, 0.8, 1.25, 2] } = sizes;
  const { lostShares = [0.05, 0.15], lostBurst = 4 } = sizes;
  if (channels.length === 0) throw new RangeError("changes: expected at least one channel, got none");
  for (const name of channels) checkCatalogueSize(scales[name], `standard deviation of channel "${name}"`);
  for (const size of [offsets, gains, ramps, rotations, noises, rates].flat())
    checkCatalogueSize(size, "size of a change");
  for (const share of stuckShares) checkCatalogueSize(share, "stuck share", 1);
  if (!(Number.isInteger(lostBurst) && lostBurst > 0)) {
    throw new RangeError(`changes: expected lostBurst to be a whole number above 0, got ${lostBurst}`);
  }
  for (const share of lostShares) checkCatalogueSize(share, "lost share", lostBurst / (lostBurst + 1));

  const sensed = quantities.flatMap((quantity) => {
    const alike = sensors.filter(({ kind }) => kind === quantity.kind);
    return alike.length === 0 ? [] : [{ ...quantity, alike, names: alike.flatMap((sensor) => sensor.channels) }];
  });
  const change = (kind: ChangeKind, name: string, draw: Draw): Change => ({
    kind,
    name,
    expected: kind === "ramp" ? "gradual_drift" : "sudden_change",
    begin: beginInjectedChange(channels, draw),
  });
  const shift = (k: number, course: "lasting" | "growing"): Draw =>
    injectIntoOneChannel(channels, (column, { name, direction }, batch) => {
      const term = direction * k * scales[name]! * (course === "growing" ? batch : 1);
      return column.map((x) => x + term);
    });
  return [
    ...offsets.map((k) => change("offset", `offset of ${k} sd in one channel`, shift(k, "lasting"))),
    ...gains.map((gain) =>
      change("gain", `gain of ${gain} in one channel`, injectIntoOneChannel(channels, catalogueScaling(gain))),
    ),
    ...ramps.map((k) => change("ramp", `ramp of ${k} sd per batch in one channel`, shift(k, "growing"))),
    ...(sensors.length === 0 ? [] : rotations).map((degrees) =>
      change("rotation", `sensor turned by ${degrees} degrees`, catalogueRotation(sensors, degrees)),
    ),
    ...sensed.map(({ name, names }) =>
      change("flipped axis", `one ${name} axis flipped`, injectIntoOneChannel(names, catalogueScaling(-1))),
    ),
    ...sensed.map((quantity) => catalogueWrongUnit(quantity, quantity.alike, change)),
    ...noises.map((k) =>
      change(
        "noise",
        `noise of ${k} sd in every channel`,
        injectIntoAllChannels(channels, (column, name, ownRng) => sensorNoiseFault(column, k * scales[name]!, ownRng)),
      ),
    ),
    ...stuckShares.map((share) =>
      change(
        "stuck channel",
        `one channel stuck for ${percent(share)} of a batch`,
        injectIntoOneChannel(channels, (column) => stuckSensorFault(column, share)),
      ),
    ),
    ...lostShares.map((share) =>
      change(
        "lost samples",
        `${percent(share)} of samples lost`,
        () => (columns, _, ownRng) => lostSensorSamplesFault(columns, share, lostBurst, ownRng),
      ),
    ),
    ...rates.map((rate) =>
      change(
        "wrong rate",
        `recorded at ${rate} times the rate`,
        injectIntoAllChannels(channels, (column) => sensorRateFault(column, rate)),
      ),
    ),
  ];
}

/** Changes all sensors of one kind together, based on the unit of the first. */
function catalogueWrongUnit(
  { kind, name, unit: usual, mistaken }: Quantity,
  alike: readonly Sensor[],
  change: (kind: ChangeKind, name: string, draw: Draw) => Change,
): Change {
  const unit = alike[0]!.unit ?? usual;
  const wrong = unit === mistaken ? usual : mistaken;
  const names = alike.flatMap(({ channels }) => channels);
  return change(
    "unit",
    `${name} in ${wrong} instead of ${unit}`,
    injectIntoAllChannels(names, catalogueScaling(unitFactor(kind, unit, wrong))),
  );
}

function catalogueRotation(sensors: readonly Sensor[], degrees: number): Draw {
  return (rng) => {
    const rotation = rotationAbout(drawSensorFaultAxis(rng.split("axis")), (degrees * Math.PI) / 180);
    return (columns) =>
      Object.assign({}, ...sensors.map((sensor) => sensorRotationFault(columns, sensor.channels, rotation)));
  };
}

function catalogueScaling(factor: number): (column: Float32Array) => Float32Array {
  return (column) => column.map((x) => x * factor);
}

function checkCatalogueSize(value: number | undefined, what: string, most = Number.MAX_VALUE): void {
  if (value !== undefined && value > 0 && value <= most) return;
  const limit = most === Number.MAX_VALUE ? "" : ` and at most ${most}`;
  throw new RangeError(`changes: expected the ${what} to be above 0${limit}, got ${value}`);
}
