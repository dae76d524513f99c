// Derives the channels of a clean table from those in the files: values are converted, and names do not contradict the units.

import { UserError } from "../../errors.ts";
import type { SensorUnit } from "../sensors/sensor.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import type { DecidedUnits } from "./convert-units.ts";
import type { DecidedSensor } from "./find-sensors.ts";

/** One channel in a clean table. */
export interface CleanChannel {
  /** The channel's column in the files. */
  readonly from: string;
  /** The channel's column in the clean table. */
  readonly to: string;
  /** Unit in the files; null if it is unknown or differs between people. */
  readonly unitFrom: string | null;
  /** Unit in the clean table; null if unknown. */
  readonly unitTo: SensorUnit | null;
  /** Factor that the values were multiplied by; 1 if they were not converted, null if the unit differs between people. */
  readonly factor: number | null;
  /** Reason for choosing this unit, in words, such as "its name says g". */
  readonly because: string;
}

/** Columns in a clean table that are not channels. */
export const cleanColumns = ["user", "activity", "recording", "timestamp_s"] as const;

/**
 * @param sensors the sensors as in the files
 * @param units how the sensors are converted
 * @throws UserError if two channels of the clean table would have the same name, or a channel would have the same name as
 * another column
 */
export function cleanChannels(
  channels: readonly string[],
  sensors: readonly DecidedSensor[],
  units: DecidedUnits,
): CleanChannel[] {
  const named = new Map(sensorsByName(channels).map((sensor) => [sensor.channels.join(), sensor]));
  const clean = channels.map((from): CleanChannel => {
    const s = sensors.findIndex((own) => own.channels.includes(from));
    const keep = { from, to: from.trim(), factor: 1 };
    const sensor = sensors[s];
    if (sensor === undefined) return { ...keep, unitFrom: null, unitTo: null, because: "no sensor" };
    const own = units.conversions.filter(({ channels: names }) => names.includes(from));
    const [unitTo, because] = [units.sensors[s]!.unit, units.because[s]!];
    const [first] = own;
    if (first === undefined) return { ...keep, unitFrom: unitTo, unitTo, because };
    // After a conversion, a name that contains the old unit would be wrong.
    const written = named.get(sensor.channels.join())?.written;
    const to = written === undefined ? from.trim() : `${sensor.name}_${"xyz"[sensor.channels.indexOf(from)]!}`;
    const forAll = first.people === undefined;
    return {
      from,
      to: to.replace(/\s+/g, "_"),
      unitFrom: forAll ? first.from : null,
      unitTo,
      factor: forAll ? first.factor : null,
      because: forAll ? because : sensor.because,
    };
  });
  refuseEqualCleanNames(clean);
  return clean;
}

function refuseEqualCleanNames(clean: readonly CleanChannel[]): void {
  for (const [i, { from, to }] of clean.entries()) {
    const other = clean.find((own, j) => j < i && own.to === to);
    if (other === undefined && !cleanColumns.some((name) => name === to)) continue;
    const what = other === undefined ? `the table has another column called "${to}"` : `"${other.from}" is too`;
    throw new UserError(`Column "${from}" would be called "${to}" in the clean table, but ${what}`, {
      advice: "Rename the column, or leave it out with --channels.",
    });
  }
}
