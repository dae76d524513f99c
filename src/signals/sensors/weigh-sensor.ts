// Infers the kind and unit of a sensor from its name and values. The values reveal gravity and the unit. Values at rest
// override the unit in an accelerometer's name, because gravity is the same everywhere.
//
// Each limit separates the values in MotionSense, BFRB, UCI HAR and WISDM in their own units from the same values in other
// units, person by person (110 people). test/signals/sensors/sensors-of-data-sets.full.test.ts verifies them.

import { gravityInSensorUnit, type Sensor, type SensorUnit } from "./sensor.ts";
import type { NamedSensor } from "./sensor-name.ts";
import { gravityShare, leastSteadiness, mostVariation, type VectorValues } from "./vector-values.ts";

interface ShareOfGravity {
  readonly least: number;
  readonly most: number;
}

/**
 * Limits for the length at rest, as a fraction of gravity: it is 0.97 to 1.04 over all recordings of a person, but 0.54 to 1.29
 * over jogging alone.
 */
const nearGravity: ShareOfGravity = { least: 0.5, most: 1.5 };
/** Narrower limits for a sensor whose name does not identify it as an accelerometer. */
const closeToGravity: ShareOfGravity = { least: 0.8, most: 1.25 };
/**
 * Limits for the angular velocity below which 99 % of the values lie, which ranges from 0.6 to 10.8 rad/s, or 36 to 620 deg/s,
 * depending on the data.
 */
const rotationLimits = { mostRadians: 15, leastDegrees: 28 } as const;
/**
 * No gyroscope in a wearable measures more than 4,000 deg/s on an axis, which is about 7,000 deg/s in all; longer vectors are raw
 * counts or milli-degrees.
 */
const mostDegrees = 7000;
/** Angular velocity, in deg/s, that everyone's movements exceed. */
const implausiblyStill = 2.5;
/** Length at rest, in rad/s, that no gyroscope reaches, because its offset is at most 20 deg/s, which is 0.35 rad/s. */
const leastTurning = 0.5;
/**
 * For acceleration without gravity, 99 % of the values lie within 5 to 26 m/s^2, or 0.5 to 2.6 g, depending on the data set.
 */
const linearLimits = { mostG: 1.2, leastMetres: 4 } as const;
/** The earth's magnetic field is 22 to 67 uT at ground level, and nearby iron adds to it. */
const earthsField: readonly (readonly [unit: SensorUnit, least: number, most: number])[] = [
  ["uT", 15, 130],
  ["gauss", 0.2, 0.7],
  ["milligauss", 150, 1300],
  ["nT", 15_000, 130_000],
  ["T", 15e-6, 130e-6],
];
/** An accelerometer's raw counts per g are close to a power of two, with small differences due to calibration. */
const [leastCounts, countsTolerance] = [64, 0.04];

export interface WeighedSensor {
  readonly sensor: Sensor;
  /** Evidence for the kind and unit, in words. */
  readonly because: string;
  /** Property that could not be determined, or evidence that is contradictory. */
  readonly doubt?: string;
  /** What the sensor may be instead, to be suggested along with the doubt. */
  readonly likely?: Sensor;
  /** Whether the doubt says that the values may be raw counts, so that the unit is not known (default: false). */
  readonly isCounts?: boolean;
}

/** @param values undefined if there are too few values */
export function weighSensor(named: NamedSensor, values: VectorValues | undefined): WeighedSensor {
  const { name, kind, channels, unit, gravity } = named;
  const sensor: Sensor = { name, kind, channels, unit, gravity };
  if (named.written !== undefined && "other" in named.written && kind !== "unknown") {
    const doubt = `its name says ${named.written.other}, which is not a unit that can be converted, so its values stay as they are.`;
    return { sensor, because: `its name says ${named.written.other}`, doubt };
  }
  if (values === undefined) return { sensor, because: "by its name; there are too few values to check it" };
  const isRaw = named.written !== undefined && "raw" in named.written;
  switch (kind) {
    case "accelerometer":
      return weighAccelerometer(sensor, values, isRaw);
    case "gravity":
      return weighGravity(sensor, values);
    case "gyroscope":
      return weighGyroscope(sensor, values, { weak: named.weak, isRaw });
    case "magnetometer":
      return weighMagnetometer(sensor, values);
    case "unknown":
      return weighSensorOfUnknownKind(sensor, values, named);
    default:
      return kind satisfies never;
  }
}

