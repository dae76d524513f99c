// `tidemark reference compact`: shortens all that is too old or too much, and gives its space back to the disk. `check`
// shortens a few batches each time it adds one, and reuses their space.
import { type CompactOptions, resolveCompactConfig } from "../config.ts";
import { keptAtEnds, retention } from "../monitoring/streams/ledger-retention.ts";
import { withMonitor } from "../monitoring/streams/monitor-stream.ts";
import { openMonitor } from "../monitoring/streams/open-monitor.ts";
import { streamSchemas } from "../monitoring/streams/stream-state.ts";

export interface CompactedLedger {
  /** Batches whose whole answers were shortened. */
  readonly shortened: number;
  /** Of the file and its log. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** Batches shortened in one transaction, so that checks can run in between. */
const atOnce = 200;

/** @throws UserError if the model folder or its ledger cannot be used */
export async function compactLedger(options: CompactOptions, run: { now?: () => Date } = {}): Promise<CompactedLedger> {
  const config = resolveCompactConfig(options);
  const { monitored } = await openMonitor(config.model);
  const keep = { days: config.keepDays, bytes: config.keepMegabytes * 1e6 };
  const { result, shorten } = streamSchemas;
  const rules = retention(monitored, (value) => shorten(result.parse(value)), keep, run.now?.() ?? new Date());
  return withMonitor(monitored, {}, (database) => {
    const bytesBefore = database.bytesOnDisk();
    for (const stream of database.snapshot((ledger) => ledger.streams())) {
      database.transaction((ledger) => ledger.forgetMiddle(stream, keptAtEnds(monitored)));
    }
    let shortened = 0;
    for (let done = atOnce; done === atOnce; shortened += done) {
      done = database.transaction((ledger) => ledger.forget(rules, atOnce));
    }
    database.vacuum();
    return { shortened, bytesBefore, bytesAfter: database.bytesOnDisk() };
  });
}
