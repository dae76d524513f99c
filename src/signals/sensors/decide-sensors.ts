// Decides which channels form a sensor: as specified by the user, or otherwise based on names and values together.

import { gravityInSensorUnit, type Sensor, type SensorUnit, sensorUnitNames, unitFactor } from "./sensor.ts";
import type { NamedSensor } from "./sensor-name.ts";
import { sensorsByName } from "./sensors-by-name.ts";
import { mayBeDegrees, unitOfRotation } from "./unit-of-rotation.ts";
import { type VectorPiece, vectorValues } from "./vector-values.ts";
import { type WeighedSensor, weighCountsPerG, weighSensor } from "./weigh-sensor.ts";

/** A sensor as specified by a user; an empty name or a null field means not yet decided. */
export interface GivenSensor {
  readonly sensor: Sensor;
  /** Whether the user declares that the channels do not form a sensor. */
  readonly none: boolean;
  /** Whether the user declares that the values are raw counts, which have no unit (default: false). */
  readonly counts?: boolean;
}

/** A sensor, and the evidence for its kind and unit. */
export interface DecidedSensor extends Sensor {
  /** Evidence for the kind and unit, in words, such as "by its values: 9.81 at rest". */
  readonly because: string;
}

export interface SensorDoubt {
  readonly message: string;
  /** The `--sensor` option that would resolve the warning. */
  readonly option: string;
}

/** People whose values are in one unit. */
export interface PeopleOfUnit {
  /** A sensor unit, raw counts such as "counts at 16384 per g", or "no usual unit". */
  readonly unit: string;
  /** Factor that converts to m/s^2 or rad/s; null if the values do not reveal the unit. */
  readonly factor: number | null;
  readonly people: readonly string[];
}

/** A sensor whose unit differs between people, or an accelerometer that includes gravity only for some people. */
export interface MixedSensor {
  readonly kind: "accelerometer" | "gyroscope";
  readonly name: string;
  readonly axes: Sensor["channels"];
  readonly units: readonly PeopleOfUnit[];
  /** People whose recordings do not contain gravity. */
  readonly withoutGravity: readonly string[];
  /** People whose values do not reveal the unit. */
  readonly undecided: readonly string[];
}

/** @param piecesOf returns pieces with the values of three channels, spread evenly over all recordings */
export function decideSensors(
  channels: readonly string[],
  given: readonly GivenSensor[],
  piecesOf: (axes: Sensor["channels"]) => readonly VectorPiece[],
): { sensors: readonly DecidedSensor[]; doubts: readonly SensorDoubt[]; mixed: readonly MixedSensor[] } {
  const mixed: MixedSensor[] = [];
  const taken = new Set(given.flatMap(({ sensor }) => sensor.channels));
  const doubts: SensorDoubt[] = [];
  const found = sensorsByName(channels)
    .filter((sensor) => !sensor.channels.some((name) => taken.has(name)))
    .map((named): DecidedSensor => {
      const weighed = decideOverPeople(named, piecesOf(named.channels));
      const { because, doubt, isCounts = false, mixture } = weighed;
      const sensor = isCounts ? { ...weighed.sensor, unit: null } : weighed.sensor;
      const { likely = sensor } = weighed;
      if (mixture !== undefined) mixed.push(mixture);
      else if (doubt !== undefined)
        doubts.push(doubtOfDecidedSensor(likely, doubt, isCounts ? countsOfDecidedSensor : undefined));
      return { ...sensor, because };
    });
  const kept = given.filter(({ none }) => !none).map((own) => decideGivenSensor(own, piecesOf(own.sensor.channels)));
  const unmixed = found.map((sensor): DecidedSensor => {
    const accelerometer = accelerometerBeside(sensor, [...kept, ...found]);
    const isAssumed = sensor.unit === "deg/s" && !isUnitNamed(sensor.channels);
    if (isAssumed && accelerometer !== undefined && isRawBeside(accelerometer)) {
      doubts.push(
        doubtOfDecidedSensor(
          { ...sensor, unit: null },
          "its unit is not known: the accelerometer beside it reports raw counts, so this sensor probably does, too.",
          countsOfDecidedSensor,
        ),
      );
      return { ...sensor, unit: null, because: "its accelerometer reports raw counts" };
    }
    const mixture =
      accelerometer === undefined
        ? undefined
        : decideMixedGyroscope(sensor, piecesOf(sensor.channels), accelerometer, {
            pieces: piecesOf(accelerometer.channels),
            mixture: mixed.find(({ axes }) => axes.join() === accelerometer.channels.join()),
          });
    if (mixture === undefined) {
      const doubt = doubtOfRadians(sensor, accelerometer, piecesOf);
      if (doubt !== undefined) doubts.push(doubtOfDecidedSensor({ ...sensor, unit: "deg/s" }, doubt));
      return sensor;
    }
    mixed.push(mixture);
    return { ...sensor, unit: null, because: "units differ between people" };
  });
  const place = ({ channels: axes }: Sensor): number => Math.min(...axes.map((name) => channels.indexOf(name)));
  return { sensors: [...kept, ...unmixed].sort((a, b) => place(a) - place(b)), doubts, mixed };
}

