// Decides which sensors the channels of recordings form: as specified by the user, or otherwise from names and values together.

import { type Sensor, type SensorUnit, sensorUnitNames } from "./sensor.ts";
import { type NamedSensor, sensorsByName } from "./sensors-by-name.ts";
import { type Piece, vectorValues } from "./vector-values.ts";
import { type Weighed, weighSensor } from "./weigh-sensor.ts";

/** A sensor as specified by a user; an empty name or a null field is still undecided. */
export interface GivenSensor {
  readonly sensor: Sensor;
  /** Whether the user states that the channels do not form a sensor. */
  readonly none: boolean;
}

/** A sensor and, in words, how its kind and unit were decided. */
export interface DecidedSensor extends Sensor {
  /** How kind and unit were decided, in words, such as "by its values: 9.81 at rest". */
  readonly because: string;
}

export interface SensorDoubt {
  readonly message: string;
  /** The `--sensor` option that would resolve it. */
  readonly option: string;
}

/** An accelerometer whose unit or gravity differs between people. */
export interface MixedSensor {
  readonly name: string;
  readonly axes: Sensor["channels"];
  /** The people whose values at rest are in each unit. */
  readonly units: readonly (readonly [unit: SensorUnit, people: readonly string[]])[];
  /** People whose recordings do not contain gravity. */
  readonly withoutGravity: readonly string[];
  /** People whose values do not show the unit. */
  readonly undecided: readonly string[];
}

/**
 * @param piecesOf returns pieces with the values of three channels, taken evenly from all recordings
 */
export function decideSensors(
  channels: readonly string[],
  given: readonly GivenSensor[],
  piecesOf: (axes: Sensor["channels"]) => readonly Piece[],
): { sensors: readonly DecidedSensor[]; doubts: readonly SensorDoubt[]; mixed: readonly MixedSensor[] } {
  const mixed: MixedSensor[] = [];
  const taken = new Set(given.flatMap(({ sensor }) => sensor.channels));
  const doubts: SensorDoubt[] = [];
  const found = sensorsByName(channels)
    .filter((sensor) => !sensor.channels.some((name) => taken.has(name)))
    .map((named): DecidedSensor => {
      const { sensor, because, doubt, mixture } = decideOverPeople(named, piecesOf(named.channels));
      if (mixture !== undefined) mixed.push(mixture);
      else if (doubt !== undefined) doubts.push(doubtOfDecidedSensor(sensor, doubt));
      return { ...sensor, because };
    });
  const kept = given
    .filter(({ none }) => !none)
    .map(({ sensor }) => decideGivenSensor(sensor, piecesOf(sensor.channels)));
  const place = ({ channels: axes }: Sensor): number => Math.min(...axes.map((name) => channels.indexOf(name)));
  return { sensors: [...kept, ...found].sort((a, b) => place(a) - place(b)), doubts, mixed };
}

/**
 * Decides from the values of all people together and, for an accelerometer, also of each person. An accelerometer in two units
 * may otherwise look like one without gravity, or not like an accelerometer at all.
 */
function decideOverPeople(named: NamedSensor, pieces: readonly Piece[]): Weighed & { mixture?: MixedSensor } {
  const weighed = weighSensor(named, vectorValues(pieces));
  const { sensor } = weighed;
  if ((sensor.kind !== "accelerometer" && sensor.kind !== "unknown") || named.gravity === false) return weighed;
  const byUnit = new Map<SensorUnit, string[]>();
  const [withoutGravity, undecided]: [string[], string[]] = [[], []];
  for (const [person, own] of Map.groupBy(pieces, (piece) => piece.person)) {
    const { kind, unit, gravity } = weighSensor({ ...named, unit: null }, vectorValues(own)).sensor;
    if (kind !== "accelerometer") undecided.push(person);
    else if (unit !== null && gravity === true) byUnit.set(unit, [...(byUnit.get(unit) ?? []), person]);
    else if (gravity === false) withoutGravity.push(person);
    else undecided.push(person);
  }
  if (byUnit.size === 0 || (byUnit.size === 1 && withoutGravity.length === 0)) return weighed;
  return {
    sensor: { ...sensor, kind: "accelerometer", unit: null, gravity: null },
    because: byUnit.size > 1 ? "units differ between people" : "only some recordings contain gravity",
    mixture: { name: sensor.name, axes: sensor.channels, units: [...byUnit], withoutGravity, undecided },
  };
}

/** Fills in what the user left open about a sensor. */
function decideGivenSensor(given: Sensor, pieces: readonly Piece[]): DecidedSensor {
  const [byName] = sensorsByName(given.channels);
  const name = given.name !== "" ? given.name : (byName?.name ?? given.channels.join(" "));
  const sensor = { ...given, name };
  const values = vectorValues(pieces);
  if (values === undefined || given.kind === "unknown") return { ...sensor, because: "as given" };
  const weighed = weighSensor({ ...sensor, weak: false, written: undefined }, values).sensor;
  const gravity = given.gravity ?? weighed.gravity;
  if (given.unit !== null) return { ...sensor, gravity, because: "as given" };
  const unit = weighed.gravity === gravity ? weighed.unit : null;
  return { ...sensor, gravity, unit, because: unit === null ? "as given" : "as given; the unit by its values" };
}

/**
 * A warning about something that could not be determined, with a `--sensor` option that fills in a common choice for
 * it.
 */
function doubtOfDecidedSensor(sensor: Sensor, message: string): SensorDoubt {
  const { name, channels, unit, kind } = sensor;
  const usual = unit ?? sensorUnitNames(kind === "unknown" ? "accelerometer" : kind)[0]!;
  const prefix = sensorsByName(channels)[0]?.name === name ? "" : `${name}=`;
  return {
    message: `Sensor ${name} (${channels.join(", ")}): ${message}`,
    option: `${prefix}${decidedKindWord(sensor)}:${channels.map((channel) => channel.trim()).join(",")}[${usual}]`,
  };
}

/** The word for the kind in `--sensor`. */
function decidedKindWord({ kind, gravity }: Pick<Sensor, "kind" | "gravity">): string {
  if (kind === "gyroscope") return "gyr";
  if (kind === "magnetometer") return "mag";
  if (kind === "gravity") return "gravity";
  return gravity === false ? "linear" : "acc";
}
