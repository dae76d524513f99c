/** Copies the given rows of a row-major matrix whose rows have `width` values. */
export function gatherRows(matrix: Float32Array, rows: ArrayLike<number>, width: number): Float32Array<ArrayBuffer> {
  const part = new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    part.set(matrix.subarray(rows[i]! * width, (rows[i]! + 1) * width), i * width);
  }
  return part;
}
