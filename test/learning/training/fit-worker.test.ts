// A fit in a separate thread produces the same result; its weights, predictions, checkpoints and failures are all returned.
import { describe, expect, it } from "vitest";
import { Diverged } from "../../../src/learning/training/diverged.ts";
import { fitNetwork, predictWithFitWeights } from "../../../src/learning/training/fit-network.ts";
import { type StepProgress, windowsForFitRunner } from "../../../src/learning/training/fit-runner.ts";
import { decodeFitState, type FitEpoch } from "../../../src/learning/training/fit-state.ts";
import { fitWorkerRunner } from "../../../src/learning/training/fit-worker.ts";
import { ValidationSession } from "../../../src/learning/training/network-session.ts";
import { sha256Bytes } from "../../../src/storage/hash.ts";
import { quiet, range, toyFit, toyWindows } from "./toy.ts";

const windows = toyWindows(60);
const testIndex = [59, 50, 51, 52];
const changes = { batchSize: 8, epochs: 2, trainIndex: range(0, 32), validationIndex: range(32, 48), testIndex };
const [plan] = toyFit({ windows, ...changes });
const run = fitWorkerRunner(windowsForFitRunner(plan.windows, windows));

const hashOf = (values: Float32Array): string =>
  sha256Bytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));

describe("workerRunner", () => {
  it("returns the weights of the best epoch and their predictions for the test windows, in order", async () => {
    const epochs: FitEpoch[] = [];
    const checkpoints: Uint8Array[] = [];
    const outcome = await run(
      { plan, checkpoint: null, threads: 1 },
      {
        onEpoch: (epoch) => epochs.push(epoch),
        onCheckpoint: (bytes) => checkpoints.push(bytes),
      },
    );
    const { state } = await fitNetwork(plan, windows, quiet);
    expect(outcome.finished).toBe(true);
    expect(hashOf(outcome.parameters)).toBe(hashOf(state.bestParameters));
    expect(hashOf(outcome.statistics)).toBe(hashOf(state.bestStatistics));
    expect(outcome.epochs).toEqual(epochs);
    expect(checkpoints.map((bytes) => decodeFitState(bytes).progress.epochs.length)).toEqual([1, 2]);
    const session = await ValidationSession.create("compact", { windowSize: 24, channels: 3, classes: 2 });
    const weights = { parameters: state.bestParameters, statistics: state.bestStatistics };
    expect(outcome.probabilities).toEqual(
      await predictWithFitWeights(session, weights, { windows, scaler: plan.scaler }, Int32Array.from(testIndex)),
    );
    const single = await predictWithFitWeights(session, weights, { windows, scaler: plan.scaler }, Int32Array.of(51));
    await session.release();
    for (const k of [0, 1]) expect(outcome.probabilities![4 + k]).toBeCloseTo(single[k]!, 6);
  });

  it("stops at the signal with a checkpoint, which another worker completes like a fit that never stopped", async () => {
    const whole = await run({ plan, checkpoint: null, threads: 1 }, {});
    const controller = new AbortController();
    const stopped: Uint8Array[] = [];
    const long = { ...plan, epochs: 100_000, patience: 100_000 };
    const outcome = await run(
      { plan: long, checkpoint: null, threads: 1 },
      {
        signal: controller.signal,
        onEpoch: () => controller.abort(),
        onCheckpoint: (bytes) => stopped.push(bytes),
      },
    );
    expect(outcome).toMatchObject({ finished: false, probabilities: null });
    expect(decodeFitState(stopped.at(-1)!).progress.epochs.length).toBeLessThan(100_000);
    const again = await run({ plan, checkpoint: stopped[0]!, threads: 1 }, {});
    const timeless = (epochs: readonly FitEpoch[]): FitEpoch[] => epochs.map((epoch) => ({ ...epoch, seconds: 0 }));
    expect(hashOf(again.parameters)).toBe(hashOf(whole.parameters));
    expect(hashOf(again.statistics)).toBe(hashOf(whole.statistics));
    expect(again.probabilities).toEqual(whole.probabilities);
    expect(timeless(again.epochs)).toEqual(timeless(whole.epochs));
  });

  it("does at most one step if the signal was given before it began", async () => {
    const steps: StepProgress[] = [];
    const checkpoints: Uint8Array[] = [];
    const outcome = await run(
      { plan, checkpoint: null, threads: 1 },
      { signal: AbortSignal.abort(), onStep: (step) => steps.push(step), onCheckpoint: (b) => checkpoints.push(b) },
    );
    expect(outcome.finished).toBe(false);
    expect(decodeFitState(checkpoints[0]!).progress).toMatchObject({ step: 1, updates: 1, epochs: [] });
  });

  it("fails as the fit does: with name and advice for errors that users can fix, and as a defect otherwise", async () => {
    const extreme = toyWindows(60);
    extreme.samples.fill(3e38);
    const scaler = { ...plan.scaler, method: "none" as const };
    const task = { checkpoint: null, threads: 1 };
    const onExtreme = fitWorkerRunner(windowsForFitRunner(plan.windows, extreme));
    const diverged = await onExtreme({ ...task, plan: { ...plan, scaler } }, {}).catch((error) => error);
    expect(diverged).toBeInstanceOf(Diverged);
    expect(diverged).toMatchObject({ exitCode: 2, advice: "Use --normalize zscore, or a smaller --learning-rate." });
    const damaged = { ...task, plan, checkpoint: Uint8Array.of(1, 2, 3) };
    const defect = await run(damaged, {}).catch((error) => error);
    expect(defect).toBeInstanceOf(Error);
    expect(defect).not.toBeInstanceOf(Diverged);
  });
});
