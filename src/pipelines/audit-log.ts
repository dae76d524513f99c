// The audit log records who changed what in the service.

import { sha256Bytes } from "../storage/hash.ts";

export type { AuditEntry } from "../storage/access-store.ts";

/** Replaces the name of a stream or batch, because the log outlives erased streams. */
export function auditedName(name: string): string {
  return sha256Bytes(name);
}
