// Tables of classification metrics per person and per class.

import { entriesInNaturalOrder, naturalOrder } from "../../natural-order.ts";
import type { EventOf } from "../../pipelines/train-events.ts";
import { fixedNumberText, wholeNumberText } from "./number-text.ts";
import type { Table } from "./table.ts";

type CrossValidationEvent = EventOf<"cross-validation">;
type Person = Omit<CrossValidationEvent["users"][number], "fold"> & { readonly fold?: number | null };

/** Maximum number of people in the table; longer lists are cut to the people with the lowest scores. */
const shownUsers = 30;

/** The metrics to print, with their titles. */
export const printedMetrics = [
  ["macro-F1", "macro_f1"],
  ["weighted F1", "weighted_f1"],
  ["accuracy", "accuracy"],
  ["kappa", "kappa"],
  ["log loss", "log_loss"],
  ["calibration error", "expected_calibration_error"],
] as const;

/** The people with the lowest scores, sorted by name, with the fold that tested each person if there are folds. */
export function metricTableByPerson(users: readonly Person[], worst: string): Table {
  const hasFolds = users.some(({ fold }) => fold !== undefined);
  const byScore = users.toSorted((a, b) => a.metrics.macro_f1 - b.metrics.macro_f1);
  const rows = byScore
    .slice(0, shownUsers)
    .toSorted((a, b) => naturalOrder(a.user, b.user))
    .map(({ user, fold, metrics }) => [
      user,
      ...(hasFolds ? [String(fold ?? "several")] : []),
      wholeNumberText(metrics.n),
      fixedNumberText(metrics.macro_f1),
      fixedNumberText(metrics.accuracy),
      fixedNumberText(metrics.kappa),
      user === worst ? "<- worst" : "",
    ]);
  const headers = ["person", ...(hasFolds ? ["fold"] : []), "windows", "macro-F1", "accuracy", "kappa", ""];
  return { headers, rows };
}

/** The heading for `metricTableByPerson`. */
export function metricTableTitle(users: number): string {
  return users > shownUsers ? `The ${shownUsers} of ${users} people with the lowest scores` : "Per person";
}

export function metricTableByClass(pooled: CrossValidationEvent["pooled"]): Table {
  const rows = entriesInNaturalOrder(Object.entries(pooled.per_class)).map(
    ([name, { precision, recall, f1, support }]) => [
      name,
      fixedNumberText(precision),
      fixedNumberText(recall),
      fixedNumberText(f1),
      wholeNumberText(support),
    ],
  );
  return { headers: ["class", "precision", "recall", "F1", "windows"], rows };
}
