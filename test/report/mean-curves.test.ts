import { expect, it } from "vitest";
import type { HistoryRow } from "../../src/report/history-row.ts";
import { meanCurves } from "../../src/report/mean-curves.ts";

const row = (fit: string, epoch: number, loss: number, own: Partial<HistoryRow> = {}): HistoryRow => ({
  fit,
  epoch,
  loss,
  accuracy: 0.5,
  val_loss: null,
  val_accuracy: null,
  val_macro_f1: null,
  learning_rate: null,
  seconds: 1,
  best: false,
  ...own,
});
const curves = (history: HistoryRow[]): unknown[] =>
  meanCurves(history, 7).map((event) =>
    event.type === "metrics" ? [event.run, event.at, event.step, event.values] : event,
  );

it("gives the mean over the folds that trained that long, and their number", () => {
  const history = [
    row("fold-2", 1, 4, { val_loss: 2 }),
    row("final", 1, 100),
    row("fold-1", 2, 1),
    row("fold-1", 1, 2, { val_loss: 1 }),
  ];
  expect(curves(history)).toEqual([
    ["train", 7, 1, { loss: 3, accuracy: 0.5, val_loss: 1.5, folds_in_mean: 2 }],
    ["train", 7, 2, { loss: 1, accuracy: 0.5, folds_in_mean: 1 }],
  ]);
});

it("gives the curves of the final fit without folds, and none of other fits", () => {
  expect(curves([row("final", 1, 3), row("cycle-1", 1, 9)])).toEqual([["train", 7, 1, { loss: 3, accuracy: 0.5 }]]);
});
