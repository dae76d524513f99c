// Measures what physics keeps the same for every wearer. Dimensions: S samples.

import type { Run } from "../../signals/data/window-chunks.ts";
import { type Sensor, sensorKindsTurningTogether, sensorsAtRest, unitFactor } from "../../signals/sensors/sensor.ts";
import { addRestSums, type RestSums, restSums } from "./rest-sums.ts";
import type { Columns } from "./summarize.ts";
import { addTurningSums, type TurningSums, turningSums } from "./turning-scale.ts";

/** Measurements whose values depend on the sensors, but not on the wearer. */
export interface BatchPhysics {
  /** How far gravity turned; absent if no two sensors measure the same turns, and from earlier versions. */
  readonly turning?: TurningSums;
  /** What the sensors measured at rest; absent without an accelerometer with gravity, and from earlier versions. */
  readonly rest?: RestSums;
}

/** Channels that `addBatchPhysics` needs; empty if the sensors measure nothing that is the same for every wearer. */
export function channelsForBatchPhysics(sensors: readonly Sensor[]): readonly string[] {
  const turning = sensorKindsTurningTogether(sensors);
  const used = turning === null ? sensorsAtRest(sensors) : [turning.accelerometer, turning.gyroscope];
  return used.flatMap(({ channels }) => channels);
}

/**
 * Adds further samples.
 * @param columns [S] samples of at least the channels that `channelsForBatchPhysics` returns
 * @param runs stretches of these samples
 */
export function addBatchPhysics(
  { turning, rest }: BatchPhysics,
  columns: Columns,
  runs: readonly Pick<Run, "from" | "to">[],
  { sensors, samplingRateHz }: { readonly sensors: readonly Sensor[]; readonly samplingRateHz: number },
): BatchPhysics {
  const axesOf = (own: readonly Sensor[]): Float32Array[] =>
    own.flatMap(({ channels }) => channels.map((name) => columns[name]!));
  const together = sensorKindsTurningTogether(sensors);
  const resting = sensorsAtRest(sensors);
  if (together !== null && together.gyroscope.unit !== null) {
    const axes = axesOf([together.accelerometer, together.gyroscope]);
    const radians = unitFactor("gyroscope", together.gyroscope.unit, "rad/s");
    for (const run of runs) {
      const own = turningSums(axes, run, samplingRateHz, radians);
      turning = turning === undefined ? own : addTurningSums(turning, own);
    }
  }
  if (resting.length > 0) {
    const axes = axesOf(resting);
    const units = resting.flatMap(({ kind, channels, unit }) =>
      channels.map(() => unitFactor(kind, kind === "gyroscope" ? "rad/s" : "g", unit!)),
    );
    for (const run of runs) {
      const own = restSums(axes, run, samplingRateHz, units);
      rest = rest === undefined ? own : addRestSums(rest, own);
    }
  }
  return { ...(turning !== undefined && { turning }), ...(rest !== undefined && { rest }) };
}
