// Solves (T + shift I) Y = B for a symmetric band matrix T without negative eigenvalues, by its Cholesky factor.

/** A row of the lower triangle of a band matrix: its values from column `first` to the diagonal. */
export interface BandRow {
  readonly first: number;
  readonly values: readonly number[];
}

/**
 * @param shift more than 0
 * @param b the first rows of B; all others are 0
 * @returns the rows of Y
 */
export function solveBand(rows: readonly BandRow[], shift: number, b: readonly (readonly number[])[]): number[][] {
  const columns = b[0]?.length ?? 0;
  const factor: number[][] = [];
  const y: number[][] = [];
  for (const [i, { first, values }] of rows.entries()) {
    const own: number[] = [];
    for (let j = first; j <= i; j++) {
      let sum = values[j - first]! + (j === i ? shift : 0);
      const other = j === i ? own : factor[j]!;
      const otherFirst = j === i ? first : rows[j]!.first;
      for (let k = Math.max(first, otherFirst); k < j; k++) sum -= own[k - first]! * other[k - otherFirst]!;
      // Rounding could leave a pivot below the shift, although no pivot of the exact matrix is.
      own.push(j === i ? Math.sqrt(Math.max(sum, shift)) : sum / other[j - otherFirst]!);
    }
    factor.push(own);
    const right = b[i]?.slice() ?? new Array<number>(columns).fill(0);
    for (let k = 0; k < columns; k++) {
      for (let j = first; j < i; j++) right[k]! -= own[j - first]! * y[j]![k]!;
      right[k]! /= own[i - first]!;
    }
    y.push(right);
  }
  for (let i = rows.length - 1; i >= 0; i--) {
    const { first } = rows[i]!;
    for (let k = 0; k < columns; k++) {
      y[i]![k]! /= factor[i]![i - first]!;
      for (let j = first; j < i; j++) y[j]![k]! -= factor[i]![j - first]! * y[i]![k]!;
    }
  }
  return y;
}
