// How long a ledger keeps what: whole answers and the summaries of batches in no reference for some days, the summaries of
// references for as long as they are references, and of every batch its row with a few figures for good.
import type { StreamRules } from "../../storage/store/stream-store.ts";
import type { MonitoredModel } from "./model-ledger.ts";

/** How long whole answers stay, and summaries that no reference needs; what is left after that stays for good. */
export interface Keep {
  readonly days: number;
  /** Of the ledger; above it the oldest are shortened whatever their age. */
  readonly bytes: number;
}

/** A month of second thoughts, and less than a disk; arbitrary choices. */
export const defaultKeep: Keep = { days: 30, bytes: 1e9 };

/** @param shorten a stored answer, as little of it as is kept for good */
export function streamRules(
  { referenceBatches }: Pick<MonitoredModel, "referenceBatches">,
  shorten: (value: unknown) => unknown,
  { days, bytes }: Keep,
  now: Date,
): StreamRules {
  return {
    referenceBatches,
    // Twice as many as the references need, so that excluding some of them brings back those behind them.
    keptAtEnds: 2 * referenceBatches,
    since: new Date(now.getTime() - days * 86_400_000).toISOString(),
    bytes,
    shorten,
  };
}
