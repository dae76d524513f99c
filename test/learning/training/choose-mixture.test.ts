import { describe, expect, it } from "vitest";
import {
  chooseMixture,
  describeMixtureChoice,
  joinTriedMixtures,
  tryMixtures,
} from "../../../src/learning/training/choose-mixture.ts";
import type { TriedMixture } from "../../../src/learning/training/ensemble-mixture.ts";

const average = [0.5, 0.5];
const tried = (...losses: [average: number[], compact: number[], minirocket: number[]]): TriedMixture[] =>
  losses.map((own, i) => ({ weights: [average, [1, 0], [0, 1]][i]!, losses: own }));

describe("tryMixtures", () => {
  it("measures the loss of each person, whatever their number of windows", () => {
    const held = {
      labels: Int32Array.of(0, 1, 0),
      people: Int32Array.of(7, 7, 3),
      classCount: 2,
      members: [Float32Array.of(0.5, 0.5, 0.5, 0.5, 0.25, 0.75), Float32Array.of(1, 0, 0, 1, 0.75, 0.25)],
    };
    const found = tryMixtures(held, { temperatures: [1, 1], weights: average });
    expect(found.map(({ weights }) => weights)).toEqual([average, [1, 0], [0, 1]]);
    const logs = [
      [0.75, 0.5],
      [0.5, 0.25],
      [1, 0.75],
    ];
    for (const [i, [first, second]] of logs.entries()) {
      expect(found[i]!.losses[0]).toBeCloseTo(-Math.log(first!), 5);
      expect(found[i]!.losses[1]).toBeCloseTo(-Math.log(second!), 5);
    }
  });

  it("tries no network that sees magnitudes alone", () => {
    const members = [0.5, 0.25, 0.75].map((p) => Float32Array.of(p, 1 - p));
    const held = { labels: Int32Array.of(0), people: Int32Array.of(3), classCount: 2, members };
    const weights = [1 / 3, 1 / 3, 1 / 3];
    const found = tryMixtures(held, { temperatures: [1, 1, 1], weights });
    expect(found.map((tried) => tried.weights)).toEqual([weights, [1, 0, 0], [0, 1, 0]]);
    expect(found[0]!.losses[0]).toBeCloseTo(-Math.log(0.5), 5);
  });
});

describe("chooseMixture", () => {
  // The differences from the average are .1, .1 and .4; their mean is .2, and the standard error of the mean is sqrt(.03 / 3) =
  // .1.
  const better = [0.4, 0.4, 0.1];

  it("prefers a single network if it is better by more than one standard error", () => {
    expect(chooseMixture(tried([0.5, 0.5, 0.5], better, [0.6, 0.6, 0.6]))).toEqual([1, 0]);
  });

  it("keeps the average if the difference may be chance", () => {
    // The differences are .1, .1 and -.1; their mean is .033, and the standard error of the mean is .067.
    expect(chooseMixture(tried([0.5, 0.5, 0.5], [0.4, 0.4, 0.6], [0.6, 0.6, 0.6]))).toEqual(average);
  });

  it("keeps the average for a single person", () => {
    expect(chooseMixture(tried([0.5], [0.1], [0.6]))).toEqual(average);
  });

  it("decides for the final fit by what all folds tried", () => {
    const folds = [tried([0.5], [0.4], [0.6]), tried([0.5, 0.5], [0.4, 0.1], [0.6, 0.6])];
    expect(chooseMixture(joinTriedMixtures(folds))).toEqual([1, 0]);
    const { chosen, losses, difference } = describeMixtureChoice(folds);
    expect([chosen, Object.keys(losses)]).toEqual(["compact", ["average", "compact", "minirocket"]]);
    expect(losses.compact).toBeCloseTo(0.3, 12);
    expect([difference.mean, difference.error]).toEqual([expect.closeTo(0.2, 12), expect.closeTo(0.1, 12)]);
  });
});
