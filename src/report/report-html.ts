// report.html: the cross-validation on one page, in one file. It needs no script and no network: the charts are SVG that
// was drawn here, the style sheet is inside, every name is escaped.

import type { BaselineStats } from "../baseline/baseline-stats.ts";
import { counted } from "../counted.ts";
import type { MetricsSummary } from "../metrics/metrics-summary.ts";
import { channelHistograms } from "./channel-histograms.ts";
import { confusionMatrix } from "./confusion-matrix.ts";
import type { CvReport } from "./cv-report.ts";
import { configTable, foldTable, leakageTable, qualityTables } from "./data-tables.ts";
import { count, fixed } from "./format.ts";
import type { HistoryRow } from "./history-row.ts";
import { type Html, html, trusted } from "./html.ts";
import { learningCurves } from "./learning-curves.ts";
import { classBars, personBars } from "./metric-bars.ts";
import { reliabilityDiagram } from "./reliability-diagram.ts";
import { reportStyle } from "./report-style.ts";

export interface ReportInput {
  readonly cvReport: CvReport;
  readonly baseline: BaselineStats;
  /** All fits' epochs, in order; a fit without rows is shown as such. */
  readonly history: readonly HistoryRow[];
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly body: Html;
}

/** The whole page. Equal input gives equal bytes. */
export function reportHtml({ cvReport: report, baseline, history }: ReportInput): string {
  const sections = sectionsOf(report, baseline, history);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Tidemark: ${report.model_version}</title>
<style>${trusted(reportStyle)}</style>
</head>
<body>
<header>
<p class="brand">Tidemark</p>
<h1>Cross-validation of ${report.model_version}</h1>
<p class="lead">${counted(report.classes.length, "class", "classes")}, ${counted(report.users.length, "person", "people")},
 ${counted(report.windows.total, "window")} of ${baseline.source_file}. ${promise(report)}</p>
</header>
<main>
${warnings(report)}
${headline(report)}
<nav aria-label="Sections">${sections.map(({ id, title }) => html`<a href="#${id}">${title}</a> `)}</nav>
${sections.map(section)}
</main>
<footer><p>Written by <code>tidemark train</code> on ${report.created_at.slice(0, 10)}. The figures are in
 cv_report.json, the epochs in history.jsonl, the predictions in out_of_fold.parquet.</p></footer>
</body>
</html>
`;
  return page.text;
}

function promise(report: CvReport): string {
  const { split, no_shared_person } = report.leakage;
  if (no_shared_person) return "Every figure is of people the network had not seen.";
  if (split === "blocks") return "Every figure is of stretches of time the network had not seen, from people it had.";
  return "The network had seen the people it was tested on: expect less from new people.";
}

function warnings(report: CvReport): Html | null {
  const all = [...new Set([...report.warnings, ...report.quality.warnings])];
  if (all.length === 0) return null;
  return html`<section class="warnings" aria-labelledby="warnings"><h2 id="warnings">Warnings</h2>
<ul>${all.map((warning) => html`<li>${warning}</li>`)}</ul></section>`;
}

function headline({ summary, pooled, pooled_calibrated, folds }: CvReport): Html {
  const tile = (name: string, value: string, about: string, kind = ""): Html =>
    html`<div class="tile ${kind}"><dt>${name}</dt><dd><strong>${value}</strong><span>${about}</span></dd></div>`;
  const figures = (key: keyof MetricsSummary): [string, string] => {
    const people = summary.over_users[key];
    return [spread(summary.over_folds[key]), `by person ${spread(people)}`];
  };
  const worst = summary.worst_user;
  return html`<section aria-labelledby="headline"><h2 id="headline">At a glance</h2>
<p class="note">Mean ± standard deviation over ${folds.length} folds.</p>
<dl class="tiles">
${tile("Macro-F1", ...figures("macro_f1"), "first")}
${tile("Accuracy", ...figures("accuracy"))}
${tile("Cohen’s kappa", ...figures("kappa"))}
${tile("Worst person", fixed(worst.macro_f1), `macro-F1 of ${worst.user}; accuracy ${fixed(worst.accuracy)}`)}
${tile(
  "Calibration error",
  fixed(pooled_calibrated.expected_calibration_error),
  `${fixed(pooled.expected_calibration_error)} before temperature scaling`,
)}
</dl></section>`;
}

function spread({ mean, sd }: { mean: number | null; sd: number | null }): string {
  return sd === null ? fixed(mean) : `${fixed(mean)} ± ${fixed(sd)}`;
}

function sectionsOf(report: CvReport, baseline: BaselineStats, history: readonly HistoryRow[]): Section[] {
  return [
    {
      id: "folds",
      title: "Folds",
      about: "Training stops, and weights are chosen, by the validation part; the test part is looked at once.",
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
      about: "Is a confidence of 0.8 right in 80 % of the cases? The temperature was fitted on the predictions shown.",
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
      about: "Computed from the windows themselves, not from how the splits were made.",
      body: leakageTable(report.leakage),
    },
    { id: "run", title: "Run", about: "Equal data, options and seed give an equal model.", body: configTable(report) },
  ];
}

function section({ id, title, about, body }: Section): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
<p class="note">${about}</p>
${body}</section>
`;
}
