// Computes the times of the samples in a device's blocks. A block gives a single clock time. The step between its samples
// therefore comes from the times of the adjacent blocks if no samples were lost in between, and otherwise from the nominal
// rate.

import type { DeviceBlock } from "./device-recording.ts";

/** A time on the device's clock, and the sample at which the device read it. */
interface Anchor {
  readonly seconds: number;
  /** Index in the block; may lie outside the block. */
  readonly sample: number;
}

export interface AnchoredBlock {
  readonly anchor: Anchor;
  /** One array per channel. */
  readonly values: readonly Float64Array[];
  readonly rateHz: number;
  /** Number of the block; the next block has the next number. */
  readonly sequence: number;
  /** Sequence numbers are compared only within one session. */
  readonly session: number;
}

/**
 * Maximum relative deviation of the step between two blocks from the nominal step; a larger deviation means that samples were
 * lost in between.
 */
const stepTolerance = 0.1;

export async function* timedBlocks(blocks: AsyncIterable<AnchoredBlock>): AsyncGenerator<DeviceBlock> {
  let current: AnchoredBlock | undefined;
  let before: number | undefined;
  for await (const next of blocks) {
    if (current !== undefined) {
      const after = stepBetweenBlocks(current, next);
      yield { times: timesOfBlock(current, before, after), values: current.values };
      before = after;
    }
    current = next;
  }
  if (current !== undefined) yield { times: timesOfBlock(current, before, undefined), values: current.values };
}

/**
 * Returns the seconds per sample between two blocks; undefined if the blocks are not consecutive, or if samples were lost in
 * between.
 */
function stepBetweenBlocks(first: AnchoredBlock, second: AnchoredBlock): number | undefined {
  if (second.sequence !== first.sequence + 1 || second.session !== first.session) return undefined;
  const samples = first.values[0]!.length - first.anchor.sample + second.anchor.sample;
  const step = (second.anchor.seconds - first.anchor.seconds) / samples;
  return Math.abs(step * first.rateHz - 1) <= stepTolerance ? step : undefined;
}

/**
 * @param before step from the previous block if this block directly follows it
 * @param after step to the next block if that directly follows this one
 */
function timesOfBlock(
  { anchor: { seconds, sample }, values, rateHz }: AnchoredBlock,
  before: number | undefined,
  after: number | undefined,
): Float64Array {
  const earlier = before ?? after ?? 1 / rateHz;
  const later = after ?? before ?? 1 / rateHz;
  return Float64Array.from(
    { length: values[0]!.length },
    (_, i) => seconds + (i - sample) * (i < sample ? earlier : later),
  );
}
