// Tables about leakage, windows and the run's settings.

import { counted } from "../counted.ts";
import type { CvReport, LeakageReport } from "../learning/training/cv-report.ts";
import { penaltyOrUnchangedText } from "../unchanged-penalty.ts";
import { type Html, type HtmlValue, html } from "./html.ts";
import { htmlFactTable, htmlTable } from "./html-table.ts";
import { formatCount, formatDuration, formatFixed, formatQuantity } from "./number-format.ts";
import { testSetTablePeople, testSetTableProof } from "./test-set-table.ts";

/** The people in each part of every fold, and the people and samples that the parts share. */
export function leakageTable(leakage: LeakageReport): Html {
  const rows = leakage.folds.map((fold) => [
    String(fold.fold),
    fold.test_users.join(", "),
    fold.validation_users.join(", "),
    fold.train_users.join(", "),
    formatCount(fold.shared_users.length + fold.shared_validation_users.length),
    fold.copied_users === undefined ? "–" : fold.copied_users.map((pair) => pair.join(" = ")).join(", ") || "none",
    formatCount(fold.overlapping_windows + fold.overlapping_validation_windows),
    fold.smallest_gap_seconds === null ? "–" : `${formatQuantity(fold.smallest_gap_seconds)} s`,
  ]);
  const shared = leakage.folds.every(
    (fold) => fold.shared_users.length + fold.shared_validation_users.length + (fold.copied_users ?? []).length === 0,
  )
    ? "No fold learns from people on whom it is tested or validated."
    : leakage.folds.some(({ copied_users }) => (copied_users ?? []).length > 0)
      ? "A fold was tested or validated on values that it had learned from under another person's name."
      : "The parts of a fold have people in common.";
  const overlapping = leakage.no_overlapping_range
    ? "No window shares a sample with a window of another part."
    : "Windows of different parts have samples in common.";
  const kind = leakage.no_shared_person && leakage.no_overlapping_range ? "proof" : "proof bad";
  const head = [
    "fold",
    "tested",
    "validated",
    "trained",
    "shared people",
    "same values",
    "overlapping windows",
    "smallest gap",
  ];
  const held = leakage.test_set;
  return html`<p class="${kind}">Split: ${leakage.split}. ${shared} ${overlapping}${held === undefined ? "" : ` ${testSetTableProof(held)}`}</p>
${htmlTable("Leakage by fold", head, rows, "names")}${held === undefined ? "" : testSetTablePeople(held)}`;
}

/** Size, number of epochs, duration and result of each fold. */
export function foldTable(report: CvReport): Html {
  const chosen = report.folds.some(({ penalty }) => penalty !== undefined);
  const head = [
    "fold",
    "train",
    "validation",
    "test",
    ...(chosen ? ["penalty"] : ["epochs", "best"]),
    "time",
    "accuracy",
    "macro-F1",
    "kappa",
    "log loss",
  ];
  const rows = report.folds.map(({ metrics: m, ...fold }) => [
    String(fold.fold),
    formatCount(fold.n_train),
    formatCount(fold.n_validation),
    formatCount(fold.n_test),
    ...(chosen ? [penaltyOrUnchangedText(fold.penalty!)] : [formatCount(fold.epochs), formatCount(fold.best_epoch)]),
    formatDuration(fold.seconds),
    formatFixed(m.accuracy),
    formatFixed(m.macro_f1),
    formatFixed(m.kappa),
    formatFixed(m.log_loss),
  ]);
  return htmlTable("Metrics by fold", head, rows);
}

/** For example "12 epochs", or "penalty 300" for a network that is not trained in mini-batches. */
export function finalFitTableText({ final_fit: { epochs, penalty } }: Pick<CvReport, "final_fit">): string {
  return penalty === undefined ? counted(epochs, "epoch") : `penalty ${penaltyOrUnchangedText(penalty)}`;
}

/** The resolved options, and the values that identify the run. */
export function configTable(report: CvReport): Html {
  const facts = Object.entries(report.config).map(([name, value]): [string, HtmlValue] => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return htmlFactTable([
    ["model version", report.model_version],
    ["created", report.created_at],
    ["data fingerprint", html`<code>${report.data_fingerprint}</code>`],
    [
      "final fit",
      `${finalFitTableText(report)} over ${counted(report.final_fit.n_windows, "window")}, ${formatDuration(report.final_fit.seconds)}`,
    ],
    ...facts,
  ]);
}
