// Chooses the penalty of a linear head: heads for all penalties are fitted without some of the people (or windows) and
// evaluated on those left out. N rows, K classes, P penalties.

import { argmaxRows } from "../../stats/argmax-rows.ts";
import { unchangedPenalty } from "../../unchanged-penalty.ts";
import { classificationMetrics } from "../evaluation/classification-metrics.ts";
import { logLoss } from "../evaluation/log-loss.ts";
import { isLossSurelyLower, lossesByPerson } from "../evaluation/losses-by-person.ts";
import { type CountedWindows, countedWindowRows, countedWindowsToLearn } from "./counted-windows.ts";
import type { PenaltyPlan } from "./fit-plan.ts";
import type { FitEpoch } from "./fit-state.ts";
import type { HeadPoint } from "./head-problem.ts";
import type { HeadRows, LinearHead } from "./linear-head.ts";
import type { SolveOptions } from "./solve-shifted.ts";
import { applyTemperature, fitTemperature } from "./temperature-scaling.ts";

/**
 * Scores of ridge regression are around 1 for a class and -1 for the others. Multiplying the scores by this factor yields
 * logits with roughly the right confidence, until the whole model is calibrated.
 */
export const logitsPerScore = 4;

/** A penalty with its metrics on the people who were held out; these are null if no one was held out. */
export type JudgedPenalty = Pick<FitEpoch, "loss" | "accuracy" | "valLoss" | "valAccuracy" | "valMacroF1" | "best"> & {
  readonly penalty: number;
};

/** @returns the penalties in the plan's order, exactly one of which is the best; null if the search was stopped */
export async function searchPenalty(
  head: LinearHead,
  counted: CountedWindows,
  { strengths, parts }: PenaltyPlan,
  options: SolveOptions,
): Promise<JudgedPenalty[] | null> {
  const { windows } = counted;
  const tested = Int32Array.from(parts.flatMap(({ heldOut }) => heldOut));
  const labels = tested.map((row) => windows.labels[row]!);
  const people = tested.map((row) => windows.groups[row]!);
  const classes = windows.classes.length;
  const logits = strengths.map(() => new Float32Array(labels.length * classes));
  const learned = strengths.map(() => ({ rows: 0, loss: 0, accuracy: 0 }));
  const index = [...counted.positions.keys()];
  const subsets = parts.map(({ trainIndex }) => {
    const own = new Set(trainIndex);
    return Uint8Array.from(index, (row) => (own.has(row) ? 1 : 0));
  });
  const fitted = await head.fitSubsets(countedWindowsToLearn(counted, index), subsets, strengths, options);
  if (fitted === null) return null;
  let at = 0;
  for (const [part, { trainIndex, heldOut }] of parts.entries()) {
    const rows = countedWindowsToLearn(counted, trainIndex);
    const points = fitted[part]!;
    const judged = await head.scores([countedWindowRows(counted, heldOut)], points);
    for (const [p, scores] of judged.entries()) logits[p]!.set(scores, at);
    at += judged[0]!.length;
    for (const [p, { loss, accuracy }] of (await figuresByPenalty(head, rows, points, classes)).entries()) {
      const sums = learned[p]!;
      sums.rows += trainIndex.length;
      sums.loss += loss * trainIndex.length;
      sums.accuracy += accuracy * trainIndex.length;
    }
  }
  const figures = strengths.map((penalty, p) => {
    const probabilities = probabilitiesForPenalty(logits[p]!, classes);
    // A finished model's confidence is calibrated, so the choice of penalty need not consider confidence.
    const calibrated = applyTemperature(probabilities, classes, fitTemperature(probabilities, labels, classes));
    const { log_loss, accuracy, macro_f1 } = classificationMetrics(labels, calibrated, windows.classes);
    const { rows, loss, accuracy: share } = learned[p]!;
    const losses = lossesByPerson({ labels, people, classCount: classes }, calibrated);
    const own = { penalty, loss: loss / rows, accuracy: share / rows, losses };
    return { ...own, valLoss: log_loss, valAccuracy: accuracy, valMacroF1: macro_f1 };
  });
  const kept = penaltyToKeep(figures);
  return figures.map(({ losses: _, ...own }) => ({ ...own, best: own.penalty === kept }));
}

/**
 * Returns the penalty with the best macro-F1. However, a starting model has usually learned from more people than this fit, so
 * its head is kept unless another penalty lowers the mean loss by more than one standard error. For a single person there is no
 * standard error, so the best penalty is used.
 * @param judged the penalties in the plan's order, with each person's losses
 */
export function penaltyToKeep(
  judged: readonly { readonly penalty: number; readonly valMacroF1: number; readonly losses: readonly number[] }[],
): number {
  const best = judged.reduce((a, b) => (b.valMacroF1 > a.valMacroF1 ? b : a));
  const first = judged[0]!;
  if (first.penalty !== unchangedPenalty || first.losses.length < 2) return best.penalty;
  return isLossSurelyLower(first.losses, best.losses) ? best.penalty : first.penalty;
}

/** A penalty chosen earlier, with the metrics of its head. */
export async function judgeChosenPenalty(
  head: LinearHead,
  rows: readonly HeadRows[],
  point: HeadPoint,
  { penalty, classes }: { penalty: number; classes: number },
): Promise<JudgedPenalty> {
  const [figures] = await figuresByPenalty(head, rows, [point], classes);
  return { ...figures!, penalty, valLoss: null, valAccuracy: null, valMacroF1: null, best: true };
}

/** Mean loss and accuracy of heads on the rows that they learned from. */
async function figuresByPenalty(
  head: LinearHead,
  rows: readonly HeadRows[],
  points: readonly HeadPoint[],
  classes: number,
): Promise<{ loss: number; accuracy: number }[]> {
  const labels = Int32Array.from(rows.flatMap(({ targets }) => Array.from(argmaxRows(targets, classes))));
  return (await head.scores(rows, points)).map((scores) => {
    const found = argmaxRows(scores, classes);
    const right = labels.filter((label, i) => label === found[i]).length;
    return {
      loss: logLoss(labels, probabilitiesForPenalty(scores, classes), classes),
      accuracy: right / labels.length,
    };
  });
}

/** Probabilities [N, K] of rows, given their scores. */
function probabilitiesForPenalty(scores: Float32Array, classes: number): Float32Array {
  const probabilities = new Float32Array(scores.length);
  for (let row = 0; row < scores.length; row += classes) {
    const own = scores.subarray(row, row + classes);
    const largest = own.reduce((a, b) => Math.max(a, b));
    const powers = Array.from(own, (score) => Math.exp(logitsPerScore * (score - largest)));
    const sum = powers.reduce((a, b) => a + b);
    for (const [k, power] of powers.entries()) probabilities[row + k] = power / sum;
  }
  return probabilities;
}
