// Converts a batch's values to a model's units. Converts only what the model's manifest, the batch's column names or an option
// declares; any other change of unit is drift for `check` to find. Rejects columns whose names indicate a different kind of
// sensor.

import type { FaultDescription } from "../../data-fault.ts";
import { listedNames } from "../../listed-names.ts";
import { describeSensorKind, type Sensor, type SensorUnit, unitFactor } from "../sensors/sensor.ts";
import type { NamedSensor } from "../sensors/sensor-name.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import { type StoredConversion, unitConversionFactors } from "./convert-units.ts";
import { parseUnitChoice, unitsOfChoice } from "./unit-choice.ts";

/** The units and conversions recorded in a model's manifest. */
export interface UnitsOfModel {
  readonly channels: readonly string[];
  /** The sensors, with the units that the network was trained in. */
  readonly sensors: readonly Sensor[];
  /** How values in the training recordings were converted. */
  readonly conversions: readonly StoredConversion[];
  /** Whether the model was trained in the units of its files, as in earlier versions. */
  readonly keeps: boolean;
}

/** The factors that a batch's values are multiplied by. */
export interface BatchUnits {
  /** Factors by channel, for everyone not in `people`. */
  readonly factors: readonly number[];
  /** Factors by channel, for people whose training recordings were in a different unit and were converted. */
  readonly people: ReadonlyMap<string, readonly number[]>;
  /** Descriptions of conversions that differ from those used in training. */
  readonly notes: readonly string[];
  /** Faults of columns whose names indicate a different kind of sensor from the model's. */
  readonly faults: readonly FaultDescription[];
}

/**
 * @param columns the batch's columns, in the order of the model's channels
 * @param choice the value of `--units`, if given
 * @throws UserError if a declared unit does not fit the sensor
 */
export function batchUnits(model: UnitsOfModel, columns: readonly string[], choice: string | undefined): BatchUnits {
  const units = parseUnitChoice(choice ?? "stated");
  const declared = unitsOfChoice(units, model.sensors);
  const keeps = units.mode === "keep" || (choice === undefined && model.keeps);
  const factors = keeps ? model.channels.map(() => 1) : unitConversionFactors(model.conversions, model.channels, null);
  const notes: string[] = [];
  const faults: FaultDescription[] = [];
  for (const [s, sensor] of model.sensors.entries()) {
    const places = sensor.channels.map((name) => model.channels.indexOf(name));
    const own = places.map((place) => columns[place]!);
    const known = sensorOfBatchUnits(sensor.channels);
    const found = own.every((name, i) => name === sensor.channels[i]) ? known : sensorOfBatchUnits(own);
    const fault = found === known ? null : kindFaultInBatchUnits(sensor, own, found);
    if (fault !== null) faults.push(fault);
    const stated = keeps || found === known || found?.unit === known?.unit ? null : (found?.unit ?? null);
    const from: SensorUnit | null = declared[s] ?? stated;
    if (from === null || sensor.unit === null || fault !== null) continue;
    const factor = unitFactor(sensor.kind, from, sensor.unit);
    const reason = declared[s] === null ? "as their names say" : "as --units says";
    if (factor !== factors[places[0]!]) {
      const how =
        factor === 1
          ? `in the model's ${from}, so not converted`
          : `converted from ${from} to the model's ${sensor.unit}`;
      notes.push(`${own.join(", ")}: ${how}, ${reason}.`);
    }
    for (const place of places) factors[place] = factor;
  }
  return { factors, people: batchUnitFactorsOfPeople(model, columns, { choice, factors, keeps }), notes, faults };
}

/**
 * Returns factors for individual people; none if an option or different column names determine the conversion of all values.
 */
function batchUnitFactorsOfPeople(
  { channels, conversions }: UnitsOfModel,
  columns: readonly string[],
  {
    choice,
    factors,
    keeps,
  }: { readonly choice: string | undefined; readonly factors: readonly number[]; readonly keeps: boolean },
): Map<string, readonly number[]> {
  if (choice !== undefined || keeps || columns.some((name, c) => name !== channels[c])) return new Map();
  const people = new Set(conversions.flatMap(({ people: own = [] }) => own));
  return new Map(
    [...people].map((user) => {
      const own = unitConversionFactors(conversions, channels, user);
      return [user, own.map((factor, c) => (factor === 1 ? factors[c]! : factor))];
    }),
  );
}

/** Returns a function that yields the factors to multiply a recording's values by. */
export function batchUnitFactors({
  factors,
  people,
}: Pick<BatchUnits, "factors" | "people">): (of: { readonly user: string }) => readonly number[] {
  return ({ user }) => people.get(user) ?? factors;
}

/** Returns each channel's smallest possible factor, which makes the allowed range widest in the batch's own unit. */
export function leastBatchUnitFactors({ factors, people }: Pick<BatchUnits, "factors" | "people">): number[] {
  return factors.map((factor, c) => Math.min(factor, ...[...people.values()].map((own) => own[c]!)));
}

/** Describes which of the batch's people have recordings that are converted as in training; null if there are none. */
export function noteOnBatchUnitsOfPeople(
  { people }: Pick<BatchUnits, "people">,
  recordings: readonly { readonly user: string }[],
): string | null {
  const found = [...new Set(recordings.map(({ user }) => user))].filter((user) => people.has(user));
  return found.length === 0
    ? null
    : `Recordings of ${listedNames(found)} are converted from the units that they had in training. To convert these recordings differently, use --units.`;
}

function sensorOfBatchUnits(columns: readonly string[]): NamedSensor | undefined {
  const [sensor, ...others] = sensorsByName(columns);
  return others.length === 0 && sensor?.channels.every((name) => columns.includes(name)) ? sensor : undefined;
}

/** Returns a fault if the column names indicate a different kind of sensor from the model's. */
function kindFaultInBatchUnits(
  sensor: Sensor,
  columns: readonly string[],
  found: NamedSensor | undefined,
): FaultDescription | null {
  if (found === undefined || found.kind === "unknown" || sensor.kind === "unknown" || found.weak) return null;
  const sameKind = found.kind === sensor.kind;
  if (sameKind && (found.gravity === null || sensor.gravity === null || found.gravity === sensor.gravity)) return null;
  const [expected, said] = [describeSensorKind(sensor), describeSensorKind(found)];
  return {
    code: "schema",
    column: columns[0]!,
    message: `Columns ${columns.join(", ")}: by their names, they hold ${said}; the model learned from ${expected} (${sensor.channels.join(", ")}). These are two kinds of sensor.`,
    advice: `Give columns with ${expected} in --channels, or train a model on ${said}.`,
    expected,
    found: said,
  };
}
