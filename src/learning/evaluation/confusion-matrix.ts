/**
 * [K, K] row-major counts; rows are the true classes, columns are the predicted classes.
 * @throws RangeError if the lengths differ or a class is outside 0..K-1
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
