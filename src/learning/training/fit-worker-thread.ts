// The entry point of the threads started by `fitWorkerRunner`.

import { parentPort, workerData } from "node:worker_threads";
import { Diverged } from "./diverged.ts";
import { fitEnsemble } from "./fit-ensemble.ts";
import type { FitStage } from "./fit-events.ts";
import { fitMiniRocket } from "./fit-minirocket.ts";
import { type FitOptions, fitNetwork, predictWithFitWeights } from "./fit-network.ts";
import type { FitOutcome } from "./fit-runner.ts";
import { bestFitWeights, decodeFitState, encodeFitState, type FitState } from "./fit-state.ts";
import type { WorkerInput, WorkerMessage } from "./fit-worker.ts";
import { isEnsemble } from "./is-ensemble.ts";
import { ValidationSession } from "./network-session.ts";

const reportMilliseconds = 200;

const { plan, windows, checkpoint, start, threads, stop } = workerData as WorkerInput;
const sendFromFitThread = (message: WorkerMessage, transfer: ArrayBuffer[] = []): void =>
  parentPort!.postMessage(message, transfer);

function sendFitThreadCheckpoint(state: FitState): void {
  const bytes = encodeFitState(state);
  sendFromFitThread({ type: "checkpoint", bytes }, [bytes.buffer as ArrayBuffer]);
}

let reported = performance.now();
let reportedStep = 0;
let reportedStage: FitStage | undefined;

function fitThreadWindowsPerStep(stage: FitStage | undefined): number {
  if (stage === undefined || stage === "refit") return plan.batchSize;
  return stage === "features" ? 1 : plan.trainIndex.length;
}

async function runFitThread(): Promise<FitOutcome> {
  const options: FitOptions = {
    threads,
    ...(checkpoint === null ? {} : { state: decodeFitState(checkpoint) }),
    ...(start !== undefined && { start }),
    shouldStop: () => Atomics.load(stop, 0) !== 0,
    onStep: (progress) => {
      const seconds = (performance.now() - reported) / 1000;
      if (seconds * 1000 < reportMilliseconds) return;
      const { step, stage } = progress;
      if (reportedStep >= step || reportedStage !== stage) reportedStep = 0;
      const windowsPerSecond = ((step - reportedStep) * fitThreadWindowsPerStep(stage)) / seconds;
      reported = performance.now();
      [reportedStep, reportedStage] = [step, stage];
      sendFromFitThread({ type: "step", progress: { ...progress, windowsPerSecond } });
    },
    onEpoch: (epoch, current) => {
      sendFromFitThread({ type: "epoch", epoch });
      sendFitThreadCheckpoint(current);
      reported = performance.now();
    },
  };
  const { penalties } = plan;
  const { state, finished } = await (penalties === null
    ? fitNetwork(plan, windows, options)
    : isEnsemble(plan.network)
      ? fitEnsemble(plan, penalties, windows, options)
      : fitMiniRocket(plan, penalties, windows, options));
  if (!finished) sendFitThreadCheckpoint(state);
  const kept = bestFitWeights(state);
  let probabilities: Float32Array | null = null;
  if (finished && plan.testIndex !== null) {
    const sizes = {
      windowSize: windows.windowSize,
      channels: windows.channels.length,
      classes: windows.classes.length,
    };
    const session = await ValidationSession.create(plan.network, sizes);
    probabilities = await predictWithFitWeights(
      session,
      kept,
      { windows, scaler: plan.scaler },
      Int32Array.from(plan.testIndex),
    );
    await session.release();
  }
  return { finished, epochs: state.progress.epochs, ...kept, probabilities };
}

try {
  sendFromFitThread({ type: "outcome", outcome: await runFitThread() });
} catch (error) {
  if (!(error instanceof Diverged)) throw error;
  sendFromFitThread({ type: "diverged", message: error.message, advice: error.advice });
}
