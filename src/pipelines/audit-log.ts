// audit.jsonl: who changed what in the service, one JSON object per line, only ever appended to.

import { appendJsonLine } from "../storage/store/json-file.ts";

export interface AuditEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Name of the token, or the user of the command line. */
  readonly actor: string;
  /** Such as "token create" or "accept". */
  readonly action: string;
  /** What was changed: a token's name, or STREAM/BATCH. */
  readonly target: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export async function writeAuditLog(path: string, entry: AuditEntry): Promise<void> {
  await appendJsonLine(path, entry);
}
