// The faults that the drift benchmark injects into streams, each with its correct name and cause. A random channel, axis or
// direction is drawn once per stream. Dimensions: N rows.

import type { Culprit } from "../src/monitoring/drift/culprit.ts";
import type { DriftVerdict } from "../src/monitoring/drift/drift-state.ts";
import { sensorNoiseFault, sensorRateFault, stuckSensorFault } from "../src/monitoring/drift/sensor-faults.ts";
import type { WatchedModel } from "../src/monitoring/streams/watched-model.ts";
import type { Columns } from "../src/monitoring/summaries/summarize.ts";
import type { Rng } from "../src/random.ts";
import { type Sensor, type SensorKind, unitFactor } from "../src/signals/sensors/sensor.ts";

/** A fault as it occurs in one stream. */
export interface Begun {
  /** @param batch number of the faulty batch, from 1; the columns may become shorter */
  readonly change: (columns: Columns, batch: number) => Columns;
  /** The channels that the cause should name; null if it may name any channels. */
  readonly channels: readonly string[] | null;
}

export interface InjectedFault {
  readonly name: string;
  readonly expected: Exclude<DriftVerdict, "normal">;
  /** The correct cause; null if only "not known" is correct. */
  readonly cause: Culprit["kind"] | null;
  readonly begin: (rng: Rng) => Begun;
}

type ChangeColumn = (column: Float32Array, rng: Rng) => Float32Array;

/** Faults that begin after some healthy batches. */
export function driftFaults({ model, sensors, baseline, config }: WatchedModel): InjectedFault[] {
  const { channels } = model;
  const sd = (name: string): number => baseline.per_channel[name]!.std;
  const inOne = (name: string, cause: InjectedFault["cause"], names: readonly string[], change: ChangeColumn) =>
    fault(name, cause, (rng) => {
      const channel = names[rng.integer(names.length)]!;
      return { channels: [channel], change: changed([channel], change, rng) };
    });
  const inAll = (name: string, cause: InjectedFault["cause"], names: readonly string[], change: ChangeColumn) =>
    fault(name, cause, (rng) => ({ channels: cause === "unit" ? names : null, change: changed(names, change, rng) }));
  const offset = (
    name: string,
    size: (batch: number) => number,
    expected: InjectedFault["expected"],
  ): InjectedFault => ({
    name,
    expected,
    cause: null,
    begin: (rng) => {
      const channel = channels[rng.integer(channels.length)]!;
      const unit = sd(channel) * (rng.uniform() < 0.5 ? -1 : 1);
      return {
        channels: null,
        change: (columns, batch) => ({ ...columns, [channel]: columns[channel]!.map((x) => x + size(batch) * unit) }),
      };
    },
  });
  const kinds = (["accelerometer", "gyroscope"] as const).flatMap((kind) => {
    const alike = sensors.filter((sensor) => sensor.kind === kind);
    return alike.length === 0 ? [] : [{ kind, alike, axes: alike.flatMap((sensor) => sensor.channels) }];
  });
  return [
    ...[0.3, 0.6, 1].map((size) => offset(`offset of ${size} sd`, () => size, "sudden_change")),
    offset("ramp of 0.02 sd per batch", (batch) => 0.02 * batch, "gradual_drift"),
    ...kinds.map(({ kind, alike, axes }) => {
      const { name, factor } = mistakenUnit(kind, alike[0]!);
      return inAll(name, "unit", axes, (column) => column.map((x) => x * factor));
    }),
    inOne("one channel stuck", "stuck channel", channels, (column) => stuckSensorFault(column, 1)),
    inOne("a third of one channel stuck", "stuck channel", channels, (column) => stuckSensorFault(column, 1 / 3)),
    ...kinds.map(({ kind, axes }) =>
      inOne(`one ${kind} axis flipped`, "flipped axis", axes, (column) => column.map((x) => -x)),
    ),
    ...kinds.slice(0, 1).map(({ kind, alike }) => {
      const [x, y] = alike[0]!.channels;
      return fault(`two ${kind} axes swapped`, "swapped axes", () => ({
        channels: [x, y],
        change: (columns) => ({ ...columns, [x]: columns[y]!, [y]: columns[x]! }),
      }));
    }),
    ...[0.5, 0.8, 1.25, 2].map((rate) =>
      inAll(`rate x ${rate}`, "sampling rate", channels, (column) => sensorRateFault(column, rate)),
    ),
    fault("10 % of samples lost one by one, the rest renumbered", null, losing(0.1, 1)),
    fault(
      "10 % of samples lost in bursts of 0.2 s, the rest renumbered",
      null,
      losing(0.1, Math.round(0.2 * config.rate)),
    ),
    inOne("gain of 1.2 in one channel", null, channels, (column) => column.map((x) => 1.2 * x)),
    ...kinds.map(({ kind, alike }) =>
      inAll(`gain of 1.2 in the ${kind}`, null, alike[0]!.channels, (column) => column.map((x) => 1.2 * x)),
    ),
    fault("noise of 0.5 sd in every channel", null, (rng) => ({
      channels: null,
      change: (columns) => mapColumns(columns, channels, (column, name) => sensorNoiseFault(column, sd(name) / 2, rng)),
    })),
    fault("one channel clipped at 1 sd", "clipped channel", (rng) => {
      const channel = channels[rng.integer(channels.length)]!;
      const { mean, std } = baseline.per_channel[channel]!;
      const clip = (x: number): number => Math.max(mean - std, Math.min(mean + std, x));
      return { channels: [channel], change: (columns) => mapColumns(columns, [channel], (column) => column.map(clip)) };
    }),
  ];
}

