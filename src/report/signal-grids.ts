// Draws excerpts of recordings: one grid per label, with one chart per person and sensor and one line per axis.
import * as Plot from "@observablehq/plot";
import { type Html, html } from "./html.ts";
import { formatQuantity } from "./number-format.ts";
import { plotSvg } from "./plot-svg.ts";

export interface DrawnSensor {
  readonly name: string;
  readonly channels: readonly string[];
  readonly unit: string | null;
}

/** A few seconds of data from all channels. */
export interface DrawnExcerpt {
  readonly user: string;
  readonly recording: string;
  readonly label: string | null;
  /** Times of the samples, in seconds. */
  readonly time: readonly number[];
  readonly channels: Readonly<Record<string, readonly number[]>>;
}

/** A grid for each label, with a chart for each excerpt and sensor. */
export function signalGrids(excerpts: readonly DrawnExcerpt[], sensors: readonly DrawnSensor[]): Html {
  const byLabel = Map.groupBy(excerpts, ({ label }) => label ?? "without a label");
  const grids = [...byLabel].map(([label, own]) => {
    const cards = own.flatMap((excerpt) =>
      signalGridSensors(excerpt, sensors).map(
        (drawn) => html`<figure class="card"><h3>${drawn.name}, ${excerpt.user}</h3>${signalGridChart(excerpt, drawn)}
<figcaption>${excerpt.recording}, ${label}${drawn.unit === null ? "" : `, in ${drawn.unit}`}</figcaption></figure>`,
      ),
    );
    return html`<h3>${label}</h3><div class="grid">${cards}</div>`;
  });
  return html`${sensors.length === 0 ? null : axisLegend}${grids}`;
}

const axisColours = ["var(--accent)", "var(--miss)", "var(--muted)"];
const axisLegend = html`<p class="legend"><span class="key key-accent"></span> x <span class="key key-miss"></span> y
 <span class="key"></span> z</p>
`;

/** Returns the sensors, and the channels that belong to no sensor. */
function signalGridSensors({ channels }: DrawnExcerpt, sensors: readonly DrawnSensor[]): DrawnSensor[] {
  const taken = new Set(sensors.flatMap((sensor) => sensor.channels));
  const others = Object.keys(channels).filter((name) => !taken.has(name));
  return [...sensors, ...others.map((name) => ({ name, channels: [name], unit: null }))];
}

const mostPoints = 250;

function signalGridChart({ time, channels, user, label }: DrawnExcerpt, { channels: axes, name }: DrawnSensor): Html {
  const seconds = time.map((t) => t - time[0]!);
  const lines = axes.map((axis) => thinSignalGridLine(seconds, channels[axis] ?? []));
  const about = `${name} of ${user}${label === null ? "" : `, ${label}`}: ${axes.join(", ")} over ${formatQuantity(seconds.at(-1))} s.`;
  return plotSvg(about, {
    height: 130,
    marginLeft: 40,
    marginRight: 10,
    marginTop: 10,
    marginBottom: 26,
    x: { label: "s", ticks: 5 },
    y: { label: null, ticks: 4, grid: true },
    marks: lines.map((points, i) =>
      Plot.lineY(points, { x: "second", y: "value", stroke: axisColours[i]!, strokeWidth: 1.2 }),
    ),
  });
}

/**
 * The smallest and the largest value of each of 125 equal parts, in the order in which they occur; all values if they are few.
 */
function thinSignalGridLine(
  seconds: readonly number[],
  values: readonly number[],
): { second: number; value: number }[] {
  const points = values.map((value, i) => ({ second: Number(seconds[i]!.toFixed(3)), value }));
  if (points.length <= mostPoints) return points;
  const parts = mostPoints / 2;
  return Array.from({ length: parts }, (_, p) => {
    const own = points.slice(Math.floor((p * points.length) / parts), Math.floor(((p + 1) * points.length) / parts));
    const least = own.reduce((a, b) => (b.value < a.value ? b : a));
    const most = own.reduce((a, b) => (b.value > a.value ? b : a));
    return least.second <= most.second ? [least, most] : [most, least];
  }).flat();
}
