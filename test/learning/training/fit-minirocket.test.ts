import { describe, expect, it } from "vitest";
import { fitMiniRocket } from "../../../src/learning/training/fit-minirocket.ts";
import { predictWithFitWeights } from "../../../src/learning/training/fit-network.ts";
import type { PenaltyPlan } from "../../../src/learning/training/fit-plan.ts";
import {
  decodeFitState,
  encodeFitState,
  type FitEpoch,
  type FitState,
  type NetworkWeights,
} from "../../../src/learning/training/fit-state.ts";
import { ValidationSession } from "../../../src/learning/training/network-session.ts";
import { fixedPenalty, searchedPenalties } from "../../../src/learning/training/penalty-plan.ts";
import { Rng } from "../../../src/random.ts";
import { unchangedPenalty } from "../../../src/unchanged-penalty.ts";
import { type ToyChanges, toyFit, toyScaler, toyWindows } from "./toy.ts";

const windows = toyWindows(60);
const learned = Array.from({ length: 45 }, (_, i) => i);
const searched = searchedPenalties("group", windows, Int32Array.from(learned), {
  rng: Rng.fromSeed(1),
  purgeSamples: windows.windowSize,
});

async function fitToy(
  penalties: PenaltyPlan,
  changes: ToyChanges = {},
  {
    state,
    start,
    stopAfter = Number.POSITIVE_INFINITY,
  }: { state?: FitState; start?: NetworkWeights; stopAfter?: number } = {},
): Promise<{ state: FitState; finished: boolean; epochs: FitEpoch[] }> {
  const [plan, own] = toyFit({
    windows,
    network: "minirocket",
    trainIndex: learned,
    validationIndex: null,
    ...changes,
  });
  const epochs: FitEpoch[] = [];
  let asked = 0;
  const result = await fitMiniRocket(plan, penalties, own, {
    threads: 1,
    ...(state !== undefined && { state }),
    ...(start !== undefined && { start }),
    shouldStop: () => ++asked > stopAfter,
    onStep: () => {},
    onEpoch: (epoch) => epochs.push(epoch),
  });
  return { ...result, epochs };
}

async function accuracy({ bestParameters, bestStatistics }: FitState, rows: readonly number[]): Promise<number> {
  const size = { windowSize: windows.windowSize, channels: windows.channels.length, classes: 2 };
  const session = await ValidationSession.create("minirocket", size);
  const weights = { parameters: bestParameters, statistics: bestStatistics };
  const found = await predictWithFitWeights(session, weights, { windows, scaler: toyScaler }, Int32Array.from(rows));
  await session.release();
  return rows.filter((row, i) => found[2 * i + 1]! > 0.5 === (windows.labels[row] === 1)).length / rows.length;
}

const withoutTimes = (epochs: readonly FitEpoch[]) => epochs.map(({ seconds: _, ...epoch }) => epoch);

