// A batch's summary as it comes back from a ledger.
import { z } from "zod";
import type { BatchSummary, ChannelSummary } from "../drift/batch-summary.ts";

const channelSummary: z.ZodType<ChannelSummary> = z
  .object({
    n: z.int().nonnegative(),
    missing: z.int().nonnegative(),
    mean: z.number(),
    std: z.number().nonnegative(),
    min: z.number(),
    max: z.number(),
    counts: z.array(z.int().nonnegative()).min(1),
    excessBelow: z.number().nonnegative(),
    excessAbove: z.number().nonnegative(),
  })
  .refine(({ n, counts }) => counts.reduce((sum, count) => sum + count, 0) === n, "expected counts that sum to n");

export const batchSummarySchema: z.ZodType<BatchSummary> = z.record(z.string(), channelSummary);
