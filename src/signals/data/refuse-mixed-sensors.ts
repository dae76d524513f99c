// Rejects recordings whose accelerometer has different units for different people, or includes gravity only for some. If they were
// pooled, some people would seem to move ten times as much as others.

import { UserError } from "../../errors.ts";
import { listedNames } from "../../listed-names.ts";
import type { MixedSensor } from "./find-sensors.ts";

/** @throws UserError if units differ between people, or only some recordings contain gravity */
export function refuseMixedSensors(mixed: readonly MixedSensor[]): void {
  const [sensor] = mixed;
  if (sensor === undefined) return;
  const { name, axes, units, withoutGravity } = sensor;
  const who = `Sensor ${name} (${axes.join(", ")})`;
  if (withoutGravity.length > 0) {
    const others = listedNames(units.flatMap(([, own]) => own));
    throw new UserError(
      `${who}: accelerations with and without gravity are two kinds of sensor. Judging by the values at rest, the recordings of ${others} contain gravity, but not those of ${listedNames(withoutGravity)}.`,
      { advice: "Export the same kind for everybody, or leave out the recordings of one kind." },
    );
  }
  const found = units.map(([unit, own]) => `${unit} for ${listedNames(own)}`).join("; ");
  throw new UserError(`${who}: its units differ between people; judging by the values at rest: ${found}.`, {
    advice:
      "Export all recordings in one unit, or write one table per unit with `tidemark convert --units auto`; --only user=NAME reads one person.",
  });
}
