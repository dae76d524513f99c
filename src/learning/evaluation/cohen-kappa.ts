/**
 * Cohen's kappa from a [K, K] confusion matrix: agreement beyond what the two label distributions would achieve by chance
 * (Cohen 1960). `null` if both sides have the same single class, because chance alone then yields full agreement and kappa is
 * 0/0.
 */
export function cohenKappa(matrix: Float64Array, nClasses: number): number | null {
  let n = 0;
  let agreed = 0;
  let byChance = 0;
  for (let k = 0; k < nClasses; k++) {
    let row = 0;
    let column = 0;
    for (let j = 0; j < nClasses; j++) {
      row += matrix[k * nClasses + j]!;
      column += matrix[j * nClasses + k]!;
    }
    n += row;
    agreed += matrix[k * nClasses + k]!;
    byChance += row * column;
  }
  const expected = byChance / n;
  return expected < n ? (agreed - expected) / (n - expected) : null;
}
