// The content of history.jsonl.

import type { FitOutcome } from "../learning/training/fit-runner.ts";
import type { HistoryRow } from "./history-row.ts";

export function fitHistory(folds: readonly FitOutcome[], final: FitOutcome): HistoryRow[] {
  return [...folds.flatMap((fold, i) => fitHistoryRows(`fold-${i + 1}`, fold)), ...fitHistoryRows("final", final)];
}

export function fitHistoryRows(fit: string, { epochs }: Pick<FitOutcome, "epochs">): HistoryRow[] {
  return epochs.map((epoch) => ({
    fit,
    epoch: epoch.epoch,
    loss: epoch.loss,
    accuracy: epoch.accuracy,
    val_loss: epoch.valLoss,
    val_accuracy: epoch.valAccuracy,
    val_macro_f1: epoch.valMacroF1,
    learning_rate: epoch.learningRate,
    ...(epoch.penalty !== undefined && { penalty: epoch.penalty }),
    ...(epoch.mixture !== undefined && { mixture: epoch.mixture }),
    ...(epoch.tried !== undefined && { tried: epoch.tried }),
    seconds: epoch.seconds,
    best: epoch.best,
  }));
}
