// What the values of one vector say of its sensor: what it measures at rest, and how far it moves. A sensor that feels gravity
// has a length at rest that is large beside its movement; one that does not, has next to none. Gravity is found in any data,
// since somebody is always still for a second, and even in walking the mean of a second lies near it.

/** Neighbouring samples of the axes x, y, z, about a second of them, and whose they are. */
export interface Piece {
  readonly person: string;
  readonly axes: readonly [Float32Array, Float32Array, Float32Array];
}

export interface VectorValues {
  /** Median length of the mean vector, over the stillest tenth of the pieces. */
  readonly rest: number;
  /** That length over the spread around it, in the same pieces, median. */
  readonly steadiness: number;
  /** Within this distance of their piece's mean lie 99 % of the samples. */
  readonly movement: number;
  /** Within this length lie 99 % of the samples. */
  readonly reach: number;
}

/** Of fewer pieces nothing is said. */
const leastPieces = 5;

/** @returns undefined where there are too few pieces */
export function vectorValues(pieces: readonly Piece[]): VectorValues | undefined {
  if (pieces.length < leastPieces) return undefined;
  const [lengths, distances]: [number[], number[]] = [[], []];
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
    }
    return { length: Math.hypot(mx, my, mz), spread: Math.sqrt(squares / x.length) };
  });
  const still = described
    .toSorted((a, b) => a.spread - b.spread)
    .slice(0, Math.max(leastPieces, Math.ceil(described.length / 10)));
  return {
    rest: quantile(
      still.map(({ length }) => length),
      0.5,
    ),
    steadiness: quantile(
      still.map(({ length, spread }) => length / Math.max(spread, Number.MIN_VALUE)),
      0.5,
    ),
    movement: quantile(distances, 0.99),
    reach: quantile(lengths, 0.99),
  };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}
