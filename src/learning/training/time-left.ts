import type { FitName } from "./fit-events.ts";
import type { FitEpoch } from "./fit-state.ts";

/**
 * Estimates a run's remaining seconds. It assumes that a fit needs as many epochs as the finished fits did on average (but
 * at least one more than it has run, and at most the limit), and that every epoch takes as long as the earlier ones did.
 */
export class TimeLeft {
  readonly #epochs = new Map<FitName, number>();
  readonly #ended = new Set<FitName>();
  /** Epochs of the final fit, once known. */
  #finalEpochs: number | undefined;
  readonly #fits: readonly FitName[];
  readonly #maxEpochs: number;
  readonly #jobs: number;
  #seconds = 0;
  #count = 0;

  /** @param fits all fits of the run; the fit called "final" runs alone */
  constructor(fits: readonly FitName[], maxEpochs: number, jobs: number) {
    this.#fits = fits;
    this.#maxEpochs = maxEpochs;
    this.#jobs = jobs;
  }

  epochEnded(fit: FitName, { epoch, seconds }: FitEpoch): void {
    this.#epochs.set(fit, epoch);
    this.#seconds += seconds;
    this.#count++;
  }

  /** The final fit runs exactly this many epochs. */
  finalPlanned(epochs: number): void {
    this.#finalEpochs = epochs;
  }

  fitEnded(fit: FitName): void {
    this.#ended.add(fit);
  }

  /** Null before the first epoch has ended. */
  seconds(): number | null {
    if (this.#count === 0) return null;
    const finished = [...this.#ended].map((fit) => this.#epochs.get(fit) ?? 0);
    const usual =
      finished.length === 0 ? this.#maxEpochs : finished.reduce((sum, epochs) => sum + epochs, 0) / finished.length;
    const needed = (fit: FitName): number => {
      if (this.#ended.has(fit)) return 0;
      const done = this.#epochs.get(fit) ?? 0;
      if (fit === "final" && this.#finalEpochs !== undefined) return this.#finalEpochs - done;
      return Math.max(Math.min(done + 1, this.#maxEpochs), usual) - done;
    };
    const folds = this.#fits.filter((fit) => fit !== "final");
    const together = folds.reduce((sum, fit) => sum + needed(fit), 0) / Math.min(this.#jobs, Math.max(1, folds.length));
    return (this.#seconds / this.#count) * (together + needed("final"));
  }
}
