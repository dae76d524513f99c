// The progress and the result of a search, in words.

import { counted } from "../../counted.ts";
import { durationText } from "../../duration-text.ts";
import { describeTuneCandidate, type TuneEvent, type TuneResult } from "../../pipelines/tune.ts";
import { fixedNumberText, signedNumberText } from "./number-text.ts";
import type { Block } from "./terminal.ts";

/** One line of progress. */
export function tuneEventText(event: TuneEvent): string {
  switch (event.type) {
    case "candidates":
      return `search     ${counted(event.candidates, "candidate")} on ${counted(event.windows, "window")} of ${event.people} people; ${event.folds} folds, then everyone`;
    case "trial": {
      const { search, purpose, options, epochs, macroF1 } = event;
      const score = fixedNumberText(macroF1);
      if (purpose === "judge") return `${search}  judged  ${describeTuneCandidate(options)}  macro-F1 ${score}`;
      return `${search}  ${describeTuneCandidate(options)}  ${counted(epochs, "epoch")}  macro-F1 ${score}  ${durationText(event.secondsLeft)} left`;
    }
    case "chosen":
      return `${event.search}  chosen: ${describeTuneCandidate(event.options)}`;
  }
}

/** @param command the command that trains a model with the selected options */
export function tuneText({ searches, judged, out, trials }: TuneResult, command: string): Block[] {
  const { trials: last, chosen } = searches.at(-1)!;
  const epochs = [...new Set(last.map((own) => own.epochs))].sort((a, b) => a - b);
  const rows = [...Map.groupBy(last, ({ options }) => describeTuneCandidate(options))].map(([text, own]) => {
    const scores = epochs.map((each) => own.find((trial) => trial.epochs === each)?.macroF1);
    return [text, ...scores.map((score) => (score === undefined ? "" : fixedNumberText(score)))];
  });
  const { people, first, second, difference, interval, verdict } = judged;
  const range =
    interval === null ? "" : `, 90 % interval ${signedNumberText(interval.low)} to ${signedNumberText(interval.high)}`;
  const meanings = {
    better: "tuning pays off on these recordings",
    worse: "the given options are better on these recordings",
    open: "chance could explain the difference",
  };
  const worst = (which: "first" | "second"): string => fixedNumberText(Math.min(...people.map((own) => own[which])));
  return [
    "Macro-F1 of the last search, over held-out people, by maximum epochs",
    { headers: ["candidate", ...epochs.map(String)], rows },
    "",
    "Macro-F1 over people who were not used to select the options",
    {
      headers: ["options", "macro-F1", "worst person"],
      rows: [
        ["as given", fixedNumberText(first), worst("first")],
        ["chosen within each fold", fixedNumberText(second), worst("second")],
      ],
    },
    "",
    `difference ${signedNumberText(difference)}${range}${verdict === null ? "" : `; ${meanings[verdict]}`}`,
    `folds      ${searches
      .slice(0, -1)
      .map((search) => describeTuneCandidate(search.chosen))
      .join("; ")}`,
    `chosen     ${describeTuneCandidate(chosen)}: ${out}; every trial is in ${trials}`,
    `-> ${command}`,
  ];
}
