import { describe, expect, it } from "vitest";
import { penaltyToKeep } from "../../../src/learning/training/search-penalty.ts";
import { unchangedPenalty } from "../../../src/unchanged-penalty.ts";

const unchanged = { penalty: unchangedPenalty, valMacroF1: 0.8, losses: [0.4, 0.5, 0.6, 0.7] };

describe("the penalty to keep", () => {
  it("has the best macro-F1, and is the first of equals", () => {
    const judged = [0.7, 0.9, 0.9].map((valMacroF1, i) => ({ penalty: 300 / (i + 1), valMacroF1, losses: [i, i] }));
    expect(penaltyToKeep(judged)).toBe(150);
  });

  it.each([
    // In both cases, the losses fall by 0.1 on average. For the four differences, scipy.stats.sem gives 0.0913 in the first
    // case and 0.1137 in the second.
    ["changes a starting model's head if the loss falls by more than one standard error", [0, 0.2, 0.3, -0.1], 300],
    ["keeps it if it falls by less", [0.05, 0.3, 0.25, -0.2], unchangedPenalty],
    ["keeps it if it rises", [-0.1, -0.1, -0.1, -0.1], unchangedPenalty],
  ])("%s", (_, falls, kept) => {
    const losses = unchanged.losses.map((loss, person) => loss - falls[person]!);
    expect(penaltyToKeep([unchanged, { penalty: 300, valMacroF1: 0.9, losses }])).toBe(kept);
  });

  it("needs no such proof if there is a single person", () => {
    const judged = [
      { ...unchanged, losses: [0.4] },
      { penalty: 300, valMacroF1: 0.9, losses: [0.5] },
    ];
    expect(penaltyToKeep(judged)).toBe(300);
  });
});
