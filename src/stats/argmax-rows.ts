/** The most probable class in each of N rows of K probabilities; in a tie, the first one wins. */
export function argmaxRows(probabilities: Float32Array, nClasses: number): Int32Array {
  if (!(nClasses > 0 && probabilities.length % nClasses === 0)) {
    throw new RangeError(`probabilities: expected a multiple of ${nClasses} values, got ${probabilities.length}`);
  }
  const predicted = new Int32Array(probabilities.length / nClasses);
  for (let i = 0, row = 0; i < predicted.length; i++, row += nClasses) {
    let best = 0;
    for (let k = 1; k < nClasses; k++) if (probabilities[row + k]! > probabilities[row + best]!) best = k;
    predicted[i] = best;
  }
  return predicted;
}
