// Determines whether a batch still shows the effect of the fault that raised the alarm. A fault moves some figure of the series
// (the mean or the spread of a signal within its classes) away from where it was before the change. The figure that the fault
// moved most clearly tells whether the fault lasts, because the batch is nearer either to the old or to the new value. A
// p-value over all signals often cannot, because batches with a subtle fault are often ordinary.

import { median } from "../../stats/median.ts";
import type { DriftState } from "./drift-state.ts";

type Series = DriftState["series"];
type SeriesValue = Series[number][string];

/** Minimum number of entries on each side of the change to tell where a figure was; arbitrary. */
export const fewestBefore = 5;
const fewestSince = 3;
/**
 * The change in a figure is clear if it is this many times as large as the figure's spread; chosen on one half of WISDM's and
 * MotionSense's people.
 */
const clear = 3;
/**
 * Lower limit of a spread, in standard deviations of the training data, because few batches may be alike by chance; arbitrary.
 */
const leastSpread = 0.05;

/**
 * @param series ends with the batch in question
 * @param start index of the first entry after the change
 * @returns null if no figure shows the fault clearly, or if the batch does not have that figure
 */
export function faultEffect(series: Series, start: number): "lasts" | "gone" | null {
  const [before, since, current] = [
    series.slice(0, Math.max(0, start)),
    series.slice(Math.max(0, start), -1),
    series.at(-1),
  ];
  if (current === undefined) return null;
  let best = { clarity: clear, share: Number.NaN };
  for (const name of Object.keys(current)) {
    for (const figure of [0, 1] as const) {
      const [usual, faulty] = [before, since].map((side) => spreadOfFigure(side, name, figure));
      if (usual!.n < fewestBefore || faulty!.n < fewestSince) continue;
      const spread = Math.max(usual!.spread, leastSpread);
      const effect = faulty!.median - usual!.median;
      const clarity = Math.abs(effect) / Math.hypot(spread, faulty!.spread);
      if (!(clarity >= best.clarity)) continue;
      const share = hasFigure(current[name]!) ? (current[name]![figure] - usual!.median) / effect : Number.NaN;
      best = { clarity, share };
    }
  }
  if (best.share > 0.5) return "lasts";
  return Math.abs(best.share) <= 0.5 ? "gone" : null;
}

/** The median, and the median absolute deviation as a standard deviation. */
function spreadOfFigure(side: Series, name: string, figure: 0 | 1): { n: number; median: number; spread: number } {
  const values = side.flatMap((entry) => (hasFigure(entry[name]) ? [entry[name]![figure]] : []));
  const middle = median(values);
  return { n: values.length, median: middle, spread: 1.4826 * median(values.map((x) => Math.abs(x - middle))) };
}

/** Entries without values have no precision. */
function hasFigure(value: SeriesValue | undefined): boolean {
  return value !== undefined && value[3] > 0;
}
