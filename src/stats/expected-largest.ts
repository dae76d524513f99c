const step = 1e-3;
/** Upper limit of the integral; the largest of a million numbers exceeds it with probability below 1e-12. */
const end = 9;

/**
 * The expected value of the largest of n independent standard normal numbers: the integral over x > 0 of
 * 1 - F^n - (1 - F)^n, where F is their distribution function at x. Accurate to six digits.
 * @param n a whole number, at least 1
 */
export function expectedLargest(n: number): number {
  if (!(Number.isInteger(n) && n >= 1))
    throw new RangeError(`expected largest: expected a whole number of at least 1, got ${n}`);
  const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  let [below, sum] = [0.5, 0];
  for (let x = step / 2; x < end; x += step) {
    // Midpoint rule.
    const middle = below + (step / 2) * density(x);
    sum += step * (1 - middle ** n - (1 - middle) ** n);
    below += step * density(x);
  }
  return sum;
}