/** Units that are assumed if no name contains one. */
const usualUnits: readonly SensorUnit[] = ["m/s^2", "g", "milli-g"];

/** Returns a unit in which the length at rest is within the limits around gravity, if possible the one in the name. */
export function weighUnitAtRest(
  rest: number,
  { least, most }: ShareOfGravity = nearGravity,
  stated: SensorUnit | null = null,
): SensorUnit | undefined {
  return [...(stated === null ? [] : [stated]), ...usualUnits].find(
    (unit) => rest >= least * gravityInSensorUnit(unit) && rest <= most * gravityInSensorUnit(unit),
  );
}

function weighAccelerometer(sensor: Sensor, values: VectorValues, isRaw: boolean): WeighedSensor {
  const { unit, gravity } = sensor;
  const { rest, movement, steadiness } = values;
  const atRest = `${formatWeighedValue(rest)} at rest`;
  const lasting = rest >= gravityShare.some * movement;
  const measured = lasting ? weighUnitAtRest(rest, nearGravity, unit) : undefined;
  // On phones, "raw" can also mean acceleration that includes gravity, but 1,000 raw counts are not 1,000 milli-g.
  if (isRaw && lasting && rest >= leastCounts)
    return { sensor: { ...sensor, unit: null, gravity: true }, because: `its name says raw counts; ${atRest}` };
  const because = `by its values: ${atRest}`;
  if (measured === "g" && unit !== "g" && isGravityByChance(sensor, values)) {
    if (gravity === false) return weighWithoutGravity(sensor, values);
    const doubt = `its values (${atRest}, 99 % within ${formatWeighedValue(movement)}) may be acceleration in g, or acceleration without gravity in m/s^2.`;
    return { sensor, because: "by its name", doubt };
  }
  if (measured !== undefined) {
    const decided = { ...sensor, unit: measured, gravity: true };
    if (unit !== null && unit !== measured) {
      const doubt = `its name says ${unit}, but ${atRest} is gravity in ${measured}, so its unit is assumed to be ${measured}.`;
      return { sensor: decided, because, doubt };
    }
    if (gravity !== false) return { sensor: decided, because, ...doubtOfConverter(decided, unit, values) };
    return { sensor: decided, because, doubt: `its name says that it excludes gravity, but it measures ${atRest}.` };
  }
  if (gravity !== false && lasting && steadiness >= leastSteadiness) {
    const counts = "which is not gravity in any of its usual units, so the values may be raw counts";
    const offset = values.lowest < 0 ? "." : `. Moreover, ${ofConverter}`;
    const doubt =
      unit === null
        ? `its unit is not known: it measures ${atRest}, ${counts}${offset}`
        : `its name says ${unit}, but it measures ${atRest}, ${counts}${offset}`;
    return { sensor: { ...sensor, unit: null, gravity: true }, because, doubt, isCounts: true };
  }
  if (rest <= gravityShare.none * movement || gravity === false) return weighWithoutGravity(sensor, values);
  return {
    sensor,
    because: "by its name",
    doubt: `neither its name nor its values (${atRest}) show whether it measures gravity.`,
    isCounts: unit === null && measured === undefined && rest >= leastCounts * (1 - countsTolerance),
  };
}

/** Whether acceleration without gravity in m/s^2 may rest near 1 by chance: its length is neither steady nor constant. */
function isGravityByChance({ gravity }: Sensor, { steadiness, variation }: VectorValues): boolean {
  return steadiness < leastSteadiness && (gravity === false || variation > mostVariation);
}

/** What to do with the readings of an analog accelerometer, such as those of an ADXL335 from 0 to 1023. */
const ofConverter =
  "none of its axes is ever below 0, so the values may be readings of an analog-to-digital converter, whose reading at 0 g must be subtracted from each axis first.";

