// Charts of precision against recall for each class, over all thresholds for the class's probability.

import * as Plot from "@observablehq/plot";
import type { ClassificationMetrics } from "../learning/training/cv-report.ts";
import { type Html, html } from "./html.ts";
import { formatFixed } from "./number-format.ts";
import { plotSvg } from "./plot-svg.ts";

/** Curve of one class, from the highest threshold to the lowest. */
export interface ShownCurve {
  readonly name: string;
  readonly precision: readonly number[];
  readonly recall: readonly number[];
  readonly averagePrecision: number;
}

/** Maximum number of points per curve; a chart is too narrow to show more of them separately. */
const mostPoints = 200;

/** @param curves the curves of the classes that occur */
export function precisionRecallCharts(curves: readonly ShownCurve[], pooled: ClassificationMetrics): Html {
  const panels = curves.map((curve) => precisionRecallPanel(curve, pooled));
  return html`<h3>Precision and recall</h3>
<p class="legend"><span class="key key-accent"></span> at each threshold on the probability <span class="key-mark">●</span> of the most probable
 class <span class="key key-rule"></span> share of the class, the precision of chance</p>
<div class="grid">${panels}</div>`;
}

function precisionRecallPanel(curve: ShownCurve, { per_class, n }: ClassificationMetrics): Html {
  const { name, averagePrecision } = curve;
  const scores = per_class[name];
  const chance = (scores?.support ?? 0) / n;
  const average = formatFixed(averagePrecision);
  const used = `precision ${formatFixed(scores?.precision)}, recall ${formatFixed(scores?.recall)}`;
  const label = `${name}: precision by recall. Average precision ${average}; as predicted, ${used}.`;
  return html`<figure class="card"><h3>${name}</h3>${precisionRecallChart(label, curve, scores, chance)}
<figcaption>Average precision ${average}. As predicted, ${used}.</figcaption></figure>`;
}

function precisionRecallChart(
  label: string,
  curve: ShownCurve,
  scores: { precision: number; recall: number } | undefined,
  chance: number,
): Html {
  return plotSvg(label, {
    height: 200,
    marginLeft: 40,
    marginRight: 14,
    marginTop: 20,
    marginBottom: 34,
    x: { domain: [0, 1], label: "recall", ticks: 5 },
    y: { domain: [0, 1], label: "precision", ticks: 5, grid: true },
    marks: [
      Plot.ruleY([chance], { stroke: "currentColor", strokeDasharray: "3,3", strokeOpacity: 0.6 }),
      Plot.line(precisionRecallChartPoints(curve), {
        x: "recall",
        y: "precision",
        stroke: "var(--accent)",
        strokeWidth: 1.5,
        curve: "step-before",
      }),
      scores === undefined ? null : Plot.dot([scores], { x: "recall", y: "precision", fill: "currentColor", r: 3.5 }),
    ],
  });
}

/** Returns at most `mostPoints` points, evenly spread over the recall, including the first and the last. */
function precisionRecallChartPoints({ precision, recall }: ShownCurve): { recall: number; precision: number }[] {
  const points = recall.map((own, i) => ({ recall: own, precision: precision[i]! }));
  // Precision falls until the recall next increases, so drawing the last point before each increase would produce a sawtooth.
  const gains = points.filter(({ recall: own }, i) => i === 0 || own > points[i - 1]!.recall);
  if (gains.length <= mostPoints) return gains;
  const steps = Array.from({ length: mostPoints }, (_, i) => Math.round((i * (gains.length - 1)) / (mostPoints - 1)));
  return steps.map((i) => gains[i]!);
}
