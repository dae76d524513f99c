// A stream's rolling_reference.json says what the ledger says. It is written after the transaction that changed the
// ledger, so a killed process can leave it behind; whoever opens the stream next brings it up to date. It is derived and
// written under the ledger's own lock: of two processes the later one writes what both did, in whatever order they come.
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../../errors.ts";
import { jsonText, replaceFileSync } from "../../storage/store/atomic-file.ts";
import { type BatchLedger, stored } from "../../storage/store/batch-ledger.ts";
import type { MonitorDatabase } from "../../storage/store/monitor-database.ts";
import { rollingReferencePath } from "../../storage/store/stream-names.ts";
import { hasCode } from "../../system-error.ts";
import type { MeasurementShape } from "../summaries/measurement-codec.ts";
import { batchFiguresSchema } from "../summaries/summary-schemas.ts";
import { type RollingReference, rollingReference } from "./rolling-reference.ts";

/** Whose ledger it is. */
export interface LedgerOwner {
  readonly directory: string;
  /** The manifest's. */
  readonly modelVersion: string;
}

/** What a monitor needs to know of its model. */
export interface MonitoredModel extends LedgerOwner {
  readonly channels: readonly string[];
  /** How many accepted batches the rolling reference holds, and the anchor. */
  readonly referenceBatches: number;
  /** Of every batch that is kept. */
  readonly shape: MeasurementShape;
}

/** The stream's rolling reference as the ledger has it; empty for a stream without batches. */
export function deriveReference(
  ledger: BatchLedger,
  { channels, referenceBatches }: MonitoredModel,
  stream: string,
): RollingReference {
  return rollingReference({
    ...{ stream, channels, referenceBatches },
    lastUpdated: ledger.stream(stream)?.referenceChangedAt ?? null,
    batches: ledger.newestFigures(stream, referenceBatches).map(({ batchId, receivedAt, figures }) => ({
      ...{ batchId, timestamp: receivedAt },
      figures: stored(batchFiguresSchema, figures, `batch "${batchId}"`),
    })),
  });
}

/**
 * Brings the stream's file up to date, and writes nothing if it is. A stream without batches has no file, but for the
 * empty one that `train` wrote. What the file says can be derived again at any time, so it is not flushed to the disk.
 */
export function publishReference(database: MonitorDatabase, model: MonitoredModel, stream: string): void {
  const path = join(model.directory, rollingReferencePath(stream));
  const seen = database.snapshot((ledger) => ({
    version: ledger.version(stream),
    text: ledger.stream(stream) === undefined ? null : jsonText(deriveReference(ledger, model, stream)),
  }));
  if (seen.text === null || textOf(path) === seen.text) return;
  database.transaction((ledger) => {
    const isCurrent = ledger.version(stream) === seen.version;
    const text = isCurrent ? seen.text! : jsonText(deriveReference(ledger, model, stream));
    try {
      mkdirSync(dirname(path), { recursive: true });
      replaceFileSync(path, text);
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

/** Undefined if there is nothing that can be read as a file. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR", "EACCES"].some((code) => hasCode(error, code))) return undefined;
    throw error;
  }
}
