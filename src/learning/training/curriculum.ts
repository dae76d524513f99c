// Curriculum Labeling (Cascante-Bonilla, Tan, Qi and Ordonez, AAAI 2021). Cycle 0 learns from the labelled windows. Each later
// cycle relabels all unlabelled windows with the previous cycle's network and learns from a larger share of them, namely those
// with the most confident predictions. By default, each cycle starts over with fresh weights, optimizer and schedule, so errors
// are not carried over. The winner is the cycle that scores best on the holdout, which may be cycle 0. Tidemark extends the
// method with a per-class cap and stopping rules. The caller supplies the function that runs a fit.
//
// Dimensions: U unlabelled windows, K classes.

import { argmaxRows } from "../../stats/argmax-rows.ts";
import { gatherRows } from "../../stats/gather-rows.ts";
import { millionths } from "../../stats/millionths.ts";
import { totalVariationDistance } from "../../stats/share-distance.ts";
import { classificationMetrics } from "../evaluation/classification-metrics.ts";
import type { CycleReport, PseudoLabelTruth } from "./cycle-report.ts";
import { type Selection, type SelectorName, selectPseudoLabels } from "./select-pseudo-labels.ts";

/**
 * A cycle's initial weights. One of:
 * - `scratch` (the default): fresh weights
 * - `pretrained`: the weights of cycle 0
 * - `none`: the weights of the previous cycle (a warm start)
 */
export type Restart = "scratch" | "pretrained" | "none";

export interface CurriculumOptions {
  /** Maximum number of cycles after cycle 0. */
  readonly cycles: number;
  /** How much the share grows per cycle. */
  readonly step: number;
  readonly selector: SelectorName;
  /** Minimum confidence for the `fixed` selector. */
  readonly threshold: number;
  readonly restart: Restart;
}

export interface CurriculumData {
  readonly classes: readonly string[];
  /** [K] number of labelled training windows. */
  readonly labelledCounts: readonly number[];
  /** Labels of the holdout windows. */
  readonly holdoutLabels: Int32Array;
  /** [U] true labels, only for the report; -1 if unknown, null if none are known. */
  readonly truth: Int32Array | null;
}

/** The result of one fit: the cycle's network and its predictions. */
export interface CycleFit<W> {
  readonly weights: W;
  /** [holdout, K] */
  readonly holdout: Float32Array;
  /** [U, K] */
  readonly unlabelled: Float32Array;
}

/**
 * One of: `vanished` (a class is no longer selected), `dominated` (one class makes up more than 80 % of the selection),
 * `nothing selected`, `dropped` (clearly worse than cycle 0 on the holdout), `no gain` (in two cycles), `all selected`,
 * `cycles` (all cycles have run).
 */
export type StopReason =
  | "vanished"
  | "dominated"
  | "nothing selected"
  | "dropped"
  | "no gain"
  | "all selected"
  | "cycles";

export interface CurriculumResult<W> {
  readonly cycles: readonly CycleReport[];
  readonly winner: number;
  readonly stopped: StopReason;
  readonly fits: readonly CycleFit<W>[];
  /** The pseudo-labels selected in each cycle; null for cycle 0. */
  readonly selections: readonly (Selection | null)[];
}

/** All limits except the first, which keeps rare classes in the selection, are arbitrary. */
const floorPerClass = 3;
const dominance = 0.8;
const largestDrop = 0.02;
const patience = 2;
export const leastGain = 0.005;

/**
 * @param fitCycle runs one fit: it learns from `selection` in addition to the labelled windows, starting from the weights
 * `from`
 * @param onCycle called after each cycle
 */
export async function runCurriculum<W>(
  data: CurriculumData,
  options: CurriculumOptions,
  fitCycle: (cycle: number, selection: Selection | null, from: W | null) => Promise<CycleFit<W>>,
  onCycle: (report: CycleReport) => void = () => {},
): Promise<CurriculumResult<W>> {
  const { classes, labelledCounts } = data;
  const fits: CycleFit<W>[] = [await fitCycle(0, null, null)];
  const selections: (Selection | null)[] = [null];
  const cycles: CycleReport[] = [describeCurriculumCycle(data, 0, 0, null, fits[0]!, null)];
  onCycle(cycles[0]!);
  const end = (stopped: StopReason): CurriculumResult<W> => {
    return { cycles, winner: bestCurriculumCycle(cycles), stopped, fits, selections };
  };
  for (let cycle = 1; cycle <= options.cycles; cycle++) {
    // Rounds, because 3 x .2 is slightly more than .6 in floating point.
    const share = Math.min(1, Number((cycle * options.step).toPrecision(12)));
    const before = fits.at(-1)!;
    const { selector, threshold } = options;
    const rule = { selector, share, threshold, floor: floorPerClass, caps: labelledCounts };
    const selection = selectPseudoLabels(before.unlabelled, classes.length, rule);
    const fault = curriculumStopReason(selection, selections.at(-1)!);
    if (fault !== null) return end(fault);
    const from = { scratch: null, pretrained: fits[0]!.weights, none: before.weights }[options.restart];
    fits.push(await fitCycle(cycle, selection, from));
    selections.push(selection);
    cycles.push(describeCurriculumCycle(data, cycle, share, selection, fits[cycle]!, before));
    onCycle(cycles[cycle]!);
    if (cycles[cycle]!.holdout.macro_f1 < cycles[0]!.holdout.macro_f1 - largestDrop) return end("dropped");
    if (share >= 1 && selector !== "fixed") return end("all selected");
    if (curriculumCyclesWithoutGain(cycles) >= patience) return end("no gain");
  }
  return end("cycles");
}

