// The horizontal axis of learning curves: epochs or, for a network that is not trained in mini-batches, the penalties that
// were tried, strongest first.

import type * as Plot from "@observablehq/plot";
import { penaltyOrUnchangedText } from "../unchanged-penalty.ts";
import { epochTicks } from "./epoch-ticks.ts";
import type { HistoryRow } from "./history-row.ts";

export interface HistoryAxis {
  /** What a point on the axis stands for. */
  readonly name: "epoch" | "penalty";
  readonly plural: "epochs" | "penalties";
  readonly last: number;
  readonly scale: Plot.ScaleOptions;
}

/** The rows that the curves consist of. For an ensemble, these are the epochs of the member that is trained in mini-batches. */
export function rowsOnHistoryAxis(history: readonly HistoryRow[]): readonly HistoryRow[] {
  const inMiniBatches = history.filter(({ learning_rate }) => learning_rate !== null);
  return inMiniBatches.length > 0 ? inMiniBatches : history;
}

/** @param rows the rows of the curves @param most approximate maximum number of tick marks */
export function historyAxis(rows: readonly HistoryRow[], most: number): HistoryAxis {
  const last = Math.max(2, ...rows.map(({ epoch }) => epoch));
  const scale = { domain: [1, last], ticks: epochTicks(last, most) };
  const tried = rows.filter(({ fit }) => fit !== "final");
  if (tried.length === 0 || tried.some(({ penalty }) => penalty === undefined))
    return { name: "epoch", plural: "epochs", last, scale: { ...scale, label: "epoch", tickFormat: "d" } };
  const penalties = new Map(tried.map(({ epoch, penalty }) => [epoch, penalty!]));
  const tickFormat = (epoch: number): string => {
    const penalty = penalties.get(epoch);
    return penalty === undefined ? "" : penaltyOrUnchangedText(penalty);
  };
  return { name: "penalty", plural: "penalties", last, scale: { ...scale, label: "penalty", tickFormat } };
}
