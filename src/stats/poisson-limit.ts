/**
 * Upper confidence limit of a Poisson mean after `count` events: the mean at which the probability of at most `count` events is
 * 1 - `confidence` (Garwood 1936). For a fractional count, the limit is interpolated between whole counts.
 * @param count at least 0 and below 1e6
 * @param confidence in (0, 1)
 */
export function poissonUpperLimit(count: number, confidence: number): number {
  if (!(count >= 0 && count < 1e6 && confidence > 0 && confidence < 1)) {
    throw new RangeError(`poisson: expected a count and a confidence in (0, 1), got ${count} and ${confidence}`);
  }
  const whole = Math.floor(count);
  const lower = wholePoissonLimit(whole, confidence);
  return count === whole ? lower : lower + (count - whole) * (wholePoissonLimit(whole + 1, confidence) - lower);
}

function wholePoissonLimit(count: number, confidence: number): number {
  let [low, high] = [0, 2 * count + 10 - 2 * Math.log1p(-confidence)];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (atMostOfPoisson(count, middle) > 1 - confidence) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(N <= count). The first term is computed from its logarithm, because the powers and the factorial in it would overflow. */
function atMostOfPoisson(count: number, mean: number): number {
  let logTerm = -mean;
  for (let n = 1; n <= count; n++) logTerm += Math.log(mean / n);
  let term = Math.exp(logTerm);
  let sum = 0;
  for (let n = count; n >= 0 && term > 0; n--) {
    sum += term;
    term *= n / mean;
  }
  return sum;
}
