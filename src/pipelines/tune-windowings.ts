// The windows for a search's candidates: those for the options as given, and those for every other length and overlap that is
// searched. They all cover the same recordings, people and classes.

import { isDeepStrictEqual } from "node:util";
import { UserError } from "../errors.ts";
import { reporterOf } from "../reporter.ts";
import { prepareTraining, type TrainingData } from "./prepare-training.ts";
import { describeTuneCandidate, type TuneCandidate } from "./tune-candidates.ts";

export class TuneWindowings {
  readonly given: TrainingData;
  readonly #others: ReadonlyMap<string, TrainingData>;

  private constructor(given: TrainingData, others: ReadonlyMap<string, TrainingData>) {
    this.given = given;
    this.#others = others;
  }

  /**
   * Builds the windows for all candidates.
   * @param given the data, with windows that were cut with the options as given
   * @throws UserError if a person or a class has no window of a searched length
   */
  static async open(
    given: TrainingData,
    overlap: number,
    candidates: readonly TuneCandidate[],
  ): Promise<TuneWindowings> {
    const others = new Map<string, TrainingData>();
    const usual = windowingKey(given.windows.windowSize, overlap);
    for (const { config, options } of candidates) {
      const window = config.window ?? given.windows.windowSize;
      const key = windowingKey(window, config.overlap);
      if (key === usual || others.has(key)) continue;
      // The network limits only the length, which was checked with each candidate's own network.
      const rate = given.windows.samplingRateHz;
      const own = { ...config, rate, window, network: "1dcnn-bilstm" } as const;
      const reshaped = await prepareTraining(own, reporterOf(undefined)).catch((error: unknown) => {
        if (!(error instanceof UserError)) throw error;
        const { headline, details, advice } = error;
        throw new UserError(`--search ${describeTuneCandidate(options)}: ${headline}`, {
          details,
          cause: error,
          ...(advice !== undefined && { advice }),
        });
      });
      refuseLossyTuneWindowing(given, reshaped, describeTuneCandidate(options));
      others.set(key, reshaped);
    }
    return new TuneWindowings(given, others);
  }

  of({ config: { window = this.given.windows.windowSize, overlap } }: TuneCandidate): TrainingData {
    return this.#others.get(windowingKey(window, overlap)) ?? this.given;
  }
}

function windowingKey(window: number, overlap: number): string {
  return `${window} ${overlap}`;
}

function refuseLossyTuneWindowing(given: TrainingData, { windows }: TrainingData, candidate: string): void {
  const people = (own: TrainingData["windows"]): string[] =>
    [...new Set(Array.from(own.groups, (group) => own.users[group]!))].sort();
  const [before, after] = [people(given.windows), people(windows)];
  const lost = before.find((name) => !after.includes(name));
  const advice = "Search shorter windows, or leave out these recordings.";
  if (lost !== undefined)
    throw new UserError(`--search ${candidate}: expected windows of every person, got none of ${lost}`, { advice });
  if (!isDeepStrictEqual(windows.classes, given.windows.classes))
    throw new UserError(
      `--search ${candidate}: expected windows of ${given.windows.classes.join(", ")}, got only ${windows.classes.join(", ")}`,
      { advice },
    );
}
