/** The class of highest probability in each of N rows of K; the first one wins a tie. */
export function argmaxRows(probabilities: Float32Array, nClasses: number): Int32Array {
  if (!(nClasses > 0 && probabilities.length % nClasses === 0)) {
    throw new RangeError(`probabilities: expected rows of ${nClasses}, got ${probabilities.length} numbers`);
  }
  const predicted = new Int32Array(probabilities.length / nClasses);
  for (let i = 0, row = 0; i < predicted.length; i++, row += nClasses) {
    let best = 0;
    for (let k = 1; k < nClasses; k++) if (probabilities[row + k]! > probabilities[row + best]!) best = k;
    predicted[i] = best;
  }
  return predicted;
}

/**
 * [K, K] row-major counts; rows are the true classes, columns the predicted ones.
 * @throws RangeError when the lengths differ or a class lies outside 0..K-1
 */
export function confusionMatrix(yTrue: Int32Array, yPredicted: Int32Array, nClasses: number): Float64Array {
  if (yTrue.length !== yPredicted.length) {
    throw new RangeError(`expected as many predicted as true classes, got ${yPredicted.length} and ${yTrue.length}`);
  }
  const counts = new Float64Array(nClasses * nClasses);
  for (let i = 0; i < yTrue.length; i++) {
    const truth = yTrue[i]!;
    const guess = yPredicted[i]!;
    if (!(truth >= 0 && truth < nClasses && guess >= 0 && guess < nClasses)) {
      throw new RangeError(
        `row ${i}: expected classes in 0..${nClasses - 1}, got ${truth} (true) and ${guess} (predicted)`,
      );
    }
    counts[truth * nClasses + guess]! += 1;
  }
  return counts;
}
