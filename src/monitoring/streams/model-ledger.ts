// Opens the ledger in a model's folder. The model's properties are needed to convert summaries of version 1, and to write a
// stream's rolling_reference.json.
import { jsonFileText } from "../../storage/json-file.ts";
import type { LedgerUpgrade } from "../../storage/ledger-upgrade.ts";
import { openStore } from "../../storage/open-store.ts";
import type { OpenedStore, StoreOptions } from "../../storage/opened-store.ts";
import type { RollingBatches } from "../../storage/published-reference.ts";
import { SqliteStreamStore } from "../../storage/sqlite-stream-store.ts";
import { parseStoreAddress } from "../../storage/store-address.ts";
import { parseStoredValue } from "../../storage/stored-value.ts";
import type { StreamStore } from "../../storage/stream-store.ts";
import { batchFiguresOf } from "../summaries/batch-figures.ts";
import { encodeMeasurement, type MeasurementShape } from "../summaries/measurement-codec.ts";
import { batchFiguresSchema, batchMeasurementSchema } from "../summaries/summary-schemas.ts";
import { batchHeadline } from "./batch-headline.ts";
import { checkResultSchema } from "./check-result-schema.ts";
import { type RollingReference, rollingReference } from "./rolling-reference.ts";

/** The model that the ledger belongs to. */
export interface LedgerOwner {
  readonly directory: string;
  /** Version of the model, from its manifest. */
  readonly modelVersion: string;
}

/** Maximum time to wait for other processes. */
export interface LedgerWait {
  /** Maximum time that SQLite waits for a lock, blocking this process (default 30,000). */
  readonly busyTimeoutMs?: number;
}

/** Properties of a model used by its monitor. */
export interface MonitoredModel extends LedgerOwner {
  readonly channels: readonly string[];
  /** Number of accepted batches held by the rolling reference and by the anchor. */
  readonly referenceBatches: number;
  /** Shape of every stored measurement. */
  readonly shape: MeasurementShape;
}

/** @throws UserError if the existing ledger cannot be used */
export function openModelLedger(model: MonitoredModel, options: LedgerWait = {}): StreamStore {
  const { directory, modelVersion, referenceBatches } = model;
  return SqliteStreamStore.open(directory, {
    modelVersion,
    ...modelLedgerUpgrade,
    ...options,
    published: { referenceBatches, text: (rolling) => jsonFileText(referenceFromModelLedger(rolling, model)) },
  });
}

/**
 * Opens a store for the streams of many models, outside their folders.
 * @param address sqlite:DIR or postgres://user:password@host/database
 * @throws UserError if the address is invalid or the store cannot be used
 */
export async function openModelLedgerStore(
  address: string,
  options: LedgerWait & Pick<StoreOptions, "connections"> = {},
): Promise<OpenedStore> {
  return openStore(parseStoreAddress(address), { ...modelLedgerUpgrade, ...options });
}

/** The part of a ledger that can be read without a model. */
export type ReadableLedger = Pick<
  StreamStore,
  "page" | "find" | "streams" | "fleet" | "fleetMarks" | "actions" | "close"
>;

/** Opens a ledger for reading, without the model. @throws UserError under the same conditions as `openModelLedger` */
export function openReadableModelLedger(
  { directory, modelVersion }: LedgerOwner,
  options: LedgerWait = {},
): ReadableLedger {
  return SqliteStreamStore.open(directory, { modelVersion, ...modelLedgerUpgrade, ...options });
}

/** The stream's rolling reference; empty if the stream has no batches. */
export function referenceFromModelLedger(
  { stream, referencesChangedAt, rolling }: RollingBatches,
  { channels, referenceBatches }: Pick<MonitoredModel, "channels" | "referenceBatches">,
): RollingReference {
  return rollingReference({
    stream,
    channels,
    referenceBatches,
    lastUpdated: referencesChangedAt,
    batches: rolling.map(({ batchId, receivedAt, figures }) => ({
      batchId,
      timestamp: receivedAt,
      figures: parseStoredValue(batchFiguresSchema, figures, `batch "${batchId}"`),
    })),
  });
}

const modelLedgerUpgrade: LedgerUpgrade = {
  upgradeSummary: upgradeModelLedgerSummary,
  upgradeHeadline(stored, before, receivedAt) {
    const parsed = checkResultSchema.safeParse(stored);
    return parsed.success ? batchHeadline(parsed.data, before, receivedAt) : null;
  },
};

function upgradeModelLedgerSummary(json: unknown, what: string): { summary: Uint8Array; figures: unknown } {
  const measurement = parseStoredValue(batchMeasurementSchema, json, what);
  return { summary: encodeMeasurement(measurement), figures: batchFiguresOf(measurement.byClass) };
}
