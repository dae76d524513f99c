// Solves (A + shift I) x = b for several shifts by the method of conjugate gradients. All shifts share one Krylov space, so
// solving for all shifts needs no more products with A than solving for the smallest shift (Frommer and Maass 1999, "Fast
// CG-Based Methods for Tikhonov-Phillips Regularization"). It draws no random numbers and sums in a fixed order, so equal
// inputs give equal results. P unknowns.

export interface SolveOptions {
  /** The search ends when the residual of the smallest shift has shrunk to this share of b. */
  readonly tolerance: number;
  readonly maxSteps: number;
  /** Called before each product; the search ends if it returns true. */
  readonly shouldStop: () => boolean;
  /** Called after each product. */
  readonly onStep?: (step: number) => void;
}

/** The iterate of one shift, whose residual is `share` times the residual of the smallest shift. */
interface ShiftedSystem {
  readonly excess: number;
  readonly x: Float64Array;
  readonly direction: Float64Array;
  share: number;
  shareBefore: number;
}

/**
 * @param multiply a symmetric matrix A without negative eigenvalues, times a vector [P]
 * @param shifts more than 0
 * @returns a solution [P] for each shift; null if `shouldStop` ended the search
 */
export async function solveShifted(
  multiply: (x: Float64Array) => Promise<Float64Array>,
  b: Float64Array,
  shifts: readonly number[],
  { tolerance, maxSteps, shouldStop, onStep }: SolveOptions,
): Promise<Float64Array[] | null> {
  const smallest = Math.min(...shifts);
  const systems = shifts.map((shift): ShiftedSystem => {
    const x = new Float64Array(b.length);
    return { excess: shift - smallest, x, direction: b.slice(), share: 1, shareBefore: 1 };
  });
  const residual = b.slice();
  const direction = b.slice();
  let square = squaredNormOfShifted(residual);
  const enough = tolerance ** 2 * square;
  let [sizeBefore, turnBefore] = [1, 0];
  for (let step = 1; step <= maxSteps && square > enough; step++) {
    if (shouldStop()) return null;
    const product = await multiply(direction);
    let curvature = smallest * squaredNormOfShifted(direction);
    for (let i = 0; i < b.length; i++) curvature += direction[i]! * product[i]!;
    const size = square / curvature;
    for (let i = 0; i < b.length; i++) residual[i]! -= size * (product[i]! + smallest * direction[i]!);
    const next = squaredNormOfShifted(residual);
    const turn = next / square;
    for (let i = 0; i < b.length; i++) direction[i] = residual[i]! + turn * direction[i]!;
    for (const system of systems) advanceShifted(system, residual, { size, turn, sizeBefore, turnBefore });
    [square, sizeBefore, turnBefore] = [next, size, turn];
    onStep?.(step);
  }
  return systems.map(({ x }) => x);
}

/** One step of a shifted system, from the step of the smallest shift. */
function advanceShifted(
  system: ShiftedSystem,
  residual: Float64Array,
  step: { size: number; turn: number; sizeBefore: number; turnBefore: number },
): void {
  const { excess, x, direction, share, shareBefore } = system;
  const { size, turn, sizeBefore, turnBefore } = step;
  // Residuals of strong shifts shrink until they underflow; such a system is solved.
  if (share === 0) return;
  const denominator = size * turnBefore * (shareBefore - share) + shareBefore * sizeBefore * (1 + excess * size);
  const shareAfter = (share * shareBefore * sizeBefore) / denominator;
  const ratio = shareAfter / share;
  const ownSize = size * ratio;
  const ownTurn = turn * ratio * ratio;
  for (let i = 0; i < x.length; i++) {
    x[i]! += ownSize * direction[i]!;
    direction[i] = shareAfter * residual[i]! + ownTurn * direction[i]!;
  }
  system.shareBefore = share;
  system.share = shareAfter;
}

function squaredNormOfShifted(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * x[i]!;
  return sum;
}
