// Report section on the networks that `--network auto` tried in the folds and for the final fit.

import { describeMixtureChoice } from "../learning/training/choose-mixture.ts";
import type { TriedMixture } from "../learning/training/ensemble-mixture.ts";
import type { HistoryRow } from "./history-row.ts";
import { htmlTable } from "./html-table.ts";
import { formatFixed } from "./number-format.ts";
import type { Section } from "./page.ts";

/** Returns the section, or nothing if no network was chosen. */
export function choiceSection(history: readonly HistoryRow[]): Section[] {
  const folds = history.flatMap(({ fit, tried }) => (tried === undefined ? [] : [{ fit, tried }]));
  if (folds.length === 0) return [];
  const whole = describeMixtureChoice(folds.map(({ tried }) => tried));
  const { mean, error } = whole.difference;
  const row = (name: string, tried: readonly (readonly TriedMixture[])[]): string[] => {
    const { chosen, losses } = describeMixtureChoice(tried);
    return [name, ...Object.values(losses).map((loss) => formatFixed(loss)), chosen];
  };
  return [
    {
      id: "choice",
      title: "Choice of the network",
      about: `Mean log loss over the people whom each fold held out of its training part to choose the network; they do not include the people whom the fold tests. The average is used unless a single network's loss is lower by more than one standard error. Over all folds, the loss of the better single network is ${formatFixed(Math.abs(mean))} ${mean < 0 ? "higher" : "lower"} than that of the average (standard error ${formatFixed(error)}).`,
      body: htmlTable(
        "Choice of the network",
        ["fit", ...Object.keys(whole.losses), "chosen"],
        [
          ...folds.map(({ fit, tried }) => row(fit.replace("-", " "), [tried])),
          row(
            "final fit",
            folds.map(({ tried }) => tried),
          ),
        ],
      ),
    },
  ];
}
