// Rejects accelerometers whose unit differs between one person's recordings or between axes. Neither is visible in the values
// of a whole person, so neither can be converted with --units auto. Gravity reveals them: at rest, every recording measures a
// vector of the same length, whatever its orientation. The recordings in MotionSense, BFRB, UCI HAR and WISDM pass
// (sensors-of-data-sets.full.test.ts).

import { UserError } from "../../errors.ts";
import { percent } from "../../percent.ts";
import { shellCommand } from "../../shell-words.ts";
import { gravityInSensorUnit, type SensorUnit } from "../sensors/sensor.ts";
import { gravityShare, type VectorPiece, vectorValues } from "../sensors/vector-values.ts";
import { weighUnitAtRest } from "../sensors/weigh-sensor.ts";
import type { DecidedSensor } from "./find-sensors.ts";
import type { Stretch } from "./recordings.ts";
import type { StoredRows } from "./stored-rows.ts";

/** Maximum number of evenly spread stretches to examine, and of one-second pieces per stretch; arbitrary. */
const [mostStretches, mostPieces] = [2000, 12];
const leastPieces = 5;
const leastPieceRows = 8;
/**
 * Minimum length of the mean vector divided by the spread around it, for a second at rest. This is higher than for a whole
 * sensor in weigh-sensor.ts, because movement within a second changes its mean; arbitrary.
 */
const leastSteadiness = 20;
/** Minimum number of seconds at rest for axes to be compared; arbitrary. */
const leastStill = 10;
/**
 * Maximum difference between a length at rest and gravity, as a fraction of gravity. Every second at rest in MotionSense, BFRB
 * and WISDM is within it.
 */
const nearGravity = 0.1;
/**
 * Limits for the share of the seconds at rest that are near gravity; arbitrary. If the share as read is above `asRead`, the
 * units are right (in those data sets, it is 1). An axis is in a different unit if the share with that axis converted is at
 * least `scaled`.
 */
const nearShares = { asRead: 0.7, scaled: 0.95 } as const;
/**
 * Minimum range of the middle 80 % of the lengths at rest, as a fraction of their median. If this range were narrow, a wrong
 * length in one posture could match gravity by chance.
 */
const leastRange = 0.2;

interface Judged {
  readonly stretch: Stretch;
  readonly pieces: readonly VectorPiece[];
}

/**
 * @param sensors the sensors as found; those whose unit is given are not examined
 * @throws UserError if one person's values at rest equal gravity in two units, or show that one axis has a different unit
 */
export function refuseUnitsWithinPeople(rows: StoredRows, sensors: readonly DecidedSensor[]): void {
  for (const sensor of sensors) {
    if (sensor.kind !== "accelerometer" || sensor.gravity === false || sensor.because === "as given") continue;
    const judged = stretchesWithinPeople(rows, sensor);
    refuseAxisUnits(sensor, judged);
    for (const own of Map.groupBy(judged, ({ stretch }) => stretch.user).values()) {
      refuseAxisUnits(sensor, own);
      refuseRecordingUnits(sensor, own);
    }
  }
}

function stretchesWithinPeople(rows: StoredRows, { channels }: DecidedSensor): Judged[] {
  const long: { stretch: Stretch; length: number; count: number }[] = [];
  for (const stretch of rows.stretches()) {
    const { start, end } = stretch;
    const seconds = end - start < 2 ? 0 : rows.time(end - 1, end)[0]! - rows.time(start, start + 1)[0]!;
    const length = Math.max(leastPieceRows, Math.round((end - start) / seconds));
    const count = Math.floor((end - start) / length);
    if (count >= leastPieces) long.push({ stretch, length, count });
  }
  const stride = Math.ceil(long.length / mostStretches);
  const indexes = channels.map((name) => rows.channels.indexOf(name));
  return long
    .filter((_, i) => i % stride === 0)
    .map(({ stretch, length, count }): Judged => {
      const every = Math.ceil(count / mostPieces);
      const starts = Array.from({ length: Math.ceil(count / every) }, (_, i) => stretch.start + i * every * length);
      return {
        stretch,
        pieces: starts.map((from): VectorPiece => {
          const [x, y, z] = indexes.map((c) => rows.values(c, from, from + length));
          return { person: stretch.user, axes: [x!, y!, z!] };
        }),
      };
    });
}

