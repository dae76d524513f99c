// Recognises sensors whose names consist of one letter for the kind and one or two for the place, as in MHEALTH's alx
// (acceleration, left ankle) and glx (angular velocity there). One such name could mean anything; a pair for the same place
// could not.

import type { Sensor } from "./sensor.ts";

const lettered = /^([ag])_?([a-z]{1,2})$/i;

/** Gives a kind to sensors of unknown kind that come in pairs. */
export function withKindOfLetterPairs<Named extends Sensor>(sensors: readonly Named[]): Named[] {
  const placeOf = (sensor: Sensor, letter: string): string | undefined => {
    const [, kind, place] = sensor.kind === "unknown" ? (lettered.exec(sensor.name) ?? []) : [];
    return kind?.toLowerCase() === letter ? place!.toLowerCase() : undefined;
  };
  const placesOf = (letter: string): Set<string | undefined> => new Set(sensors.map((own) => placeOf(own, letter)));
  const [accelerated, turned] = [placesOf("a"), placesOf("g")];
  return sensors.map((sensor) => {
    const [a, g] = [placeOf(sensor, "a"), placeOf(sensor, "g")];
    if (a !== undefined && turned.has(a)) return { ...sensor, kind: "accelerometer", name: `acc_${a}` };
    if (g !== undefined && accelerated.has(g)) return { ...sensor, kind: "gyroscope", name: `gyro_${g}` };
    return sensor;
  });
}
