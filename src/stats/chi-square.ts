/**
 * P(X > x) of a chi-square variable: the regularised upper incomplete gamma function Q(k/2, x/2), by its series below
 * k/2 + 1 and by Lentz's continued fraction above (Numerical Recipes, 6.2).
 * @param degrees of freedom, above 0
 */
export function chiSquareSurvival(x: number, degrees: number): number {
  if (!(x >= 0 && degrees > 0))
    throw new RangeError(`chi-square: expected x >= 0 and degrees > 0, got ${x}, ${degrees}`);
  if (x === 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const [a, z] = [degrees / 2, x / 2];
  const scale = Math.exp(a * Math.log(z) - z - logGamma(a));
  return z < a + 1 ? 1 - scale * lowerSeries(a, z) : scale * upperFraction(a, z);
}

function lowerSeries(a: number, z: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; Math.abs(term) > 1e-16 * sum; n++) {
    term *= z / (a + n);
    sum += term;
  }
  return sum;
}

function upperFraction(a: number, z: number): number {
  const tiny = 1e-300;
  let b = z + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let value = d;
  for (let i = 1; i < 1000; i++) {
    const step = -i * (i - a);
    b += 2;
    d = 1 / (Math.abs(step * d + b) < tiny ? tiny : step * d + b);
    c = Math.abs(b + step / c) < tiny ? tiny : b + step / c;
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return value;
}

/** ln of the gamma function for a > 0 (Lanczos, g = 7, nine terms). */
function logGamma(a: number): number {
  const terms = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  if (a < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * a)) - logGamma(1 - a);
  const base = a + 6.5;
  const sum = terms.reduce((total, term, i) => (i === 0 ? term : total + term / (a - 1 + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (a - 0.5) * Math.log(base) - base + Math.log(sum);
}
