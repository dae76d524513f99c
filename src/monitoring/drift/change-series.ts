// The series that a change is located in: distances from the training data, per batch and channel.

import { batchSummaryRows } from "../summaries/batch-summary.ts";
import type { ClassSummaries } from "../summaries/class-summaries.ts";
import { leastRelativeStd } from "./channel-statistics.ts";
import type { DriftModel } from "./comparison.ts";
import type { DriftState } from "./drift-state.ts";
import { ksWithinClasses } from "./within-classes.ts";

/** Maximum number of most recent batches whose distances are kept. */
const longestSeries = 60;

/** Returns the series extended by one batch. */
export function extendChangeSeries(
  series: DriftState["series"],
  current: ClassSummaries,
  model: DriftModel,
): DriftState["series"] {
  return [...series, changeSeriesEntry(current, model)].slice(-longestSeries);
}

/**
 * Computes a batch's distance from the training data per channel. A sensor offset shifts the means of all classes equally, so
 * the classes' shifts are averaged, weighted by precision: the number of rows divided by the class's variance in the training
 * data. As a result, a few seconds of sitting can outweigh a minute of jogging. A constant channel is given the smallest
 * allowed variance. A channel without values is given the baseline's position with a precision of 0.
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
