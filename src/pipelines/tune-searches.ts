// The searches of `tune`: one search over all people, and one per fold. A fold's search compares candidates on some people; the
// candidate that it selects is then tested on the other people.

import { answersAtMoments, type ChosenWindows } from "../learning/evaluation/answers-at-moments.ts";
import { checkSplitClasses } from "../learning/evaluation/check-splits.ts";
import { crossValidate } from "../learning/evaluation/cross-validate.ts";
import { innerSplit } from "../learning/evaluation/inner-split.ts";
import type { FoldParts } from "../learning/evaluation/leakage.ts";
import { assignGroupsToFolds } from "../learning/evaluation/stratified-group-k-fold.ts";
import { Diverged } from "../learning/training/diverged.ts";
import type { FitCheckpoints } from "../learning/training/run-fit.ts";
import { successiveHalving } from "../learning/training/successive-halving.ts";
import { summarizeFoldUsers } from "../learning/training/summarize-folds.ts";
import { snakeKeys } from "../letter-case.ts";
import type { TuneConfig } from "../options/resolve-config.ts";
import { Rng } from "../random.ts";
import type { Reporter } from "../reporter.ts";
import { meanOf } from "../stats/mean.ts";
import type { StoredTrial, TuneTrials } from "../storage/tune-trials.ts";
import { beginFits } from "./begin-fits.ts";
import { fitFold } from "./fit-folds.ts";
import type { TrainingData } from "./prepare-training.ts";
import { readNetwork } from "./read-network.ts";
import type { TuneCandidate, TunedOptions } from "./tune-candidates.ts";
import type { TuneWindowings } from "./tune-windowings.ts";

/** One candidate, trained for some epochs and scored on held-out people. */
export interface TuneTrial {
  /** Values of the searched options. */
  options: TunedOptions;
  /** Maximum number of epochs of the candidate's fits. */
  epochs: number;
  /** Mean macro-F1 over the held-out people. */
  macroF1: number;
}

/** One search. */
export interface TuneSearch {
  /** The fold whose test people the search does not use; null for the search over all people. */
  fold: number | null;
  /** Every trial, in order. */
  trials: TuneTrial[];
  /** The selected values. */
  chosen: TunedOptions;
}

/** Progress of `tune`. */
export type TuneEvent =
  | {
      type: "candidates";
      /** Number of windows. */
      windows: number;
      /** Number of people. */
      people: number;
      /** Number of candidates. */
      candidates: number;
      /** Number of folds. */
      folds: number;
    }
  | ({
      type: "trial";
      /** "fold 1", or "everyone" for the last search. */
      search: string;
      /** Whether the trial is part of the search itself, or tests the search's result. */
      purpose: "search" | "judge";
      /** Seconds left for trying candidates. */
      secondsLeft: number;
    } & TuneTrial)
  | {
      type: "chosen";
      /** "fold 1", or "everyone" for the last search. */
      search: string;
      /** The selected values. */
      options: TunedOptions;
    };

/** Number of parts into which a search divides its people, in order to hold out one part after another. */
const parts = 3;

/** State shared by the searches: the time, the completed trials, and the folds. */
export class TuneSearches {
  readonly #windowings: TuneWindowings;
  readonly #config: TuneConfig;
  readonly #trials: TuneTrials;
  readonly #reporter: Pick<Reporter<TuneEvent>, "event">;
  readonly #signal: AbortSignal | undefined;
  /** Seconds spent so far on the trials that belong to searches; `seconds` also includes those that test a search's result. */
  #searching = 0;
  seconds = 0;
  #searches = 0;

  constructor(
    windowings: TuneWindowings,
    config: TuneConfig,
    trials: TuneTrials,
    reporter: Pick<Reporter<TuneEvent>, "event">,
    signal: AbortSignal | undefined,
  ) {
    this.#windowings = windowings;
    this.#config = config;
    this.#trials = trials;
    this.#reporter = reporter;
    this.#signal = signal;
  }

  /** @param rows windows of the people in the search, in ascending order */
  async search(
    fold: number | null,
    rows: Int32Array,
    candidates: readonly TuneCandidate[],
  ): Promise<{ search: TuneSearch; best: TuneCandidate }> {
    const name = fold === null ? "everyone" : `fold ${fold}`;
    const folds = this.#innerFolds(name, rows);
    const { minutes, epochs } = this.#config;
    const all = this.#windowings.given.folds.length + 1;
    const before = this.#searches++;
    const { trials, best } = await successiveHalving(candidates, {
      epochsOf: ({ options }) => options.epochs ?? epochs,
      isTimeLeft: (share) => this.#searching < ((before + share) / all) * minutes * 60,
      score: async (candidate, own) => {
        const scores = await this.#trial(name, "search", candidate, own, folds);
        return meanOf([...scores.values()]);
      },
    });
    this.#reporter.event({ type: "chosen", search: name, options: best.candidate.options });
    const tried = trials.map(({ candidate, epochs: own, score }) => {
      return { options: candidate.options, epochs: own, macroF1: score };
    });
    return { search: { fold, trials: tried, chosen: best.candidate.options }, best: best.candidate };
  }

