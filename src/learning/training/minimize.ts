// Minimises a smooth convex function with limited-memory BFGS (Nocedal and Wright 2006, algorithms 7.4 and 7.5) and a
// backtracking line search. It draws no random numbers and sums in a fixed order, so equal inputs give equal results. P
// parameters.

export interface Evaluation {
  readonly value: number;
  /** [P] */
  readonly gradient: Float64Array;
}

export interface MinimizeOptions {
  /** The search ends when the gradient's norm falls below this. */
  readonly tolerance: number;
  readonly maxSteps: number;
  /** Called before each evaluation; the search ends if it returns true. */
  readonly shouldStop: () => boolean;
}

/** Number of past steps from which the curvature is estimated. */
const memory = 10;
/** Share of the decrease promised by the gradient that a step must reach (Armijo). */
const sufficientDecrease = 1e-4;
const mostHalvings = 30;

interface PastStep {
  /** Changes of the parameters and of the gradient, [P]. */
  readonly moved: Float64Array;
  readonly turned: Float64Array;
  readonly scale: number;
}

/** @returns the point reached, [P]; null if `shouldStop` ended the search */
export async function minimize<E extends Evaluation>(
  evaluate: (point: Float64Array) => Promise<E>,
  start: Float64Array,
  { tolerance, maxSteps, shouldStop }: MinimizeOptions,
): Promise<{ point: Float64Array; evaluation: E } | null> {
  if (shouldStop()) return null;
  let point = start;
  let evaluation = await evaluate(point);
  const past: PastStep[] = [];
  for (let step = 0; step < maxSteps; step++) {
    const norm = Math.sqrt(dotProduct(evaluation.gradient, evaluation.gradient));
    if (!(norm > tolerance)) break;
    const direction = descentDirection(evaluation.gradient, past);
    const slope = dotProduct(direction, evaluation.gradient);
    let size = past.length === 0 ? 1 / norm : 1;
    let next: Float64Array | null = null;
    let reached: E | null = null;
    for (let halving = 0; halving < mostHalvings && reached === null; halving++, size /= 2) {
      if (shouldStop()) return null;
      const tried = point.map((value, i) => value + size * direction[i]!);
      const result = await evaluate(tried);
      if (result.value <= evaluation.value + sufficientDecrease * size * slope) [next, reached] = [tried, result];
    }
    // Rounding hides any further decrease.
    if (next === null || reached === null) break;
    rememberStep(past, difference(next, point), difference(reached.gradient, evaluation.gradient));
    [point, evaluation] = [next, reached];
  }
  return { point, evaluation };
}

/** Minus the estimated inverse Hessian times the gradient. */
function descentDirection(gradient: Float64Array, past: readonly PastStep[]): Float64Array {
  const direction = gradient.map((value) => -value);
  const shares: number[] = [];
  for (const { moved, turned, scale } of past.toReversed()) {
    const share = scale * dotProduct(moved, direction);
    shares.push(share);
    addMultiple(direction, turned, -share);
  }
  const last = past.at(-1);
  if (last !== undefined) {
    const factor = 1 / (last.scale * dotProduct(last.turned, last.turned));
    for (let i = 0; i < direction.length; i++) direction[i]! *= factor;
  }
  for (const { moved, turned, scale } of past) {
    addMultiple(direction, moved, shares.pop()! - scale * dotProduct(turned, direction));
  }
  return direction;
}

/** A step along which the gradient did not grow, because of rounding, says nothing about the curvature. */
function rememberStep(past: PastStep[], moved: Float64Array, turned: Float64Array): void {
  const product = dotProduct(moved, turned);
  if (!(product > 1e-12 * dotProduct(turned, turned))) return;
  past.push({ moved, turned, scale: 1 / product });
  if (past.length > memory) past.shift();
}

function dotProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]!);
}

function addMultiple(sum: Float64Array, values: Float64Array, factor: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += factor * values[i]!;
}
