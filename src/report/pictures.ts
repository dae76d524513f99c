// The report's two main charts as SVG files, for places that show pictures but no HTML, such as MLflow or a paper. The pictures
// cannot rely on a style sheet, so they contain their own colours and a white background.

import * as Plot from "@observablehq/plot";
import type { CvReport } from "../learning/training/cv-report.ts";
import { percent } from "../percent.ts";
import { historyAxis, rowsOnHistoryAxis } from "./history-axis.ts";
import type { HistoryRow } from "./history-row.ts";
import { formatAxisLabel } from "./number-format.ts";
import { plotSvg } from "./plot-svg.ts";

const colours: Readonly<Record<string, string>> = {
  "--accent": "#0b6b76",
  "--muted": "#8b979d",
  "--surface": "#ffffff",
};

const palette = ["#0b6b76", "#b2473e", "#8a6d0b", "#4b5fa5", "#7a4b8f", "#3f7d3a", "#b0662b", "#5a666d"];

/**
 * True classes by row, predicted classes by column. Cells are shaded by their share of the row, as far as dark text stays
 * legible. Identical reports produce identical bytes.
 */
export function confusionMatrixPicture({ pooled, classes }: CvReport): string {
  const cells = classes.flatMap((truth, row) => {
    const counts = pooled.confusion_matrix[row]!;
    const total = counts.reduce((sum, n) => sum + n, 0);
    return classes.map((predicted, column) => {
      return { truth, predicted, count: counts[column]!, share: total === 0 ? 0 : counts[column]! / total };
    });
  });
  const longest = Math.max(...classes.map((name) => [...formatAxisLabel(name)].length));
  const margin = 20 + 7 * longest;
  const size = Math.max(44, Math.min(70, 560 / classes.length));
  const axis = { label: null, tickSize: 0, tickFormat: (name: string) => formatAxisLabel(name), domain: classes };
  const svg = plotSvg(`Confusion matrix of ${pooled.n} out-of-fold predictions, true class by row.`, {
    width: margin + size * classes.length + 20,
    height: margin + size * classes.length + 20,
    marginLeft: margin,
    marginTop: margin,
    marginRight: 20,
    marginBottom: 20,
    x: { ...axis, axis: "top", tickRotate: -60 },
    y: axis,
    marks: [
      Plot.cell(cells, {
        x: "predicted",
        y: "truth",
        inset: 1,
        fill: "var(--accent)",
        fillOpacity: ({ share, count }: (typeof cells)[number]) => (count === 0 ? 0 : 0.06 + 0.54 * share),
      }),
      Plot.text(cells, {
        x: "predicted",
        y: "truth",
        fontSize: 12,
        fontVariant: "tabular-nums",
        text: ({ share, count }: (typeof cells)[number]) =>
          count === 0 ? "·" : `${percent(share, { decimals: 0 })}\n${count}`,
      }),
    ],
  });
  return standalonePicture(svg.text);
}

/** Loss and validation macro-F1 by epoch or penalty, one line per fit. Identical histories produce identical bytes. */
export function learningCurvesPicture(history: readonly HistoryRow[]): string {
  const curves = rowsOnHistoryAxis(history);
  const axis = historyAxis(curves, 10);
  // The final fit chooses no penalty, so it has no curve.
  const drawn = axis.name === "penalty" ? curves.filter(({ fit }) => fit !== "final") : curves;
  const rows = drawn.flatMap(({ fit, epoch, loss, val_loss, val_macro_f1 }) => [
    { fit, epoch, value: loss, panel: "training loss" },
    ...(val_loss === null ? [] : [{ fit, epoch, value: val_loss, panel: "validation loss" }]),
    ...(val_macro_f1 === null ? [] : [{ fit, epoch, value: val_macro_f1, panel: "validation macro-F1" }]),
  ]);
  const fits = [...new Set(drawn.map(({ fit }) => fit))];
  const panels = ["training loss", "validation loss", "validation macro-F1"];
  const charts = panels.map((panel, i) => {
    const own = rows.filter((row) => row.panel === panel);
    const top = panel === "validation macro-F1" ? 1 : 1.05 * Math.max(1e-3, ...own.map(({ value }) => value));
    const svg = plotSvg(`${panel} by ${axis.name}, one line per fit.`, {
      width: 760,
      height: 220,
      marginLeft: 50,
      marginRight: 70,
      marginTop: 26,
      marginBottom: 34,
      x: axis.scale,
      y: { label: panel, grid: true, domain: [0, top] },
      color: {
        domain: fits,
        range: fits.map((fit, k) => (fit === "final" ? "#1d2529" : palette[k % palette.length]!)),
      },
      marks: [
        Plot.lineY(own, { x: "epoch", y: "value", z: "fit", stroke: "fit", strokeWidth: 1.8 }),
        Plot.text(placePictureLabels(own, top), {
          x: () => axis.last,
          y: "at",
          text: "fit",
          fill: "fit",
          textAnchor: "start",
          dx: 6,
        }),
      ],
    });
    return svg.text.replace("<svg ", `<svg y="${i * 220}" `);
  });
  return standalonePicture(`<svg width="760" height="660" viewBox="0 0 760 660">${charts.join("")}</svg>`);
}

interface Point {
  readonly fit: string;
  readonly epoch: number;
  readonly value: number;
}

/** Places each fit's name near the fit's last point without overlapping other names. */
function placePictureLabels(rows: readonly Point[], top: number): (Point & { at: number })[] {
  const gap = top / 13;
  const last = [...Map.groupBy(rows, ({ fit }) => fit).values()].map((own) => own.at(-1)!);
  const placed: (Point & { at: number })[] = [];
  for (const point of last.sort((a, b) => a.value - b.value)) {
    placed.push({ ...point, at: Math.max(point.value, (placed.at(-1)?.at ?? -gap) + gap) });
  }
  const over = Math.max(0, (placed.at(-1)?.at ?? 0) - top);
  return placed.map((label) => ({ ...label, at: label.at - over }));
}

/** @param svg a single SVG element */
function standalonePicture(svg: string): string {
  const coloured = svg.replace(/var\((--[a-z]+)\)/g, (_, name: string) => colours[name]!);
  return `${coloured.replace(/^<svg([^>]*)>/, `<svg xmlns="http://www.w3.org/2000/svg"$1 style="background:#ffffff;color:#1d2529;font:11px system-ui, sans-serif">`)}\n`;
}
