// Shows the training data by channel: histograms from the frozen baseline, with lines at the percentiles.

import * as Plot from "@observablehq/plot";
import type { BaselineStats, ChannelStats } from "../monitoring/drift/baseline-stats.ts";
import { type Html, html } from "./html.ts";
import { formatQuantity } from "./number-format.ts";
import { plotSvg } from "./plot-svg.ts";

const percentiles = [5, 25, 50, 75, 95] as const;

/** One figure per channel, in the units of the baseline. */
export function channelHistograms(baseline: BaselineStats): Html {
  const panels = baseline.sensor_columns.map((name) => {
    const stats = baseline.per_channel[name];
    if (stats === undefined) throw new Error(`baseline: expected statistics of ${name}, found none`);
    return channelHistogramPanel(name, stats);
  });
  return html`<p class="legend"><span class="key key-bar"></span> samples <span class="key key-rule"></span> percentiles
 5, 25, 50, 75, 95</p><div class="grid">${panels}</div>`;
}

function channelHistogramPanel(name: string, stats: ChannelStats): Html {
  const values = percentiles.map((p) => ({ p, value: stats[`percentile_${p}`] }));
  const listed = values.map(({ value }) => html`<td>${formatQuantity(value)}</td>`);
  return html`<figure class="card"><h3>${name}</h3>${channelHistogramChart(name, stats, values)}
<figcaption>Mean ${formatQuantity(stats.mean)}, standard deviation ${formatQuantity(stats.std)}, from ${formatQuantity(stats.min)} to
 ${formatQuantity(stats.max)}.</figcaption>
<table class="small"><thead><tr>${values.map(({ p }) => html`<th scope="col">p${p}</th>`)}</tr></thead>
<tbody><tr>${listed}</tr></tbody></table></figure>`;
}

function channelHistogramChart(
  name: string,
  stats: ChannelStats,
  values: readonly { p: number; value: number }[],
): Html {
  const { counts, bin_edges: edges } = stats.histogram;
  const total = counts.reduce((sum, n) => sum + n, 0);
  const bins = counts.map((n, i) => ({ lower: edges[i]!, upper: edges[i + 1]!, share: total > 0 ? n / total : 0 }));
  const label = `${name}: histogram of the training samples. ${values.map(({ p, value }) => `Percentile ${p}: ${formatQuantity(value)}`).join("; ")}.`;
  return plotSvg(label, {
    height: 150,
    marginLeft: 40,
    marginRight: 14,
    marginTop: 20,
    marginBottom: 24,
    x: { label: null, ticks: 5 },
    y: { label: "share of samples", ticks: 3, tickFormat: "~%", grid: true, nice: true },
    marks: [
      Plot.rectY(bins, { x1: "lower", x2: "upper", y: "share", fill: "var(--bar)", insetLeft: 0.25, insetRight: 0.25 }),
      Plot.ruleX(values, {
        x: "value",
        stroke: "var(--accent)",
        strokeWidth: ({ p }: { p: number }) => (p === 50 ? 2 : 1),
        strokeDasharray: "3,3",
        title: ({ p, value }: { p: number; value: number }) => `percentile ${p}: ${formatQuantity(value)}`,
      }),
    ],
  });
}
