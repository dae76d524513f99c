import { Interrupted } from "../../errors.ts";
import type { Reporter } from "../../reporter.ts";
import type { FitEvent, FitName } from "./fit-events.ts";
import type { FitOutcome, FitRunner, FitTask } from "./fit-runner.ts";
import { type FitEpoch, fitStatePenalty } from "./fit-state.ts";
import type { TimeLeft } from "./time-left.ts";
import { isTrainedInMiniBatches } from "./trained-in-mini-batches.ts";

/** Progress of a fit: its checkpoint as bytes, and its epochs so far. */
export interface FitCheckpoint {
  readonly bytes: Uint8Array;
  readonly epochs: readonly FitEpoch[];
}

/** Where a run stores its fits between sessions. */
export interface FitCheckpoints {
  /** The stored progress of a fit; null for a fit that has not started. @throws UserError if the checkpoint is damaged */
  read(fit: FitName): Promise<FitCheckpoint | null>;
  /** Replaces the previous checkpoint atomically. */
  write(fit: FitName, bytes: Uint8Array): Promise<void>;
}

/** Inputs shared by the fits of a run. */
export interface FitRun {
  readonly runner: FitRunner;
  readonly checkpoints: FitCheckpoints;
  readonly timeLeft: TimeLeft;
  readonly reporter: Pick<Reporter<FitEvent>, "event">;
  readonly signal: AbortSignal;
}

/**
 * Runs one of a run's fits, from its checkpoint if there is one. If the fit has already finished, returns its outcome
 * immediately.
 * @throws Interrupted if `run.signal` is aborted before the fit has ended
 */
export async function runFit(name: FitName, task: FitTask, run: FitRun): Promise<FitOutcome> {
  const { runner, checkpoints, timeLeft, reporter, signal } = run;
  const kept = await checkpoints.read(name);
  const { epochs: maxEpochs, trainIndex, validationIndex } = task.plan;
  if (kept !== null) {
    for (const epoch of kept.epochs) timeLeft.epochEnded(name, epoch);
    const penalty = fitStatePenalty(kept.epochs) ?? null;
    const chosen = isTrainedInMiniBatches(task.plan.network) ? {} : { penalty };
    reporter.event({ type: "resumed", fit: name, epochs: kept.epochs.length, ...chosen });
  }
  let written: Promise<void> = Promise.resolve();
  const outcome = await runner(
    { ...task, checkpoint: kept?.bytes ?? task.checkpoint },
    {
      signal,
      onStep: (progress) => reporter.event({ type: "batch", fit: name, epochs: maxEpochs, ...progress }),
      onEpoch: (epoch) => {
        timeLeft.epochTrained(name, epoch);
        if (epoch.epoch === maxEpochs) timeLeft.fitEnded(name);
        const windows = trainIndex.length + (validationIndex?.length ?? 0);
        reporter.event({
          type: "epoch",
          fit: name,
          epochs: maxEpochs,
          ...epoch,
          windowsPerSecond: windows / epoch.seconds,
          secondsLeft: timeLeft.seconds(),
        });
      },
      onCheckpoint: (bytes) => {
        written = written.then(() => checkpoints.write(name, bytes));
        // Awaited below; until then, this prevents an unhandled rejection.
        written.catch(() => {});
      },
    },
  );
  await written;
  if (!outcome.finished) throw new Interrupted("stopped");
  timeLeft.fitEnded(name);
  return outcome;
}
