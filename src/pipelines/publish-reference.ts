// A stream's rolling_reference.json says what the ledger says. It is written after the transaction that changed the
// ledger, so a killed process can leave it behind; whoever opens the stream next brings it up to date. It is derived and
// written under the ledger's own lock: of two processes the later one writes what both did, in whatever order they come.
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { wholeOf } from "../drift/class-summaries.ts";
import { UserError } from "../errors.ts";
import { type RollingReference, rollingReference } from "../monitoring/rolling-reference.ts";
import { batchMeasurementSchema } from "../monitoring/stored-summary.ts";
import { hasCode, jsonText, writeFileAtomicSync } from "../store/atomic-file.ts";
import { type BatchLedger, stored } from "../store/batch-ledger.ts";
import type { MonitorDatabase } from "../store/monitor-database.ts";
import { rollingReferencePath } from "../store/stream-names.ts";

/** What a monitor needs to know of its model. */
export interface MonitoredModel {
  readonly directory: string;
  /** The manifest's. */
  readonly modelVersion: string;
  readonly channels: readonly string[];
  /** How many accepted batches the rolling reference holds, and the anchor. */
  readonly windowSize: number;
}

/** The stream's rolling reference as the ledger has it; empty for a stream without batches. */
export function deriveReference(
  ledger: BatchLedger,
  { channels, windowSize }: MonitoredModel,
  stream: string,
): RollingReference {
  return rollingReference({
    ...{ stream, channels, windowSize },
    lastUpdated: ledger.stream(stream)?.referenceChangedAt ?? null,
    batches: ledger.newest(stream, windowSize).map(({ batchId, receivedAt, summary }) => ({
      ...{ batchId, timestamp: receivedAt },
      summary: wholeOf(stored(batchMeasurementSchema, summary, `batch "${batchId}"`).byClass),
    })),
  });
}

/**
 * Brings the stream's file up to date, and writes nothing where it is. A stream without batches has no file, but for the
 * empty one that `train` wrote.
 */
export function publishReference(database: MonitorDatabase, model: MonitoredModel, stream: string): void {
  const path = join(model.directory, rollingReferencePath(stream));
  database.transaction((ledger) => {
    if (ledger.stream(stream) === undefined) return;
    const text = jsonText(deriveReference(ledger, model, stream));
    try {
      if (textOf(path) === text) return;
      mkdirSync(dirname(path), { recursive: true });
      writeFileAtomicSync(path, text);
    } catch (cause) {
      if (!["EACCES", "EPERM", "EROFS", "ENOSPC", "EISDIR", "ENOTDIR"].some((code) => hasCode(cause, code)))
        throw cause;
      throw new UserError(`${path} cannot be written (${cause instanceof Error ? cause.message : cause})`, {
        advice: "The ledger is complete; the file follows when the stream is opened and it can be written again.",
        cause,
      });
    }
  });
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return undefined;
    throw error;
  }
}
