// The tables for data quality, leakage, windows, and the run's settings.

import { counted } from "../counted.ts";
import type { CvReport, LeakageReport } from "../learning/training/cv-report.ts";
import { percent } from "../percent.ts";
import { penaltyText } from "../unchanged-penalty.ts";
import { type Html, type HtmlValue, html } from "./html.ts";
import { htmlFactTable, htmlTable } from "./html-table.ts";
import { formatCount, formatDuration, formatFixed, formatQuantity } from "./number-format.ts";
import { testSetTablePeople, testSetTableProof } from "./test-set-table.ts";

/**
 * The number of rows that were read and left out, the regularity of the sampling, and the data per channel, class and
 * person.
 */
export function qualityTables(report: CvReport): Html {
  const { quality, windows } = report;
  const classes = report.classes.map((name) => {
    const rows = quality.classes[name];
    return [name, formatCount(rows?.rows), formatDuration(rows?.seconds), formatCount(windows.per_class[name] ?? 0)];
  });
  const people = Object.entries(quality.persons).map(([name, rows]) => [
    name,
    formatCount(rows.rows),
    formatDuration(rows.seconds),
    formatCount(windows.per_user[name] ?? 0),
  ]);
  return html`${qualityFactTable(quality, windows)}
<h3>Channels</h3>${channelQualityTable(quality)}
<h3>Classes</h3>${htmlTable("Data by class", ["class", "rows", "time", "windows"], classes)}
<details><summary>People (${formatCount(people.length)})</summary>
${htmlTable("Data by person", ["person", "rows", "time", "windows"], people)}</details>`;
}

/** Rows, time, rates and gaps. @param windows null if none were cut */
export function qualityFactTable(
  quality: CvReport["quality"],
  windows: Pick<CvReport["windows"], "total" | "dropped" | "label_changes"> | null,
): Html {
  const rate = quality.sampling;
  const dropped = Object.entries(quality.rows.dropped).map(([reason, rows]) => [reason.replaceAll("_", " "), rows]);
  const facts: [string, HtmlValue][] = [
    ["files", quality.files.map((file) => `${file.file} (${counted(file.rows, "row")})`).join(", ")],
    ["rows read", formatCount(quality.rows.read)],
    ["rows kept", formatCount(quality.rows.kept)],
    ...dropped
      .filter(([, rows]) => rows !== 0)
      .map(([reason, rows]): [string, HtmlValue] => [`left out: ${reason}`, formatCount(Number(rows))]),
    ["recorded time", formatDuration(quality.seconds)],
    [
      "people, recordings, stretches",
      `${formatCount(quality.users)}, ${formatCount(quality.recordings)}, ${formatCount(quality.stretches)}`,
    ],
    [
      "sampling rate",
      `${formatQuantity(rate.rate_hz)} Hz (${formatQuantity(rate.rate_hz_min)} to ${formatQuantity(rate.rate_hz_max)})`,
    ],
    [
      "jitter",
      `${percent(rate.jitter, { decimals: 2 })} of a step; at most ${percent(rate.jitter_max, { decimals: 2 })}`,
    ],
    [
      "gaps",
      `${formatCount(quality.gaps.count)}, ${formatDuration(quality.gaps.seconds)} in all, longest ${formatDuration(quality.gaps.longest_seconds)} (${quality.gaps.rule})`,
    ],
    ...(windows === null ? [] : [["windows", formatCount(windows.total)] satisfies [string, HtmlValue]]),
    ...(windows?.dropped ?? []).map(({ reason, stretches, samples }): [string, HtmlValue] => [
      `no window: ${reason}`,
      `${counted(samples, "sample")} in ${counted(stretches, "stretch", "stretches")}`,
    ]),
  ];
  if (quality.unlabelled !== undefined) {
    const { stretches, seconds, longest } = quality.unlabelled;
    facts.push([
      "without a label",
      `${formatDuration(seconds)} in ${counted(stretches, "stretch", "stretches")}; the longest lasts ${formatDuration(longest.seconds)} (${longest.recording} of ${longest.user})`,
    ]);
  }
  if (windows?.label_changes !== undefined) facts.push(["label changes", labelChangesTableText(windows.label_changes)]);
  return htmlFactTable(facts);
}

function labelChangesTableText({
  windows,
  crossing,
  mostly,
  majority,
  used,
}: NonNullable<CvReport["windows"]["label_changes"]>): string {
  const share = percent(crossing / windows, { decimals: 1 });
  return `within ${formatCount(crossing)} of ${counted(windows, "window")} (${share}), of which ${formatCount(used)} are used; 80 % of ${formatCount(mostly)} and half of ${formatCount(majority)} have one label`;
}

/** Range, unusable values and constant stretches of each channel. */
export function channelQualityTable(quality: CvReport["quality"]): Html {
  const channels = Object.entries(quality.channels).map(([name, c]) => [
    name,
    formatQuantity(c.min),
    formatQuantity(c.max),
    formatCount(c.missing),
    formatCount(c.infinite),
    c.flat ? "throughout" : formatDuration(c.flat_seconds),
  ]);
  return htmlTable("Quality by channel", ["channel", "minimum", "maximum", "missing", "infinite", "flat"], channels);
}

/** The people in each part of each fold, and the people and samples that the parts have in common. */
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
    ? "No fold learns from people that it is tested or validated on."
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

/** Size, epochs, duration and result of each fold. */
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
    ...(chosen ? [penaltyText(fold.penalty!)] : [formatCount(fold.epochs), formatCount(fold.best_epoch)]),
    formatDuration(fold.seconds),
    formatFixed(m.accuracy),
    formatFixed(m.macro_f1),
    formatFixed(m.kappa),
    formatFixed(m.log_loss),
  ]);
  return htmlTable("Metrics by fold", head, rows);
}

/** For example "12 epochs", or "penalty 300" for a network that is not trained in steps. */
export function finalFitTableText({ final_fit: { epochs, penalty } }: Pick<CvReport, "final_fit">): string {
  return penalty === undefined ? counted(epochs, "epoch") : `penalty ${penaltyText(penalty)}`;
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
