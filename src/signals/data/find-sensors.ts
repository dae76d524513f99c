// Finds the sensors among the channels of recordings, based on their names and a sample of their values.

import { UserError } from "../../errors.ts";
import { percent } from "../../percent.ts";
import { shellCommand } from "../../shell-words.ts";
import { type DecidedSensor, decideSensors, type MixedSensor } from "../sensors/decide-sensors.ts";
import type { Axes } from "../sensors/sensor.ts";
import type { VectorPiece } from "../sensors/vector-values.ts";
import { givenSensors } from "./given-sensors.ts";
import type { RowSource } from "./recordings.ts";
import type { StoredRows } from "./stored-rows.ts";

export type { DecidedSensor, MixedSensor } from "../sensors/decide-sensors.ts";
export type { Axes, Sensor, SensorKind, SensorUnit } from "../sensors/sensor.ts";

/** The sensors found in recordings, and warnings about them. */
export interface FoundSensors {
  /** Each channel belongs to at most one sensor. */
  readonly sensors: readonly DecidedSensor[];
  /** A warning for each ambiguity or contradiction, including the option that resolves it. */
  readonly warnings: readonly string[];
}

/**
 * Maximum number of one-second pieces to examine, spread evenly over all recordings; more would not improve the result.
 */
const mostPieces = 2000;
const pieceSeconds = 1;
const leastPieceRows = 8;

/**
 * @returns the sensors, and those whose unit differs between people or that include gravity only for some people
 * @param given sensors as in `--sensor`
 * @throws UserError if a given sensor does not fit the channels, or if two sensors share a name or a channel
 */
export function findSensors(
  rows: StoredRows,
  given: readonly string[],
): FoundSensors & { readonly mixed: readonly MixedSensor[] } {
  const parsed = givenSensors(given, rows.channels);
  const places = piecesToFindSensors(rows);
  const piecesOf = (axes: Axes): VectorPiece[] =>
    places.map(({ person, start, end }): VectorPiece => {
      const [x, y, z] = axes.map((name) => rows.values(rows.channels.indexOf(name), start, end));
      return { person, axes: [x!, y!, z!] };
    });
  const { sensors, doubts, mixed } = decideSensors(rows.channels, parsed, piecesOf);
  refuseDuplicateFoundSensors(sensors);
  const warnings = doubts.map(
    ({ message, option }) => `${message} To resolve this, add ${shellCommand("--sensor", option)}`,
  );
  return { sensors, warnings: [...warnings, ...sensors.flatMap((sensor) => lostSamples(sensor, piecesOf))], mixed };
}

/** Minimum share of rows that are 0 on all axes for a warning; coarse sensors may measure zero in free fall. Arbitrary. */
const leastLost = 0.001;

/** Warns of zeros that a logger wrote in place of samples that it lost. */
function lostSamples(
  { name, kind, gravity, channels }: DecidedSensor,
  piecesOf: (axes: Axes) => readonly VectorPiece[],
): string[] {
  if (kind !== "accelerometer" || gravity !== true) return [];
  let [rows, lost] = [0, 0];
  for (const { axes } of piecesOf(channels)) {
    const [x, y, z] = axes;
    const zeros = x.filter((value, i) => value === 0 && y[i] === 0 && z[i] === 0).length;
    // Whole pieces of zeros are padding.
    if (zeros === x.length) continue;
    rows += x.length;
    lost += zeros;
  }
  if (lost < 2 || lost < leastLost * rows) return [];
  const share = percent(lost / rows, { significant: 2 });
  return [
    `Sensor ${name} (${channels.join(", ")}): ${share} of its rows are 0 on all axes, which an accelerometer that measures gravity is not; some loggers write zeros for lost samples. If these are lost samples, leave the cells empty.`,
  ];
}

function refuseDuplicateFoundSensors(sensors: readonly DecidedSensor[]): void {
  const twice = sensors.find(({ name }, i) => sensors.some((other, j) => j < i && other.name === name));
  if (twice === undefined) return;
  throw new UserError(`--sensor: two sensors are called ${JSON.stringify(twice.name)}`, {
    advice: "Give the sensors different names: --sensor left=acc:...",
  });
}

interface Place {
  readonly person: string;
  readonly start: number;
  readonly end: number;
}

function piecesToFindSensors(rows: Pick<RowSource, "stretches" | "time">): Place[] {
  const places: Place[] = [];
  for (const { user: person, start, end } of rows.stretches()) {
    const seconds = end - start < 2 ? 0 : rows.time(end - 1, end)[0]! - rows.time(start, start + 1)[0]!;
    const length = Math.max(leastPieceRows, Math.round((pieceSeconds * (end - start)) / seconds));
    for (let at = start; at + length <= end; at += length) places.push({ person, start: at, end: at + length });
  }
  const stride = Math.ceil(places.length / mostPieces);
  return places.filter((_, i) => i % stride === 0);
}