const offsetOfConverter = { doubt: `its unit is not known: ${ofConverter}`, isCounts: true } as const;

/**
 * Doubts milli-g that no name gives if no axis ever measures less than 0. In an analog accelerometer's readings, 0 g is a large
 * number on each axis, so their length may seem to be that of gravity.
 */
function doubtOfConverter(
  sensor: Sensor,
  stated: SensorUnit | null,
  { rest, lowest }: VectorValues,
): Pick<WeighedSensor, "doubt" | "isCounts"> {
  if (sensor.unit !== "milli-g" || stated !== null || lowest < 0) return {};
  return {
    doubt: `its unit is not known: its values (${formatWeighedValue(rest)} at rest) may be in milli-g, but ${ofConverter} If they are in milli-g, write [milli-g].`,
    isCounts: true,
  };
}

function weighWithoutGravity(sensor: Sensor, { rest, movement }: VectorValues): WeighedSensor {
  const because = `by its values: ${formatWeighedValue(rest)} at rest, 99 % within ${formatWeighedValue(movement)}`;
  const moves = movement > linearLimits.leastMetres ? "m/s^2" : movement < linearLimits.mostG ? "g" : null;
  const unit = sensor.unit ?? moves;
  const doubt =
    sensor.gravity === true
      ? `its name says that it includes gravity, but it measures ${formatWeighedValue(rest)} at rest.`
      : unit === null
        ? "its unit is not known: its values may be in m/s^2 or in g."
        : undefined;
  return { sensor: { ...sensor, unit, gravity: false }, because, ...(doubt !== undefined && { doubt }) };
}

function weighGravity(sensor: Sensor, { rest }: VectorValues): WeighedSensor {
  const measured = weighUnitAtRest(rest, closeToGravity, sensor.unit);
  const because = `by its name; ${formatWeighedValue(rest)} at rest`;
  return { sensor: { ...sensor, unit: measured ?? sensor.unit }, because };
}

function weighGyroscope(
  sensor: Sensor,
  values: VectorValues,
  { weak, isRaw }: { readonly weak: boolean; readonly isRaw: boolean },
): WeighedSensor {
  const { rest, reach, steadiness } = values;
  const gravity = weighGravityUnit(values);
  if (gravity !== undefined) {
    const found = `it measures ${formatWeighedValue(rest)} at rest, as an accelerometer does in ${gravity}`;
    if (weak && sensor.unit === null) {
      const decided = { ...sensor, kind: "accelerometer", unit: gravity, gravity: true } as const;
      return {
        sensor: decided,
        because: `by its values: ${formatWeighedValue(rest)} at rest`,
        doubt: `its name says that it is a gyroscope, but ${found}.`,
      };
    }
    return { sensor, because: "by its name", doubt: `its name says that it is a gyroscope, but ${found}.` };
  }
  const because = `99 % within ${formatWeighedValue(reach)}`;
  if (sensor.unit !== null) {
    const off =
      sensor.unit === "rad/s"
        ? reach > rotationLimits.leastDegrees
        : sensor.unit === "deg/s" && (reach < implausiblyStill || reach > mostDegrees);
    const doubt = `its name says ${sensor.unit}, but 99 % of its values lie within ${formatWeighedValue(reach)}.`;
    return { sensor, because: `by its name; ${because}`, ...(off && { doubt }) };
  }
  // A steady value is the offset of a gyroscope at rest, which is never this large in rad/s.
  if (rest >= leastTurning && reach < rotationLimits.mostRadians && steadiness >= leastSteadiness)
    return {
      sensor: { ...sensor, unit: isRaw ? null : "deg/s" },
      because: `by its values: ${formatWeighedValue(rest)} at rest`,
      doubt: `its name gives no unit; it measures ${formatWeighedValue(rest)} at rest, which is a plausible offset for a gyroscope in deg/s, but too large for one in rad/s.`,
    };
  if (isRaw && reach >= rotationLimits.mostRadians) return { sensor, because: `its name says raw counts; ${because}` };
  const unit: SensorUnit | null =
    reach < rotationLimits.mostRadians
      ? "rad/s"
      : reach > rotationLimits.leastDegrees && reach <= mostDegrees
        ? "deg/s"
        : null;
  const decided = { ...sensor, unit };
  if (unit !== null) return { sensor: decided, because: `by its values: ${because}` };
  return {
    sensor: decided,
    because: "by its name",
    doubt: `its unit is not known: 99 % of its values lie within ${formatWeighedValue(reach)}${reach > mostDegrees ? ", more than any gyroscope measures in deg/s (raw counts?)" : ""}.`,
    isCounts: reach > mostDegrees,
  };
}

