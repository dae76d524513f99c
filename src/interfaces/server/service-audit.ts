// The audit log of a service. A decision is recorded after it has been made and stored, so a log that cannot be written to, such
// as one in a read-only folder of models, must not make the decision look as if it had failed. The service's own log keeps what
// the audit log cannot.

import type { Logger } from "pino";
import type { AccessStore } from "../../pipelines/access-place.ts";
import type { AuditEntry } from "../../pipelines/audit-log.ts";

export function serviceAudit(
  access: Pick<AccessStore, "audit" | "shownAudit">,
  log: Pick<Logger, "error">,
  now: () => Date = () => new Date(),
): (entry: Omit<AuditEntry, "at">) => Promise<void> {
  return async (entry) => {
    const audit: AuditEntry = { at: now().toISOString(), ...entry };
    try {
      await access.audit(audit);
    } catch (err) {
      log.error({ err, audit }, `${access.shownAudit} could not be written; this line replaces the entry`);
    }
  };
}
