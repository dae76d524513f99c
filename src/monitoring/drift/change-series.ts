// The series that are searched for a change: per batch and channel, the distances from the training data.

import { batchSummaryRows } from "../summaries/batch-summary.ts";
import type { ClassSummaries } from "../summaries/class-summaries.ts";
import { leastRelativeStd } from "./channel-statistics.ts";
import type { DriftModel } from "./comparison.ts";
import type { DriftState } from "./drift-state.ts";
import { ksWithinClasses } from "./within-classes.ts";

/** Number of batches whose distances are remembered. */
const longestSeries = 60;

/** The series with one more batch. */
export function extendChangeSeries(
  series: DriftState["series"],
  current: ClassSummaries,
  model: DriftModel,
): DriftState["series"] {
  return [...series, changeSeriesEntry(current, model)].slice(-longestSeries);
}

/**
 * A sensor offset moves the means of all classes alike, so their distances are averaged by precision. A class is weighted by
 * its rows over its variance in the training data, so a few seconds of sitting can carry more weight than a minute of
 * jogging. A constant channel is treated as if it had the smallest variance. A channel without values gets the
 * baseline's position, with a precision of 0.
 */
function changeSeriesEntry(current: ClassSummaries, { baseline, byClass }: DriftModel): DriftState["series"][number] {
  return Object.fromEntries(
    Object.entries(baseline).map(([name, { summary }]) => {
      const spread = (std: number): number => Math.max(std / summary.std, leastRelativeStd);
      let [rows, precision, mean, logStd] = [0, 0, 0, 0];
      for (const [k, own] of current.entries()) {
        const reference = byClass[k]?.[name] ?? summary;
        const n = batchSummaryRows(own) === 0 ? 0 : own![name]!.n;
        if (n === 0) continue;
        const weight = n / spread(reference.std) ** 2;
        rows += n;
        precision += weight;
        mean += (weight * (own![name]!.mean - reference.mean)) / summary.std;
        logStd += n * Math.log(spread(own![name]!.std) / spread(reference.std));
      }
      if (rows === 0) return [name, [0, 0, 0, 0] as const];
      return [name, [mean / precision, logStd / rows, ksWithinClasses(byClass, current, name), precision] as const];
    }),
  );
}
