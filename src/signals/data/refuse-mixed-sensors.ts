// Rejects recordings if a sensor's unit differs between people, or if an accelerometer includes gravity for only some people.
// If such recordings were pooled, some people would appear to move ten times as much as others.

import { UserError } from "../../errors.ts";
import { listedNames } from "../../listed-names.ts";
import { shellCommand } from "../../shell-words.ts";
import { sensorUnitNames } from "../sensors/sensor.ts";
import type { MixedSensor } from "./find-sensors.ts";

/**
 * @param converts whether the values will be converted to one unit
 * @throws UserError if only some recordings contain gravity, or if units differ between people and the values are not
 * converted
 */
export function refuseMixedSensors(mixed: readonly MixedSensor[], converts: boolean): void {
  const sensor = mixed.find(({ withoutGravity }) => !converts || withoutGravity.length > 0);
  if (sensor === undefined) return;
  const { kind, name, axes, units, withoutGravity } = sensor;
  const who = `Sensor ${name} (${axes.join(", ")})`;
  if (withoutGravity.length > 0) {
    const others = listedNames(units.flatMap(({ people }) => people));
    throw new UserError(
      `${who}: accelerations with and without gravity are two kinds of sensor. Judging by the values at rest, the recordings of ${others} contain gravity, but not those of ${listedNames(withoutGravity)}.`,
      { advice: "Export the same kind for everyone, or leave out the recordings of one kind." },
    );
  }
  const word = kind === "gyroscope" ? "gyr" : "acc";
  const found = units.map(({ unit, people }) => `${unit} for ${listedNames(people)}`).join("; ");
  const by = kind === "gyroscope" ? "how far people turn and accelerate" : "the values at rest";
  const usual = units.find(({ unit }) => sensorUnitNames(kind).some((known) => known === unit))?.unit;
  const state =
    usual === undefined
      ? ""
      : ` If one unit is right for everybody, state it with ${shellCommand("--sensor", `${word}:${axes.join(",")}[${usual}]`)}`;
  throw new UserError(`${who}: its units differ between people; judging by ${by}: ${found}.`, {
    advice: units.some(({ factor }) => factor === null)
      ? `Export all recordings in one unit, or leave out those that are not in a usual unit.${state}`
      : `Add --units auto to convert each person's recordings by their values, or export all recordings in one unit.${state}`,
  });
}
