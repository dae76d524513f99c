// The learning curves on the training run's own page: for each epoch, the mean over the folds that trained that long.

import type { TrackingEvent } from "../storage/tracking-event.ts";
import type { HistoryRow } from "./history-row.ts";
import { trainRun } from "./train-log.ts";

const columns = ["loss", "accuracy", "val_loss", "val_accuracy", "val_macro_f1", "learning_rate", "penalty"] as const;

/**
 * One event per epoch, with the same metric names as in the folds' own runs. `folds_in_mean` is the number of folds that
 * trained that long; it falls along the curves, because folds stop early at different epochs. Without folds, the curves are
 * those of the final fit.
 *
 * @param history epochs of all fits, in any order
 * @param at milliseconds since 1970
 */
export function meanCurves(history: readonly HistoryRow[], at: number): TrackingEvent[] {
  const folds = history.filter(({ fit }) => fit.startsWith("fold-"));
  const byEpoch = Map.groupBy(
    folds.length > 0 ? folds : history.filter(({ fit }) => fit === "final"),
    ({ epoch }) => epoch,
  );
  return [...byEpoch]
    .sort(([a], [b]) => a - b)
    .map(([step, rows]) => {
      const means = columns.flatMap((column) => {
        const values = rows.flatMap((row) => row[column] ?? []);
        return values.length === 0 ? [] : [[column, values.reduce((sum, value) => sum + value, 0) / values.length]];
      });
      const counted = folds.length > 0 && { folds_in_mean: rows.length };
      return { type: "metrics", run: trainRun, at, step, values: { ...Object.fromEntries(means), ...counted } };
    });
}
