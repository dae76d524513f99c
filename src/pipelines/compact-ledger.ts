// `tidemark reference compact`: shortens the records of all batches that exceed the age or size limit, and frees the disk
// space. By contrast, `check` shortens a few records whenever it adds a batch, and reuses their space without freeing it.

import { ledgerRetentionRules } from "../monitoring/streams/ledger-retention-rules.ts";
import { streamSchemas } from "../monitoring/streams/stream-state.ts";
import type { CompactOptions } from "../options/resolve-config.ts";
import { resolveCompactConfig } from "../options/resolve-streams-config.ts";
import type { CompactedLedger } from "../storage/stream-store.ts";
import { openModelHandleWithStore } from "./model-handle.ts";

export type { NamedBatch } from "../storage/stream-store.ts";
export type { CompactedLedger };

/**
 * Shortens the ledger's records of old batches and frees the space.
 *
 * @throws UserError if the model folder or its ledger cannot be used
 */
export async function compactLedger(options: CompactOptions, run: { now?: () => Date } = {}): Promise<CompactedLedger> {
  const config = resolveCompactConfig(options);
  const model = await openModelHandleWithStore(config);
  try {
    const keep = { days: config.keepDays, bytes: config.keepMegabytes * 1e6 };
    const { result, shorten } = streamSchemas;
    const now = run.now?.() ?? new Date();
    const rules = ledgerRetentionRules(model.watched.monitored, (value) => shorten(result.parse(value)), keep, now);
    return await model.store.compact(rules);
  } finally {
    await model.close();
  }
}
