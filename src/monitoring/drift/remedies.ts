// What usually goes wrong between a sensor and a file, and how it would be undone. A remedy is tried on a batch as it is.

import type { Triad } from "../../signals/sensors/triads.ts";
import type { Columns } from "../summaries/summarize.ts";

export interface Remedy {
  readonly kind: "unit" | "flipped axis" | "swapped axes";
  readonly channels: readonly string[];
  /** What would have happened: "is in g instead of m/s^2". */
  readonly fault: string;
  /** The changed channels of a batch. */
  readonly undo: (columns: Columns) => Columns;
}

const standardGravity = 9.80665;
const degreesPerRadian = 180 / Math.PI;

/** What a value of the batch is to be multiplied by. */
const unitFaults: Readonly<Record<Triad["quantity"], readonly { fault: string; factor: number }[]>> = {
  acceleration: [
    { fault: "is in g instead of m/s^2", factor: standardGravity },
    { fault: "is in milli-g instead of m/s^2", factor: standardGravity / 1000 },
    { fault: "is in m/s^2 instead of g", factor: 1 / standardGravity },
    { fault: "is in milli-g instead of g", factor: 1 / 1000 },
    { fault: "is in g instead of milli-g", factor: 1000 },
    { fault: "is in m/s^2 instead of milli-g", factor: 1000 / standardGravity },
  ],
  rotation: [
    { fault: "is in degrees instead of radians a second", factor: 1 / degreesPerRadian },
    { fault: "is in radians instead of degrees a second", factor: degreesPerRadian },
  ],
};

export function remediesFor(triad: Triad): Remedy[] {
  const { channels } = triad;
  const each = (columns: Columns, names: readonly string[], change: (x: number) => number): Columns =>
    Object.fromEntries(names.map((name) => [name, columns[name]!.map(change)]));
  const units = unitFaults[triad.quantity].map(
    ({ fault, factor }): Remedy => ({
      ...{ kind: "unit", channels, fault },
      undo: (columns) => each(columns, channels, (x) => x * factor),
    }),
  );
  const flips = [...channels.map((name) => [name]), channels].map(
    (names): Remedy => ({
      ...{ kind: "flipped axis", channels: names, fault: "has the opposite sign" },
      undo: (columns) => each(columns, names, (x) => -x),
    }),
  );
  return [...units, ...flips, ...orders(channels).map(([order, fault]) => reordered(channels, order, fault))];
}

/** The permutations of three axes but the given one; of fewer channels none. */
function orders(channels: readonly string[]): [readonly number[], string][] {
  if (channels.length !== 3) return [];
  const fault = "are swapped";
  return [
    [[1, 0, 2], fault],
    [[2, 1, 0], fault],
    [[0, 2, 1], fault],
    [[1, 2, 0], "are in a circle, each in its neighbour's place"],
    [[2, 0, 1], "are in a circle, each in its neighbour's place"],
  ];
}

function reordered(channels: readonly string[], order: readonly number[], fault: string): Remedy {
  const moved = channels.filter((_, i) => order[i] !== i);
  return {
    ...{ kind: "swapped axes", channels: moved, fault },
    undo: (columns) => Object.fromEntries(channels.map((name, i) => [name, columns[channels[order[i]!]!]!])),
  };
}
