// The audit log of a service. A decision is recorded after it has been made and stored, so a folder that cannot be written to,
// such as a read-only folder of models, must not make the decision look as if it had failed. The log keeps what the file cannot.

import type { Logger } from "pino";
import { type AuditEntry, writeAuditLog } from "../../pipelines/audit-log.ts";

/** @param path the path of audit.jsonl */
export function serviceAudit(
  path: string,
  log: Pick<Logger, "error">,
  now: () => Date = () => new Date(),
): (entry: Omit<AuditEntry, "at">) => Promise<void> {
  return async (entry) => {
    const audit: AuditEntry = { at: now().toISOString(), ...entry };
    try {
      await writeAuditLog(path, audit);
    } catch (err) {
      log.error({ err, audit }, "audit.jsonl could not be written; this line replaces the entry");
    }
  };
}
