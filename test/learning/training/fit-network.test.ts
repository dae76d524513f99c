import { describe, expect, it } from "vitest";
import { fitNetwork } from "../../../src/learning/training/fit-network.ts";
import {
  decodeFitState,
  encodeFitState,
  type FitEpoch,
  type FitState,
} from "../../../src/learning/training/fit-state.ts";
import { Rng } from "../../../src/random.ts";
import { quiet, range, type Toy, type ToyChanges, toyFit, toyScaler, toyWindows } from "./toy.ts";

async function finish(fit: Toy, options: Partial<typeof quiet> = {}): Promise<FitState> {
  const { state, finished } = await fitNetwork(...fit, { ...quiet, ...options });
  expect(finished).toBe(true);
  return state;
}

/** Encodes a state without its elapsed seconds. */
function bytes(state: FitState): Uint8Array {
  const epochs = state.progress.epochs.map((epoch) => ({ ...epoch, seconds: 0 }));
  return encodeFitState({ ...state, progress: { ...state.progress, epochs, epochSeconds: 0 } });
}

describe("a fit", () => {
  it("learns a learnable problem", async () => {
    const { progress } = await finish(toyFit({ epochs: 25 }));
    const losses = progress.epochs.map(({ loss }) => loss);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2);
    expect(Math.max(...progress.epochs.map(({ valMacroF1 }) => valMacroF1!))).toBeGreaterThan(0.95);
  });

  it("gives the same bytes for the same plan, and different ones for a different seed", async () => {
    const first = bytes(await finish(toyFit()));
    expect(bytes(await finish(toyFit()))).toEqual(first);
    expect(bytes(await finish(toyFit({ rng: Rng.fromSeed(6).state })))).not.toEqual(first);
  });

  it("continues from a checkpoint at any step as if it had never stopped", async () => {
    const fit = toyFit({ turned: [["Ax", "Ay", "Az"]] });
    const whole = bytes(await finish(fit));
    for (const stopAfter of [1, 4, 5, 7, 10]) {
      let steps = 0;
      const stopped = await fitNetwork(...fit, { ...quiet, shouldStop: () => ++steps === stopAfter });
      expect(stopped.finished).toBe(false);
      const state = decodeFitState(encodeFitState(stopped.state));
      expect(bytes(await finish(fit, { state })), `stopped after step ${stopAfter}`).toEqual(whole);
    }
  });

  it("has nothing left to do if the checkpoint is at its end", async () => {
    const state = await finish(toyFit());
    let epochs = 0;
    const again = await finish(toyFit(), { state, onEpoch: () => epochs++ });
    expect(epochs).toBe(0);
    expect(bytes(again)).toEqual(bytes(state));
  });

  it("starts anew if the checkpoint belongs to another network", async () => {
    const state = await finish(toyFit({ network: "compact-standardized", epochs: 1 }));
    expect(bytes(await finish(toyFit({ epochs: 1 }), { state }))).toEqual(bytes(await finish(toyFit({ epochs: 1 }))));
  });

  it("is not affected by rows that it neither trains nor validates on", async () => {
    const windows = toyWindows(120);
    const fit = toyFit({ windows, trainIndex: range(0, 60) });
    const before = bytes(await finish(fit));
    windows.samples.fill(1e6, 60 * 24 * 3, 80 * 24 * 3);
    windows.labels.fill(0, 60, 80);
    expect(bytes(await finish(fit))).toEqual(before);
  });

  it("is affected by validation in what it keeps, but not in what it learns", async () => {
    const others = range(100, 110);
    const [one, other] = [await finish(toyFit()), await finish(toyFit({ validationIndex: others }))];
    expect(other.parameters).toEqual(one.parameters);
  });

  it("stops when validation has not improved for `patience` epochs, and keeps the best weights", async () => {
    const windows = toyWindows(120);
    const rng = Rng.fromSeed(3);
    for (let row = 80; row < 120; row++) windows.labels[row] = rng.integer(2);
    const states: FitState[] = [];
    const fit = toyFit({ windows, epochs: 60, patience: 4 });
    const { progress, bestParameters } = await finish(fit, {
      onEpoch: (_, state) => states.push(decodeFitState(encodeFitState(state))),
    });
    const scores = progress.epochs.map(({ valMacroF1 }) => valMacroF1!);
    const best = progress.epochs.findLast((epoch) => epoch.best)!.epoch;
    expect(progress.epochs.length).toBe(best + 4);
    expect(progress.epochs.length).toBeLessThan(60);
    expect(scores[best - 1]).toBe(Math.max(...scores));
    expect(bestParameters).toEqual(states[best - 1]!.averageParameters);
  });

  it("halves the learning rate after five epochs without improvement", async () => {
    const windows = toyWindows(120);
    windows.labels.fill(0, 80);
    const { progress } = await finish(toyFit({ windows, epochs: 30, patience: 30 }));
    let since = 0;
    for (const [i, epoch] of progress.epochs.entries()) {
      since = epoch.best ? 0 : since + 1;
      const next = progress.epochs[i + 1]?.learningRate;
      if (next === undefined) break;
      expect(next, `after epoch ${epoch.epoch}`).toBe(since === 5 ? epoch.learningRate! / 2 : epoch.learningRate);
      if (since === 5) since = 0;
    }
    expect(progress.learningRate).toBeLessThan(0.003);
  });

  it("runs all epochs at the given rates and keeps the last weights if there is no validation part", async () => {
    const rates = [0.003, 0.002, 0.001];
    const state = await finish(toyFit({ validationIndex: null, learningRate: rates }));
    expect(state.progress.epochs.map(({ learningRate }) => learningRate)).toEqual(rates);
    expect(state.progress.epochs.map(({ valLoss }) => valLoss)).toEqual([null, null, null]);
    expect(state.bestParameters).toEqual(state.averageParameters);
  });

  it("runs all epochs at the given rates and keeps the last weights, even if they are validated", async () => {
    const rates = [0.003, 0.002, 0.001];
    const windows = toyWindows(120);
    const wrong = { ...windows, labels: windows.labels.map((label, row) => (row < 80 ? label : 1 - label)) };
    const validated = await finish(toyFit({ windows: wrong, learningRate: rates, patience: 1 }));
    const unseen = await finish(toyFit({ windows: wrong, learningRate: rates, validationIndex: null }));
    expect(validated.progress.epochs.map(({ learningRate }) => learningRate)).toEqual(rates);
    expect(validated.progress.epochs.map(({ best }) => best)).toEqual([false, false, true]);
    expect(validated.progress.epochs.every(({ valMacroF1 }) => valMacroF1 !== null)).toBe(true);
    expect(validated.bestParameters).toEqual(unseen.bestParameters);
    expect(validated.bestStatistics).toEqual(unseen.bestStatistics);
  });

  it("warms up by steps that grow linearly", async () => {
    const oneStep: ToyChanges = { trainIndex: range(0, 16), validationIndex: null, epochs: 1 };
    const halved = await finish(toyFit({ ...oneStep, learningRate: [0.0015] }));
    const warming = await finish(toyFit({ ...oneStep, learningRate: [0.003], warmupSteps: 2 }));
    expect(warming.parameters).toEqual(halved.parameters);
    const twoSteps: ToyChanges = { ...oneStep, epochs: 2 };
    const alike = await finish(toyFit({ ...twoSteps, learningRate: [0.0015, 0.003] }));
    const warm = await finish(toyFit({ ...twoSteps, learningRate: [0.003, 0.003], warmupSteps: 2 }));
    expect(warm.parameters).toEqual(alike.parameters);
  });

  it("weights classes: the one with more weight is preferred if nothing distinguishes them", async () => {
    const windows = toyWindows(120);
    windows.samples.fill(5);
    const state = await finish(toyFit({ windows, epochs: 15, classWeights: [3, 1], validationIndex: null }));
    const accuracy = state.progress.epochs.at(-1)!.accuracy;
    expect(accuracy).toBeCloseTo(0.5, 1);
    const unweighted = await finish(toyFit({ windows, epochs: 15, validationIndex: null }));
    expect(state.parameters).not.toEqual(unweighted.parameters);
  });

  it("reduces the batch size to the number of windows", async () => {
    const { progress } = await finish(toyFit({ trainIndex: range(0, 5), epochs: 1 }));
    expect(progress.updates).toBe(1);
  });

  it("reports each step and each epoch", async () => {
    const steps: string[] = [];
    const epochs: FitEpoch[] = [];
    await finish(toyFit({ epochs: 2 }), {
      onStep: ({ epoch, step, steps: all }) => steps.push(`${epoch}:${step}/${all}`),
      onEpoch: (epoch) => epochs.push(epoch),
    });
    expect(steps).toEqual(["1:1/5", "1:2/5", "1:3/5", "1:4/5", "1:5/5", "2:1/5", "2:2/5", "2:3/5", "2:4/5", "2:5/5"]);
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
  });

  it("stops with advice if the loss is not finite", async () => {
    const extreme = toyWindows(120);
    extreme.samples.fill(3e38, 0, 24 * 3 * 100);
    const scaler = { ...toyScaler, method: "none" as const, center: [0, 0, 0], scale: [1, 1, 1] };
    await expect(fitNetwork(...toyFit({ windows: extreme, scaler }), quiet)).rejects.toMatchObject({
      name: "Diverged",
      message: expect.stringMatching(/^fold 1: the loss became NaN in epoch 1, step \d+, at a learning rate of 0.003$/),
      advice: "Use --normalize zscore, or a smaller --learning-rate.",
    });
  });
});

describe("a checkpoint", () => {
  it("is read back bit for bit, even from part of a larger buffer", async () => {
    const state = await finish(toyFit({ epochs: 1 }));
    const encoded = encodeFitState(state);
    const larger = Buffer.alloc(encoded.length + 7);
    larger.set(encoded, 7);
    expect(decodeFitState(larger.subarray(7))).toEqual(state);
  });

  it("is rejected if it is truncated", async () => {
    const encoded = encodeFitState(await finish(toyFit({ epochs: 1 })));
    expect(() => decodeFitState(encoded.subarray(0, encoded.length - 1))).toThrow(RangeError);
  });
});
