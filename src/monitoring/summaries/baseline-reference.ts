// The baseline for drift detection: for each channel, the frozen grid, and the counts of all training data over it.

import { sortFloats } from "../../stats/sort-floats.ts";
import type { ChannelSummary } from "./batch-summary.ts";
import { type QuantileGrid, quantileGrid } from "./quantile-grid.ts";
import { type Columns, Summarizer } from "./summarize.ts";

export interface ChannelReference {
  readonly edges: QuantileGrid;
  readonly summary: ChannelSummary;
}

/** References by channel name. */
export type BaselineReference = Readonly<Record<string, ChannelReference>>;

/** @param columns all training data, in physical units; finite numbers only */
export function baselineReference(columns: Columns): BaselineReference {
  const grids = Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, quantileGrid(sortFloats(column))]),
  );
  const summaries = new Summarizer(grids).summarize(columns);
  return Object.fromEntries(Object.entries(grids).map(([name, edges]) => [name, { edges, summary: summaries[name]! }]));
}

export function baselineReferenceGrids(baseline: BaselineReference): Record<string, QuantileGrid> {
  return Object.fromEntries(Object.entries(baseline).map(([name, { edges }]) => [name, edges]));
}
