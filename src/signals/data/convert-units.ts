// Converts recordings to m/s^2 and rad/s if names or options give a different unit or, on request, if only the values suggest
// one. Recordings in different units are never pooled.

import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import { type Sensor, type SensorKind, type SensorUnit, sensorUnitNames, unitFactor } from "../sensors/sensor.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import type { DecidedSensor, FoundSensors, MixedSensor } from "./find-sensors.ts";
import { givenSensors } from "./given-sensors.ts";
import type { StoredRows } from "./stored-rows.ts";
import { type UnitChoice, unitsOfChoice } from "./unit-choice.ts";

/** A conversion applied to the values of some channels. */
export interface UnitConversion {
  /** Names of the channels. */
  readonly channels: readonly string[];
  /** Unit in the files, or raw counts such as "counts at 16384 per g". */
  readonly from: string;
  /** Unit after the conversion. */
  readonly to: SensorUnit;
  /** Factor that the values are multiplied by. */
  readonly factor: number;
  /** People whose recordings are converted; absent if everyone's are. */
  readonly people?: readonly string[];
}

/** A conversion as recorded in a manifest; manifests from later versions may contain other units. */
export interface StoredConversion extends Omit<UnitConversion, "to"> {
  readonly to: string;
}

/** The units in a set of recordings, and how they are converted. */
export interface DecidedUnits {
  /** The sensors after the conversion. */
  readonly sensors: FoundSensors["sensors"];
  /** Conversions in the order of the sensors. */
  readonly conversions: readonly UnitConversion[];
  /**
   * Warnings about units that were inferred only from values and therefore not converted, and about declared units that
   * contradict the values.
   */
  readonly warnings: readonly string[];
  /** How the unit of each sensor in the files was determined, in words. */
  readonly because: readonly string[];
}

const wantedUnit: Partial<Record<SensorKind, SensorUnit>> = {
  accelerometer: "m/s^2",
  gravity: "m/s^2",
  gyroscope: "rad/s",
};

/**
 * @param found the sensors as in the files
 * @param options.sensor sensors as in `--sensor`
 * @throws UserError if a declared unit does not fit the sensor, if the values are raw counts by name or by `--sensor`, or if
 * people's units differ and the values do not reveal each person's unit
 */
export function decideUnitsToConvert(
  channels: readonly string[],
  { sensors, mixed }: Pick<FoundSensors, "sensors"> & { readonly mixed: readonly MixedSensor[] },
  { sensor: given, units }: { readonly sensor: readonly string[]; readonly units: UnitChoice },
): DecidedUnits {
  const declared = unitsOfChoice(units, sensors);
  const ownSensors = givenSensors(given, channels);
  const named = sensorsByName(channels);
  const ofUser = new Map(ownSensors.map(({ sensor }) => [sensor.channels.join(), sensor.unit]));
  const byName = new Map(named.map((sensor) => [sensor.channels.join(), sensor.unit]));
  const counts = new Map([
    ...named.filter(({ written = {} }) => "raw" in written).map((own) => [own.channels.join(), "its name"] as const),
    ...ownSensors.map(({ sensor, counts }) => [sensor.channels.join(), counts ? "--sensor" : undefined] as const),
  ]);
  const warnings: string[] = [];
  const because: string[] = [];
  const conversions: UnitConversion[] = [];
  const converted = sensors.map((sensor, s): DecidedSensor => {
    const key = sensor.channels.join();
    const option = declared[s] ?? ofUser.get(key) ?? null;
    const unit = declared[s] ?? sensor.unit;
    const stated = option ?? byName.get(key) ?? null;
    if (sensor.unit === null && declared[s] !== null) refuseUnitOfCounts(sensor, declared[s]!, counts.get(key));
    because.push(reasonToConvertUnits(unit, { option, stated }, sensor));
    const wanted = wantedUnit[sensor.kind];
    const mixture = mixed.find(({ axes }) => axes.join() === key);
    if (units.mode === "auto" && mixture !== undefined && declared[s] === null) {
      const own = convertMixedUnits(mixture);
      conversions.push(...own);
      return {
        ...sensor,
        unit: wantedUnit[mixture.kind]!,
        ...(mixture.kind === "accelerometer" && { gravity: true }),
        because: `${sensor.because}; converted by the values of each person`,
      };
    }
    if (declared[s] !== null && sensor.unit !== null && sensor.unit !== declared[s] && sensor.gravity === true) {
      warnings.push(
        `Sensor ${sensor.name} (${sensor.channels.join(", ")}): --units says ${declared[s]}, but it seems to be in ${sensor.unit} (${sensor.because}). Check the unit: every later recording will be converted in the same way.`,
      );
    }
    const declares = declared[s] === null ? sensor : { ...sensor, unit, because: "as given by --units" };
    if (unit === null || wanted === undefined || unit === wanted || units.mode === "keep") return declares;
    if (unit !== stated && units.mode !== "auto") {
      warnings.push(
        `Sensor ${sensor.name} (${sensor.channels.join(", ")}) seems to be in ${unit}, but only its values show this, so it was not converted. To convert it, add ${shellCommand("--units", "auto")}`,
      );
      return declares;
    }
    const factor = unitFactor(sensor.kind, unit, wanted);
    conversions.push({ channels: sensor.channels, from: unit, to: wanted, factor });
    return {
      ...sensor,
      unit: wanted,
      because: `${because.at(-1)}; converted${unit === stated ? "" : ` from ${unit}`}`,
    };
  });
  return { sensors: converted, conversions, warnings, because };
}

