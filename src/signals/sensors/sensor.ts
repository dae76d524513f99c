// A sensor: three channels that are the axes of one vector. All sensor properties shared by other modules are defined here.
// Reading finds the columns of sensors, training rotates each sensor as a whole, drift is measured for each as a whole, and
// diagnosis reverses faults of individual sensors.

/**
 * One of:
 * - `accelerometer`: with or without gravity; see `gravity`
 * - `gravity`: only the direction of gravity, as phones compute it
 * - `gyroscope`: angular velocity
 * - `magnetometer`
 * - `unknown`: the axes of one vector whose kind is not clear from names or values
 */
export type SensorKind = "accelerometer" | "gravity" | "gyroscope" | "magnetometer" | "unknown";

/** Channel names of the x, y and z axes, in that order. */
export type Axes = readonly [x: string, y: string, z: string];

/** Three channels that form one vector, with their kind and unit. */
export interface Sensor {
  /** Prefix of the signals computed from the sensor: "A" in "A magnitude". */
  readonly name: string;
  /** What the sensor measures. */
  readonly kind: SensorKind;
  /** Names of the sensor's three channels. */
  readonly channels: Axes;
  /** Unit of the channels; null if unknown, as for raw counts. */
  readonly unit: SensorUnit | null;
  /** Whether the accelerometer measures gravity at rest; null if this is unknown, and for other kinds of sensors. */
  readonly gravity: boolean | null;
  /** Unit in the files if their values are converted to `unit`. */
  readonly recordedIn?: SensorUnit;
}

const accelerations = {
  "m/s^2": 1,
  g: 9.80665,
  "milli-g": 9.80665e-3,
  "micro-g": 9.80665e-6,
  "cm/s^2": 1e-2,
  "mm/s^2": 1e-3,
  "ft/s^2": 0.3048,
};
const rotations = {
  "rad/s": 1,
  "deg/s": Math.PI / 180,
  "milli-deg/s": Math.PI / 180_000,
  "milli-rad/s": 1e-3,
  rpm: Math.PI / 30,
  "rev/s": 2 * Math.PI,
};
const magneticFields = {
  uT: 1,
  nT: 1e-3,
  mT: 1e3,
  T: 1e6,
  gauss: 100,
  milligauss: 0.1,
};

/** A unit of acceleration, angular velocity or magnetic field. */
export type SensorUnit =
  | "m/s^2"
  | "g"
  | "milli-g"
  | "micro-g"
  | "cm/s^2"
  | "mm/s^2"
  | "ft/s^2"
  | "rad/s"
  | "deg/s"
  | "milli-deg/s"
  | "milli-rad/s"
  | "rpm"
  | "rev/s"
  | "uT"
  | "nT"
  | "mT"
  | "T"
  | "gauss"
  | "milligauss";

/** The units for each kind, and their sizes in multiples of the first one. */
const unitsOfKind: Readonly<Record<SensorKind, Readonly<Partial<Record<SensorUnit, number>>>>> = {
  accelerometer: accelerations,
  gravity: accelerations,
  gyroscope: rotations,
  magnetometer: magneticFields,
  unknown: {},
};

export function sensorKinds(): SensorKind[] {
  return Object.keys(unitsOfKind) as SensorKind[];
}

/** Returns the units of all kinds. */
export function sensorUnits(): SensorUnit[] {
  const factors: Readonly<Record<SensorUnit, number>> = { ...accelerations, ...rotations, ...magneticFields };
  return Object.keys(factors) as SensorUnit[];
}

/** Returns the unit names in the order in which messages list them. */
export function sensorUnitNames(kind: SensorKind): SensorUnit[] {
  return Object.keys(unitsOfKind[kind]) as SensorUnit[];
}

/**
 * Returns the factor that converts a value from `from` to `to`.
 * @throws RangeError if either is not a unit for sensors of this kind
 */
export function unitFactor(kind: SensorKind, from: SensorUnit, to: SensorUnit): number {
  const { [from]: own, [to]: wanted } = unitsOfKind[kind];
  if (own === undefined || wanted === undefined) {
    throw new RangeError(`unit: expected units for a sensor of kind ${kind}, got ${from} and ${to}`);
  }
  return own / wanted;
}

/** Returns standard gravity in a unit of acceleration. */
export function gravityInSensorUnit(unit: SensorUnit): number {
  return unitFactor("accelerometer", "g", unit);
}

/**
 * Returns the accelerometer and the gyroscope if they measure the same rotation; null unless there is one of each, and
 * the accelerometer measures gravity. The axes of sensors on different parts of the body are not related.
 */
export function sensorKindsTurningTogether(
  sensors: readonly Sensor[],
): { readonly accelerometer: Sensor; readonly gyroscope: Sensor } | null {
  const [accelerometer, ...others] = sensors.filter(({ kind }) => kind === "accelerometer");
  const [gyroscope, ...more] = sensors.filter(({ kind }) => kind === "gyroscope");
  if (accelerometer?.gravity !== true || gyroscope === undefined || others.length + more.length > 0) return null;
  return { accelerometer, gyroscope };
}

/**
 * Returns the accelerometer that measures gravity at rest and, if there is one, the gyroscope, which then measures nothing. Empty
 * if there is no such accelerometer. Sensors without a unit are left out, and so are several of the same kind.
 */
export function sensorsAtRest(sensors: readonly Sensor[]): readonly Sensor[] {
  const [accelerometers, gyroscopes] = (["accelerometer", "gyroscope"] as const).map((kind) =>
    sensors.filter((sensor) => sensor.kind === kind),
  ) as [Sensor[], Sensor[]];
  const known = [accelerometers, gyroscopes].flatMap((own) => (own.length === 1 && own[0]!.unit !== null ? own : []));
  return known[0]?.gravity === true ? known : [];
}

export function describeSensorKind({ kind, gravity }: Pick<Sensor, "kind" | "gravity">): string {
  switch (kind) {
    case "accelerometer":
      return gravity === null ? "acceleration" : `acceleration ${gravity ? "with" : "without"} gravity`;
    case "gravity":
      return "the direction of gravity";
    case "gyroscope":
      return "angular velocity";
    case "magnetometer":
      return "a magnetic field";
    case "unknown":
      return "an unknown quantity";
    default:
      return kind satisfies never;
  }
}
