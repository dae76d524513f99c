// Determines the activity that fills a whole batch. Consecutive batches filled by the same activity form a bout, and
// evidence.ts counts up to five of them as one bet.

import { batchSummaryRows } from "../summaries/batch-summary.ts";
import type { ClassSummaries } from "../summaries/class-summaries.ts";
import type { DriftModel } from "./comparison.ts";

/** Minimum share of the rows for a class to fill a batch; arbitrary. */
const mainShare = 0.8;

/** Returns the class that fills the batch; null if no class fills it, or if the model does not support bouts. */
export function boutActivity(batch: ClassSummaries, model: DriftModel): number | null {
  if (!hasBoutActivities(model)) return null;
  const rows = batch.map(batchSummaryRows);
  const total = rows.reduce((sum, n) => sum + n, 0);
  const main = rows.findIndex((n) => n >= mainShare * total);
  return main < 0 ? null : main;
}

/** Whether a model supports bouts: it has more than one activity, and its alarm level was set on days made of bouts. */
function hasBoutActivities({ calibration: { day }, byClass }: DriftModel): boolean {
  return day !== undefined && day !== "recorded" && byClass.filter((own) => own !== null).length > 1;
}
