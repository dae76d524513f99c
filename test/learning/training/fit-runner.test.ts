// Runs a fold as another machine would: the plan is sent as JSON and the checkpoint as bytes, the windows are found by their
// fingerprint, and the result equals that of a worker thread in this process.

import { describe, expect, it } from "vitest";
import { fitNetwork, predictWithFitWeights } from "../../../src/learning/training/fit-network.ts";
import type { FitPlan } from "../../../src/learning/training/fit-plan.ts";
import {
  type FindWindows,
  type FitOutcome,
  type FitRunner,
  windowsForFitRunner,
} from "../../../src/learning/training/fit-runner.ts";
import { decodeFitState, encodeFitState } from "../../../src/learning/training/fit-state.ts";
import { fitWorkerRunner } from "../../../src/learning/training/fit-worker.ts";
import { ValidationSession } from "../../../src/learning/training/network-session.ts";
import { type FitCheckpoints, runFit } from "../../../src/learning/training/run-fit.ts";
import { TimeLeft } from "../../../src/learning/training/time-left.ts";
import { windowsFingerprint } from "../../../src/learning/training/windows-fingerprint.ts";
import { silent } from "../../../src/reporter.ts";
import { range, toyFit, toyWindows } from "./toy.ts";

const windows = toyWindows(60);
const fingerprint = windowsFingerprint(windows);
const [fold] = toyFit({
  batchSize: 8,
  epochs: 3,
  turned: [["Ax", "Ay", "Az"]],
  classWeights: [0.7, 1.3],
  trainIndex: range(0, 32),
  validationIndex: range(32, 48),
  testIndex: [59, 50, 51],
  pseudoLabels: { rows: range(20, 32), labels: range(20, 32).map((row) => row % 2) },
});
const plan: FitPlan = { ...fold, windows: fingerprint };

/**
 * Runs the fit that a plan's text describes, as another machine would. The fit runs in the calling thread rather than in a
 * worker, to show that the bytes do not depend on that.
 */
async function elsewhere(text: string, checkpoint: Uint8Array | null, find: FindWindows): Promise<FitOutcome> {
  const received: FitPlan = JSON.parse(text);
  const own = await find(received.windows);
  const { state, finished } = await fitNetwork(received, own, {
    threads: 2,
    shouldStop: () => false,
    onStep: () => {},
    onEpoch: () => {},
    ...(checkpoint !== null && { state: decodeFitState(checkpoint) }),
  });
  const kept = { parameters: state.bestParameters, statistics: state.bestStatistics };
  const session = await ValidationSession.create(received.network, { windowSize: 24, channels: 3, classes: 2 });
  const from = { windows: own, scaler: received.scaler };
  const probabilities = await predictWithFitWeights(session, kept, from, Int32Array.from(received.testIndex!));
  await session.release();
  return { finished, epochs: state.progress.epochs, ...kept, probabilities };
}

const remote =
  (find: FindWindows): FitRunner =>
  (task) =>
    elsewhere(JSON.stringify(task.plan), task.checkpoint, find);

/** Returns a fit's result without the elapsed seconds. */
function timeless({ epochs, ...outcome }: FitOutcome): unknown {
  return { ...outcome, epochs: epochs.map((epoch) => ({ ...epoch, seconds: 0 })) };
}

function noCheckpoints(): FitCheckpoints & { written: Uint8Array[] } {
  const written: Uint8Array[] = [];
  return { written, read: async () => null, write: async (_, bytes) => void written.push(bytes) };
}

const runOf = (runner: FitRunner, checkpoints: FitCheckpoints) => ({
  runner,
  checkpoints,
  timeLeft: new TimeLeft({
    fits: ["fold-1"],
    maxEpochs: 3,
    refits: false,
    patience: 15,
    hasOtherPart: false,
    jobs: 1,
    secondsAfterFits: 0,
  }),
  reporter: silent,
  signal: new AbortController().signal,
});

describe("a fold that runs elsewhere", () => {
  const task = { plan, checkpoint: null, threads: 1 };
  const find = windowsForFitRunner(fingerprint, toyWindows(60));

  it("gives the same bytes as a worker thread, whatever labels the pseudo-labels replace", async () => {
    const local = noCheckpoints();
    const here = await runFit("fold-1", task, runOf(fitWorkerRunner(windowsForFitRunner(fingerprint, windows)), local));
    const there = await runFit("fold-1", task, runOf(remote(find), noCheckpoints()));
    expect(timeless(there)).toEqual(timeless(here));
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);

    const goneOn = await remote(find)({ ...task, checkpoint: local.written[0]! }, {});
    expect(timeless(goneOn)).toEqual(timeless(here));
  });

  it("continues from the run's checkpoint rather than from its initial weights", async () => {
    const { state } = await fitNetwork(plan, windows, {
      threads: 1,
      onStep: () => {},
      onEpoch: () => {},
      shouldStop: () => true,
    });
    const bytes = encodeFitState(state);
    const asked: (Uint8Array | null)[] = [];
    const runner: FitRunner = async ({ checkpoint }) => {
      asked.push(checkpoint);
      return {
        finished: true,
        epochs: [],
        parameters: state.parameters,
        statistics: state.statistics,
        probabilities: null,
      };
    };
    const begin = Uint8Array.of(1);
    const kept: FitCheckpoints = { read: async () => ({ bytes, epochs: [] }), write: async () => {} };
    await runFit("fold-1", { ...task, checkpoint: begin }, runOf(runner, kept));
    await runFit("fold-1", { ...task, checkpoint: begin }, runOf(runner, noCheckpoints()));
    expect(asked).toEqual([bytes, begin]);
  });

  it("rejects windows that do not belong to the plan", async () => {
    const others = toyWindows(60, 2);
    const elsewhereFound = windowsForFitRunner(windowsFingerprint(others), others);
    await expect(remote(elsewhereFound)(task, {})).rejects.toThrow(RangeError);
    await expect(fitWorkerRunner(elsewhereFound)(task, {})).rejects.toThrow(fingerprint);
  });
});
