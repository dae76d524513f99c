// Recognises sensors by letters that are meaningful only in combination:
// - one letter for the kind, followed by one or two letters or a word for the place, as in MHEALTH's alx (acceleration, left
//   ankle) and glx (angular velocity there), and in ANeck_x and GNeck_x
// - gx beside rx, which loggers on iOS use for Core Motion's gravity and rotation rate
// - la beside lw, lh and ra, which is the left ankle beside other limbs and not a linear acceleration
// - AsX beside AccX, which is WitMotion's name for the angular speed

import type { NamedSensor } from "./sensor-name.ts";
import { isPlaceWord } from "./sensor-places.ts";

const lettered = /^([ag])_?([a-z]+)$/i;
const isPlace = (letters: string): boolean => letters.length <= 2 || isPlaceWord(letters);

/** Returns the sensors, with the kind set for those whose letters identify it only in combination. */
export function withKindOfLetterPairs(sensors: readonly NamedSensor[]): NamedSensor[] {
  const placeOf = (sensor: NamedSensor, letter: string): string | undefined => {
    const [, kind, place] = sensor.kind === "unknown" ? (lettered.exec(sensor.name) ?? []) : [];
    return kind?.toLowerCase() === letter && isPlace(place!) ? place!.toLowerCase() : undefined;
  };
  const placesOf = (letter: string): Set<string | undefined> => new Set(sensors.map((own) => placeOf(own, letter)));
  const [accelerated, turned] = [placesOf("a"), placesOf("g")];
  const paired = sensors.map((sensor): NamedSensor => {
    const [a, g] = [placeOf(sensor, "a"), placeOf(sensor, "g")];
    if (a !== undefined && turned.has(a)) return { ...sensor, kind: "accelerometer", name: `acc_${a}` };
    if (g !== undefined && accelerated.has(g)) return { ...sensor, kind: "gyroscope", name: `gyro_${g}` };
    return sensor;
  });
  return withAngularSpeed(withGravityBesideRotation(withLimbs(paired)));
}

/** Whether a sensor is called g and is taken for gravity because one called r is beside it. */
export function isGravityBesideRotation({ name, kind, weak }: NamedSensor): boolean {
  return kind === "gravity" && weak && /^g$/i.test(name);
}

/** Minimum number of other limbs beside la. */
const fewestLimbs = 2;

function withLimbs(sensors: readonly NamedSensor[]): NamedSensor[] {
  const limbs = sensors.filter(({ kind, name }) => kind === "unknown" && /^[lr][a-z]$/i.test(name));
  if (limbs.length < fewestLimbs) return [...sensors];
  return sensors.map((sensor) =>
    /^la$/i.test(sensor.name) ? { ...sensor, kind: "unknown", gravity: null, unit: null } : sensor,
  );
}

function withGravityBesideRotation(sensors: readonly NamedSensor[]): NamedSensor[] {
  const gyroscopes = sensors.filter(({ kind }) => kind === "gyroscope");
  const rotation = sensors.find(({ name, unit }) => /^r$/i.test(name) && unit === null);
  const isGravity = ({ name, weak, written }: NamedSensor): boolean =>
    weak && /^g$/i.test(name) && written === undefined;
  if (rotation === undefined || gyroscopes.length !== 1 || !gyroscopes.every(isGravity)) return [...sensors];
  return sensors.map((sensor): NamedSensor => {
    if (sensor === rotation) return { ...sensor, kind: "gyroscope", weak: true };
    return sensor.kind === "gyroscope" ? { ...sensor, kind: "gravity" } : sensor;
  });
}

function withAngularSpeed(sensors: readonly NamedSensor[]): NamedSensor[] {
  const kinds = new Set(sensors.filter(({ weak }) => !weak).map(({ kind }) => kind));
  if (!kinds.has("accelerometer") || kinds.has("gyroscope")) return [...sensors];
  return sensors.map(
    (sensor): NamedSensor =>
      sensor.kind === "unknown" && /^as$/i.test(sensor.name) ? { ...sensor, kind: "gyroscope", weak: true } : sensor,
  );
}
