import { describe, expect, it } from "vitest";
import { halvingEpochs, successiveHalving } from "../../../src/learning/training/successive-halving.ts";

/**
 * Searches among candidates 0, 1, 2, ... with these scores; only the candidates in `late` score differently after all epochs.
 */
async function search(scores: readonly number[], options: { late?: Record<number, number>; shares?: number } = {}) {
  const { late = {}, shares = Number.POSITIVE_INFINITY } = options;
  let started = 0;
  return successiveHalving([...scores.keys()], {
    epochsOf: () => 90,
    // Every trial takes the same share of the time.
    isTimeLeft: (share) => started < share * shares,
    score: async (candidate, epochs) => {
      started++;
      return epochs === 90 ? (late[candidate] ?? scores[candidate]!) : scores[candidate]!;
    },
  });
}

describe("successive halving", () => {
  it("gives the best third three times as many epochs", async () => {
    // The rounds have 9, ceil(9 / 3) = 3 and max(2, 1) candidates, like scikit-learn's HalvingGridSearchCV with factor 3, but
    // never a single candidate.
    const { trials, best } = await search([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
    expect(trials.map(({ candidate, epochs }) => [candidate, epochs])).toEqual([
      ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((candidate) => [candidate, 10]),
      ...[8, 7, 6].map((candidate) => [candidate, 30]),
      ...[8, 7].map((candidate) => [candidate, 90]),
    ]);
    expect(best).toEqual({ candidate: 8, epochs: 90, score: 0.9 });
  });

  it("gives every candidate the same share of its own epochs", async () => {
    const { trials } = await successiveHalving([90, 9, 1], {
      epochsOf: (own) => own,
      isTimeLeft: () => true,
      score: async (own) => own,
    });
    expect(trials.map(({ candidate, epochs }) => [candidate, epochs])).toEqual([
      [90, 30],
      [9, 3],
      [1, 1],
      [90, 90],
      [9, 9],
    ]);
  });

  it("lets the last rung decide", async () => {
    expect((await search([0.3, 0.5, 0.4], { late: { 1: 0.6, 2: 0.7 } })).best).toMatchObject({
      candidate: 2,
      score: 0.7,
    });
  });

  it("tries fewer candidates if the time runs out, but at least two, and always ends", async () => {
    const { trials, best } = await search([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], { shares: 9 });
    const rungs = [10, 30, 90].map((each) =>
      trials.filter(({ epochs }) => epochs === each).map((own) => own.candidate),
    );
    expect(rungs).toEqual([
      [0, 1, 2],
      [2, 1],
      [2, 1],
    ]);
    expect(best.candidate).toBe(2);
    const hurried = await search([0.1, 0.2, 0.3], { shares: 0 });
    expect(hurried.trials.map(({ candidate, epochs }) => [candidate, epochs])).toEqual([
      [0, 30],
      [1, 30],
      [1, 90],
    ]);
  });

  it("prefers the candidate that comes first if scores are equal", async () => {
    expect((await search([0.5, 0.5, 0.5])).best.candidate).toBe(0);
  });

  it("has fewer rungs for few candidates", () => {
    expect([2, 3, 6, 7].map((candidates) => halvingEpochs(candidates, 100))).toEqual([
      [100],
      [33, 100],
      [33, 100],
      [11, 33, 100],
    ]);
    expect(halvingEpochs(20, 2)).toEqual([1, 2]);
  });
});