/** @param said what says that the sensor's values are raw counts; undefined if nothing does */
function refuseUnitOfCounts({ name, channels }: Sensor, unit: SensorUnit, said: string | undefined): void {
  if (said === undefined) return;
  throw new UserError(
    `--units: sensor ${name} (${channels.join(", ")}): expected no unit, because ${said} says that its values are raw counts; got ${unit}`,
    {
      advice: `Leave out the unit, because raw counts are not converted, or convert the values in the files first. If they are in ${unit}, declare this with --sensor.`,
    },
  );
}

function reasonToConvertUnits(
  unit: SensorUnit | null,
  { option, stated }: { option: SensorUnit | null; stated: SensorUnit | null },
  sensor: DecidedSensor,
): string {
  if (unit === null) return "its unit is not known";
  if (unit === option) return "as given";
  return unit === stated ? `its name says ${unit}` : sensor.because;
}

function convertMixedUnits({ kind, name, axes, units, undecided }: MixedSensor): UnitConversion[] {
  const to = wantedUnit[kind]!;
  const unknown = [...undecided, ...units.flatMap(({ factor, people }) => (factor === null ? people : []))];
  if (unknown.length > 0) {
    throw new UserError(
      `--units auto: sensor ${name} (${axes.join(", ")}): the values of ${unknown.slice(0, 5).join(", ")} do not show their unit, and other people's units differ.`,
      { advice: "Convert these recordings first, or leave them out." },
    );
  }
  return units.flatMap(({ unit: from, factor, people }) =>
    factor === null || from === to ? [] : [{ channels: axes, from, to, factor, people }],
  );
}

/**
 * @param channels the names that the conversions use for the rows' channels, in channel order
 * @returns the rows with converted values; both objects share one store
 */
export function convertUnitsOfRows(
  rows: StoredRows,
  conversions: readonly StoredConversion[],
  channels: readonly string[] = rows.channels,
): StoredRows {
  if (conversions.length === 0) return rows;
  return rows.scaled(({ user }) => unitConversionFactors(conversions, channels, user));
}

/**
 * Returns each channel's factor; 1 if the channel is not converted.
 * @param user null for people not listed in any conversion
 */
export function unitConversionFactors(
  conversions: readonly StoredConversion[],
  channels: readonly string[],
  user: string | null,
): number[] {
  return channels.map((name) => {
    const own = conversions.find(
      ({ channels: names, people }) =>
        names.includes(name) && (people === undefined || (user !== null && people.includes(user))),
    );
    return own?.factor ?? 1;
  });
}

/** Returns the conversions that yield these factors, sensor by sensor. */
export function unitConversionsByFactors(
  { channels, sensors }: { readonly channels: readonly string[]; readonly sensors: readonly Sensor[] },
  factors: readonly number[],
): StoredConversion[] {
  return sensors.flatMap(({ kind, channels: axes, unit }) => {
    const factor = factors[channels.indexOf(axes[0])]!;
    if (factor === 1 || unit === null) return [];
    const from = sensorUnitNames(kind).find((own) => Math.abs(unitFactor(kind, own, unit) / factor - 1) < 1e-9);
    return [{ channels: axes, from: from ?? "unknown", to: unit, factor }];
  });
}