/** Faults that are present from a stream's first batch. */
export function coldStartFaults({ sensors, config }: WatchedModel): InjectedFault[] {
  const alike = sensors.filter(({ kind }) => kind === "accelerometer");
  const axes = alike.flatMap(({ channels }) => channels);
  const gyroscopes = sensors.filter(({ kind }) => kind === "gyroscope");
  const unit = (kind: SensorKind, own: readonly Sensor[]): InjectedFault[] => {
    if (own.length === 0) return [];
    const { name, factor } = mistakenUnit(kind, own[0]!);
    const names = own.flatMap(({ channels }) => channels);
    return [fault(name, "unit", () => ({ channels: names, change: scaled(names, factor) }))];
  };
  const span = Math.round(2 * config.rate);
  return [
    fault("no fault", null, () => ({ channels: null, change: (columns) => columns })),
    ...unit("accelerometer", alike),
    ...unit("gyroscope", gyroscopes),
    ...(alike.length === 0
      ? []
      : [
          fault("without gravity", null, () => ({
            channels: null,
            change: (columns) => mapColumns(columns, axes, (column) => withoutRunningMean(column, span)),
          })),
          fault("one accelerometer axis flipped", "flipped axis", (rng) => {
            const axis = axes[rng.integer(axes.length)]!;
            return { channels: [axis], change: scaled([axis], -1) };
          }),
          fault("all three accelerometer axes flipped", "flipped axis", () => ({
            channels: axes,
            change: scaled(axes, -1),
          })),
        ]),
  ];
}

function fault(name: string, cause: InjectedFault["cause"], begin: InjectedFault["begin"]): InjectedFault {
  return { name, cause, begin, expected: "sudden_change" };
}

function mistakenUnit(kind: SensorKind, { unit }: Sensor): { name: string; factor: number } {
  const [usual, other] = kind === "accelerometer" ? (["m/s^2", "g"] as const) : (["rad/s", "deg/s"] as const);
  const [from, to] = unit === other ? [other, usual] : [usual, other];
  return { name: `${kind} in ${to} instead of ${from}`, factor: unitFactor(kind, from, to) };
}

function mapColumns(
  columns: Columns,
  names: readonly string[],
  change: (column: Float32Array, name: string) => Float32Array,
): Columns {
  return { ...columns, ...Object.fromEntries(names.map((name) => [name, change(columns[name]!, name)])) };
}

function changed(names: readonly string[], change: ChangeColumn, rng: Rng): Begun["change"] {
  return (columns) => mapColumns(columns, names, (column) => change(column, rng));
}

function scaled(names: readonly string[], factor: number): Begun["change"] {
  return (columns) => mapColumns(columns, names, (column) => column.map((x) => x * factor));
}

/** Removes bursts of samples and renumbers the others, so that the file shows no gap. */
function losing(share: number, burst: number): InjectedFault["begin"] {
  return (rng) => ({
    channels: null,
    change: (columns) => {
      const { length } = Object.values(columns)[0]!;
      const kept: number[] = [];
      for (let i = 0; i < length; ) {
        if (rng.uniform() < share / (burst - share * (burst - 1))) i += burst;
        else kept.push(i++);
      }
      return mapColumns(columns, Object.keys(columns), (column) => Float32Array.from(kept, (i) => column[i]!));
    },
  });
}

function withoutRunningMean(column: Float32Array, span: number): Float32Array {
  const sums = new Float64Array(column.length + 1);
  for (const [i, x] of column.entries()) sums[i + 1] = sums[i]! + x;
  return column.map((x, i) => {
    const [from, to] = [Math.max(0, i - (span >> 1)), Math.min(column.length, i + (span >> 1) + 1)];
    return x - (sums[to]! - sums[from]!) / (to - from);
  });
}
