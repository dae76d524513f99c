// Report section on the gain from `train --from`.

import type { FineTuningGain, FineTuningReport } from "../learning/training/cv-report.ts";
import { htmlTable } from "./html-table.ts";
import { formatFixed, formatSigned } from "./number-format.ts";
import type { Section } from "./page.ts";

/** Returns the section, or nothing if the training started from random weights. */
export function fineTuningSection(report: FineTuningReport | undefined): Section[] {
  if (report === undefined) return [];
  const { from, users, mean, gain_over_as_is: overAsIs, gain_over_scratch: overScratch, known_users: known } = report;
  const row = (name: string, own: FineTuningReport["mean"]): string[] => [
    name,
    ...[own.as_is, own.fine_tuned, own.from_scratch].map((score) => formatFixed(score)),
  ];
  const caution =
    known.length === 0
      ? ""
      : ` It had learned from ${known.join(", ")}, so its own figures for these people are too optimistic.`;
  return [
    {
      id: "fine-tuning",
      title: "Fine-tuning",
      about: `Macro-F1 by person, each on windows that the fold had not learned from: ${from} (${report.model_version}) as it is, the folds that started from its weights, and folds that started from random weights. Fine-tuning changes the mean by ${gainInFineTuningSection(overAsIs)} against the model as it is, and by ${gainInFineTuningSection(overScratch)} against training from scratch.${caution}`,
      body: htmlTable(
        "Fine-tuning",
        ["person", "as it is", "fine-tuned", "from scratch"],
        [...users.map((own) => row(own.user, own)), row("mean", mean)],
      ),
    },
  ];
}

function gainInFineTuningSection({ difference, interval }: FineTuningGain): string {
  if (interval === null) return formatSigned(difference);
  return `${formatSigned(difference)} (90 % interval over people ${formatSigned(interval.low)} to ${formatSigned(interval.high)})`;
}
