/**
 * Weights that make every class count equally: n / (number of classes that occur * rows in the class), as in scikit-learn's
 * "balanced" mode.
 * @param rows the rows to learn from
 * @returns one weight per class; 0 for a class that does not occur
 */
export function balancedClassWeights(labels: Int32Array, rows: Int32Array, classCount: number): number[] {
  const counts = new Array<number>(classCount).fill(0);
  for (const row of rows) counts[labels[row]!]! += 1;
  const occurring = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 0 : rows.length / (occurring * count)));
}
