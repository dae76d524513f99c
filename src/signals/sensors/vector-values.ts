// Computes what a vector's values reveal about its sensor: its magnitude at rest and its range of movement. If a sensor
// measures gravity, its magnitude at rest is large compared with its movement; otherwise, it is close to zero. Gravity is
// visible in almost any recording, because everyone is still for a second at some point. Even while walking, the mean over a
// second is close to gravity.

import { moments } from "../../stats/moments.ts";

/** About one second of consecutive x, y, z samples, and the person they belong to. */
export interface VectorPiece {
  readonly person: string;
  readonly axes: readonly [Float32Array, Float32Array, Float32Array];
}

export interface VectorValues {
  /** Median length of the mean vector over the stillest tenth of the pieces, but at least five pieces. */
  readonly rest: number;
  /** Median of the mean vector's length divided by the spread around it, in the same pieces. */
  readonly steadiness: number;
  /** Coefficient of variation of the mean vector's length over all pieces. */
  readonly variation: number;
  /** Distance within which 99 % of the samples lie from the mean of their piece. */
  readonly movement: number;
  /** Length that 99 % of the samples do not exceed. */
  readonly reach: number;
  /** Smallest value on any axis. */
  readonly lowest: number;
}

/** Minimum number of pieces. */
const leastPieces = 5;

/**
 * Limits for the length at rest divided by movement, which is at least 0.27 with gravity (0.16 for jogging alone), and at most
 * 0.02 for gyroscopes.
 */
export const gravityShare = { none: 0.05, some: 0.1, nameless: 0.15 } as const;
/**
 * Limit for the length at rest divided by the spread around it, which is at least 22 with gravity, and at most 1.5 for
 * gyroscopes.
 */
export const leastSteadiness = 5;
/**
 * Limit for the variation of the mean vector's length, which is at most 0.24 with gravity, and at least 0.57 without, over all
 * recordings of a person, and over those in which the person moves.
 */
export const mostVariation = 0.4;

/**
 * Pieces of zeros, with which loggers fill up recordings, are left out if all other pieces show gravity, because no
 * accelerometer measures zero on all axes. Other sensors may measure zero at rest.
 * @returns undefined if there are too few pieces
 */
export function vectorValues(pieces: readonly VectorPiece[]): VectorValues | undefined {
  const measured = pieces.filter(({ axes }) => axes.some((values) => values.some((value) => value !== 0)));
  if (measured.length === pieces.length) return vectorValuesOfPieces(pieces);
  const values = vectorValuesOfPieces(measured);
  const isGravity =
    values !== undefined && values.rest >= gravityShare.some * values.movement && values.steadiness >= leastSteadiness;
  return isGravity ? values : vectorValuesOfPieces(pieces);
}

function vectorValuesOfPieces(pieces: readonly VectorPiece[]): VectorValues | undefined {
  if (pieces.length < leastPieces) return undefined;
  const [lengths, distances]: [number[], number[]] = [[], []];
  let lowest = Number.POSITIVE_INFINITY;
  const described = pieces.map(({ axes }) => {
    const mean = axes.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
    const [mx, my, mz] = mean as [number, number, number];
    const [x, y, z] = axes;
    let squares = 0;
    for (let i = 0; i < x.length; i++) {
      const square = (x[i]! - mx) ** 2 + (y[i]! - my) ** 2 + (z[i]! - mz) ** 2;
      squares += square;
      distances.push(Math.sqrt(square));
      lengths.push(Math.hypot(x[i]!, y[i]!, z[i]!));
      lowest = Math.min(lowest, x[i]!, y[i]!, z[i]!);
    }
    return { length: Math.hypot(mx, my, mz), spread: Math.sqrt(squares / x.length) };
  });
  const overall = moments(described.map(({ length }) => length));
  const still = described
    .toSorted((a, b) => a.spread - b.spread)
    .slice(0, Math.max(leastPieces, Math.ceil(described.length / 10)));
  return {
    rest: vectorValuesQuantile(
      still.map(({ length }) => length),
      0.5,
    ),
    steadiness: vectorValuesQuantile(
      still.map(({ length, spread }) => length / Math.max(spread, Number.MIN_VALUE)),
      0.5,
    ),
    variation: overall.std / overall.mean,
    movement: vectorValuesQuantile(distances, 0.99),
    reach: vectorValuesQuantile(lengths, 0.99),
    lowest,
  };
}

function vectorValuesQuantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}
