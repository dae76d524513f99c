// One fit of a retraining: labelled rows and the pseudo-labelled ones of a selection, on the schedule of the champion's final
// fit, from fresh weights unless others are given.

import type { TrainConfig } from "../config.ts";
import type { Selection } from "../learning/pseudo-labeling/select-pseudo-labels.ts";
import { balancedClassWeights } from "../learning/training/class-weights.ts";
import { finalShards } from "../learning/training/final-schedule.ts";
import type { FitSpec, NetworkWeights } from "../learning/training/fit-network.ts";
import type { FitName } from "../learning/training/train-events.ts";
import { fitScaler } from "../signals/preprocessing/scaler.ts";
import type { WindowSet } from "../signals/preprocessing/windows.ts";
import type { Rng } from "../stats/random.ts";

/** What all fits of a retraining share. */
export interface CycleSetting {
  /** Labelled and unlabelled windows; the labels of the latter are not looked at. */
  readonly windows: WindowSet;
  readonly unlabelledRows: Int32Array;
  /** The champion's. */
  readonly trained: Pick<TrainConfig, "network" | "normalize" | "batchSize" | "patience" | "classWeights" | "augment">;
  /** An epoch each. */
  readonly learningRates: readonly number[];
  readonly rng: Rng;
}

/** What is learned from a selection. */
export type PseudoLabels = Pick<Selection, "rows" | "labels">;

/** The windows with the labels that a selection gives, and the rows that are learned from. */
export function labelledWith(
  { windows, unlabelledRows }: Pick<CycleSetting, "windows" | "unlabelledRows">,
  base: Int32Array,
  selection: PseudoLabels | null,
): { windows: WindowSet; rows: Int32Array; spread: Int32Array } {
  const spread = selection === null ? new Int32Array() : selection.rows.map((row) => unlabelledRows[row]!);
  const labels = Int32Array.from(windows.labels);
  for (const [i, row] of spread.entries()) labels[row] = selection!.labels[i]!;
  return { windows: { ...windows, labels }, rows: Int32Array.from([...base, ...spread]).sort(), spread };
}

/**
 * @param base labelled rows that are learned from
 * @param start weights to begin with; null: fresh ones, which depend on the seed and the name alone
 */
export function cycleSpec(
  setting: CycleSetting,
  name: FitName,
  base: Int32Array,
  selection: PseudoLabels | null,
  start: NetworkWeights | null,
): FitSpec {
  const { network, normalize, batchSize, patience, classWeights, augment } = setting.trained;
  const { windows, rows, spread } = labelledWith(setting, base, selection);
  return {
    name: name.replace("-", " "),
    ...{ network, windows, trainIndex: rows, validationIndex: null, batchSize, patience, augment, spread },
    ...{ epochs: setting.learningRates.length, learningRate: setting.learningRates },
    shards: finalShards,
    scaler: fitScaler(normalize, windows, rows),
    classWeights:
      classWeights === "balanced" ? balancedClassWeights(windows.labels, rows, windows.classes.length) : null,
    ...(start !== null && { start: { parameters: start.parameters, statistics: start.statistics } }),
    rng: setting.rng.split(name).state,
  };
}
