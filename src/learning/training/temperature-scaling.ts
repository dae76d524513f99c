// Temperature scaling (Guo et al. 2017, "On Calibration of Modern Neural Networks"): divides a fitted network's logits by one
// number T so that its confidence matches its accuracy. Temperature scaling never changes the predicted class. The mean
// negative log-likelihood (NLL) is convex in the inverse temperature b = 1 / T, so Newton's method with a bracket finds the
// unique minimum. Log probabilities serve as logits: they differ from the logits by a constant per row, which softmax cancels.
// Dimensions: N rows, K classes.

/** Search range for the temperature. If the result is at a limit, the NLL has no meaningful minimum. */
export const temperatureLimits = { lower: 0.05, upper: 20 } as const;

/** The smallest normal float32; replaces a probability of 0, whose logarithm would be infinite. */
const FLOOR = 2 ** -126;

/**
 * The T > 0 that minimises the NLL of the true classes, to about 12 digits.
 *
 * If no finite T is best, the nearer limit is returned, and the caller should report it: `lower` if no row is wrong (more
 * confidence would always help), `upper` if the probabilities carry no information about the classes or are worse than chance.
 * If every row is uniform, T makes no difference and is set to 1.
 * @param probabilities [N, K] row-major, out of fold; on rows that the network was fitted to, T would be too low
 * @param yTrue [N] true classes
 * @throws RangeError if there are no rows, the lengths differ, a class is outside 0..K-1, or a probability is outside [0, 1]
 */
export function fitTemperature(probabilities: Float32Array, yTrue: Int32Array, nClasses: number): number {
  const logits = temperatureLogits(probabilities, nClasses);
  if (yTrue.length === 0 || logits.length !== yTrue.length * nClasses) {
    throw new RangeError(
      `probabilities: expected at least one row, and ${yTrue.length} rows of ${nClasses}, got ${logits.length} numbers`,
    );
  }
  yTrue.forEach((y, row) => {
    if (!(y >= 0 && y < nClasses)) throw new RangeError(`row ${row}: expected a class in 0..${nClasses - 1}, got ${y}`);
  });
  let low = 1 / temperatureLimits.upper;
  let high = 1 / temperatureLimits.lower;
  if (temperatureDerivatives(logits, yTrue, nClasses, 1).curvature === 0) return 1;
  if (temperatureDerivatives(logits, yTrue, nClasses, low).slope >= 0) return temperatureLimits.upper;
  if (temperatureDerivatives(logits, yTrue, nClasses, high).slope <= 0) return temperatureLimits.lower;
  let b = 1;
  for (let iteration = 0; iteration < 100; iteration++) {
    const { slope, curvature } = temperatureDerivatives(logits, yTrue, nClasses, b);
    if (slope < 0) low = b;
    else high = b;
    const newton = b - slope / curvature;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - b) <= 1e-12 * b) return 1 / next;
    b = next;
  }
  return 1 / b;
}

/** [N, K] softmax of log probabilities divided by `temperature`, with the same floor as `fitTemperature`. */
export function applyTemperature(probabilities: Float32Array, nClasses: number, temperature: number): Float32Array {
  if (!(temperature > 0)) throw new RangeError(`temperature: expected more than 0, got ${temperature}`);
  const logits = temperatureLogits(probabilities, nClasses);
  const scaled = new Float32Array(probabilities.length);
  for (let row = 0; row < logits.length; row += nClasses) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < nClasses; k++) largest = Math.max(largest, logits[row + k]!);
    let sum = 0;
    for (let k = 0; k < nClasses; k++) sum += Math.exp((logits[row + k]! - largest) / temperature);
    for (let k = 0; k < nClasses; k++) scaled[row + k] = Math.exp((logits[row + k]! - largest) / temperature) / sum;
  }
  return scaled;
}

/** First and second derivative of the NLL with respect to b: means of E[z] - z_true and of Var[z] under softmax(b z). */
function temperatureDerivatives(
  logits: Float64Array,
  yTrue: Int32Array,
  nClasses: number,
  b: number,
): { slope: number; curvature: number } {
  let slope = 0;
  let curvature = 0;
  for (let i = 0, row = 0; i < yTrue.length; i++, row += nClasses) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < nClasses; k++) largest = Math.max(largest, logits[row + k]!);
    let total = 0;
    let first = 0;
    let second = 0;
    for (let k = 0; k < nClasses; k++) {
      const distance = logits[row + k]! - largest;
      const weight = Math.exp(b * distance);
      total += weight;
      first += weight * distance;
      second += weight * distance * distance;
    }
    const mean = first / total;
    slope += mean - (logits[row + yTrue[i]!]! - largest);
    curvature += second / total - mean * mean;
  }
  return { slope: slope / yTrue.length, curvature: curvature / yTrue.length };
}

function temperatureLogits(probabilities: Float32Array, nClasses: number): Float64Array {
  if (!(nClasses >= 1)) throw new RangeError(`nClasses: expected at least 1, got ${nClasses}`);
  return Float64Array.from(probabilities, (p, i) => {
    if (!(p >= 0 && p <= 1.001)) {
      throw new RangeError(`probabilities: row ${Math.floor(i / nClasses)}: expected numbers in [0, 1], got ${p}`);
    }
    return Math.log(Math.max(FLOOR, p));
  });
}
