// Calibration by rehearsal: drift-free batches of people whom the reference does not know are scored, for a ladder of
// lengths, as production batches will be.

import type { Rng } from "../random.ts";
import type { BaselineReference } from "./baseline-reference.ts";
import { type BatchSummary, mergeSummaries, subtractSummary } from "./batch-summary.ts";
import type { Calibration, CalibrationKind, KindCalibration } from "./calibration.ts";
import { calibrationRung, type Rehearsed } from "./calibration-rung.ts";
import { drawBatch, type Group, splitPool, wholePool } from "./rehearsal.ts";
import { batchStatistics } from "./score.ts";

export interface CalibrateOptions {
  /** Length of every chunk. */
  readonly chunkSeconds: number;
  readonly rng: Rng;
  /** Ascending, none shorter than a chunk (default: 15 s, 1, 5 and 15 minutes). */
  readonly lengthsSeconds?: readonly number[];
  /** Batches in the rolling reference and in the anchor (default: 5). */
  readonly referenceBatches?: number;
  /** Drift-free batches a kind and length, shared evenly by the groups (default: 500). */
  readonly nullBatches?: number;
  /** Mean time for which a person keeps to one activity (default: one chunk). */
  readonly boutSeconds?: number;
}

interface Pair {
  readonly reference: BatchSummary;
  readonly current: BatchSummary;
  readonly apart: KindCalibration["apart"];
}

/** A drift-free pair for batches of `count` chunks; undefined where the group's recordings do not suffice. */
type DrawPair = (group: Group, count: number, rng: Rng) => Pair | undefined;

/** With fewer people a left-out one says little about the next stranger; an arbitrary limit. */
const fewestGroups = 5;

/**
 * Per kind of reference:
 * - baseline: a person's batch against the training data without that person; with 5 people or more
 * - own_past: a batch against as many as a reference holds, of the same person
 * @param baseline whose grids the chunks were counted on
 * @param groups one for each person
 * @returns without the kinds for which the recordings do not suffice
 */
export function calibrate(
  baseline: BaselineReference,
  groups: readonly Group[],
  options: CalibrateOptions,
): Calibration {
  const { chunkSeconds, lengthsSeconds = [15, 60, 300, 900], referenceBatches = 5, nullBatches = 500 } = options;
  const meanBout = (options.boutSeconds ?? chunkSeconds) / chunkSeconds;
  if (!(chunkSeconds > 0 && meanBout >= 1 && nullBatches >= 1 && referenceBatches >= 1)) {
    throw new RangeError("calibrate: expected lengths and numbers above 0, and bouts of at least one chunk");
  }
  if (!(lengthsSeconds.length > 0 && lengthsSeconds.every((s, i) => s >= (lengthsSeconds[i - 1] ?? chunkSeconds)))) {
    throw new RangeError(`calibrate: expected ascending lengths of at least ${chunkSeconds} s, got ${lengthsSeconds}`);
  }
  const drawPairs: Record<CalibrationKind, DrawPair> = {
    baseline: drawStrangers(groups, meanBout),
    own_past: drawOwnPast(meanBout, referenceBatches),
  };
  const kinds: Partial<Record<CalibrationKind, KindCalibration>> = {};
  for (const [name, draw] of Object.entries(drawPairs) as [CalibrationKind, DrawPair][]) {
    const ladder = lengthsSeconds.map((seconds) => {
      const rng = options.rng.split(`${name} ${seconds}`);
      return rehearse(baseline, groups, draw, Math.round(seconds / chunkSeconds), nullBatches, rng);
    });
    const apart = ladder[0]!.apart;
    if (apart === undefined) continue;
    kinds[name] = { apart, rungs: ladder.map(({ rehearsed }, i) => calibrationRung(lengthsSeconds[i]!, rehearsed)) };
  }
  return { reference_batches: referenceBatches, kinds };
}

function drawStrangers(groups: readonly Group[], meanBout: number): DrawPair {
  if (groups.length < fewestGroups) return () => undefined;
  const own = new Map(groups.map((group) => [group, mergeSummaries(group.chunks.map(({ summary }) => summary))]));
  const everyone = mergeSummaries([...own.values()]);
  const others = new Map(groups.map((group) => [group, subtractSummary(everyone, own.get(group)!)]));
  return (group, count, rng) => ({
    reference: others.get(group)!,
    current: drawBatch(wholePool(group), group, count, meanBout, rng),
    apart: "people",
  });
}

function drawOwnPast(meanBout: number, referenceBatches: number): DrawPair {
  return (group, count, rng) => {
    const split = splitPool(group, rng);
    if (split === undefined) return undefined;
    return {
      reference: drawBatch(split.first, group, referenceBatches * count, meanBout, rng),
      current: drawBatch(split.second, group, count, meanBout, rng),
      apart: split.by,
    };
  };
}

/** `apart` is undefined where no group gave a pair, and the weaker of the two where groups differ. */
function rehearse(
  baseline: BaselineReference,
  groups: readonly Group[],
  draw: DrawPair,
  count: number,
  nullBatches: number,
  rng: Rng,
): { rehearsed: Rehearsed[]; apart: KindCalibration["apart"] | undefined } {
  const rehearsed: Rehearsed[] = [];
  let apart: KindCalibration["apart"] | undefined;
  for (let i = 0; i < Math.ceil(nullBatches / groups.length); i++) {
    for (const group of groups) {
      const pair = draw(group, count, rng);
      if (pair === undefined) continue;
      if (apart !== "halves of recordings") apart = pair.apart;
      rehearsed.push({ group: group.name, statistics: batchStatistics(pair.reference, pair.current, baseline) });
    }
  }
  return { rehearsed, apart };
}