function weighMagnetometer(sensor: Sensor, { rest }: VectorValues): WeighedSensor {
  if (sensor.unit !== null) return { sensor, because: "by its name" };
  const unit = earthsField.find(([, least, most]) => rest >= least && rest <= most)?.[0] ?? null;
  return {
    sensor: { ...sensor, unit },
    because: unit === null ? "by its name" : `by its values: ${formatWeighedValue(rest)} at rest`,
  };
}

function weighSensorOfUnknownKind(sensor: Sensor, values: VectorValues, { written }: NamedSensor): WeighedSensor {
  const { rest, reach, movement } = values;
  const because = `by its values: ${formatWeighedValue(rest)} at rest`;
  const gravity = weighGravityUnit(values);
  if (gravity !== undefined) {
    const decided = { ...sensor, kind: "accelerometer", unit: gravity, gravity: true } as const;
    return { sensor: decided, because, ...doubtOfConverter(decided, null, values) };
  }
  if (written !== undefined && "of" in written && written.of.magnetometer !== undefined) {
    const unit = written.of.magnetometer;
    const field = earthsField.find(([known]) => known === unit);
    if (field !== undefined && rest >= field[1] && rest <= field[2]) {
      return { sensor: { ...sensor, kind: "magnetometer", unit }, because };
    }
  }
  if (weighsAsGravity(values) && weighCountsPerG(rest) !== undefined) {
    const counts = `${because}, as raw counts have`;
    const decided = { ...sensor, kind: "accelerometer", unit: null, gravity: true } as const;
    return { sensor: decided, because: counts, ...(values.lowest >= 0 && offsetOfConverter) };
  }
  const said = `${formatWeighedValue(rest)} at rest, 99 % within ${formatWeighedValue(reach)}`;
  const doubt = `neither its name nor its values (${said}) show what it measures.`;
  if (weighsAsGravity(values) && values.lowest >= 0 && rest >= leastCounts) {
    const likely = { ...sensor, kind: "accelerometer", gravity: true } as const;
    return {
      sensor,
      because: said,
      doubt: `${doubt} If it is an accelerometer, ${ofConverter}`,
      likely,
      isCounts: true,
    };
  }
  if (rest > gravityShare.none * movement) return { sensor, because: said, doubt };
  return {
    sensor,
    because: said,
    doubt: `${doubt} It does not measure gravity, so it may be an acceleration without gravity (linear) or a gyroscope (gyr).`,
    likely: { ...sensor, kind: "accelerometer", gravity: false },
  };
}

/** Returns the unit in which the measured vector must be gravity. */
function weighGravityUnit(values: VectorValues): SensorUnit | undefined {
  return weighsAsGravity(values) ? weighUnitAtRest(values.rest, closeToGravity) : undefined;
}

function weighsAsGravity({ rest, movement, steadiness }: VectorValues): boolean {
  return rest >= gravityShare.nameless * movement && steadiness >= leastSteadiness;
}

/** Returns the power of two closest to a magnitude at rest in raw counts; undefined if it is not close to one. */
export function weighCountsPerG(rest: number): number | undefined {
  const nearest = 2 ** Math.round(Math.log2(rest));
  return nearest >= leastCounts && Math.abs(rest / nearest - 1) <= countsTolerance ? nearest : undefined;
}

function formatWeighedValue(value: number): string {
  return `${Number(value.toPrecision(2 + Number(value >= 1)))}`;
}
