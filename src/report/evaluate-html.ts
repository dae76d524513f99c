// The page of `tidemark evaluate --out`: all metrics of a model on labelled recordings, next to the cross-validated metrics.

import * as Plot from "@observablehq/plot";
import { counted } from "../counted.ts";
import type { ClassificationMetrics, CvReport, MetricsSummary } from "../learning/training/cv-report.ts";
import { confusionMatrixTable } from "./confusion-matrix-table.ts";
import { type Html, html } from "./html.ts";
import { htmlTable } from "./html-table.ts";
import { classBars, personBars, type ScoreRange } from "./metric-bars.ts";
import { formatCount, formatFixed } from "./number-format.ts";
import { pageHeadline, pageHtml, pageTile, type Section } from "./page.ts";
import { plotSvg } from "./plot-svg.ts";
import { reliabilityComparison } from "./reliability-diagram.ts";

type Scores<Key extends string> = Readonly<Record<Key, ScoreRange>>;

export interface EvaluateInput {
  readonly modelVersion: string;
  readonly windows: number;
  readonly classes: readonly string[];
  readonly pooled: ClassificationMetrics;
  readonly intervals: Scores<keyof MetricsSummary> & {
    readonly per_class: Readonly<Record<string, Scores<"precision" | "recall" | "f1">>>;
  };
  readonly overPeople: MetricsSummary;
  readonly people: readonly {
    readonly user: string;
    readonly metrics: ClassificationMetrics;
    readonly within: boolean;
    readonly rank: number;
  }[];
  readonly crossValidation: {
    readonly people: number;
    readonly promised: number;
    readonly lowest: number;
    readonly highest: number;
    readonly found: number;
    readonly difference: ScoreRange;
    readonly verdict: "kept" | "better" | "worse" | null;
  };
  readonly warnings: readonly string[];
}

/** The whole page. Identical inputs produce identical bytes. */
export function evaluateHtml(input: EvaluateInput, report: CvReport): string {
  const { modelVersion, windows, people, warnings } = input;
  return pageHtml({
    title: `Tidemark: evaluation of ${modelVersion}`,
    heading: `Evaluation of ${modelVersion}`,
    lead: html`${counted(windows, "labelled window")} of ${counted(people.length, "person", "people")}, compared with the
 ${counted(input.crossValidation.people, "person", "people")} that cross-validation held out.`,
    warnings,
    headline: evaluateHtmlHeadline(input),
    sections: evaluateSections(input, report),
    footer: html`Written by <code>tidemark evaluate</code>. Ranges are 90 % intervals from a bootstrap over people.
 <code>--json</code> prints all figures.`,
  });
}

function evaluateHtmlHeadline({ pooled, intervals, crossValidation: promise, people }: EvaluateInput): Html {
  const tile = (name: string, key: Exclude<keyof MetricsSummary, "log_loss">, kind = ""): Html =>
    pageTile(name, formatFixed(pooled[key]), evaluateHtmlRange(intervals[key]), kind);
  const outside = people.filter(({ within }) => !within).length;
  return pageHeadline("Over all windows, with 90 % intervals.", [
    tile("Macro-F1", "macro_f1", "first"),
    tile("Accuracy", "accuracy"),
    tile("Cohen’s kappa", "kappa"),
    tile("Calibration error", "expected_calibration_error"),
    pageTile(
      "Promise",
      { kept: "kept", better: "exceeded", worse: "not kept", unknown: "–" }[promise.verdict ?? "unknown"],
      `macro-F1 by person ${formatFixed(promise.found)}, cross-validated ${formatFixed(promise.promised)}`,
    ),
    pageTile("Outside the spread", formatCount(outside), `of ${counted(people.length, "person", "people")}`),
  ]);
}

function evaluateHtmlRange(range: ScoreRange): string {
  return range === null ? "no interval for one person" : `${formatFixed(range.low)} to ${formatFixed(range.high)}`;
}

function evaluateSections(input: EvaluateInput, report: CvReport): Section[] {
  const { pooled, classes, people, overPeople, intervals } = input;
  return [
    {
      id: "promise",
      title: "What cross-validation promised",
      about:
        "Macro-F1 of each person. If the model is as good as in cross-validation, the evaluated people look like a sample of the cross-validated people.",
      body: html`<div class="pair">${evaluatePromiseChart(input, report)}${evaluatePromiseTable(input)}</div>`,
    },
    {
      id: "confusion",
      title: "Confusion",
      about: `All ${formatCount(pooled.n)} predictions.`,
      body: confusionMatrixTable(pooled, classes),
    },
    {
      id: "people",
      title: "People",
      about: "The dashed line is the mean of the evaluated people.",
      body: personBars(people, overPeople.macro_f1.mean),
    },
    {
      id: "classes",
      title: "Classes",
      about: "Over all predictions, with 90 % intervals.",
      body: classBars({ pooled, classes }, intervals.per_class),
    },
    {
      id: "calibration",
      title: "Calibration",
      about: "Are predictions with a confidence of 0.8 right in 80 % of cases?",
      body: reliabilityComparison(report.pooled_calibrated, pooled),
    },
  ];
}

function evaluatePromiseChart({ people, crossValidation: promise }: EvaluateInput, report: CvReport): Html {
  const dots = [
    ...report.users.map(({ metrics }) => ({ group: "cross-validated", score: metrics.macro_f1, within: true })),
    ...people.map(({ metrics, within }) => ({ group: "evaluated", score: metrics.macro_f1, within })),
  ];
  const means = [
    { group: "cross-validated", score: promise.promised },
    { group: "evaluated", score: promise.found },
  ];
  const label = `Macro-F1 by person. Cross-validated: ${formatFixed(promise.lowest)} to ${formatFixed(promise.highest)}, mean ${formatFixed(promise.promised)}. Evaluated: mean ${formatFixed(promise.found)}.`;
  const lowest = dots.reduce((least, { score }) => Math.min(least, score), 1);
  const chart = plotSvg(label, {
    height: 130,
    marginLeft: 96,
    marginRight: 14,
    marginTop: 8,
    marginBottom: 34,
    x: { label: "macro-F1", domain: [Math.floor(10 * lowest) / 10, 1], ticks: 5 },
    y: { type: "band", domain: ["cross-validated", "evaluated"], label: null, tickSize: 0 },
    marks: [
      Plot.dot(dots, {
        x: "score",
        y: "group",
        r: 4,
        fill: ({ within }: { within: boolean }) => (within ? "var(--accent)" : "var(--miss)"),
        fillOpacity: 0.6,
      }),
      Plot.tickX(means, { x: "score", y: "group", stroke: "currentColor", strokeWidth: 2, inset: 8 }),
    ],
  });
  return html`<figure class="card">${chart}<figcaption>One dot per person; a line at each mean. Red: outside the cross-validated
 spread.</figcaption></figure>`;
}

function evaluatePromiseTable({ people }: EvaluateInput): Html {
  const rows = people.map(({ user, metrics, rank, within }) => [
    user,
    formatCount(metrics.n),
    formatFixed(metrics.macro_f1),
    formatFixed(rank, 2),
    within ? "inside" : "outside",
  ]);
  return htmlTable("People and the cross-validated spread", ["person", "windows", "macro-F1", "rank", "spread"], rows);
}
