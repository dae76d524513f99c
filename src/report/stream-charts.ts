// Charts of a stream's batches over time, oldest first.

import * as Plot from "@observablehq/plot";
import { counted } from "../counted.ts";
import type { ShownBatch } from "../monitoring/streams/shown-batch.ts";
import { percent } from "../percent.ts";
import { batchAxis } from "./batch-axis.ts";
import type { Chart } from "./chart.ts";
import { formatAxisLabel, formatFixed } from "./number-format.ts";

/** The size and margins of a chart, and its axis of batches. */
function streamChartFrame(
  batches: readonly ShownBatch[],
  size: { readonly width: number; readonly height: number; readonly marginLeft: number },
): Plot.PlotOptions {
  const ids = batches.map(({ batch_id }) => batch_id);
  return { ...size, marginRight: 14, marginTop: 8, marginBottom: 34, x: batchAxis(ids, size.width - size.marginLeft) };
}

function streamChartMargin(names: readonly string[]): number {
  return 16 + 6.2 * Math.max(4, ...names.map((name) => [...name].length));
}

/** The scores of each channel against the reference that is furthest away; null if no batch could be compared. */
export function streamChannelsChart(batches: readonly ShownBatch[]): ((width: number) => Chart) | null {
  const cells = batches.flatMap(({ channels, comparisons, leading }, i) => {
    if (channels.length > 0) return channels.map(({ channel, score }) => ({ i, channel, score }));
    const furthest = comparisons.find(({ reference }) => reference === leading);
    return furthest === undefined ? [] : [{ i, channel: furthest.channel, score: furthest.score }];
  });
  if (cells.length === 0) return null;
  const names = [...new Set(cells.map(({ channel }) => channel))].sort();
  const shown = names.map((name) => formatAxisLabel(name, 14));
  return (width) => ({
    label: `Scores by channel for ${counted(batches.length, "batch", "batches")}: ${names.join(", ")}.`,
    options: {
      ...streamChartFrame(batches, { width, height: 22 * names.length + 46, marginLeft: streamChartMargin(shown) }),
      y: { type: "band", domain: names.map((_, k) => k), label: null, tickFormat: (k: number) => shown[k] ?? "" },
      r: { type: "identity" },
      marks: [
        Plot.ruleY(
          names.map((_, k) => k),
          { stroke: "var(--line)" },
        ),
        Plot.dot(cells, {
          x: "i",
          y: ({ channel }: { channel: string }) => names.indexOf(channel),
          r: ({ score }: { score: number }) => Math.min(9, 1.5 * Math.sqrt(Math.max(0.3, score))),
          fill: "var(--accent)",
          fillOpacity: 0.75,
          title: ({ i, channel, score }: { i: number; channel: string; score: number }) =>
            `${batches[i]!.batch_id}: ${channel} ${formatFixed(score, 1)}`,
        }),
      ],
    },
  });
}

/** The share of windows per predicted class; null if no batch has predictions. */
export function streamMixChart(batches: readonly ShownBatch[]): ((width: number) => Chart) | null {
  const names = [...new Set(batches.flatMap(({ class_shares }) => Object.keys(class_shares ?? {})))];
  if (names.length === 0) return null;
  const shown = names.map((name) => formatAxisLabel(name, 14));
  const cells = batches.flatMap(({ class_shares: shares }, i) =>
    shares === null ? [] : names.map((name, k) => ({ i, k, share: shares[name] ?? 0 })),
  );
  return (width) => ({
    label: `Share of windows by predicted class for ${counted(batches.length, "batch", "batches")}: ${names.join(", ")}.`,
    options: {
      ...streamChartFrame(batches, { width, height: 34 * names.length + 46, marginLeft: streamChartMargin(shown) }),
      y: { axis: null, domain: [0, Math.max(0.01, ...cells.map(({ share }) => share))] },
      fy: {
        domain: names.map((_, k) => k),
        axis: "left",
        label: null,
        padding: 0.15,
        tickFormat: (k: number) => shown[k] ?? "",
      },
      marks: [
        Plot.rectY(cells, {
          x1: ({ i }: { i: number }) => i - 0.4,
          x2: ({ i }: { i: number }) => i + 0.4,
          y: "share",
          fy: "k",
          fill: "var(--accent)",
          fillOpacity: 0.75,
          title: ({ i, k, share }: { i: number; k: number; share: number }) =>
            `${batches[i]!.batch_id}: ${names[k]} ${percent(share, { decimals: 0 })}`,
        }),
        Plot.ruleY([0], { stroke: "var(--quiet)" }),
      ],
    },
  });
}

/** The estimated accuracy with its intervals; null if no batch has an estimate. */
export function streamAccuracyChart(batches: readonly ShownBatch[]): ((width: number) => Chart) | null {
  const points = batches.flatMap(({ accuracy }, i) => (accuracy === null ? [] : [{ i, ...accuracy }]));
  if (points.length === 0) return null;
  return (width) => ({
    label: `Estimated accuracy of ${counted(points.length, "batch", "batches")}; last ${percent(points.at(-1)!.estimate, { decimals: 0 })}.`,
    options: {
      ...streamChartFrame(batches, { width, height: 150, marginLeft: 48 }),
      y: { domain: [0, 1], label: null, ticks: [0, 0.5, 1], tickFormat: "%", grid: true },
      marks: [
        Plot.ruleX(points, { x: "i", y1: "lower", y2: "upper", stroke: "var(--muted)", strokeWidth: 2 }),
        Plot.dot(points, { x: "i", y: "estimate", r: 3, fill: "var(--accent)" }),
      ],
    },
  });
}
