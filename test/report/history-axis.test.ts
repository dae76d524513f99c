import { expect, it } from "vitest";
import { historyAxis, rowsOnHistoryAxis } from "../../src/report/history-axis.ts";
import type { HistoryRow } from "../../src/report/history-row.ts";

const row = (epoch: number, own: Partial<HistoryRow>): HistoryRow => ({
  fit: "fold-1",
  epoch,
  loss: 1,
  accuracy: 0.5,
  val_loss: 1,
  val_accuracy: 0.5,
  val_macro_f1: 0.5,
  learning_rate: null,
  seconds: 1,
  best: false,
  ...own,
});

it("draws the epochs of an ensemble, but neither its penalties nor the ensemble as a whole", () => {
  const history = [
    row(1, { learning_rate: 0.001 }),
    row(2, { learning_rate: 0.001 }),
    row(3, { penalty: 3000 }),
    row(4, { mixture: { temperatures: [1, 1], weights: [0.5, 0.5] } }),
  ];
  const rows = rowsOnHistoryAxis(history);
  expect(rows.map(({ epoch }) => epoch)).toEqual([1, 2]);
  expect(historyAxis(rows, 5)).toMatchObject({ name: "epoch", last: 2 });
});

it("draws the penalties of a network without epochs", () => {
  const rows = rowsOnHistoryAxis([row(1, { penalty: 3000 }), row(2, { penalty: 1000 })]);
  expect(historyAxis(rows, 5)).toMatchObject({ name: "penalty", last: 2 });
});
