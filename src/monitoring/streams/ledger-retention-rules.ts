// Decides what a ledger keeps, and for how long. Full results, and the summaries of batches that were not accepted, are
// kept for a number of days. The summary of an accepted batch is kept as long as a reference may need it. Each batch's row,
// with a few figures, is kept until the stream is erased.
import type { StreamRules } from "../../storage/stream-store.ts";
import type { MonitoredModel } from "./model-ledger.ts";

/**
 * How long a ledger keeps full results, and the summaries of batches that were not accepted. The summaries of accepted batches
 * are kept only while a reference may need them. Ids, verdicts and the figures per channel are kept until the stream is erased.
 */
export interface Keep {
  readonly days: number;
  /** Maximum size of the ledger; above it, the oldest batches are shortened regardless of their age. */
  readonly bytes: number;
}

/** Arbitrary choices: a month in which to revise decisions, and a size that fits on any disk. */
export const defaultKeep: Keep = { days: 30, bytes: 1e9 };

/** @param shorten reduces a stored result to the part that is kept until the stream is erased */
export function ledgerRetentionRules(
  { referenceBatches }: Pick<MonitoredModel, "referenceBatches">,
  shorten: (value: unknown) => unknown,
  { days, bytes }: Keep,
  now: Date,
): StreamRules {
  return {
    referenceBatches,
    // Keeps twice as many summaries as the references need, so that other batches can replace excluded ones.
    keptAtEnds: 2 * referenceBatches,
    since: new Date(now.getTime() - days * 86_400_000).toISOString(),
    bytes,
    shorten,
  };
}
