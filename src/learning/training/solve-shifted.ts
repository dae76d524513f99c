// Solves (A + shift I) X = B for several shifts. All shifts and all columns of B share one Krylov space, so solving for all of
// them takes no more products with A than solving for the smallest shift alone, and fewer than solving for one column at a
// time. Several matrices are multiplied in one go, because that takes less time than multiplying them one after another. F
// unknowns, K columns, M matrices.

import { KrylovSpace } from "./krylov-space.ts";

export interface SolveOptions {
  /** The search for a matrix ends once the residual for the smallest shift has shrunk to this fraction of B. */
  readonly tolerance: number;
  readonly maxSteps: number;
  /** Called before each product; the search ends if it returns true. */
  readonly shouldStop: () => boolean;
  /** Called after each product. */
  readonly onStep?: (step: number) => void;
}

/**
 * @param multiply multiplies M symmetric matrices without negative eigenvalues by up to K vectors [F] each
 * @param b for each matrix, the columns of B
 * @param shifts more than 0
 * @returns for each matrix and shift, the columns of X; null if `shouldStop` ended the search
 */
export async function solveShifted(
  multiply: (vectors: readonly (readonly Float64Array[])[]) => Promise<Float64Array[][]>,
  b: readonly (readonly Float64Array[])[],
  shifts: readonly number[],
  { tolerance, maxSteps, shouldStop, onStep }: SolveOptions,
): Promise<Float64Array[][][] | null> {
  const smallest = Math.min(...shifts);
  const spaces = b.map((columns) => new KrylovSpace(columns));
  let open = spaces.filter(({ block }) => block.length > 0);
  for (let step = 1; step <= maxSteps && open.length > 0; step++) {
    if (shouldStop()) return null;
    const products = await multiply(spaces.map((space) => (open.includes(space) ? space.block : [])));
    for (const space of open) space.extend(products[spaces.indexOf(space)]!);
    open = open.filter((space) => space.block.length > 0 && space.residual(smallest) > tolerance);
    onStep?.(step);
  }
  return spaces.map((space) => shifts.map((shift) => space.solve(shift)));
}
