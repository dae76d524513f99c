// Charts that compare the values in a batch with those in the training data and in the stream's past. The training data is
// drawn as an area and the other sources as lines with different dash patterns, so the charts can be read without colour.

import * as Plot from "@observablehq/plot";
import { percent } from "../percent.ts";
import { type PicturedChannel, type PicturedValues, type PictureSource, picturedPercentiles } from "./batch-picture.ts";
import type { Chart } from "./chart.ts";
import { formatAxisLabel, formatQuantity } from "./number-format.ts";

interface Pen {
  readonly stroke: string;
  readonly strokeWidth: number;
  readonly strokeDasharray?: string;
}

/** Style of each source. */
const pens: Readonly<Record<PictureSource, Pen>> = {
  baseline: { stroke: "var(--quiet)", strokeWidth: 1 },
  anchor: { stroke: "var(--ink)", strokeWidth: 1.5, strokeDasharray: "1.5,3" },
  rolling: { stroke: "var(--ink)", strokeWidth: 1.5, strokeDasharray: "6,3" },
  batch: { stroke: "var(--accent)", strokeWidth: 2.75 },
};

const frame = { marginLeft: 12, marginRight: 12, marginTop: 6 } as const;
/** Maximum length of a class name next to a chart, in characters. */
const longestName = 12;

/** Axis label: the unit, such as "m/s²", or "no unit". */
function distributionAxis({ unit }: Pick<PicturedChannel, "unit">): string {
  return unit === null ? "no unit" : unit.replace("^2", "²");
}

/** Draws the densities of one channel. @param about which values are drawn, such as those of one class (default: all values) */
export function distributionChart(
  channel: PicturedChannel,
  values: readonly PicturedValues[] = channel.values,
  about = "",
): Chart {
  const { name, from, to } = channel;
  const width = (to - from) / Math.max(1, values[0]?.shares.length ?? 1);
  const points = values.flatMap(({ source, shares }) => [
    { source, at: from, share: shares[0] ?? 0 },
    ...shares.map((share, i) => ({ source, at: from + (i + 0.5) * width, share })),
    { source, at: to, share: shares.at(-1) ?? 0 },
  ]);
  const of = (source: PictureSource): typeof points => points.filter((point) => point.source === source);
  const medians = values.map(({ source, percentiles }) => `${source} ${formatQuantity(percentiles[2])}`);
  const position = { x: "at", y: "share", curve: "monotone-x" } as const;
  return {
    label: `${name}${about === "" ? "" : `, ${about}`}: distribution of the values. Medians in ${distributionAxis(channel)}: ${medians.join(", ")}.`,
    options: {
      ...frame,
      height: about === "" ? 140 : 104,
      marginBottom: 32,
      x: { label: distributionAxis(channel), domain: [from, to], ticks: 5 },
      y: { type: "sqrt", axis: null, domain: [0, 1.05 * Math.max(1e-9, ...points.map(({ share }) => share))] },
      marks: [
        Plot.areaY(of("baseline"), { ...position, fill: "var(--bar)", fillOpacity: 0.7 }),
        ...values.map(({ source }) => Plot.line(of(source), { ...position, ...pens[source] })),
        Plot.ruleY([0], { stroke: "var(--quiet)" }),
      ],
    },
  };
}

/**
 * The middle 90 % and 50 % of a channel's values and their median, by predicted class; one row per source, in drawing order.
 */