/**
 * Decides based on the values of all people together and, if the sensor is an accelerometer or of unknown kind, also on those
 * of each person alone. If all values were only pooled, an accelerometer in two units could look like one without gravity, or
 * not like an accelerometer at all.
 */
function decideOverPeople(
  named: NamedSensor,
  pieces: readonly VectorPiece[],
): WeighedSensor & { mixture?: MixedSensor } {
  const weighed = weighSensor(named, vectorValues(pieces));
  const { sensor } = weighed;
  if ((sensor.kind !== "accelerometer" && sensor.kind !== "unknown") || named.gravity === false) return weighed;
  const byUnit = new Map<string, { factor: number | null; people: string[] }>();
  const [withoutGravity, unusual, undecided]: [string[], string[], string[]] = [[], [], []];
  const add = (unit: string, factor: number | null, person: string): void => {
    byUnit.set(unit, { factor, people: [...(byUnit.get(unit)?.people ?? []), person] });
  };
  for (const [person, own] of Map.groupBy(pieces, (piece) => piece.person)) {
    const values = vectorValues(own);
    const { kind, unit, gravity } = weighSensor({ ...named, unit: null }, values).sensor;
    if (kind !== "accelerometer" || gravity === null || values === undefined) undecided.push(person);
    else if (!gravity) withoutGravity.push(person);
    else if (unit !== null) add(unit, unitFactor(kind, unit, "m/s^2"), person);
    else {
      const counts = weighCountsPerG(values.rest);
      if (counts === undefined) unusual.push(person);
      else add(`counts at ${counts} per g`, gravityInSensorUnit("m/s^2") / counts, person);
    }
  }
  const hasUsual = [...byUnit.keys()].some((unit) => sensorUnitNames("accelerometer").some((usual) => usual === unit));
  // Uncalibrated counts differ from person to person, so they count as a separate unit only alongside usual units.
  if (hasUsual) for (const person of unusual) add("no usual unit", null, person);
  else undecided.push(...unusual);
  if (byUnit.size === 0 || (byUnit.size === 1 && withoutGravity.length === 0)) return weighed;
  return {
    sensor: { ...sensor, kind: "accelerometer", unit: null, gravity: null },
    because: byUnit.size > 1 ? "units differ between people" : "only some recordings contain gravity",
    mixture: {
      kind: "accelerometer",
      name: sensor.name,
      axes: sensor.channels,
      units: [...byUnit].map(([unit, own]) => ({ unit, ...own })),
      withoutGravity,
      undecided,
    },
  };
}

/**
 * Returns the accelerometer that moves with a gyroscope: if there are as many accelerometers as gyroscopes, the one at the same
 * position in the list; otherwise undefined.
 */
export function accelerometerBeside(sensor: Sensor, sensors: readonly Sensor[]): Sensor | undefined {
  if (sensor.kind !== "gyroscope") return undefined;
  const gyroscopes = sensors.filter(({ kind }) => kind === "gyroscope");
  const accelerometers = sensors.filter(({ kind }) => kind === "accelerometer");
  if (accelerometers.length === 1) return gyroscopes.length === 1 ? accelerometers[0] : undefined;
  return accelerometers.length === gyroscopes.length ? accelerometers[gyroscopes.indexOf(sensor)] : undefined;
}

/** Whether an accelerometer measures gravity, but in no known unit, as one that reports raw counts does. */
function isRawBeside({ unit, gravity }: Sensor): boolean {
  return unit === null && gravity === true;
}

function isUnitNamed(channels: Sensor["channels"]): boolean {
  return sensorsByName(channels).some(({ written }) => written !== undefined);
}

/** Maximum number of evenly spaced pieces to examine when doubting rad/s; arbitrary. */
const mostDoubted = 500;

