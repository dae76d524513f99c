// The block Krylov space of a symmetric matrix A and some columns B, built by the block Lanczos method (Golub and Underwood
// 1977, "The Block Lanczos Method for Computing Eigenvalues"). In this space's basis, A is a narrow band matrix, so (A + shift
// I) X = B is cheap to solve for any shift. The algorithm draws no random numbers and sums in a fixed order, so equal inputs
// yield equal results. F unknowns, K columns.

import { type BandRow, solveBand } from "./solve-band.ts";

/**
 * A column that differs from a combination of other columns by less than this fraction adds nothing, because float32 is no more
 * precise.
 */
const dependentShare = 1e-6;
/** What remains of a product, as a fraction of it, when the space is complete. */
const completeShare = 1e-12;

/** Orthonormal vectors, and the component of each spanned column along each of them. */
interface SpannedColumns {
  readonly vectors: readonly Float64Array[];
  readonly parts: readonly (readonly number[])[];
}

const nothingSpanned: SpannedColumns = { vectors: [], parts: [] };

export class KrylovSpace {
  readonly #b: readonly Float64Array[];
  /** The first vectors, whose combinations yield B. */
  readonly #first: SpannedColumns;
  readonly #basis: Float64Array[] = [];
  /** A in the basis. */
  readonly #band: BandRow[] = [];
  #before = nothingSpanned;
  #next: SpannedColumns;

  /** @param b the columns of B, [F] each */
  constructor(b: readonly Float64Array[]) {
    this.#b = b;
    this.#first = spanInKrylovSpace(
      b.map((column) => column.slice()),
      dependentShare,
    );
    this.#next = this.#first;
  }

  /** Vectors [F], at most K, whose products with A extend the space; empty if the space is complete. */
  get block(): readonly Float64Array[] {
    return this.#next.vectors;
  }

  /** @param products A times each vector in the block; these are overwritten */
  extend(products: readonly Float64Array[]): void {
    const { vectors: before } = this.#before;
    const { vectors: block, parts } = this.#next;
    const lengths = products.map(lengthOfKrylovVector);
    const first = this.#basis.length - before.length;
    for (const [i, product] of products.entries()) {
      const values = parts[i]!.slice(0, before.length);
      for (const [p, part] of values.entries()) addToKrylovVector(product, -part, before[p]!);
      for (const vector of block.slice(0, i + 1)) values.push(productOfKrylovVectors(product, vector));
      for (const vector of block) addToKrylovVector(product, -productOfKrylovVectors(product, vector), vector);
      this.#band.push({ first, values });
    }
    this.#basis.push(...block);
    this.#before = this.#next;
    this.#next = spanInKrylovSpace(products, completeShare, lengths);
  }

  /** Length of the residual for the best X in the space, as a fraction of the length of B. */
  residual(shift: number): number {
    const last = this.#solveInBasis(shift).slice(this.#basis.length - this.#before.vectors.length);
    const missed = this.#next.parts.flatMap((own) =>
      this.#b.map((_, k) => own.reduce((sum, part, i) => sum + part * last[i]![k]!, 0)),
    );
    return Math.hypot(...missed) / Math.hypot(...this.#b.map(lengthOfKrylovVector));
  }

  /** The columns of X, [F] each. */
  solve(shift: number): Float64Array[] {
    const solved = this.#solveInBasis(shift);
    return this.#b.map((column, k) => {
      const x = new Float64Array(column.length);
      for (const [i, vector] of this.#basis.entries()) addToKrylovVector(x, solved[i]![k]!, vector);
      return x;
    });
  }

  #solveInBasis(shift: number): number[][] {
    return solveBand(this.#band, shift, this.#first.parts);
  }
}

/**
 * Spans the columns by the modified Gram-Schmidt process. Changes them.
 * @param negligible length of a column's unspanned remainder that can be ignored, as a fraction of the column's length
 */
function spanInKrylovSpace(
  columns: readonly Float64Array[],
  negligible: number,
  lengths: readonly number[] = columns.map(lengthOfKrylovVector),
): SpannedColumns {
  const vectors: Float64Array[] = [];
  const parts: number[][] = [];
  for (const [k, column] of columns.entries()) {
    for (const [v, vector] of vectors.entries()) {
      const part = productOfKrylovVectors(column, vector);
      addToKrylovVector(column, -part, vector);
      parts[v]![k] = part;
    }
    const length = lengthOfKrylovVector(column);
    if (!(length > negligible * lengths[k]!)) continue;
    vectors.push(column.map((value) => value / length));
    parts.push(columns.map((_, other) => (other === k ? length : 0)));
  }
  return { vectors, parts };
}

function addToKrylovVector(x: Float64Array, factor: number, vector: Float64Array): void {
  for (let f = 0; f < x.length; f++) x[f]! += factor * vector[f]!;
}

function productOfKrylovVectors(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let f = 0; f < a.length; f++) sum += a[f]! * b[f]!;
  return sum;
}

function lengthOfKrylovVector(x: Float64Array): number {
  return Math.sqrt(productOfKrylovVectors(x, x));
}
