// Estimates the remaining duration of a run: its fits, and the calibration and writing that follow. Durations not yet measured
// in this run are taken from other runs (`assumed`) and replaced by measurements as soon as there are any.

import type { FitName } from "./fit-events.ts";
import type { FitEpoch } from "./fit-state.ts";

/** A run's fits, and the calibration and writing that follow. */
export interface TimedRun {
  /** All fits in the run; the one called "final" runs alone. */
  readonly fits: readonly FitName[];
  /** Maximum number of epochs of mini-batch training per fit; 0 for a network that is not trained in mini-batches. */
  readonly maxEpochs: number;
  /** Number of epochs without improvement after which a fit stops; null if all epochs run. */
  readonly patience: number | null;
  /** Whether a fit also has a part that is not trained in mini-batches. */
  readonly hasOtherPart: boolean;
  /** Whether all fits but the final one train in mini-batches twice, the second time without reporting epochs. */
  readonly refits: boolean;
  /** Number of fits that run at the same time. */
  readonly jobs: number;
  /** Seconds that the calibration and writing will take on a machine without other work. */
  readonly secondsAfterFits: number;
}

const assumed = {
  /** Best epoch in a fit that stops early. */
  bestEpoch: 30,
  /** Duration of the part that is not trained in mini-batches, in units of an epoch of the `compact` member. */
  otherPart: 30,
  /** Duration of that part in the final fit, which does not choose a penalty, as a fraction of its duration in a fold. */
  finalOtherPart: 0.5,
  /** Duration of an epoch in the second fit, which learns from the validation people as well, in units of one in the first. */
  refittedEpoch: 1.25,
  /**
   * Duration of an epoch in the final fit, in units of an epoch in a fold; the final fit learns from more windows but may use
   * two threads.
   */
  finalEpoch: { alone: 1.6, threaded: 1 },
} as const;

interface TimedFit {
  /** Number of epochs trained in mini-batches, and how many seconds they took. */
  epochs: number;
  seconds: number;
  /** How many seconds the rest of the fit took. */
  otherSeconds: number;
  best: number;
  ended: boolean;
}

export class TimeLeft {
  readonly #run: TimedRun;
  readonly #fits: ReadonlyMap<FitName, TimedFit>;
  #finalEpochs: number | undefined;
  readonly #cpuSeconds: () => number;
  readonly #cpuBefore: number;
  #foldSeconds = 0;
  /** How much longer the folds took than their CPU time, because other programs use the machine as well; at least 1. */
  #slowdown = 1;

  /** @param cpuSeconds CPU seconds of this process so far, in all threads */
  constructor(run: TimedRun, cpuSeconds: () => number = processCpuSeconds) {
    this.#run = run;
    this.#cpuSeconds = cpuSeconds;
    this.#cpuBefore = cpuSeconds();
    this.#fits = new Map(
      run.fits.map((name) => [name, { epochs: 0, seconds: 0, otherSeconds: 0, best: 0, ended: false }]),
    );
  }

  epochEnded(name: FitName, { epoch, seconds, best, penalty, mixture }: FitEpoch): void {
    const fit = this.#fits.get(name)!;
    if (penalty !== undefined || mixture !== undefined) {
      fit.otherSeconds += seconds;
      return;
    }
    fit.epochs++;
    fit.seconds += seconds;
    if (best) fit.best = epoch;
  }

  /** Records an epoch that this process has trained, unlike one that was trained before an interruption. */
  epochTrained(name: FitName, epoch: FitEpoch): void {
    this.epochEnded(name, epoch);
    // The final fit may use several threads, so its CPU time says nothing about other programs.
    if (name === "final") return;
    this.#foldSeconds += epoch.seconds;
    this.#slowdown = Math.max(1, this.#foldSeconds / (this.#cpuSeconds() - this.#cpuBefore));
  }

  /** @param epochs exact number of epochs that the final fit trains in mini-batches */
  finalPlanned(epochs: number): void {
    this.#finalEpochs = epochs;
  }

  fitEnded(name: FitName): void {
    this.#fits.get(name)!.ended = true;
  }

  /** The estimated number of seconds left; null until there is an estimate. */
  seconds(): number | null {
    const { jobs, secondsAfterFits, hasOtherPart, maxEpochs } = this.#run;
    const folds = [...this.#fits].flatMap(([name, fit]) => (name === "final" ? [] : [fit]));
    const final = this.#fits.get("final");
    const epochSeconds = timePerEpoch(folds);
    const otherSeconds = hasOtherPart ? this.#otherSeconds(folds, epochSeconds) : 0;
    if ((maxEpochs > 0 && epochSeconds === null) || otherSeconds === null) return null;
    const perEpoch = epochSeconds ?? 0;
    const left = folds.map((fit) =>
      fit.ended
        ? 0
        : (this.#expectedEpochs(folds, fit) - fit.epochs) * perEpoch + Math.max(0, otherSeconds - fit.otherSeconds),
    );
    const together = Math.max(0, ...left, left.reduce((sum, own) => sum + own, 0) / jobs);
    return together + this.#finalSeconds(folds, final, { perEpoch, otherSeconds }) + this.#slowdown * secondsAfterFits;
  }

  #otherSeconds(folds: readonly TimedFit[], epochSeconds: number | null): number | null {
    const ended = folds.filter((fit) => fit.ended);
    if (ended.length > 0) return ended.reduce((sum, fit) => sum + fit.otherSeconds, 0) / ended.length;
    if (this.#run.maxEpochs === 0 || epochSeconds === null) return null;
    return assumed.otherPart * epochSeconds + this.#refitSeconds(epochSeconds);
  }

  #refitSeconds(epochSeconds: number): number {
    return this.#run.refits ? this.#run.maxEpochs * epochSeconds * assumed.refittedEpoch : 0;
  }

  /** The average of the assumed number and those of the finished fits, or more if this fit has already run for longer. */
  #expectedEpochs(folds: readonly TimedFit[], fit: Pick<TimedFit, "epochs" | "best">): number {
    const { maxEpochs, patience } = this.#run;
    if (patience === null || maxEpochs === 0) return maxEpochs;
    const known = [assumed.bestEpoch + patience, ...folds.flatMap(({ ended, epochs }) => (ended ? [epochs] : []))];
    const usual = known.reduce((sum, epochs) => sum + epochs, 0) / known.length;
    return Math.min(maxEpochs, Math.max(usual, fit.best + patience, fit.epochs + 1));
  }

  #finalSeconds(
    folds: readonly TimedFit[],
    final: TimedFit | undefined,
    { perEpoch, otherSeconds }: { perEpoch: number; otherSeconds: number },
  ): number {
    if (final === undefined || final.ended) return 0;
    const { patience, jobs } = this.#run;
    const usual = this.#expectedEpochs(folds, { epochs: 0, best: 0 });
    const epochs = this.#finalEpochs ?? Math.max(Math.min(1, usual), usual - (patience ?? 0));
    const own = timePerEpoch([final]) ?? perEpoch * assumed.finalEpoch[jobs > 1 ? "threaded" : "alone"];
    const otherPart = assumed.finalOtherPart * Math.max(0, otherSeconds - this.#refitSeconds(perEpoch));
    return (epochs - final.epochs) * own + Math.max(0, otherPart - final.otherSeconds);
  }
}

function timePerEpoch(fits: readonly TimedFit[]): number | null {
  const epochs = fits.reduce((sum, fit) => sum + fit.epochs, 0);
  return epochs === 0 ? null : fits.reduce((sum, fit) => sum + fit.seconds, 0) / epochs;
}

function processCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
