// The log of a search for a tracking server: a parent run with the options and the evaluation of the choice, and a nested run
// for each candidate in each search, with its score for each maximum number of epochs that was tried.

import { basename } from "node:path";
import type { TrackingEvent } from "../storage/tracking-event.ts";
import { type TrackerStart, trainLogParams, trainLogTags } from "./train-log.ts";

/** A finished search, as it is logged. */
export interface LoggedTuning {
  readonly out: string;
  readonly experiment: string;
  /** The options for the search. */
  readonly params: object;
  readonly searches: readonly {
    /** Such as "fold 1". */
    readonly name: string;
    readonly trials: readonly { readonly options: object; readonly epochs: number; readonly macroF1: number }[];
  }[];
  readonly chosen: object;
  /**
   * Mean macro-F1 over people who were not used to select the options: with the given options (`first`), with the selected ones
   * (`second`), and `second` minus `first`.
   */
  readonly judged: { readonly first: number; readonly second: number; readonly difference: number };
}

const tuneRun = "tune";

export function tuneLogEvents(
  { out, experiment, params, searches, chosen, judged }: LoggedTuning,
  { id, at, gitCommit }: TrackerStart,
): TrackingEvent[] {
  const candidates = searches.flatMap(({ name, trials }) =>
    [...Map.groupBy(trials, ({ options }) => JSON.stringify(options)).values()].map((own, i) => ({
      run: `${name} candidate ${i + 1}`,
      search: name,
      params: trainLogParams(own[0]!.options),
      trials: own,
    })),
  );
  const nested = candidates.flatMap(({ run, search, params: options, trials }): TrackingEvent[] => {
    const name = `${search}: ${Object.entries(options)
      .map((own) => own.join(" "))
      .join(", ")}`;
    return [
      { type: "run", run, name, parent: tuneRun, at, tags: { "tidemark.search": search } },
      { type: "params", run, params: options },
      ...trials.map(({ epochs, macroF1 }): TrackingEvent => {
        return { type: "metrics", run, at, step: epochs, values: { macro_f1: macroF1 } };
      }),
      { type: "status", run, status: "FINISHED", at },
    ];
  });
  const values = {
    judged_macro_f1_as_given: judged.first,
    judged_macro_f1_chosen: judged.second,
    judged_macro_f1_difference: judged.difference,
  };
  const chosenTags = Object.entries(trainLogParams(chosen)).map(([name, value]) => [`tidemark.chosen.${name}`, value]);
  return [
    { type: "log", id, experiment },
    {
      type: "run",
      run: tuneRun,
      name: basename(out),
      parent: null,
      at,
      tags: { ...trainLogTags("tidemark tune", gitCommit), ...Object.fromEntries(chosenTags) },
    },
    { type: "params", run: tuneRun, params: trainLogParams(params) },
    ...nested,
    { type: "metrics", run: tuneRun, at, step: 0, values },
    { type: "status", run: tuneRun, status: "FINISHED", at },
    { type: "complete", run: tuneRun },
  ];
}
