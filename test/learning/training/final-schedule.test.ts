import { expect, it } from "vitest";
import { finalSchedule, stretchFinalSchedule } from "../../../src/learning/training/final-schedule.ts";
import type { FitEpoch } from "../../../src/learning/training/fit-state.ts";

/** A fold whose learning rate halves every `halving` epochs; `best` lists the epochs that were the best up to that point. */
function fold(epochs: number, best: readonly number[], halving = Number.POSITIVE_INFINITY): FitEpoch[] {
  return Array.from({ length: epochs }, (_, i) => ({
    epoch: i + 1,
    loss: 1,
    accuracy: 0,
    valLoss: 1,
    valAccuracy: 0,
    valMacroF1: 0,
    seconds: 1,
    best: best.includes(i + 1),
    learningRate: 0.008 * 0.5 ** Math.floor(i / halving),
  }));
}

it("runs for the median of the folds' best epochs", () => {
  expect(finalSchedule([fold(9, [1, 4]), fold(5, [2]), fold(12, [1, 2, 11])]).epochs).toBe(4);
  expect(finalSchedule([fold(9, [4]), fold(9, [7])]).epochs).toBe(6);
  expect(finalSchedule([fold(1, [1]), fold(2, [1])]).epochs).toBe(1);
});

it("learns at the median of the folds' rates in each epoch, and a fold that has stopped counts with its last rate", () => {
  const { epochs, learningRate } = finalSchedule([fold(6, [6]), fold(6, [6], 2), fold(3, [2], 1)]);
  expect(epochs).toBe(6);
  // The learning rates of the three folds are .008 .008 .008 in the first epoch, .008 .008 .004 in the second and .008 .004
  // .002 in the third; the third fold then ends, and counts with .002 in all later epochs.
  expect(learningRate).toEqual([0.008, 0.008, 0.004, 0.004, 0.002, 0.002]);
  expect(finalSchedule([fold(2, [2]), fold(2, [2], 1)]).learningRate).toEqual([0.008, 0.006]);
});

it("is stretched or shortened as a whole", () => {
  const rates = [0.008, 0.004, 0.002, 0.001];
  expect(stretchFinalSchedule(rates, 4)).toEqual(rates);
  expect(stretchFinalSchedule(rates, 8)).toEqual(rates.flatMap((rate) => [rate, rate]));
  expect(stretchFinalSchedule(rates, 2)).toEqual([0.004, 0.001]);
  expect(stretchFinalSchedule(rates, 1)).toEqual([0.002]);
  expect(stretchFinalSchedule([0.001], 3)).toEqual([0.001, 0.001, 0.001]);
});
