// Draws bar charts of scores, with one bar per person or class, sorted from best to worst, and the mean as a line. Long lists
// are split into several charts with the same scale, so that a list of sixty people is legible on a phone and no chart is split
// by a page break.

import * as Plot from "@observablehq/plot";
import type { ClassificationMetrics, CvReport } from "../learning/training/cv-report.ts";
import { type Html, html } from "./html.ts";
import { htmlTable } from "./html-table.ts";
import { formatAxisLabel, formatCount, formatFixed } from "./number-format.ts";
import { plotSvg } from "./plot-svg.ts";

const barsInAChart = 30;

interface Bar {
  readonly name: string;
  readonly value: number;
  readonly precision?: number;
  readonly recall?: number;
  readonly support?: number;
}

/** A range of scores; null if unknown. */
export type ScoreRange = { readonly low: number; readonly high: number } | null;

interface PersonMetrics {
  readonly user: string;
  /** The fold that tested the person; null if several did; absent outside cross-validation. */
  readonly fold?: number | null;
  readonly metrics: ClassificationMetrics;
}

/** Macro-F1 per person with a line at the mean, as a chart and as a table. */
export function personBars(people: readonly PersonMetrics[], mean: number | null): Html {
  const users = people.toSorted((a, b) => b.metrics.macro_f1 - a.metrics.macro_f1 || (a.user < b.user ? -1 : 1));
  const bars = users.map(({ user, metrics }) => ({ name: user, value: metrics.macro_f1 }));
  const hasFolds = users.some(({ fold }) => fold !== undefined);
  const rows = users.map(({ user, fold, metrics: m }) => [
    user,
    ...(hasFolds ? [fold ?? "–"] : []),
    formatCount(m.n),
    formatFixed(m.accuracy),
    formatFixed(m.macro_f1),
    formatFixed(m.weighted_f1),
    formatFixed(m.kappa),
    formatFixed(m.log_loss),
    formatFixed(m.expected_calibration_error),
  ]);
  const head = ["windows", "accuracy", "macro-F1", "weighted F1", "kappa", "log loss", "ECE"];
  return html`<div class="pair">${barCharts("Macro-F1 by person", "macro-F1", bars, mean)}
${htmlTable("Metrics by person", ["person", ...(hasFolds ? ["fold"] : []), ...head], rows)}</div>`;
}

/**
 * F1 per class over all predictions, with marks for precision and recall, as a chart and as a table.
 * @param ranges range of each class's scores, for the table
 */
export function classBars(
  report: Pick<CvReport, "pooled"> & { readonly classes: readonly string[] },
  ranges: Readonly<Record<string, Readonly<Record<"precision" | "recall" | "f1", ScoreRange>>>> = {},
): Html {
  const { per_class, macro_f1 } = report.pooled;
  const bars = report.classes
    .map((name) => ({ name, value: per_class[name]?.f1 ?? 0, ...per_class[name] }))
    .toSorted((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1));
  const rows = bars.map((bar) => [
    bar.name,
    formatCount(bar.support),
    barScoreWithRange(bar.precision, ranges[bar.name]?.precision),
    barScoreWithRange(bar.recall, ranges[bar.name]?.recall),
    barScoreWithRange(bar.value, ranges[bar.name]?.f1),
  ]);
  return html`<p class="legend"><span class="key key-bar"></span> F1 <span class="key-mark">△</span> precision
 <span class="key-mark">○</span> recall</p>
<div class="pair">${barCharts("F1 by class", "F1", bars, macro_f1)}
${htmlTable("Metrics by class", ["class", "windows", "precision", "recall", "F1"], rows)}</div>`;
}

function barScoreWithRange(score: number | undefined, range: ScoreRange = null): string {
  return range === null
    ? formatFixed(score)
    : `${formatFixed(score)} (${formatFixed(range.low)} to ${formatFixed(range.high)})`;
}

function barCharts(title: string, axis: string, bars: readonly Bar[], mean: number | null): Html[] {
  const nCharts = Math.max(1, Math.ceil(bars.length / barsInAChart));
  const size = Math.ceil(bars.length / nCharts);
  const longest = Math.max(0, ...bars.map((bar) => [...formatAxisLabel(bar.name)].length));
  return Array.from({ length: nCharts }, (_, i) => {
    const part = bars.slice(i * size, (i + 1) * size);
    const range = nCharts === 1 ? "" : `, ${i * size + 1} to ${i * size + part.length} of ${bars.length}`;
    const label = `${title}${range}: ${part.map((bar) => `${bar.name} ${formatFixed(bar.value)}`).join("; ")}.`;
    const heading = range === "" ? null : html`<figcaption>${title}${range}</figcaption>`;
    return html`<figure class="card">${metricBarChart(label, axis, part, mean, longest)}${heading}</figure>`;
  });
}

function metricBarChart(label: string, axis: string, bars: readonly Bar[], mean: number | null, longest: number): Html {
  const marginTop = mean === null ? 8 : 20;
  const positions = bars.map((bar, position) => ({ ...bar, position }));
  const title = (bar: Bar): string => `${bar.name}: ${formatFixed(bar.value)}`;
  return plotSvg(label, {
    height: marginTop + 17 * bars.length + 34,
    marginLeft: Math.min(118, 14 + 6 * longest),
    marginRight: 44,
    marginTop,
    marginBottom: 34,
    x: { domain: [0, 1], label: axis, ticks: 5 },
    y: {
      domain: positions.map((bar) => bar.position),
      label: null,
      tickSize: 0,
      tickFormat: (position: number) => formatAxisLabel(bars[position]?.name ?? ""),
      padding: 0.25,
    },
    marks: [
      Plot.barX(positions, { x: "value", y: "position", fill: "var(--bar)", title }),
      Plot.tickX(positions, { x: "value", y: "position", stroke: "var(--accent)", strokeWidth: 2 }),
      mean === null ? null : Plot.ruleX([mean], { stroke: "currentColor", strokeDasharray: "3,3", strokeOpacity: 0.6 }),
      mean === null
        ? null
        : Plot.text([mean], { x: (x: number) => x, frameAnchor: "top", dy: -12, text: meanBarLabel }),
      barScoreMarks(positions, "precision", "triangle"),
      barScoreMarks(positions, "recall", "circle"),
      Plot.text(positions, {
        y: "position",
        frameAnchor: "right",
        dx: 42,
        textAnchor: "end",
        text: (bar: Bar) => formatFixed(bar.value),
        fontVariant: "tabular-nums",
      }),
    ],
  });
}

const meanBarLabel = (mean: number): string => `mean ${formatFixed(mean)}`;

function barScoreMarks(bars: readonly Bar[], score: "precision" | "recall", symbol: "triangle" | "circle"): Plot.Dot {
  return Plot.dot(
    bars.filter((bar) => bar[score] !== undefined),
    { x: score, y: "position", symbol, r: 2.8, stroke: "currentColor", strokeWidth: 1.2 },
  );
}
