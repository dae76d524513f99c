// report.html: the cross-validation on one page.

import { counted } from "../counted.ts";
import type { CvReport, MetricsSummary } from "../learning/training/cv-report.ts";
import { listedSourceFiles } from "../listed-names.ts";
import type { BaselineStats } from "../monitoring/drift/baseline-stats.ts";
import { percent } from "../percent.ts";
import { channelHistograms } from "./channel-histograms.ts";
import { confidentErrorTable, type ShownError } from "./confident-error-table.ts";
import { confusionMatrixTable } from "./confusion-matrix-table.ts";
import type { HistoryRow } from "./history-row.ts";
import { type Html, html } from "./html.ts";
import { htmlTable } from "./html-table.ts";
import { learningCurves } from "./learning-curves.ts";
import { classBars, personBars } from "./metric-bars.ts";
import { formatCount, formatFixed } from "./number-format.ts";
import { pageHeadline, pageHtml, pageTile, type Section } from "./page.ts";
import { personClassTable } from "./person-class-table.ts";
import { precisionRecallCharts, type ShownCurve } from "./precision-recall-charts.ts";
import { qualityTables } from "./quality-tables.ts";
import { reliabilityDiagram } from "./reliability-diagram.ts";
import { configTable, foldTable, leakageTable } from "./report-tables.ts";
import { testSetTable } from "./test-set-table.ts";
import { whatFoldsMeasured } from "./what-folds-measured.ts";

export interface ReportInput {
  readonly cvReport: CvReport;
  readonly baseline: BaselineStats;
  /** The epochs of all fits, in order. If a fit has none, the page says so. */
  readonly history: readonly HistoryRow[];
  /** Sections shown before the cross-validation. */
  readonly sections?: readonly Section[];
  /** Details of the out-of-fold predictions, after temperature scaling; absent if only their metrics are known. */
  readonly predictions?: {
    /** Sorted by confidence, highest first. */
    readonly errors: readonly ShownError[];
    /** For the classes that occur. */
    readonly curves: readonly ShownCurve[];
  };
}

/** The whole page. Identical inputs produce identical bytes. */
export function trainHtml(input: ReportInput): string {
  const { cvReport: report, baseline, sections = [] } = input;
  return pageHtml({
    title: `Tidemark: ${report.model_version}`,
    heading: `Cross-validation of ${report.model_version}`,
    lead: html`${counted(report.classes.length, "class", "classes")}, ${counted(report.users.length, "person", "people")},
 ${counted(report.windows.total, "window")} of ${listedSourceFiles(baseline.source_file)}. ${whatFoldsMeasured(report.leakage)}`,
    warnings: [...new Set([...report.warnings, ...report.quality.warnings])],
    headline: trainHtmlHeadline(report),
    sections: [...sections, ...trainSections(input)],
    footer: html`Written by <code>tidemark train</code> on ${report.created_at.slice(0, 10)}. The figures are in
 cv_report.json, the epochs in history.jsonl, the predictions in out_of_fold.parquet. examples.html plots windows of each class.`,
  });
}

function trainHtmlHeadline({ summary, pooled, pooled_calibrated, folds }: CvReport): Html {
  const figures = (key: keyof MetricsSummary): [string, string] => {
    const people = summary.over_users[key];
    return [trainHtmlMeanAndSd(summary.over_folds[key]), `by person ${trainHtmlMeanAndSd(people)}`];
  };
  const worst = summary.worst_user;
  return pageHeadline(`Mean ± standard deviation over ${folds.length} folds.`, [
    pageTile("Macro-F1", ...figures("macro_f1"), "first"),
    pageTile("Accuracy", ...figures("accuracy")),
    pageTile("Cohen’s kappa", ...figures("kappa")),
    pageTile(
      "Worst person",
      formatFixed(worst.macro_f1),
      `macro-F1 of ${worst.user}; accuracy ${formatFixed(worst.accuracy)}`,
    ),
    pageTile(
      "Calibration error",
      formatFixed(pooled_calibrated.expected_calibration_error),
      `${formatFixed(pooled.expected_calibration_error)} before temperature scaling`,
    ),
  ]);
}

function trainHtmlMeanAndSd({ mean, sd }: { mean: number | null; sd: number | null }): string {
  return sd === null ? formatFixed(mean) : `${formatFixed(mean)} ± ${formatFixed(sd)}`;
}

