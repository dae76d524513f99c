const step = 1e-3;
/** The largest of a million exceeds this once in a million million times. */
const end = 9;

/**
 * The expected largest of n independent standard normal numbers: the integral over x > 0 of 1 - F^n - (1 - F)^n, F being
 * their distribution at x. Good to six digits.
 * @param n a whole number from 1
 */
export function expectedLargest(n: number): number {
  if (!(Number.isInteger(n) && n >= 1)) throw new RangeError(`expected largest: expected a number from 1, got ${n}`);
  const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  let [below, sum] = [0.5, 0];
  for (let x = step / 2; x < end; x += step) {
    // The midpoint represents each step.
    const middle = below + (step / 2) * density(x);
    sum += step * (1 - middle ** n - (1 - middle) ** n);
    below += step * density(x);
  }
  return sum;
}