export function classDistributionChart(channel: PicturedChannel, classes: readonly string[]): Chart | null {
  const rows = channel.by_class.flatMap((values, k) =>
    values.map(({ source, percentiles: [low, q1, middle, q3, high] }) => ({
      name: formatAxisLabel(classes[k]!, longestName),
      k,
      source,
      low: low!,
      q1: q1!,
      middle: middle!,
      q3: q3!,
      high: high!,
    })),
  );
  if (rows.length === 0) return null;
  const shown = classes.map((_, k) => k).filter((k) => channel.by_class[k]!.length > 0);
  const sources = [...new Set(rows.map(({ source }) => source))];
  const names = new Map(rows.map(({ k, name }) => [k, name]));
  const rowHeight = 9;
  const bounds = rows.flatMap(({ low, high }) => [low, high]);
  const [first, last] = [Math.min(...bounds), Math.max(...bounds)];
  const shared = { fy: "k", y: "source" } as const;
  return {
    label:
      `${channel.name} by predicted class: percentiles ${picturedPercentiles.join(", ")} in ${distributionAxis(channel)}. ` +
      rows.map(({ k, source, middle }) => `${classes[k]}, ${source}: median ${formatQuantity(middle)}`).join("; "),
    options: {
      height: shown.length * (sources.length * rowHeight + 10) + 36,
      marginLeft: 14 + 6.2 * Math.max(...[...names.values()].map((name) => [...name].length)),
      marginRight: 12,
      marginTop: 4,
      marginBottom: 32,
      x: {
        label: distributionAxis(channel),
        ticks: 5,
        domain: first === last ? [first - 0.5, last + 0.5] : [first, last],
      },
      y: { domain: sources, axis: null, padding: 0 },
      fy: { domain: shown, axis: "left", label: null, padding: 0.14, tickFormat: (k: number) => names.get(k) ?? "" },
      marks: [
        Plot.ruleY(rows, { ...shared, x1: "low", x2: "high", stroke: "var(--quiet)", strokeWidth: 1 }),
        ...sources.map((source) =>
          Plot.ruleY(
            rows.filter((row) => row.source === source),
            {
              ...shared,
              x1: "q1",
              x2: "q3",
              ...(source === "baseline" ? { stroke: "var(--bar)" } : pens[source]),
              strokeWidth: source === "batch" ? 6 : 4.5,
            },
          ),
        ),
        Plot.tickX(rows, { ...shared, x: "middle", stroke: "var(--ink)", strokeWidth: 1.5 }),
      ],
    },
  };
}

/** Share of the windows by predicted class; one bar per source and class, in drawing order. */
export function classMixChart(
  classes: readonly string[],
  mix: readonly { readonly source: PictureSource; readonly shares: readonly number[] }[],
): Chart {
  const bars = mix.flatMap(({ source, shares }) => shares.map((share, k) => ({ source, share, k })));
  const sources = mix.map(({ source }) => source);
  const longest = Math.max(...classes.map((name) => [...formatAxisLabel(name)].length));
  const filled = (source: PictureSource): Plot.BarXOptions =>
    source === "batch"
      ? { fill: "var(--accent)" }
      : source === "baseline"
        ? { fill: "var(--bar)", stroke: "var(--quiet)", strokeWidth: 0.75 }
        : { fill: "none", ...pens[source], strokeWidth: 1 };
  const own = mix.find(({ source }) => source === "batch") ?? mix[0]!;
  return {
    label: `Share of windows by predicted class: ${classes.map((name, k) => `${name} ${percent(own.shares[k], { significant: 2 })}`).join(", ")}.`,
    options: {
      height: classes.length * (sources.length * 10 + 10) + 40,
      marginLeft: 14 + 6.2 * longest,
      marginRight: 36,
      marginTop: 4,
      marginBottom: 32,
      x: {
        label: "share of windows",
        ticks: 4,
        tickFormat: "%",
        domain: [0, Math.max(0.01, ...bars.map(({ share }) => share))],
      },
      y: { domain: sources, axis: null, padding: 0.1 },
      fy: {
        domain: classes.map((_, k) => k),
        axis: "left",
        label: null,
        padding: 0.14,
        tickFormat: (k: number) => formatAxisLabel(classes[k] ?? ""),
      },
      marks: [
        ...sources.map((source) =>
          Plot.barX(
            bars.filter((bar) => bar.source === source),
            { x: "share", y: "source", fy: "k", ...filled(source) },
          ),
        ),
        Plot.text(
          bars.filter(({ source }) => source === own.source),
          {
            x: "share",
            y: "source",
            fy: "k",
            dx: 4,
            textAnchor: "start",
            text: ({ share }: { share: number }) => percent(share, { decimals: 0 }),
          },
        ),
        Plot.ruleX([0], { stroke: "var(--quiet)" }),
      ],
    },
  };
}