/** Section on the number of batches between false alarms of `check`; empty if it was not measured. */
function trainHtmlRunLengthSection({ drift }: BaselineStats): Section[] {
  const measured = drift?.calibration.run_length;
  if (measured === undefined) return [];
  const { asked, at_least: atLeast, confidence, people, seconds, days } = measured;
  const rows = days.map(({ day, batches, alarms }) => [
    day === "recorded"
      ? "recorded order"
      : `bouts of ${[...new Set(day.bout_seconds.map((s) => formatCount(Math.round(s))))].join(" to ")} s on average`,
    formatCount(batches),
    formatCount(alarms),
  ]);
  return [
    {
      id: "false-alarms",
      title: "False alarms",
      about: `At least ${formatCount(asked)} batches between false alarms of check were requested. On ${counted(people, "person", "people")}, each left out of the calibration, the average was at least ${formatCount(atLeast)} (${percent(confidence, { decimals: 0 })} confidence, batches of ${formatCount(Math.round(seconds))} s). Each stream counts only up to its first alarm.`,
      body: htmlTable("False alarms", ["days", "batches", "streams with an alarm"], rows),
    },
  ];
}

/** Section on the test set of a fixed split; empty without a fixed split. */
function trainTestSetSection({ test_set: held, classes }: CvReport): Section[] {
  if (held === undefined) return [];
  return [
    {
      id: "test-set",
      title: "Test set",
      about: `model.onnx on the ${counted(held.windows, "window")} that column ${held.column} marks for testing: macro-F1 ${formatFixed(held.pooled.macro_f1)}, accuracy ${formatFixed(held.pooled.accuracy)}; over people, macro-F1 ${trainHtmlMeanAndSd(held.over_users.macro_f1)}. Neither the folds nor the final fit learned from it.`,
      body: html`${testSetTable(held)}${confusionMatrixTable(held.pooled, classes)}`,
    },
  ];
}

function trainHtmlErrorSection({ predictions, cvReport: { leakage } }: ReportInput): Section[] {
  if (predictions === undefined) return [];
  return [
    {
      id: "errors",
      title: "Most confident errors",
      about: `Possible causes are wrong labels, a sensor that is worn differently, and movements that nobody made in the training data${leakage.no_shared_person ? "" : "; errors on new people may have other causes"}.`,
      body: confidentErrorTable(predictions.errors),
    },
  ];
}

function trainSections(input: ReportInput): Section[] {
  const { cvReport: report, baseline, history, predictions } = input;
  return [
    ...trainTestSetSection(report),
    {
      id: "folds",
      title: "Folds",
      about: report.folds.every(({ n_validation: n }) => n === 0)
        ? "Each fold runs its whole schedule; nothing was chosen by results on the people whom it tests."
        : "The validation part decides when training stops and which weights are kept; the test part is used only once.",
      body: html`${foldTable(report)}${learningCurves(report, history)}`,
    },
    {
      id: "confusion",
      title: "Confusion",
      about: `All ${formatCount(report.pooled.n)} out-of-fold predictions.`,
      body: confusionMatrixTable(report.pooled, report.classes),
    },
    ...trainHtmlErrorSection(input),
    {
      id: "people",
      title: "People",
      about: "The spread over people shows how much results may vary for a new person.",
      body: personBars(report.users, report.summary.over_users.macro_f1.mean),
    },
    {
      id: "classes",
      title: "Classes",
      about: "Over all out-of-fold predictions.",
      body: html`${classBars(report)}${predictions === undefined ? null : precisionRecallCharts(predictions.curves, report.pooled)}`,
    },
    {
      id: "people-by-class",
      title: "People by class",
      about:
        "F1 of each person and class: a class with a low F1 for one person alone points to that person’s recordings or labels.",
      body: personClassTable(report.users, report.classes),
    },
    {
      id: "calibration",
      title: "Calibration",
      about:
        "Are predictions with a confidence of 0.8 right in 80 % of cases? The temperature was fitted on the predictions shown here.",
      body: reliabilityDiagram(report),
    },
    ...trainHtmlRunLengthSection(baseline),
    {
      id: "channels",
      title: "Channels",
      about: `The frozen baseline: ${formatCount(baseline.n_samples)} raw samples in physical units.`,
      body: channelHistograms(baseline),
    },
    {
      id: "quality",
      title: "Data quality",
      about: "What was read, and what was left out.",
      body: qualityTables(report),
    },
    {
      id: "leakage",
      title: "Leakage",
      about: "Computed from the actual windows, not from how the splits were made.",
      body: leakageTable(report.leakage),
    },
    {
      id: "run",
      title: "Run",
      about: "The same data, options and seed produce the same model.",
      body: configTable(report),
    },
  ];
}
