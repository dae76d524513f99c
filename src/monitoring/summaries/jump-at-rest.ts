// Finds places where two recordings were joined. There, the direction of gravity jumps although the sensor hardly moved before
// and after, and although the gyroscope measured no such turn. Only +, -, * and / are used, because their results are the same in
// all browsers and in Node.js. N is the number of samples.

/** Duration of the blocks that are compared, and their minimum number of samples; both are arbitrary. */
const [blockSeconds, fewestSamples] = [0.2, 3];
/** Maximum standard deviation of the acceleration vector in a block at rest, as a fraction of gravity; arbitrary. */
const mostSpread = 0.2;
/** A change of gravity is a jump if it exceeds this fraction of gravity plus twice the turn that the gyroscope measured. */
const leastJump = 0.1;

interface JumpBlock {
  readonly mean: readonly [number, number, number];
  /** Squared length of the mean. */
  readonly square: number;
  /** Sum of the axes' variances. */
  readonly variance: number;
  /** Upper limit of the turn, in radians. */
  readonly turn: number;
}

/**
 * Whether gravity jumps from one block at rest to another one, with at most one block between them.
 * @param axes six columns [N]: three of an accelerometer with gravity, then three of a gyroscope
 * @param from first row; `to` is the row after the last
 * @param unit converts the gyroscope's values to rad/s
 */
export function jumpsAtRest(
  axes: readonly Float32Array[],
  { from, to }: { readonly from: number; readonly to: number },
  samplingRateHz: number,
  unit: number,
): boolean {
  const rows = Math.max(fewestSamples, Math.round(blockSeconds * samplingRateHz));
  let [before, between]: [JumpBlock | null, JumpBlock | null] = [null, null];
  for (let at = from; at + rows <= to; at += rows) {
    const block = blockAtRest(axes, at, rows, unit / samplingRateHz);
    if (before !== null && between !== null && isJumpBetween(before, between, block)) return true;
    [before, between] = [between, block];
  }
  return false;
}

function blockAtRest(axes: readonly Float32Array[], from: number, rows: number, step: number): JumpBlock {
  const mean: [number, number, number] = [0, 0, 0];
  let [squares, turn] = [0, 0];
  for (let axis = 0; axis < 3; axis++) {
    const [accelerations, rates] = [axes[axis]!, axes[axis + 3]!];
    let sum = 0;
    for (let i = from; i < from + rows; i++) {
      const value = accelerations[i]!;
      sum += value;
      squares += value * value;
      turn += Math.abs(rates[i]! * step);
    }
    mean[axis] = sum / rows;
  }
  const square = mean[0] * mean[0] + mean[1] * mean[1] + mean[2] * mean[2];
  return { mean, square, variance: squares / rows - square, turn };
}

function isJumpBetween(before: JumpBlock, between: JumpBlock, after: JumpBlock): boolean {
  const { square } = before;
  const most = mostSpread * mostSpread * square;
  if (before.variance > most || after.variance > most) return false;
  const moved = before.mean.reduce(
    (sum, value, axis) => sum + (after.mean[axis]! - value) * (after.mean[axis]! - value),
    0,
  );
  const allowed = leastJump + 2 * (before.turn + between.turn + after.turn);
  return moved > allowed * allowed * square;
}
