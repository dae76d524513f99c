// The baseline as drift detection needs it: per channel the frozen grid and the summary of all training data over it.

import { z } from "zod";
import { sortFloats } from "../../stats/sort-floats.ts";
import type { ChannelSummary } from "./batch-summary.ts";
import { type QuantileGrid, quantileGrid } from "./quantile-grid.ts";
import { sampleSchema } from "./sample-schema.ts";
import { type Columns, Summarizer } from "./summarize.ts";

export interface ChannelReference {
  readonly edges: QuantileGrid;
  readonly summary: ChannelSummary;
}

/** By channel name. */
export type BaselineReference = Readonly<Record<string, ChannelReference>>;

export const channelSummarySchema: z.ZodType<ChannelSummary> = z
  .object({
    n: z.int().min(0).describe("finite values"),
    missing: z.int().min(0).describe("NaN and infinities"),
    mean: z.number(),
    std: z.number().min(0).describe("population standard deviation"),
    min: z.number(),
    max: z.number(),
    counts: z.array(z.int().min(0)).min(2).describe("by bin of the grid, open tails included; their sum is n"),
    excessBelow: z.number().min(0).describe("summed distances of the values below the first edge from it"),
    excessAbove: z.number().min(0).describe("summed distances of the values above the last edge from it"),
  })
  .refine(({ n, counts }) => counts.reduce((sum, count) => sum + count, 0) === n, "expected counts that sum to n");

export const baselineReferenceSchema: z.ZodType<BaselineReference> = z.record(
  z.string(),
  z.object({
    edges: z.array(sampleSchema).min(1).describe("strictly ascending; bin i holds edges[i - 1] <= x < edges[i]"),
    summary: channelSummarySchema,
  }),
);

/** Of all training data, in physical units; finite numbers only. */
export function baselineReference(columns: Columns): BaselineReference {
  const grids = Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, quantileGrid(sortFloats(column))]),
  );
  const summaries = new Summarizer(grids).summarize(columns);
  return Object.fromEntries(Object.entries(grids).map(([name, edges]) => [name, { edges, summary: summaries[name]! }]));
}

export function gridsOf(baseline: BaselineReference): Record<string, QuantileGrid> {
  return Object.fromEntries(Object.entries(baseline).map(([name, { edges }]) => [name, edges]));
}