  /** Macro-F1 per tested person of the fold; none of these people was used in the fold's search. */
  judge(fold: number, candidate: TuneCandidate): Promise<ReadonlyMap<string, number>> {
    const { given } = this.#windowings;
    const parts = given.folds[fold]!;
    const tested = peopleOfTuneSearch(given, parts.testIndex);
    const folds = (data: TrainingData): FoldParts[] => {
      if (data === given) return [parts];
      const rng = Rng.fromSeed(this.#config.seed).split(`tune judge ${fold + 1}`);
      return [foldOfTuneSearch(data, { isTested: (name) => tested.has(name), isIncluded: () => true, rng })];
    };
    const epochs = candidate.options.epochs ?? this.#config.epochs;
    return this.#trial(`fold ${fold + 1}`, "judge", candidate, epochs, folds);
  }

  /** The folds are divisions of people, so that candidates with different windows are tested on the same people. */
  #innerFolds(name: string, rows: Int32Array): (data: TrainingData) => FoldParts[] {
    const { windows } = this.#windowings.given;
    const labels = rows.map((row) => windows.labels[row]!);
    checkSplitClasses(labels, windows.classes);
    const groups = rows.map((row) => windows.groups[row]!);
    const rng = Rng.fromSeed(this.#config.seed).split(`tune ${name}`);
    const partOf = assignGroupsToFolds(labels, groups, Math.min(parts, new Set(groups).size), rng.split("parts"));
    const partOfPerson = new Map([...partOf].map(([group, part]) => [windows.users[group]!, part]));
    return (data) =>
      [...new Set(partOf.values())].sort().map((part) =>
        foldOfTuneSearch(data, {
          isTested: (person) => partOfPerson.get(person) === part,
          isIncluded: (person) => partOfPerson.has(person),
          rng: rng.split(`validation ${part}`),
        }),
      );
  }

  async #trial(
    search: string,
    purpose: StoredTrial["purpose"],
    candidate: TuneCandidate,
    epochs: number,
    folds: (data: TrainingData) => FoldParts[],
  ): Promise<ReadonlyMap<string, number>> {
    const { options } = candidate;
    const key = { search, purpose, options: snakeKeys(options), epochs };
    let trial = this.#trials.find(key);
    if (trial === undefined) {
      const began = performance.now();
      const scores = await this.#score(candidate, epochs, folds);
      trial = { ...key, macro_f1: Object.fromEntries(scores), seconds: (performance.now() - began) / 1000 };
      await this.#trials.add(trial);
    }
    this.seconds += trial.seconds;
    if (purpose === "search") this.#searching += trial.seconds;
    const secondsLeft = Math.max(0, this.#config.minutes * 60 - this.#searching);
    const scores = new Map(Object.entries(trial.macro_f1));
    const macroF1 = meanOf([...scores.values()]);
    this.#reporter.event({ type: "trial", search, purpose, options, epochs, macroF1, secondsLeft });
    return scores;
  }

  /** Macro-F1 per tested person; 0 if a fit diverges. */
  async #score(
    candidate: TuneCandidate,
    epochs: number,
    folds: (data: TrainingData) => FoldParts[],
  ): Promise<ReadonlyMap<string, number>> {
    const { given } = this.#windowings;
    const data = this.#windowings.of(candidate);
    const own = folds(data);
    const { samplingRateHz: rate, windowSize: window } = data.windows;
    const config = { ...candidate.config, epochs, rate, window };
    const network = await readNetwork(config.network);
    const fits = beginFits({ ...data, folds: own, network }, config, {
      checkpoints: noCheckpoints,
      reporter: { event: () => {} },
      signal: this.#signal,
    });
    const outcomes = await crossValidate(own, (_, fold) => fitFold(fits, fold), config.jobs).catch((error: unknown) => {
      if (error instanceof Diverged) return null;
      throw error;
    });
    return new Map(
      folds(given).flatMap(({ testIndex }, i) => {
        const moments = { windows: given.windows, rows: testIndex };
        const predicted = { windows: data.windows, rows: own[i]!.testIndex };
        const answers = outcomes && answersAtMoments(moments, predicted, outcomes[i]!.probabilities!);
        return [...foldScoresOfTuneSearch(moments, answers)];
      }),
    );
  }
}

/** Divides the windows of the included people. Those who are not used for testing are used for training and validation. */
function foldOfTuneSearch(
  { windows, leakage }: TrainingData,
  {
    isTested,
    isIncluded,
    rng,
  }: { isTested: (person: string) => boolean; isIncluded: (person: string) => boolean; rng: Rng },
): FoldParts {
  const rows = Int32Array.from(windows.starts.keys()).filter((row) => isIncluded(windows.users[windows.groups[row]!]!));
  const tests = (row: number): boolean => isTested(windows.users[windows.groups[row]!]!);
  return {
    ...innerSplit(
      leakage.split,
      windows,
      rows.filter((row) => !tests(row)),
      { rng, purgeSamples: windows.windowSize },
    ),
    testIndex: rows.filter(tests),
  };
}

function peopleOfTuneSearch({ windows }: TrainingData, rows: Int32Array): ReadonlySet<string> {
  return new Set(Array.from(rows, (row) => windows.users[windows.groups[row]!]!));
}

/** Macro-F1 per person; 0 for all people if there are no probabilities. */
function foldScoresOfTuneSearch(
  { windows, rows }: ChosenWindows,
  probabilities: Float32Array | null,
): ReadonlyMap<string, number> {
  const of = (values: Int32Array): Int32Array => rows.map((row) => values[row]!);
  const own = { ...windows, groups: of(windows.groups), labels: of(windows.labels) };
  if (probabilities === null) return new Map([...new Set(own.groups)].map((group) => [windows.users[group]!, 0]));
  const users = summarizeFoldUsers(own, probabilities, new Int32Array(rows.length));
  return new Map(users.map(({ user, metrics }) => [user, metrics.macro_f1]));
}

/** Trials are short, so an interrupted trial starts over. */
const noCheckpoints: FitCheckpoints = { read: () => Promise.resolve(null), write: () => Promise.resolve() };
