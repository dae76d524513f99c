/** Number of steps in Simpson's rule; even. */
const steps = 2000;

/**
 * Returns the b for which P(|T| <= b) is `coverage`, if T has Student's t distribution. With T = sqrt(freedom) tan(a), the
 * density of a is proportional to cos(a)^(freedom - 1) between -pi/2 and pi/2. This substitution makes the range of integration
 * finite and avoids the gamma function. The integral's slope decreases, so Newton's method, starting at 0, approaches the root
 * from below and never overshoots it. Accurate to eight digits up to 10,000 degrees of freedom.
 * @param coverage in (0, 1)
 * @param freedom degrees of freedom, a whole number of at least 1
 */
export function studentTBound(coverage: number, freedom: number): number {
  if (!(coverage > 0 && coverage < 1 && Number.isInteger(freedom) && freedom >= 1)) {
    throw new RangeError(
      `t: expected a coverage in (0, 1) and whole degrees of freedom of at least 1, got ${coverage} and ${freedom}`,
    );
  }
  const density = (angle: number): number => Math.cos(angle) ** (freedom - 1);
  const wanted = coverage * integrateStudentT(density, Math.PI / 2);
  let angle = 0;
  for (let last = -1; angle > last; ) {
    last = angle;
    angle += (wanted - integrateStudentT(density, angle)) / density(angle);
  }
  return Math.sqrt(freedom) * Math.tan(angle);
}

/** Integral of `f` from 0 to `to`, by Simpson's rule. */
function integrateStudentT(f: (x: number) => number, to: number): number {
  const step = to / steps;
  let sum = f(0) + f(to);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * f(i * step);
  return (sum * step) / 3;
}
