import { expect, it } from "vitest";
import type { FitEpoch } from "../../../src/learning/training/fit-state.ts";
import { TimeLeft } from "../../../src/learning/training/time-left.ts";

const epoch = (number: number, seconds = 2): FitEpoch => ({
  epoch: number,
  seconds,
  loss: 1,
  accuracy: 0.5,
  learningRate: 0.001,
  best: true,
  valLoss: 1,
  valAccuracy: 0.5,
  valMacroF1: 0.5,
});

it("is not known before the first epoch, and nothing at the end", () => {
  const left = new TimeLeft(["fold-1", "fold-2", "final"], 10, 2);
  expect(left.seconds()).toBeNull();
  for (const fit of ["fold-1", "fold-2"] as const) {
    left.epochEnded(fit, epoch(1));
    left.fitEnded(fit);
  }
  left.finalPlanned(3);
  expect(left.seconds()).toBe(6);
  for (const number of [1, 2, 3]) left.epochEnded("final", epoch(number));
  expect(left.seconds()).toBe(0);
});

it("takes the limit for granted until a fit has ended, then what that one needed; folds share the workers", () => {
  const left = new TimeLeft(["fold-1", "fold-2", "fold-3", "fold-4", "final"], 10, 2);
  left.epochEnded("fold-1", epoch(1));
  expect(left.seconds()).toBe(2 * ((9 + 10 + 10 + 10) / 2 + 10));
  for (const number of [2, 3, 4]) left.epochEnded("fold-1", epoch(number));
  left.fitEnded("fold-1");
  expect(left.seconds()).toBe(2 * ((4 + 4 + 4) / 2 + 4));
});
