// Repeatedly stops a fit at random steps and resumes it from the checkpoint's bytes, with any number of threads. The final
// bytes must equal those of a fit that was never stopped.
import { describe, expect, it } from "vitest";
import { fitNetwork } from "../../../src/learning/training/fit-network.ts";
import { decodeFitState, encodeFitState, type FitState } from "../../../src/learning/training/fit-state.ts";
import { Rng } from "../../../src/random.ts";
import { sha256Bytes } from "../../../src/storage/hash.ts";
import { quiet, range, type Toy, type ToyChanges, toyFit, toyScaler, toyWindows } from "./toy.ts";

/** Hash of a state's bytes without its elapsed seconds. */
function hashOf(state: FitState): string {
  const epochs = state.progress.epochs.map((epoch) => ({ ...epoch, seconds: 0 }));
  return sha256Bytes(encodeFitState({ ...state, progress: { ...state.progress, epochs, epochSeconds: 0 } }));
}

async function inOneGo(fit: Toy, threads = 1): Promise<string> {
  return hashOf((await fitNetwork(...fit, { ...quiet, threads })).state);
}

/** Runs a fit that is stopped after one to three steps each time. */
async function inManySittings(fit: Toy, rng: Rng): Promise<{ sittings: number; state: string }> {
  let checkpoint: Uint8Array | null = null;
  for (let sittings = 1; ; sittings++) {
    let left = 1 + rng.integer(3);
    const { state, finished } = await fitNetwork(...fit, {
      ...quiet,
      threads: 1 + rng.integer(2),
      ...(checkpoint !== null && { state: decodeFitState(checkpoint) }),
      shouldStop: () => --left === 0,
    });
    if (finished) return { sittings, state: hashOf(state) };
    checkpoint = encodeFitState(state);
  }
}

/** 24 windows in 4 steps per epoch, which is short enough for many runs. */
const small: ToyChanges = {
  windows: toyWindows(40),
  batchSize: 6,
  epochs: 2,
  turned: [["Ax", "Ay", "Az"]],
  trainIndex: range(0, 26),
  validationIndex: range(26, 40),
};

describe("stopped repeatedly", () => {
  it.each<[string, ToyChanges]>([
    ["compact", small],
    ["1dcnn-bilstm", { ...small, network: "1dcnn-bilstm" }],
    [
      "a final fit in two shards",
      { ...small, shards: 2, validationIndex: null, learningRate: [0.01, 0.001], classWeights: [0.5, 2] },
    ],
  ])("%s", async (name, changes) => {
    const fit = toyFit(changes);
    const { sittings, state } = await inManySittings(fit, Rng.fromSeed(name.length));
    expect(sittings).toBeGreaterThan(3);
    expect(state).toEqual(await inOneGo(fit));
  });

  it("learning-rate cuts and early stopping continue from their previous state", async () => {
    const windows = toyWindows(40);
    windows.labels.fill(0, 26);
    const fit = toyFit({ ...small, windows, epochs: 30, patience: 9 });
    let checkpoint: Uint8Array | null = null;
    let sittings = 0;
    for (let finished = false; !finished; sittings++) {
      let epochs = 0;
      const sitting = await fitNetwork(...fit, {
        ...quiet,
        ...(checkpoint !== null && { state: decodeFitState(checkpoint) }),
        onEpoch: () => epochs++,
        shouldStop: () => epochs === 4,
      });
      ({ finished } = sitting);
      checkpoint = encodeFitState(sitting.state);
    }
    const { progress } = decodeFitState(checkpoint!);
    expect(sittings).toBeGreaterThan(1);
    expect(progress.epochs.length).toBeLessThan(30);
    expect(progress.learningRate).toBeLessThan(0.003);
    expect(hashOf(decodeFitState(checkpoint!))).toEqual(await inOneGo(fit));
  });
});

describe("a fit", () => {
  it("does not divide a batch that is too small for shards of two windows", async () => {
    const changes = { ...small, batchSize: 2, epochs: 1 };
    expect(await inOneGo(toyFit({ ...changes, shards: 2 }))).toEqual(await inOneGo(toyFit(changes)));
  });

  it("also learns if no channels form a vector", async () => {
    const windows = { ...toyWindows(40), channels: ["pressure", "light", "heart"] };
    const { state } = await fitNetwork(...toyFit({ ...small, windows, epochs: 1 }), quiet);
    expect(state.progress.epochs[0]!.loss).toBeGreaterThan(0);
  });

  it("learns nothing from the labels it validates on", async () => {
    const one = (await fitNetwork(...toyFit(small), quiet)).state;
    const windows = toyWindows(40);
    for (let row = 26; row < 40; row++) windows.labels[row] = 1 - windows.labels[row]!;
    const other = (await fitNetwork(...toyFit({ ...small, windows }), quiet)).state;
    expect(one.progress.updates).toBe(8);
    for (const name of ["parameters", "averageParameters"] as const) {
      expect(Buffer.compare(Buffer.from(other[name].buffer), Buffer.from(one[name].buffer)), name).toBe(0);
    }
    expect(other.progress.epochs.map(({ valAccuracy }) => valAccuracy)).not.toEqual(
      one.progress.epochs.map(({ valAccuracy }) => valAccuracy),
    );
  });

  it("gives advice if no learning rate works", async () => {
    await expect(fitNetwork(...toyFit({ ...small, learningRate: 1e30 }), quiet)).rejects.toMatchObject({
      name: "Diverged",
      exitCode: 2,
      message: expect.stringMatching(/^fold 1: the loss became (NaN|Infinity) in epoch 1, step \d, .* rate of 1e\+30$/),
      advice: expect.stringContaining("Use a smaller --learning-rate"),
    });
    const windows = toyWindows(40);
    windows.samples.fill(Number.POSITIVE_INFINITY, 0, 26 * 24 * 3);
    const scaler = { ...toyScaler, method: "none" as const };
    await expect(fitNetwork(...toyFit({ ...small, windows, scaler }), quiet)).rejects.toMatchObject({
      advice: expect.stringContaining("--normalize zscore"),
    });
  });
});
