// Draws learning curves as small multiples, one panel per fit: training and validation loss above, validation macro-F1
// below, with a mark at the epoch whose weights were kept. All panels have the same axes, so that folds can be compared.

import * as Plot from "@observablehq/plot";
import type { CvReport, FoldReport } from "../learning/training/cv-report.ts";
import { penaltyOrUnchangedText } from "../unchanged-penalty.ts";
import { type HistoryAxis, historyAxis, rowsOnHistoryAxis } from "./history-axis.ts";
import type { HistoryRow } from "./history-row.ts";
import { type Html, html } from "./html.ts";
import { formatDuration, formatFixed } from "./number-format.ts";
import { plotSvg } from "./plot-svg.ts";
import { finalFitTableText } from "./report-tables.ts";

interface Fit {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly rows: readonly HistoryRow[];
  /** Epoch whose weights were kept; null if all epochs ran and the last one's were kept. */
  readonly bestEpoch: number | null;
}

interface CurveAxes {
  readonly across: HistoryAxis;
  readonly loss: readonly [number, number];
}

/** The section's figures: one per fold, and one for the final fit. */
export function learningCurves(report: CvReport, history: readonly HistoryRow[]): Html {
  const drawn = rowsOnHistoryAxis(history);
  const fits: Fit[] = report.folds.map((fold) => ({
    name: `fold-${fold.fold}`,
    title: `Fold ${fold.fold}`,
    about: `Tested on ${fold.test_users.join(", ")}. ${keptLearningCurveText(fold)}; ${formatDuration(fold.seconds)}.`,
    rows: drawn.filter((row) => row.fit === `fold-${fold.fold}`),
    bestEpoch: fold.best_epoch,
  }));
  const axes = learningCurveAxes(drawn);
  fits.push({
    name: "final",
    title: "Final fit",
    about: `All data, without a validation part; ${finalFitTableText(report)}, the median of the folds' best ${axes.across.plural}; ${formatDuration(report.final_fit.seconds)}.`,
    // A single penalty does not make a curve.
    rows: axes.across.name === "penalty" ? [] : drawn.filter((row) => row.fit === "final"),
    bestEpoch: null,
  });
  return html`<p class="legend"><span class="key key-muted"></span> training <span class="key key-accent"></span>
 validation <span class="key key-rule"></span> kept ${axes.across.name}</p>
${drawn.length < history.length ? html`<p>The curves show the ensemble's member that is trained in epochs.</p>` : null}
<div class="grid">${fits.map((fit) => learningCurvePanel(fit, axes))}</div>`;
}

function learningCurveAxes(rows: readonly HistoryRow[]): CurveAxes {
  const losses = rows.flatMap((row) => [row.loss, row.val_loss]).filter((loss) => loss !== null);
  return {
    across: historyAxis(rows, 5),
    loss: [0, Math.max(1e-3, ...losses)],
  };
}

function learningCurvePanel(fit: Fit, axes: CurveAxes): Html {
  const charts =
    fit.rows.length === 0
      ? html`<p class="empty">${emptyCurveText(fit, axes)}</p>`
      : html`${lossCurve(fit, axes)}${scoreCurve(fit, axes)}`;
  return html`<figure class="card"><h3>${fit.title}</h3>${charts}<figcaption>${fit.about}</figcaption></figure>`;
}

function emptyCurveText({ name }: Fit, { across }: CurveAxes): string {
  return name === "final" && across.name === "penalty"
    ? "This fit chooses no penalty, so it has no curve."
    : `No ${across.plural} were recorded for this fit.`;
}

const frame = { height: 150, marginLeft: 40, marginRight: 12, marginTop: 22, marginBottom: 30 };

function lossCurve(fit: Fit, axes: CurveAxes): Html {
  const validation = fit.rows.filter((row) => row.val_loss !== null);
  const last = fit.rows.at(-1)!;
  const label = `${fit.title}: loss by ${axes.across.name}. Last training loss ${formatFixed(last.loss)}, validation ${formatFixed(last.val_loss)}.`;
  return plotSvg(label, {
    ...frame,
    x: axes.across.scale,
    y: { domain: axes.loss, label: "loss (nats)", ticks: 4, grid: true },
    marks: [
      bestEpochCurveRule(fit),
      Plot.lineY(fit.rows, { x: "epoch", y: "loss", stroke: "var(--muted)" }),
      Plot.lineY(validation, { x: "epoch", y: "val_loss", stroke: "var(--accent)", strokeWidth: 2 }),
      Plot.dot(keptLearningCurvePoints(fit, fit.rows), { x: "epoch", y: "loss", fill: "var(--muted)", r: 3 }),
      Plot.dot(keptLearningCurvePoints(fit, validation), { x: "epoch", y: "val_loss", fill: "var(--accent)", r: 3.5 }),
    ],
  });
}

function scoreCurve(fit: Fit, axes: CurveAxes): Html | null {
  const validation = fit.rows.filter((row) => row.val_macro_f1 !== null);
  if (validation.length === 0) return null;
  const kept = keptLearningCurvePoints(fit, validation)[0];
  return plotSvg(
    `${fit.title}: validation macro-F1 by ${axes.across.name}, ${formatFixed(kept?.val_macro_f1)} at the kept ${axes.across.name}.`,
    {
      ...frame,
      height: 130,
      x: axes.across.scale,
      y: { domain: [0, 1], label: "validation macro-F1", ticks: [0, 0.5, 1], grid: true },
      marks: [
        bestEpochCurveRule(fit),
        Plot.lineY(validation, { x: "epoch", y: "val_macro_f1", stroke: "var(--accent)", strokeWidth: 2 }),
        Plot.dot(keptLearningCurvePoints(fit, validation), {
          x: "epoch",
          y: "val_macro_f1",
          fill: "var(--accent)",
          r: 3.5,
        }),
        Plot.text(keptLearningCurvePoints(fit, validation), {
          x: "epoch",
          y: "val_macro_f1",
          text: (row: HistoryRow) => formatFixed(row.val_macro_f1),
          dy: 13,
          fontWeight: 600,
          stroke: "var(--surface)",
          strokeWidth: 4,
          fill: "currentColor",
        }),
      ],
    },
  );
}

/** For example "Best epoch 3 of 18". */
function keptLearningCurveText({ penalty, best_epoch, epochs }: FoldReport): string {
  return penalty === undefined
    ? `Best epoch ${best_epoch} of ${epochs}`
    : `Best penalty ${penaltyOrUnchangedText(penalty)}, of ${epochs} tried`;
}

function keptLearningCurvePoints(fit: Fit, rows: readonly HistoryRow[]): HistoryRow[] {
  const epoch = fit.bestEpoch ?? fit.rows.at(-1)!.epoch;
  return rows.filter((row) => row.epoch === epoch);
}

function bestEpochCurveRule(fit: Fit): Plot.RuleX {
  const epochs = fit.bestEpoch === null ? [] : [fit.bestEpoch];
  return Plot.ruleX(epochs, { stroke: "currentColor", strokeOpacity: 0.45, strokeDasharray: "3,3" });
}
