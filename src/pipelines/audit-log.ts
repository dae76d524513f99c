// audit.jsonl: who changed what in the service, one JSON object per line, only ever appended to.

import { sha256Bytes } from "../storage/store/hash.ts";
import { appendJsonLine } from "../storage/store/json-file.ts";

export interface AuditEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Name of the token, or the user of the command line. */
  readonly actor: string;
  /** Such as "token create" or "accept". */
  readonly action: string;
  /** What was changed: a token's name, or what `auditedName` gives for a stream. */
  readonly target: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What stands for the name of a stream or a batch, because the log stays when a stream is erased. */
export function auditedName(name: string): string {
  return sha256Bytes(name);
}

export async function writeAuditLog(path: string, entry: AuditEntry): Promise<void> {
  await appendJsonLine(path, entry);
}
