// Plans one fit of a retraining run. The fit trains on labelled rows and a selection of pseudo-labelled rows, with the schedule
// of the champion's final fit.

import { balancedClassWeights } from "../learning/training/class-weights.ts";
import { ensembleEpochs } from "../learning/training/ensemble-epochs.ts";
import type { EnsembleMixture } from "../learning/training/ensemble-mixture.ts";
import { finalShards } from "../learning/training/final-schedule.ts";
import type { FitName } from "../learning/training/fit-events.ts";
import type { FitPlan } from "../learning/training/fit-plan.ts";
import type { NetworkSource } from "../learning/training/network-source.ts";
import { fixedPenalty } from "../learning/training/penalty-plan.ts";
import type { Selection } from "../learning/training/select-pseudo-labels.ts";
import type { TrainConfig } from "../options/resolve-config.ts";
import type { Rng } from "../random.ts";
import { fitScaler } from "../signals/data/scaler.ts";
import type { WindowSet } from "../signals/data/windows.ts";

/** Settings that all fits of a retraining run share. */
export interface CycleSetting {
  /** Labelled and unlabelled windows; the labels of unlabelled windows are ignored. */
  readonly windows: WindowSet;
  readonly windowsFingerprint: string;
  readonly unlabelledRows: Int32Array;
  readonly sensors: readonly { readonly channels: readonly string[] }[];
  /** The network that the champion was fitted with. */
  readonly network: NetworkSource;
  /** The champion's training options. */
  readonly trained: Pick<TrainConfig, "normalize" | "batchSize" | "patience" | "classWeights" | "augment">;
  readonly schedule: CycleSchedule;
  readonly rng: Rng;
}

/** The schedule of the champion's final fit. */
export interface CycleSchedule {
  /** Learning rates, one per epoch; empty for a network that is not trained in mini-batches. */
  readonly learningRates: readonly number[];
  /** Penalty on the weights of the linear layer; null for a network without such a layer. */
  readonly penalty: number | null;
  /** The weights and temperatures that combine the members of an ensemble; null for other networks. */
  readonly mixture: EnsembleMixture | null;
}

/** Number of epochs per fit. */
export function cycleEpochs({ learningRates, mixture }: CycleSchedule): number {
  return mixture === null ? Math.max(1, learningRates.length) : ensembleEpochs(learningRates.length, 1);
}

/** The part of the plan that depends on the selection. */
export type PseudoLabels = Pick<Selection, "rows" | "labels">;

/** Gives the selected windows their pseudo-labels, and returns all windows with the rows to train on. */
export function pseudoLabelCycle(
  { windows, unlabelledRows }: Pick<CycleSetting, "windows" | "unlabelledRows">,
  base: Int32Array,
  selection: PseudoLabels | null,
): { windows: WindowSet; rows: Int32Array; pseudoLabels: FitPlan["pseudoLabels"] } {
  if (selection === null) return { windows, rows: Int32Array.from(base).sort(), pseudoLabels: null };
  const pseudoLabelled = Array.from(selection.rows, (row) => unlabelledRows[row]!);
  const labels = Int32Array.from(windows.labels);
  for (const [i, row] of pseudoLabelled.entries()) labels[row] = selection.labels[i]!;
  return {
    windows: { ...windows, labels },
    rows: Int32Array.from([...base, ...pseudoLabelled]).sort(),
    pseudoLabels: { rows: pseudoLabelled, labels: Array.from(selection.labels) },
  };
}

/**
 * @param base labelled rows to train on
 * @param testIndex windows to predict
 */
export function cyclePlan(
  setting: CycleSetting,
  name: FitName,
  base: Int32Array,
  selection: PseudoLabels | null,
  testIndex: Int32Array | null,
): FitPlan {
  const { normalize, batchSize, patience, classWeights, augment } = setting.trained;
  const { learningRates, penalty, mixture } = setting.schedule;
  const { windows, rows, pseudoLabels } = pseudoLabelCycle(setting, base, selection);
  const sensors = setting.sensors.map(({ channels }) => channels);
  return {
    name: name.replace("-", " "),
    windows: setting.windowsFingerprint,
    network: setting.network,
    batchSize,
    patience,
    pseudoLabels,
    sensors,
    turned: augment === "rotate" ? sensors : null,
    trainIndex: Array.from(rows),
    validationIndex: null,
    testIndex: testIndex === null ? null : Array.from(testIndex),
    epochs: cycleEpochs(setting.schedule),
    learningRate: learningRates,
    penalties: penalty === null ? null : fixedPenalty(penalty),
    ...(mixture !== null && { mixture }),
    shards: finalShards,
    scaler: fitScaler(normalize, windows, rows),
    classWeights:
      classWeights === "balanced" ? balancedClassWeights(windows.labels, rows, windows.classes.length) : null,
    rng: setting.rng.split(name).state,
  };
}
