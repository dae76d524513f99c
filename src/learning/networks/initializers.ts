// Initial weights, with Keras's defaults: Glorot-uniform kernels, orthogonal recurrent kernels, and zero biases except for
// the LSTM's forget gate. Glorot & Bengio 2010; Saxe et al. 2014; Jozefowicz et al. 2015 (forget-gate bias 1).

/** Source of random initial values, such as an `Rng`. */
export interface Draws {
  /** In [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
}

/** One of: "glorot-uniform", "orthogonal", "zeros", "ones", "forget-gate-ones" (zeros, with ones in the second quarter). */
export type Initializer = "glorot-uniform" | "orthogonal" | "zeros" | "ones" | "forget-gate-ones";

/**
 * Values of a parameter in row-major order. Fan-in and fan-out are the last two dimensions, each multiplied by the product of
 * the preceding dimensions.
 */
export function initialValues(initializer: Initializer, shape: readonly number[], rng: Draws): Float32Array {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  switch (initializer) {
    case "zeros":
      return new Float32Array(size);
    case "ones":
      return new Float32Array(size).fill(1);
    case "forget-gate-ones":
      return new Float32Array(size).fill(1, size / 4, size / 2);
    case "glorot-uniform": {
      const receptiveField = shape.slice(0, -2).reduce((product, dimension) => product * dimension, 1);
      const [fanIn, fanOut] = [receptiveField * shape.at(-2)!, receptiveField * shape.at(-1)!];
      const limit = Math.sqrt(6 / (fanIn + fanOut));
      return Float32Array.from({ length: size }, () => (2 * rng.uniform() - 1) * limit);
    }
    case "orthogonal":
      return orthogonalInitialValues(shape[0]!, shape[1]!, rng);
    default:
      throw new Error(`unknown initializer ${initializer satisfies never}`);
  }
}

/** Returns orthonormal rows (rows <= columns): modified Gram-Schmidt applied twice to normally distributed numbers. */
function orthogonalInitialValues(rows: number, columns: number, rng: Draws): Float32Array {
  if (!(rows <= columns)) throw new RangeError(`orthogonal: expected rows <= columns, got ${rows} x ${columns}`);
  const basis: Float64Array[] = [];
  for (let i = 0; i < rows; i++) {
    const row = Float64Array.from({ length: columns }, () => rng.normal());
    for (let pass = 0; pass < 2; pass++) {
      for (const other of basis) {
        const projection = initializerDotProduct(row, other);
        for (let j = 0; j < columns; j++) row[j]! -= projection * other[j]!;
      }
    }
    const norm = Math.sqrt(initializerDotProduct(row, row));
    for (let j = 0; j < columns; j++) row[j]! /= norm;
    basis.push(row);
  }
  const values = new Float32Array(rows * columns);
  for (const [i, row] of basis.entries()) values.set(row, i * columns);
  return values;
}

function initializerDotProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
