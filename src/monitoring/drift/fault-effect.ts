// Determines whether a batch still shows the effect of the fault that raised the alarm. A fault moves some figure in the series
// (the mean or spread of a signal within classes) away from its value before the change. The figure that the fault moved most
// clearly decides whether the fault persists: it does if the batch's value is closer to the new value than to the old one. A
// p-value over all signals often cannot decide this, because batches with a subtle fault often look ordinary.

import { median } from "../../stats/median.ts";
import type { DriftState } from "./drift-state.ts";

type Series = DriftState["series"];
type SeriesValue = Series[number][string];

/** Minimum numbers of entries before and since the change to locate a figure; arbitrary. */
export const fewestBefore = 5;
const fewestSince = 3;
/**
 * A change in a figure is clear if it is at least this many times the figure's spread before and since the change, combined;
 * chosen on one half of the people in WISDM and MotionSense.
 */
const clear = 3;
/**
 * Lower limit for the spread before the change, in the figure's own unit, because a few batches may be alike by chance;
 * arbitrary.
 */
const leastSpread = 0.05;

/**
 * @param series ends with the batch in question
 * @param start index of the first entry after the change
 * @returns null if no figure shows the fault clearly, if the batch lacks that figure, or if the figure has moved the opposite
 * way by more than half of the fault's effect
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
      const [usual, faulty] = [before, since].map((side) => spreadForFaultEffect(side, name, figure));
      if (usual!.n < fewestBefore || faulty!.n < fewestSince) continue;
      const spread = Math.max(usual!.spread, leastSpread);
      const effect = faulty!.median - usual!.median;
      const clarity = Math.abs(effect) / Math.hypot(spread, faulty!.spread);
      if (!(clarity >= best.clarity)) continue;
      const share = hasFigureForFaultEffect(current[name]!)
        ? (current[name]![figure] - usual!.median) / effect
        : Number.NaN;
      best = { clarity, share };
    }
  }
  if (best.share > 0.5) return "lasts";
  return Math.abs(best.share) <= 0.5 ? "gone" : null;
}

/** The median, and the median absolute deviation scaled to a standard deviation. */
function spreadForFaultEffect(
  side: Series,
  name: string,
  figure: 0 | 1,
): { n: number; median: number; spread: number } {
  const values = side.flatMap((entry) => (hasFigureForFaultEffect(entry[name]) ? [entry[name]![figure]] : []));
  const middle = median(values);
  return { n: values.length, median: middle, spread: 1.4826 * median(values.map((x) => Math.abs(x - middle))) };
}

/** Entries without values have no precision. */
function hasFigureForFaultEffect(value: SeriesValue | undefined): boolean {
  return value !== undefined && value[3] > 0;
}
