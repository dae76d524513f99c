// The gain from starting with another model's weights, in words and as a table.

import { naturalOrder } from "../../natural-order.ts";
import type { FineTuningGain, FineTuningReport } from "../../pipelines/train.ts";
import { fixedNumberText, signedNumberText } from "./number-text.ts";
import type { Block } from "./terminal.ts";

/** Maximum number of people in the gains table. */
const shownPeople = 30;

export function fineTuningText({
  from,
  users,
  mean,
  gain_over_as_is: overAsIs,
  gain_over_scratch: overScratch,
}: FineTuningReport): Block[] {
  const rows = users
    .toSorted((a, b) => a.fine_tuned - a.as_is - (b.fine_tuned - b.as_is))
    .slice(0, shownPeople)
    .toSorted((a, b) => naturalOrder(a.user, b.user))
    .map((own) => [own.user, ...[own.as_is, own.fine_tuned, own.from_scratch].map((score) => fixedNumberText(score))]);
  const means = [mean.as_is, mean.fine_tuned, mean.from_scratch].map((score) => fixedNumberText(score));
  const title =
    users.length > shownPeople
      ? `The ${shownPeople} of ${users.length} people who gained the least over ${from}, macro-F1`
      : `Compared with ${from}, macro-F1`;
  return [
    "",
    title,
    { headers: ["person", "as it is", "fine-tuned", "from scratch"], rows: [...rows, ["mean", ...means]] },
    "",
    `fine-tuned ${fineTuningGainText(overAsIs)} over ${from} as it is`,
    `           ${fineTuningGainText(overScratch)} over training from scratch`,
    "",
  ];
}

/** For example "+0.052 (90 % interval +0.011 to +0.093)". */
function fineTuningGainText({ difference, interval }: FineTuningGain): string {
  const range =
    interval === null ? "" : ` (90 % interval ${signedNumberText(interval.low)} to ${signedNumberText(interval.high)})`;
  return `${signedNumberText(difference)}${range}`;
}