function refuseRecordingUnits(sensor: DecidedSensor, judged: readonly Judged[]): void {
  const found = judged.flatMap(({ stretch, pieces }) => {
    const values = vectorValues(pieces);
    if (values === undefined || values.rest < gravityShare.some * values.movement) return [];
    const unit = weighUnitAtRest(values.rest);
    return unit === undefined ? [] : [{ stretch, unit, rest: values.rest }];
  });
  const byUnit = Map.groupBy(found, ({ unit }) => unit);
  if (byUnit.size < 2) return;
  const [[, first], [, second]] = [...byUnit].sort(([, a], [, b]) => b.length - a.length) as [
    [SensorUnit, typeof found],
    [SensorUnit, typeof found],
  ];
  const describe = ({ stretch, unit, rest }: (typeof found)[number]): string =>
    `${unit} in recording "${stretch.recording}"${stretch.label === null ? "" : ` ("${stretch.label}")`}: ${Number(rest.toPrecision(3))} at rest`;
  const more = second.length > 1 ? ` and ${second.length - 1} more like it` : "";
  throw new UserError(
    `Sensor ${sensor.name} (${sensor.channels.join(", ")}): its units differ between recordings of person "${first[0]!.stretch.user}"; judging by the values at rest, ${describe(first[0]!)}; ${describe(second[0]!)}${more}.`,
    {
      advice: adviceToStateUnit(
        sensor,
        "Export all recordings of a person in one unit, or leave out those in other units.",
      ),
    },
  );
}

function refuseAxisUnits(sensor: DecidedSensor, judged: readonly Judged[]): void {
  const still = judged.flatMap(({ pieces }) => pieces.flatMap(stillMeanWithinPeople));
  if (still.length < leastStill) return;
  const lengths = still.map((mean) => Math.hypot(...mean)).sort((a, b) => a - b);
  const quantile = (share: number): number => lengths[Math.floor(share * (lengths.length - 1))]!;
  if (quantile(0.9) - quantile(0.1) < leastRange * quantile(0.5)) return;
  const units = ["m/s^2", "g"] as const;
  const asRead = Math.max(...units.map((unit) => shareNearGravityWithinPeople(still, unit)));
  if (asRead > nearShares.asRead) return;
  for (const unit of units) {
    const other = unit === "g" ? "m/s^2" : "g";
    const factor = gravityInSensorUnit(unit) / gravityInSensorUnit(other);
    for (const [axis, channel] of sensor.channels.entries()) {
      const scaled = still.map((mean) => mean.map((value, a) => (a === axis ? value * factor : value)));
      const share = shareNearGravityWithinPeople(scaled, unit);
      if (share < nearShares.scaled) continue;
      throw new UserError(
        `Sensor ${sensor.name} (${sensor.channels.join(", ")}): ${channel} seems to be in ${other}, but the other axes in ${unit}: with ${channel} converted, the length at rest is gravity in ${percent(share, { decimals: 0 })} of ${still.length} seconds; as read, in ${percent(asRead, { decimals: 0 })}.`,
        { advice: adviceToStateUnit(sensor, "Export all axes in one unit.") },
      );
    }
  }
}

/** Returns the mean vector of a piece at rest, and nothing for other pieces. */
function stillMeanWithinPeople({ axes }: VectorPiece): (readonly number[])[] {
  const means = axes.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  const squares = axes.reduce((sum, values, a) => sum + values.reduce((own, v) => own + (v - means[a]!) ** 2, 0), 0);
  const spread = Math.sqrt(squares / axes[0].length);
  const length = Math.hypot(...means);
  return length > 0 && length >= leastSteadiness * spread ? [means] : [];
}

function shareNearGravityWithinPeople(means: readonly (readonly number[])[], unit: SensorUnit): number {
  const gravity = gravityInSensorUnit(unit);
  return means.filter((mean) => Math.abs(Math.hypot(...mean) / gravity - 1) <= nearGravity).length / means.length;
}

function adviceToStateUnit({ channels, unit }: DecidedSensor, first: string): string {
  const option = `acc:${channels.join(",")}[${unit ?? "m/s^2"}]`;
  return `${first} If one unit is right for all values, give it with ${shellCommand("--sensor", option)}`;
}
