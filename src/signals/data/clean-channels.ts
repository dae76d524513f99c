// Derives the channels of a clean table from those of the files: in m/s^2 and rad/s if their unit is known, and under names that
// do not contradict it.

import { UserError } from "../../errors.ts";
import { type SensorKind, type SensorUnit, unitFactor } from "../sensors/sensor.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import type { DecidedSensor } from "./find-sensors.ts";
import { givenSensors } from "./given-sensors.ts";

/** One channel of a clean table. */
export interface CleanChannel {
  /** Its column in the files. */
  readonly from: string;
  /** Its column in the clean table. */
  readonly to: string;
  /** Unit in the files; null if unknown. */
  readonly unitFrom: SensorUnit | null;
  /** Unit in the clean table; null if unknown. */
  readonly unitTo: SensorUnit | null;
  /** What the values were multiplied by; 1 if they were not converted. */
  readonly factor: number;
  /** Reason, in words, such as "its name says g". */
  readonly because: string;
}

export interface CleanChannelOptions {
  /** Sensors as in `--sensor`. */
  readonly sensor: readonly string[];
  /** Whether units that are known only from values are converted too. */
  readonly byValues: boolean;
}

/** Columns of a clean table that are not channels. */
export const cleanColumns = ["user", "activity", "recording", "timestamp_s"] as const;

const wantedUnit: Partial<Record<SensorKind, SensorUnit>> = {
  accelerometer: "m/s^2",
  gravity: "m/s^2",
  gyroscope: "rad/s",
};

/** @throws UserError if two channels of the clean table would have the same name, or one would have the name of another column */
export function cleanChannels(
  channels: readonly string[],
  sensors: readonly DecidedSensor[],
  options: CleanChannelOptions,
): CleanChannel[] {
  const given = new Map(
    givenSensors(options.sensor, channels).map(({ sensor }) => [sensor.channels.join(), sensor.unit]),
  );
  const named = new Map(sensorsByName(channels).map((sensor) => [sensor.channels.join(), sensor]));
  const clean = channels.map((from): CleanChannel => {
    const sensor = sensors.find((own) => own.channels.includes(from));
    const keep = { from, to: from.trim(), factor: 1 };
    if (sensor === undefined) return { ...keep, unitFrom: null, unitTo: null, because: "no sensor" };
    const { unit, kind } = sensor;
    const wanted = wantedUnit[kind];
    const key = sensor.channels.join();
    const byName = named.get(key);
    const stated = given.get(key) ?? byName?.unit ?? null;
    const because =
      unit === null
        ? "its unit is not known"
        : unit === (given.get(key) ?? null)
          ? "as given"
          : unit === stated
            ? `its name says ${unit}`
            : sensor.because;
    if (unit === null || wanted === undefined || unit === wanted) {
      return { ...keep, unitFrom: unit, unitTo: unit, because };
    }
    if (unit !== stated && !options.byValues) return { ...keep, unitFrom: unit, unitTo: unit, because };
    // A name that states the old unit would be wrong.
    const to = byName?.written === undefined ? from.trim() : `${sensor.name}_${"xyz"[sensor.channels.indexOf(from)]!}`;
    return {
      from,
      to: to.replace(/\s+/g, "_"),
      unitFrom: unit,
      unitTo: wanted,
      factor: unitFactor(kind, unit, wanted),
      because,
    };
  });
  refuseEqualCleanNames(clean);
  return clean;
}

function refuseEqualCleanNames(clean: readonly CleanChannel[]): void {
  for (const [i, { from, to }] of clean.entries()) {
    const other = clean.find((own, j) => j < i && own.to === to);
    if (other === undefined && !cleanColumns.some((name) => name === to)) continue;
    const what = other === undefined ? `the table has a column of its own called "${to}"` : `"${other.from}" is too`;
    throw new UserError(`Column "${from}" would be called "${to}" in the clean table, but ${what}`, {
      advice: "Rename the column, or leave it out with --channels.",
    });
  }
}
