// `tidemark tune`: searches for options of `train`, scoring them on held-out people. Each fold has its own search, whose result
// is tested on the fold's test people, so the figures cover selection and training together. A final search over all people
// selects the options.

import { isDeepStrictEqual } from "node:util";
import { Interrupted, UserError } from "../errors.ts";
import { type PairedPeople, pairPeople } from "../learning/evaluation/paired-people.ts";
import { recordedConfigOfResult } from "../options/recorded-options.ts";
import { resolveTuneConfig, type TuneConfig, type TuneOptions } from "../options/resolve-config.ts";
import { Rng } from "../random.ts";
import { reportTuning } from "../report/report-tuning.ts";
import { trackerServer } from "../report/training-tracker.ts";
import type { LoggedTuning } from "../report/tune-log.ts";
import { type Reporter, reporterOf } from "../reporter.ts";
import { writeFileAtomic } from "../storage/atomic-file.ts";
import { TuneTrials } from "../storage/tune-trials.ts";
import { checkOutFile } from "./out-file.ts";
import type { TrainingData } from "./prepare-training.ts";
import { resumeCommand } from "./resume-command.ts";
import { type TunedOptions, tuneCandidates } from "./tune-candidates.ts";
import { tuneConfigText } from "./tune-config-text.ts";
import type { TuneEvent, TuneSearch } from "./tune-searches.ts";

export { resumeCommandAfterTuning } from "./resume-command.ts";
export { describeTuneCandidate, type TunedOptions } from "./tune-candidates.ts";
export type { TuneEvent, TuneSearch, TuneTrial } from "./tune-searches.ts";

/** The result of `tune`. */
export interface TuneResult {
  /** Path of the config file with the selected options. */
  out: string;
  /** Path of the file with every trial. */
  trials: string;
  /** Number of candidates. */
  candidates: number;
  /** The searches within the folds, followed by the search over all people, which selected the options. */
  searches: TuneSearch[];
  /** The selected options. */
  chosen: TunedOptions;
  /**
   * Macro-F1 per person on the folds: with the given options (first), and with the options that each fold's search selected
   * (second).
   */
  judged: PairedPeople;
  /** Duration of all trials, in seconds. */
  seconds: number;
}

/** Parameters that let callers of `tune` follow or stop a run. */
export interface TuneRun {
  /** Receives warnings and progress; both are optional. */
  reporter?: Partial<Reporter<TuneEvent>>;
  /** Stops the search; completed trials are kept. */
  signal?: AbortSignal;
}

/**
 * Searches for options of `train` by successive halving, and writes the selected options to a config file. The scores come from
 * people on whom the fits were not trained; the people who test the result are excluded from the search.
 *
 * @throws UserError if an option is invalid, the data cannot be trained on, or there are too few people
 * @throws Interrupted if `run.signal` is aborted; its advice is the command that resumes the run
 */
