// Are predictions with a confidence of 0.8 right 80 % of the time? Reliability diagrams (Guo et al. 2017) before and after
// temperature scaling: accuracy per confidence bin against the diagonal, and below it the number of windows per bin.

import * as Plot from "@observablehq/plot";
import { counted } from "../counted.ts";
import type { ClassificationMetrics, CvReport } from "../learning/training/cv-report.ts";
import { type Html, html } from "./html.ts";
import { formatFixed } from "./number-format.ts";
import { plotSvg } from "./plot-svg.ts";

/**
 * Two figures side by side: before temperature scaling, and with the logits divided by the temperature, as in model.onnx.
 */
export function reliabilityDiagram(report: CvReport): Html {
  const most = Math.max(1, ...[report.pooled, report.pooled_calibrated].flatMap((m) => m.reliability.map((b) => b.n)));
  return html`${reliabilityLegend}<div class="grid">${reliabilityFigure("As trained", report.pooled, most)}
${reliabilityFigure(`After temperature ${formatFixed(report.temperature)}`, report.pooled_calibrated, most)}</div>
<p class="note">${reliabilityDiagramNote(report)}</p>`;
}

/** Describes the effect of the temperature, whether or not it helped. */
export function reliabilityDiagramNote({
  pooled,
  pooled_calibrated: scaled,
}: Pick<CvReport, "pooled" | "pooled_calibrated">): string {
  const gain = pooled.log_loss - scaled.log_loss;
  const error = scaled.expected_calibration_error - pooled.expected_calibration_error;
  const losses = `from ${formatFixed(pooled.log_loss, 4)} to ${formatFixed(scaled.log_loss, 4)}`;
  const errors = `from ${formatFixed(pooled.expected_calibration_error, 4)} to ${formatFixed(scaled.expected_calibration_error, 4)}`;
  const loss =
    gain < leastGain
      ? `The temperature does not help: the log loss goes ${losses}`
      : `The temperature lowers the log loss ${losses}`;
  return `${loss}, and the calibration error ${error > 0 ? "rises" : "falls"} ${errors}.`;
}

/** Two figures side by side: the evaluated recordings, and the cross-validation after temperature scaling. */
export function reliabilityComparison(promised: ClassificationMetrics, found: ClassificationMetrics): Html {
  const most = (metrics: ClassificationMetrics): number => Math.max(1, ...metrics.reliability.map((bin) => bin.n));
  return html`${reliabilityLegend}<div class="grid">${reliabilityFigure("Evaluated", found, most(found))}
${reliabilityFigure("Cross-validated", promised, most(promised))}</div>`;
}

/** Smallest gain in log loss that is visible in figures with three decimals. */
const leastGain = 5e-4;
/**
 * With fewer windows than this, chance alone may change the accuracy in a bin by more than 20 percentage points (about 1 /
 * sqrt(windows)).
 */
const fewWindows = 25;

const reliabilityLegend = html`<p class="legend"><span class="key key-bar"></span> accuracy in the bin <span class="key key-few"></span> the
 same, of fewer than ${fewWindows} windows <span class="key-mark key-accent">●</span> at the bin’s mean confidence <span class="key key-rule"></span> perfect
 calibration</p>
`;

function reliabilityFigure(title: string, metrics: ClassificationMetrics, most: number): Html {
  const ece = formatFixed(metrics.expected_calibration_error, 4);
  return html`<figure class="card"><h3>${title}</h3>
${reliabilityAccuracyChart(`${title}: accuracy by confidence. Expected calibration error ${ece}.`, metrics)}
${reliabilityCountChart(`${title}: windows by confidence.`, metrics, most)}
<figcaption>Expected calibration error ${ece}, log loss ${formatFixed(metrics.log_loss, 4)}, over ${counted(metrics.n, "window")}.
</figcaption></figure>`;
}

type Bin = ClassificationMetrics["reliability"][number];

const frame = { marginLeft: 48, marginRight: 12, marginTop: 20 };

function reliabilityAccuracyChart(label: string, metrics: ClassificationMetrics): Html {
  const bins = metrics.reliability.filter((bin) => bin.n > 0);
  const title = (bin: Bin): string =>
    `${formatFixed(bin.lower, 2)} to ${formatFixed(bin.upper, 2)}: confidence ${formatFixed(bin.confidence)}, accuracy ${formatFixed(bin.accuracy)}, ${counted(bin.n, "window")}`;
  return plotSvg(label, {
    ...frame,
    height: 250,
    marginBottom: 24,
    x: { domain: [0, 1], label: null, ticks: 5 },
    y: { domain: [0, 1], label: "accuracy", ticks: 5, grid: true },
    marks: [
      Plot.rectY(bins, {
        x1: "lower",
        x2: "upper",
        y: "accuracy",
        fill: (bin: Bin) => (bin.n < fewWindows ? "none" : "var(--bar)"),
        stroke: (bin: Bin) => (bin.n < fewWindows ? "var(--quiet)" : "none"),
        strokeDasharray: "2,2",
        inset: 0.5,
        title,
      }),
      Plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        { stroke: "currentColor", strokeOpacity: 0.6, strokeDasharray: "3,3" },
      ),
      Plot.dot(bins, { x: "confidence", y: "accuracy", fill: "var(--accent)", r: 3 }),
    ],
  });
}

function reliabilityCountChart(label: string, metrics: ClassificationMetrics, most: number): Html {
  const bins = metrics.reliability.filter((bin) => bin.n > 0);
  return plotSvg(label, {
    ...frame,
    height: 120,
    marginBottom: 32,
    x: { domain: [0, 1], label: "confidence of the predicted class", ticks: 5 },
    y: { domain: [0, most], label: "windows", ticks: 3, grid: true, tickFormat: "~s" },
    marks: [
      Plot.rectY(bins, { x1: "lower", x2: "upper", y: "n", fill: "var(--muted)", fillOpacity: 0.55, inset: 0.5 }),
      Plot.text(bins, {
        x: (bin: Bin) => (bin.lower + bin.upper) / 2,
        y: "n",
        dy: -6,
        fontSize: 7.5,
        text: (bin: Bin) => compactReliabilityCount(bin.n),
      }),
    ],
  });
}

/** A count in a few characters, such as 950, 1.2k or 35k. */
function compactReliabilityCount(n: number): string {
  if (n < 1000) return String(n);
  return n < 9950 ? `${(n / 1000).toFixed(1)}k` : `${Math.round(n / 1000)}k`;
}
