// audit.jsonl records who changed what in the service: an append-only file with one JSON object per line.

import { existsSync } from "node:fs";
import { createForFolderOwner } from "../storage/create-for-folder-owner.ts";
import { sha256Bytes } from "../storage/hash.ts";
import { appendJsonLine } from "../storage/json-file.ts";
import { hasSystemErrorCode } from "../system-error.ts";

export interface AuditEntry {
  /** When it happened; ISO 8601, UTC. */
  readonly at: string;
  /** Name of the token, or of the user who ran the command. */
  readonly actor: string;
  /** The action, such as "token create" or "accept". */
  readonly action: string;
  /** What the action applies to: the name of a token, or the result of `auditedName` for a stream. */
  readonly target: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Replaces the name of a stream or batch, because the log outlives erased streams. */
export function auditedName(name: string): string {
  return sha256Bytes(name);
}

export async function writeAuditLog(path: string, entry: AuditEntry): Promise<void> {
  if (!existsSync(path)) {
    await createForFolderOwner(path, "").catch((error: unknown) => {
      if (!hasSystemErrorCode(error, "EEXIST")) throw error;
    });
  }
  await appendJsonLine(path, entry);
}
