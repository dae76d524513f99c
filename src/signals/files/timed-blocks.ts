// Gives the samples of a device's blocks their times. A block states one moment of the clock, so the step between its samples
// comes from the moments of the blocks around it, if no sample was lost between them, and otherwise from the nominal rate.

import type { DeviceBlock } from "./device-recording.ts";

/** A moment of the device's clock, and the sample at which it was read. */
interface Anchor {
  readonly seconds: number;
  /** Index in the block; it may lie outside. */
  readonly sample: number;
}

export interface AnchoredBlock {
  readonly anchor: Anchor;
  /** One array per channel. */
  readonly values: readonly Float64Array[];
  readonly rateHz: number;
  /** A block follows another one if it has the next number. */
  readonly sequence: number;
  /** Numbers count within one session. */
  readonly session: number;
}

/** Largest relative deviation of the step between two blocks from the nominal one; beyond it, samples were lost between them. */
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

/** Seconds per sample between the moments of two blocks; undefined if they do not follow each other. */
function stepBetweenBlocks(first: AnchoredBlock, second: AnchoredBlock): number | undefined {
  if (second.sequence !== first.sequence + 1 || second.session !== first.session) return undefined;
  const samples = first.values[0]!.length - first.anchor.sample + second.anchor.sample;
  const step = (second.anchor.seconds - first.anchor.seconds) / samples;
  return Math.abs(step * first.rateHz - 1) <= stepTolerance ? step : undefined;
}

/** @param before step since the block before, if this one follows it @param after likewise */
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
