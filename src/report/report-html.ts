// report.html: the cross-validation on one page.

import { counted } from "../counted.ts";
import type { CvReport, MetricsSummary } from "../learning/training/cv-report.ts";
import type { BaselineStats } from "../monitoring/drift/baseline-stats.ts";
import { channelHistograms } from "./channel-histograms.ts";
import { confusionMatrix } from "./confusion-matrix.ts";
import { configTable, foldTable, leakageTable, qualityTables } from "./data-tables.ts";
import { count, fixed } from "./format.ts";
import type { HistoryRow } from "./history-row.ts";
import { type Html, html } from "./html.ts";
import { learningCurves } from "./learning-curves.ts";
import { classBars, personBars } from "./metric-bars.ts";
import { headlineHtml, pageHtml, type Section, tile } from "./page.ts";
import { reliabilityDiagram } from "./reliability-diagram.ts";

export interface ReportInput {
  readonly cvReport: CvReport;
  readonly baseline: BaselineStats;
  /** All fits' epochs, in order; a fit without rows says so. */
  readonly history: readonly HistoryRow[];
  /** Sections before the cross-validation. */
  readonly sections?: readonly Section[];
}

/** The whole page. Equal input gives equal bytes. */
export function reportHtml({ cvReport: report, baseline, history, sections = [] }: ReportInput): string {
  return pageHtml({
    title: `Tidemark: ${report.model_version}`,
    heading: `Cross-validation of ${report.model_version}`,
    lead: html`${counted(report.classes.length, "class", "classes")}, ${counted(report.users.length, "person", "people")},
 ${counted(report.windows.total, "window")} of ${baseline.source_file}. ${promise(report)}`,
    warnings: [...new Set([...report.warnings, ...report.quality.warnings])],
    headline: headline(report),
    sections: [...sections, ...sectionsOf(report, baseline, history)],
    footer: html`Written by <code>tidemark train</code> on ${report.created_at.slice(0, 10)}. The figures are in
 cv_report.json, the epochs in history.jsonl, the predictions in out_of_fold.parquet.`,
  });
}

function promise(report: CvReport): string {
  const { split, no_shared_person } = report.leakage;
  if (no_shared_person) return "Every figure is measured on people that the network had not seen.";
  if (split === "blocks")
    return "Every figure is measured on stretches of time that the network had not seen, but of people that it had.";
  return "The network had seen the people that it was tested on: expect worse results for new people.";
}

function headline({ summary, pooled, pooled_calibrated, folds }: CvReport): Html {
  const figures = (key: keyof MetricsSummary): [string, string] => {
    const people = summary.over_users[key];
    return [spread(summary.over_folds[key]), `by person ${spread(people)}`];
  };
  const worst = summary.worst_user;
  return headlineHtml(`Mean ± standard deviation over ${folds.length} folds.`, [
    tile("Macro-F1", ...figures("macro_f1"), "first"),
    tile("Accuracy", ...figures("accuracy")),
    tile("Cohen’s kappa", ...figures("kappa")),
    tile("Worst person", fixed(worst.macro_f1), `macro-F1 of ${worst.user}; accuracy ${fixed(worst.accuracy)}`),
    tile(
      "Calibration error",
      fixed(pooled_calibrated.expected_calibration_error),
      `${fixed(pooled.expected_calibration_error)} before temperature scaling`,
    ),
  ]);
}

function spread({ mean, sd }: { mean: number | null; sd: number | null }): string {
  return sd === null ? fixed(mean) : `${fixed(mean)} ± ${fixed(sd)}`;
}

function sectionsOf(report: CvReport, baseline: BaselineStats, history: readonly HistoryRow[]): Section[] {
  return [
    {
      id: "folds",
      title: "Folds",
      about: report.folds.every(({ n_validation: n }) => n === 0)
        ? "Each fold runs its whole schedule; nothing was chosen on the people that it tests."
        : "The validation part decides when training stops and which weights are kept; the test part is used only once.",
      body: html`${foldTable(report)}${learningCurves(report, history)}`,
    },
    {
      id: "confusion",
      title: "Confusion",
      about: `All ${count(report.pooled.n)} out-of-fold predictions.`,
      body: confusionMatrix(report.pooled, report.classes),
    },
    {
      id: "people",
      title: "People",
      about: "The spread over people is what a new person should expect.",
      body: personBars(report),
    },
    { id: "classes", title: "Classes", about: "Over all out-of-fold predictions.", body: classBars(report) },
    {
      id: "calibration",
      title: "Calibration",
      about: "Is a confidence of 0.8 right in 80 % of cases? The temperature was fitted on the predictions shown here.",
      body: reliabilityDiagram(report),
    },
    {
      id: "channels",
      title: "Channels",
      about: `The frozen baseline: ${count(baseline.n_samples)} raw samples in physical units.`,
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
      about: "Computed from the actual windows, not from the way the splits were made.",
      body: leakageTable(report.leakage),
    },
    { id: "run", title: "Run", about: "Equal data, options and seed give an equal model.", body: configTable(report) },
  ];
}
