// Distinguishes a sensor that lies on a surface from a sensor worn by someone sitting still. Over a few seconds, a sensor on a
// surface and a worn sensor both measure only gravity and noise. But in a worn sensor, breathing and settling change the
// direction of gravity from one ten-second block to the next, whereas a table does not move. Therefore, the variation between
// the block means over a minute is compared with the variation explained by the noise within the blocks; see docs/decisions.md.
// Dimensions: B blocks, each of about ten seconds.

/** One axis of an accelerometer in one block, in units of gravity. */
export interface AxisBlock {
  /** Number of samples. */
  readonly n: number;
  readonly mean: number;
  readonly std: number;
  /** Number of samples that differ from the previous one. */
  readonly changes: number;
}

/** Number of blocks in a minute. For less than a minute, some people keep as still as a table. */
const blocksOfRest = 6;
/** Maximum standard deviation of the means, in g, beyond what noise explains; chosen on MotionSense. */
const restG = 0.0003;
/**
 * Minimum share of samples that differ from the previous one; below it, the values are too coarse to show small
 * movements; arbitrary.
 */
const leastChanges = 0.5;

/**
 * Whether each block belongs to a minute during which the sensor was lying on a surface.
 * @param blocks the axes of all accelerometers in consecutive blocks; null for a block with movement
 */
export function restingBlocks(blocks: readonly (readonly AxisBlock[] | null)[]): boolean[] {
  const resting = blocks.map(() => false);
  for (let from = 0; from + blocksOfRest <= blocks.length; from++) {
    const minute = blocks.slice(from, from + blocksOfRest);
    if (minute.every((axes) => axes !== null) && isRest(minute)) resting.fill(true, from, from + blocksOfRest);
  }
  return resting;
}

function isRest(minute: readonly (readonly AxisBlock[])[]): boolean {
  return minute[0]!.every((_, axis) => {
    const own = minute.map((axes) => axes[axis]!);
    return (
      own.every(({ n, changes }) => changes >= leastChanges * (n - 1)) &&
      varianceBetweenRestingBlocks(own) <= restG ** 2
    );
  });
}

/** Variance of the blocks' means, minus the variance explained by independent noise within the blocks; may be negative. */
function varianceBetweenRestingBlocks(blocks: readonly AxisBlock[]): number {
  const count = blocks.length;
  const mean = blocks.reduce((sum, own) => sum + own.mean / count, 0);
  const squares = blocks.reduce((sum, own) => sum + (own.mean - mean) ** 2, 0);
  const noise = blocks.reduce((sum, { std, n }) => sum + std ** 2 / n / count, 0);
  return squares / (count - 1) - noise;
}