/** The best cycle on the holdout; if tied, the earliest. */
function bestCurriculumCycle(cycles: readonly CycleReport[]): number {
  return cycles.reduce((best, { holdout }, i) => (holdout.macro_f1 > cycles[best]!.holdout.macro_f1 ? i : best), 0);
}

/** Number of cycles since the last improvement of at least the minimum gain. */
function curriculumCyclesWithoutGain(cycles: readonly CycleReport[]): number {
  let [best, since] = [cycles[0]!.holdout.macro_f1, 0];
  for (const { holdout } of cycles.slice(1)) {
    since = holdout.macro_f1 >= best + leastGain ? 0 : since + 1;
    best = Math.max(best, holdout.macro_f1);
  }
  return since;
}

/** Why a selection is unfit for training; null if it is fit. */
function curriculumStopReason({ counts, rows }: Selection, previous: Selection | null): StopReason | null {
  if (rows.length === 0) return "nothing selected";
  if (previous?.counts.some((n, k) => n > 0 && counts[k] === 0)) return "vanished";
  return Math.max(...counts) > dominance * rows.length ? "dominated" : null;
}

/** The report on a cycle. `before` is the previous cycle's fit. */
export function describeCurriculumCycle(
  { classes, labelledCounts, holdoutLabels, truth }: CurriculumData,
  cycle: number,
  share: number,
  selection: Selection | null,
  { holdout, unlabelled }: CycleFit<unknown>,
  before: CycleFit<unknown> | null,
): CycleReport {
  const { n, accuracy, macro_f1, expected_calibration_error, log_loss } = classificationMetrics(
    holdoutLabels,
    holdout,
    classes,
  );
  const predicted = argmaxRows(unlabelled, classes.length);
  const known = truth === null ? [] : [...truth.keys()].filter((row) => truth[row]! >= 0);
  const ofAll =
    known.length === 0
      ? null
      : classificationMetrics(
          Int32Array.from(known, (row) => truth![row]!),
          gatherRows(unlabelled, known, classes.length),
          classes,
        );
  return {
    cycle,
    share,
    selection:
      selection === null
        ? null
        : {
            total: selection.rows.length,
            per_class: curriculumByClass(classes, selection.counts),
            thresholds: curriculumByClass(classes, selection.thresholds),
            share_shift: totalVariationDistance(selection.counts, labelledCounts),
            truth: truth === null ? null : curriculumTruth(selection, truth, classes),
          },
    holdout: { n, accuracy, macro_f1, expected_calibration_error, log_loss },
    unlabelled: {
      ...curriculumMeanSignals(unlabelled, classes.length),
      predicted: curriculumByClass(
        classes,
        classes.map((_, k) => predicted.filter((label) => label === k).length),
      ),
      flipped:
        before === null ? null : curriculumFlippedShare(predicted, argmaxRows(before.unlabelled, classes.length)),
      macro_f1: ofAll?.macro_f1 ?? null,
      accuracy: ofAll?.accuracy ?? null,
    },
  };
}

function curriculumTruth(
  { rows, labels }: Selection,
  truth: Int32Array,
  classes: readonly string[],
): PseudoLabelTruth | null {
  const judged = [...rows.keys()].filter((i) => truth[rows[i]!]! >= 0);
  if (judged.length === 0) return null;
  const right = judged.filter((i) => truth[rows[i]!] === labels[i]);
  const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
  const perClass = classes.map((name, k) => {
    const hits = right.filter((i) => labels[i] === k).length;
    const precision = ratio(hits, judged.filter((i) => labels[i] === k).length);
    return [name, { precision, recall: ratio(hits, truth.filter((label) => label === k).length) }] as const;
  });
  return { accuracy: right.length / judged.length, per_class: Object.fromEntries(perClass) };
}

function curriculumMeanSignals(
  probabilities: Float32Array,
  nClasses: number,
): { mean_confidence: number; mean_entropy: number } {
  const rows = probabilities.length / nClasses;
  let [confidence, entropy] = [0, 0];
  for (let row = 0; row < rows; row++) {
    let [most, sum, nats] = [0, 0, 0];
    for (let k = 0; k < nClasses; k++) {
      const p = probabilities[row * nClasses + k]!;
      most = Math.max(most, p);
      sum += p;
      if (p > 0) nats -= p * Math.log(p);
    }
    // The probabilities are divided by their sum, which is not exactly 1 in float32. Otherwise, three classes with equal
    // probabilities would have an entropy above 1.
    confidence += millionths(most / sum);
    entropy += millionths((Math.log(sum) + nats / sum) / Math.log(nClasses));
  }
  return { mean_confidence: confidence / 1e6 / rows, mean_entropy: entropy / 1e6 / rows };
}

function curriculumFlippedShare(now: ArrayLike<number>, before: ArrayLike<number>): number {
  let flips = 0;
  for (let i = 0; i < now.length; i++) if (now[i] !== before[i]) flips++;
  return flips / now.length;
}

function curriculumByClass<T>(names: readonly string[], values: readonly T[]): Record<string, T> {
  return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
}
