// Determines the activity that fills most of a batch. Consecutive batches mostly filled by the same activity form a bout, and
// evidence.ts counts up to five of them as one bet. The rest of such a batch may be windows of the same activity that the network
// took for another one.

import { batchSummaryRows } from "../summaries/batch-summary.ts";
import type { ClassSummaries } from "../summaries/class-summaries.ts";
import type { DriftModel } from "./comparison.ts";

/** Share of the rows that the class must exceed. */
const mainShare = 0.5;

/** Returns the class of more than half of the batch; null if there is none, or if the model does not support bouts. */
export function boutActivity(batch: ClassSummaries, model: DriftModel): number | null {
  if (!hasBoutActivities(model)) return null;
  const rows = batch.map(batchSummaryRows);
  const total = rows.reduce((sum, n) => sum + n, 0);
  const main = rows.findIndex((n) => n > mainShare * total);
  return main < 0 ? null : main;
}

/** Whether a model supports bouts: it has more than one activity, and its alarm level was set on days made of bouts. */
function hasBoutActivities({ calibration: { day }, byClass }: DriftModel): boolean {
  return day !== undefined && day !== "recorded" && byClass.filter((own) => own !== null).length > 1;
}