describe("fitMiniRocket", () => {
  it("learns, and is right about windows that it did not see", async () => {
    const { state, finished, epochs } = await fitToy(searched);
    expect(finished).toBe(true);
    expect(epochs).toEqual(state.progress.epochs);
    expect(epochs.map(({ penalty }) => penalty)).toEqual(searched.strengths.slice(0, epochs.length));
    expect(
      await accuracy(
        state,
        Array.from({ length: 15 }, (_, i) => 45 + i),
      ),
    ).toBeGreaterThan(0.9);
  });

  it("gives the same bytes again, other ones with another seed, and other ones with rotated copies", async () => {
    const parameters = async (changes: ToyChanges) => {
      const { bestParameters, bestStatistics } = (await fitToy(fixedPenalty(300), changes)).state;
      return Buffer.from([...bestParameters, ...bestStatistics].toString()).toString("base64");
    };
    const first = await parameters({});
    expect(await parameters({})).toBe(first);
    expect(await parameters({ rng: Rng.fromSeed(6).state })).not.toBe(first);
    expect(await parameters({ turned: [["Ax", "Ay", "Az"]] })).not.toBe(first);
    // Without a sensor that has three axes, nothing can be rotated, so the fit must not add copies of the windows.
    expect(await parameters({ turned: [] })).toBe(first);
  });

  it("starts again if it was stopped at any point, and then gives the same bytes", async () => {
    const whole = await fitToy(searched);
    for (const stopAfter of [1, 5, 9]) {
      const stopped = await fitToy(searched, {}, { stopAfter });
      expect(stopped.finished, `after ${stopAfter}`).toBe(false);
      const state = decodeFitState(encodeFitState(stopped.state));
      const resumed = await fitToy(searched, {}, { state });
      expect(resumed.state.bestParameters).toEqual(whole.state.bestParameters);
      expect(withoutTimes(resumed.epochs)).toEqual(withoutTimes(whole.epochs));
    }
  });

  it("reports how far it is, first with the features and then with the layer", async () => {
    const [plan, own] = toyFit({ windows, network: "minirocket", trainIndex: learned, validationIndex: null });
    const shares: Record<string, number[]> = { features: [], layer: [] };
    await fitMiniRocket(plan, searched, own, {
      threads: 1,
      shouldStop: () => false,
      onStep: ({ stage, step, steps, loss }) => {
        expect(loss).toBeNull();
        if (stage === "features") expect(shares.layer).toEqual([]);
        shares[stage!]!.push(step / steps);
      },
      onEpoch: () => {},
    });
    expect(shares.features!.at(-1)).toBe(1);
    for (const own of Object.values(shares)) {
      expect(own.length).toBeGreaterThan(2);
      expect(own).toEqual(own.toSorted((a, b) => a - b));
      expect(own.at(-1)).toBeLessThanOrEqual(1);
    }
  });

  it("leaves a model as it is under an infinite penalty, and moves less from it under a stronger one", async () => {
    const { bestParameters: parameters, bestStatistics: statistics } = (await fitToy(fixedPenalty(3000))).state;
    const start = { parameters, statistics };
    const other = { rng: Rng.fromSeed(9).state, trainIndex: Array.from({ length: 15 }, (_, i) => 45 + i) };
    const moved = async (penalty: number): Promise<number> => {
      const { state } = await fitToy(fixedPenalty(penalty), other, { start });
      expect(state.bestStatistics).toEqual(statistics);
      // The intercepts, which have no penalty, come last.
      const weights = state.bestParameters.subarray(0, -2);
      return weights.reduce((sum, value, i) => sum + (value - parameters[i]!) ** 2, 0);
    };
    expect(await moved(unchangedPenalty)).toBe(0);
    const [strong, weak] = [await moved(1_000_000), await moved(30)];
    expect(strong).toBeGreaterThan(0);
    expect(weak).toBeGreaterThan(2 * strong);
  });

  it("returns a finished fit at once", async () => {
    const whole = await fitToy(fixedPenalty(300));
    const state = decodeFitState(encodeFitState(whole.state));
    const again = await fitToy(fixedPenalty(300), {}, { state, stopAfter: 0 });
    expect(again.finished).toBe(true);
    expect(again.state.bestParameters).toEqual(whole.state.bestParameters);
  });

  it("learns from pseudo-labels instead of labels", async () => {
    const opposite = { rows: learned, labels: learned.map((row) => 1 - windows.labels[row]!) };
    const { state } = await fitToy(fixedPenalty(300), { pseudoLabels: opposite });
    expect(await accuracy(state, learned)).toBeLessThan(0.1);
  });

  it("has heavier weights on a class that counts more", async () => {
    const biased = async (classWeights: number[]) => {
      const { bestParameters: weights } = (await fitToy(fixedPenalty(3000), { classWeights })).state;
      return weights.at(-1)! - weights.at(-2)!;
    };
    expect(await biased([1, 5])).toBeGreaterThan(await biased([5, 1]));
  });
});

describe("searchedPenalties", () => {
  it("holds out every person once, and nobody on both sides", () => {
    expect(searched.parts.flatMap(({ heldOut }) => heldOut).sort((a, b) => a - b)).toEqual(learned);
    for (const { trainIndex, heldOut } of searched.parts) {
      const people = new Set(heldOut.map((row) => windows.groups[row]));
      expect(trainIndex.some((row) => people.has(windows.groups[row]))).toBe(false);
      expect(trainIndex.length + heldOut.length).toBe(learned.length);
    }
  });

  it("tries a starting model as it is first", () => {
    const options = { rng: Rng.fromSeed(1), purgeSamples: windows.windowSize, fromModel: true };
    const { strengths } = searchedPenalties("group", windows, Int32Array.from(learned), options);
    expect(strengths[0]).toBe(unchangedPenalty);
    expect(strengths).toEqual(strengths.toSorted((a, b) => b - a));
  });

  it("has nothing to choose for a single person", () => {
    const rows = Int32Array.from(learned.filter((row) => windows.groups[row] === 0));
    const plan = searchedPenalties("group", windows, rows, { rng: Rng.fromSeed(1), purgeSamples: 1 });
    expect(plan).toEqual(fixedPenalty(300));
  });
});