export async function tune(options: TuneOptions, run: TuneRun = {}): Promise<TuneResult> {
  const config = resolveTuneConfig(options);
  const { given, candidates } = tuneCandidates(config);
  const reporter = reporterOf(run.reporter);
  const server = trackerServer(config.tracking, reporter);
  await checkOutFile(config.out, { overwrite: config.overwrite || config.resume });
  const [{ prepareTraining }, { TuneSearches }, { TuneWindowings }] = await Promise.all([
    import("./prepare-training.ts"),
    import("./tune-searches.ts"),
    import("./tune-windowings.ts"),
  ]);
  const data = await prepareTraining({ ...given.config, network: "compact" }, reporterOf({ warn: reporter.warn }));
  const people = new Set(data.windows.groups).size;
  const { windows, folds } = data;
  refuseToTuneFewPeople(data, people);
  reporter.event({
    type: "candidates",
    windows: windows.starts.length,
    people,
    candidates: candidates.length,
    folds: folds.length,
  });
  const windowings = await TuneWindowings.open(data, given.config.overlap, candidates);
  const path = `${config.out}.trials.jsonl`;
  const trials = await TuneTrials.open(path, tuneIdentity(config, data), config.resume);
  const trying = new TuneSearches(windowings, config, trials, reporter, run.signal);
  try {
    const rng = Rng.fromSeed(config.seed).split("tune");
    const ordered = [...candidates];
    rng.split("order").shuffle(ordered);
    const searches: TuneSearch[] = [];
    const judged = { given: new Map<string, number>(), chosen: new Map<string, number>() };
    for (const [fold, { trainIndex, validationIndex }] of folds.entries()) {
      const own = Int32Array.from([...trainIndex, ...validationIndex]).sort();
      const { search, best } = await trying.search(fold + 1, own, ordered);
      searches.push(search);
      const chosen = await trying.judge(fold, best);
      const isAsGiven = isDeepStrictEqual(best.config, given.config);
      const asGiven = isAsGiven ? chosen : await trying.judge(fold, given);
      for (const [person, score] of chosen) judged.chosen.set(person, score);
      for (const [person, score] of asGiven) judged.given.set(person, score);
    }
    const { search, best } = await trying.search(null, Int32Array.from(windows.starts.keys()), ordered);
    searches.push(search);
    warnOfUnfinishedTune(searches, candidates.length, reporter);
    const paired = pairPeople(judged.given, judged.chosen, rng.split("judged"))!;
    await writeFileAtomic(config.out, await tuneConfigText(best.options, paired));
    const result = {
      out: config.out,
      trials: path,
      candidates: candidates.length,
      searches,
      chosen: best.options,
      judged: paired,
      seconds: trying.seconds,
    };
    if (server !== null)
      await reportTuning(server, loggedTuning(config, result), { id: trials.id, at: Date.now(), reporter });
    return result;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    throw new Interrupted(
      `stopped; every completed trial is kept in ${path}`,
      `Continue with: ${resumeCommand("tune", config)}`,
    );
  }
}

/**
 * A fold's search holds out some of its people, uses others to determine when a fit stops, and trains on the remaining people.
 */
function refuseToTuneFewPeople({ windows, folds }: Pick<TrainingData, "windows" | "folds">, people: number): void {
  const needed = 3;
  const taking = folds.map(
    ({ trainIndex, validationIndex }) =>
      new Set([...trainIndex, ...validationIndex].map((row) => windows.groups[row]!)).size,
  );
  const fewest = Math.min(...taking);
  if (fewest >= needed) return;
  throw new UserError(
    `a search needs at least ${needed} people in addition to those who test its result, but a fold leaves ${fewest} ` +
      `of ${people}`,
    {
      advice:
        people > needed && folds.length < people
          ? `Use --folds ${people}, so that the test set of each fold is one person, or add recordings of more people.`
          : "Add recordings of more people.",
    },
  );
}

function loggedTuning(config: TuneConfig, { searches, chosen, judged }: TuneResult): LoggedTuning {
  const { out, experiment } = config;
  return {
    out,
    experiment,
    params: recordedConfigOfResult(config),
    searches: searches.map(({ fold, trials }) => ({ name: fold === null ? "everyone" : `fold ${fold}`, trials })),
    chosen,
    judged,
  };
}

/** Everything that affects the scores. */
function tuneIdentity(config: TuneConfig, { recordings }: TrainingData): object {
  return { options: recordedConfigOfResult(config), data: recordings.fingerprint };
}

function warnOfUnfinishedTune(
  searches: readonly TuneSearch[],
  candidates: number,
  reporter: Pick<Reporter, "warn">,
): void {
  const tried = searches.map(({ trials }) => new Set(trials.map(({ options }) => JSON.stringify(options))).size);
  const fewest = Math.min(...tried);
  if (fewest === candidates) return;
  reporter.warn(
    `The time limit allowed only ${fewest} of ${candidates} candidates in some searches. Give more --minutes, or ` +
      `search fewer values.`,
  );
}