/** Doubts rad/s that only the values indicate if the accelerometer hardly moved. */
function doubtOfRadians(
  { channels, unit }: DecidedSensor,
  accelerometer: Sensor | undefined,
  piecesOf: (axes: Sensor["channels"]) => readonly VectorPiece[],
): string | undefined {
  if (unit !== "rad/s" || accelerometer?.unit == null || isUnitNamed(channels)) return undefined;
  const [rotation, acceleration] = [channels, accelerometer.channels].map((axes) => {
    const pieces = piecesOf(axes);
    const stride = Math.ceil(pieces.length / mostDoubted);
    return vectorValues(pieces.filter((_, i) => i % stride === 0));
  });
  if (rotation === undefined || acceleration === undefined) return undefined;
  const movement = acceleration.movement * unitFactor("accelerometer", accelerometer.unit, "m/s^2");
  if (!mayBeDegrees(rotation, { movement })) return undefined;
  return "its name gives no unit; its values are read in rad/s, but the accelerometer beside it moves so little that they may be in deg/s.";
}

/** Returns the gyroscope's units by person; undefined if no two people are known to have different units. */
function decideMixedGyroscope(
  { name, channels: axes }: Sensor,
  pieces: readonly VectorPiece[],
  accelerometer: Sensor,
  accelerations: { readonly pieces: readonly VectorPiece[]; readonly mixture: MixedSensor | undefined },
): MixedSensor | undefined {
  const ofAccelerometer = Map.groupBy(accelerations.pieces, ({ person }) => person);
  const byUnit = new Map<SensorUnit, string[]>();
  const undecided: string[] = [];
  for (const [person, own] of Map.groupBy(pieces, (piece) => piece.person)) {
    const rotation = vectorValues(own);
    const acceleration = vectorValues(ofAccelerometer.get(person) ?? []);
    const { unit: usual } = accelerometer;
    const metres =
      accelerations.mixture?.units.find(({ people }) => people.includes(person))?.factor ??
      (usual === null ? Number.NaN : unitFactor("accelerometer", usual, "m/s^2"));
    const unit =
      rotation === undefined || acceleration === undefined
        ? undefined
        : unitOfRotation(rotation, { movement: acceleration.movement * metres });
    if (unit === undefined) undecided.push(person);
    else byUnit.set(unit, [...(byUnit.get(unit) ?? []), person]);
  }
  if (byUnit.size < 2) return undefined;
  const units = [...byUnit].map(([unit, people]) => ({ unit, factor: unitFactor("gyroscope", unit, "rad/s"), people }));
  return { kind: "gyroscope", name, axes, units, withoutGravity: [], undecided };
}

/** Decides whatever the user left undecided about a sensor. */
function decideGivenSensor(
  { sensor: given, counts = false }: GivenSensor,
  pieces: readonly VectorPiece[],
): DecidedSensor {
  const [byName] = sensorsByName(given.channels);
  const name = given.name !== "" ? given.name : (byName?.name ?? given.channels.join(" "));
  const sensor = { ...given, name };
  const values = vectorValues(pieces);
  if (values === undefined || given.kind === "unknown") return { ...sensor, because: "as given" };
  const weighed = weighSensor({ ...sensor, weak: false, written: undefined }, values).sensor;
  const gravity = given.gravity ?? weighed.gravity;
  if (given.unit !== null || counts) return { ...sensor, gravity, because: "as given" };
  const unit = weighed.gravity === gravity ? weighed.unit : null;
  return { ...sensor, gravity, unit, because: unit === null ? "as given" : "as given; unit from the values" };
}

/** Unit that `--sensor` takes for raw counts. */
const countsOfDecidedSensor = "counts";

/**
 * Describes a property that could not be determined, and suggests a `--sensor` option that sets it to a common choice.
 * @param otherwise unit to suggest if the sensor has none (default: the usual unit of its kind)
 */
function doubtOfDecidedSensor(sensor: Sensor, message: string, otherwise?: string): SensorDoubt {
  const { name, channels, unit, kind } = sensor;
  const usual = unit ?? otherwise ?? sensorUnitNames(kind === "unknown" ? "accelerometer" : kind)[0]!;
  const prefix = sensorsByName(channels)[0]?.name === name ? "" : `${name}=`;
  return {
    message: `Sensor ${name} (${channels.join(", ")}): ${message}`,
    option: `${prefix}${decidedKindWord(sensor)}:${channels.map((channel) => channel.trim()).join(",")}[${usual}]`,
  };
}

/** Returns the word for the kind in `--sensor`. */
function decidedKindWord({ kind, gravity }: Pick<Sensor, "kind" | "gravity">): string {
  if (kind === "gyroscope") return "gyr";
  if (kind === "magnetometer") return "mag";
  if (kind === "gravity") return "gravity";
  return gravity === false ? "linear" : "acc";
}
