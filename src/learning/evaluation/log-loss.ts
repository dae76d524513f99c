/** Probabilities are clipped to [epsilon, 1 - epsilon], epsilon = 2^-23, as scikit-learn does for float32. */
const EPSILON = 2 ** -23;

/**
 * The mean negative log probability of the true class, in nats: `sklearn.metrics.log_loss` on float32 probabilities. A true
 * class with probability 0 therefore costs 15.9 instead of infinity.
 */
export function logLoss(yTrue: Int32Array, probabilities: Float32Array, nClasses: number): number {
  let sum = 0;
  for (let i = 0; i < yTrue.length; i++) {
    const p = probabilities[i * nClasses + yTrue[i]!]!;
    sum -= Math.log(Math.min(1 - EPSILON, Math.max(EPSILON, p)));
  }
  return sum / yTrue.length;
}
