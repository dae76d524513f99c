// Finds places where two recordings were joined. There, the direction of gravity jumps although the sensor hardly moved before
// and after, and although the gyroscope measured no such turn. Only +, -, * and / are used, because their results are the same in
// all browsers and in Node.js. N is the number of samples.

/** Maximum sum of the variances of all axes over two blocks at rest, as a fraction of gravity squared; arbitrary. */
const mostVariance = 0.06;
/** A change of gravity is a jump if it exceeds this fraction of gravity plus twice the turn that the gyroscope measured. */
const leastJump = 0.1;

/**
 * Sums of the acceleration over a block by axis; its variance, summed over the axes and multiplied by the square of the number
 * of rows; and an upper limit of the turn, in radians.
 */
type JumpBlock = readonly [x: number, y: number, z: number, variance: number, turn: number];

/**
 * Whether gravity jumps from one block at rest to another one, with one block between them.
 * @param axes six columns [N]: three of an accelerometer with gravity, then three of a gyroscope
 * @param from first row; `to` is the row after the last
 * @param rows rows per block, at least 2
 * @param step converts the gyroscope's values to radians per row
 */
export function jumpsAtRest(
  axes: readonly Float32Array[],
  from: number,
  to: number,
  rows: number,
  step: number,
): boolean {
  const blocks: JumpBlock[] = [];
  for (let at = from; at + rows <= to; at += rows) blocks.push(jumpBlock(axes, at, rows, step));
  return blocks.slice(2).some(([x, y, z, variance, turn], k) => {
    const [a, b, c, before, first] = blocks[k]!;
    const square = a * a + b * b + c * c;
    const allowed = leastJump + 2 * (first + blocks[k + 1]![4] + turn);
    return (
      before + variance <= mostVariance * square &&
      (x - a) * (x - a) + (y - b) * (y - b) + (z - c) * (z - c) > allowed * allowed * square
    );
  });
}

function jumpBlock(axes: readonly Float32Array[], from: number, rows: number, step: number): JumpBlock {
  let variance = 0;
  let turn = 0;
  const [x, y, z] = [0, 1, 2].map((axis) => {
    let sum = 0;
    let squares = 0;
    for (let i = from; i < from + rows; i++) {
      const value = axes[axis]![i]!;
      sum += value;
      squares += value * value;
      turn += Math.abs(axes[axis + 3]![i]! * step);
    }
    variance += squares * rows - sum * sum;
    return sum;
  }) as [number, number, number];
  return [x, y, z, variance, turn];
}
