// Smooths predictions over time. People stick to one activity for a while, so a single window that looks different is more
// likely an error than a change. The activity is a Markov chain in continuous time: it ends at random, after `boutSeconds` on
// average, and the next one is drawn from the class shares. The likelihood of a window is the network's output divided by these
// shares, as in hybrid speech models (Bourlard and Morgan 1994). The forward-backward algorithm (Rabiner 1989) gives each
// window's probabilities, based on all windows before and after it. Windows that overlap or follow each other share evidence,
// so each window's likelihood is raised to the power of the share of its samples that the next window does not repeat.
// Probabilities are not smoothed across a long pause. Dimensions: W windows, K classes.

export interface Smoothing {
  /** Mean duration of one activity before the next one begins. */
  readonly boutSeconds: number;
  /** [K] share of each class, greater than 0. */
  readonly shares: readonly number[];
  /**
   * Distance between the starts of consecutive windows, as a fraction of the window length: 0.5 if consecutive windows overlap
   * by half.
   */
  readonly newShare: number;
}

/**
 * @param probabilities [W, K] row-major
 * @param sequence [W] windows with the same number follow one another, in time order
 * @param times [W] start of each window, in seconds
 * @returns [W, K] smoothed probabilities
 */
export function smoothProbabilities(
  probabilities: Float32Array,
  { sequence, times }: { readonly sequence: ArrayLike<number>; readonly times: ArrayLike<number> },
  smoothing: Smoothing,
): Float32Array {
  const nClasses = smoothing.shares.length;
  const smoothed = new Float32Array(probabilities.length);
  for (let first = 0; first < sequence.length; ) {
    let last = first + 1;
    while (last < sequence.length && sequence[last] === sequence[first]) last++;
    const own = probabilities.subarray(first * nClasses, last * nClasses);
    const steps = Float64Array.from({ length: last - first - 1 }, (_, i) => times[first + i + 1]! - times[first + i]!);
    smoothed.set(smoothSequence(own, steps, smoothing), first * nClasses);
    first = last;
  }
  return smoothed;
}

/** @param steps seconds from each window to the next */
function smoothSequence(
  probabilities: Float32Array,
  steps: Float64Array,
  { boutSeconds, shares, newShare }: Smoothing,
): Float64Array {
  const nClasses = shares.length;
  const n = probabilities.length / nClasses;
  const power = Math.min(1, newShare);
  const likelihood = Float64Array.from(
    probabilities,
    (p, i) => (Math.max(p, Number.EPSILON) / shares[i % nClasses]!) ** power,
  );
  // Each row is scaled to a sum of 1, so that no product of likelihoods underflows.
  const forward = new Float64Array(n * nClasses);
  for (let w = 0; w < n; w++) {
    const stays = w === 0 ? 0 : Math.exp(-steps[w - 1]! / boutSeconds);
    for (let k = 0; k < nClasses; k++) {
      const before = w === 0 ? 0 : forward[(w - 1) * nClasses + k]!;
      forward[w * nClasses + k] = (stays * before + (1 - stays) * shares[k]!) * likelihood[w * nClasses + k]!;
    }
    normalizeSmoothedRow(forward, w, nClasses);
  }
  const result = new Float64Array(n * nClasses);
  const after = new Float64Array(nClasses).fill(1);
  for (let w = n - 1; w >= 0; w--) {
    for (let k = 0; k < nClasses; k++) result[w * nClasses + k] = forward[w * nClasses + k]! * after[k]!;
    normalizeSmoothedRow(result, w, nClasses);
    if (w === 0) break;
    const stays = Math.exp(-steps[w - 1]! / boutSeconds);
    let elsewhere = 0;
    for (let k = 0; k < nClasses; k++) {
      after[k]! *= likelihood[w * nClasses + k]!;
      elsewhere += shares[k]! * after[k]!;
    }
    let total = 0;
    for (let k = 0; k < nClasses; k++) total += after[k] = stays * after[k]! + (1 - stays) * elsewhere;
    for (let k = 0; k < nClasses; k++) after[k]! /= total;
  }
  return result;
}

function normalizeSmoothedRow(values: Float64Array, row: number, nClasses: number): void {
  let sum = 0;
  for (let k = 0; k < nClasses; k++) sum += values[row * nClasses + k]!;
  for (let k = 0; k < nClasses; k++) values[row * nClasses + k]! /= sum;
}
