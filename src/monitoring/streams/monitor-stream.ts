// Monitors one stream of batches: reads the state for a decision from a `StreamStore`, records the decision there, and applies
// the update rules. The caller supplies a pure function that decides about a batch from the stream's state.

import type { z } from "zod";
import { accountName } from "../../account-name.ts";
import { UserError } from "../../errors.ts";
import { shellCommand, shellPath } from "../../shell-words.ts";
import { damagedStoredValue, parseStoredValue } from "../../storage/stored-value.ts";
import type { ActionNote } from "../../storage/stream-actions.ts";
import { checkStreamName } from "../../storage/stream-names.ts";
import type {
  DataTime,
  DecidedBatch,
  PageOptions,
  ReferenceSummary,
  StoredBatch,
  StoredMemory,
  StreamPage,
  StreamStore,
} from "../../storage/stream-store.ts";
import { batchFiguresOf } from "../summaries/batch-figures.ts";
import type { BatchMeasurement } from "../summaries/batch-measurement.ts";
import { decodeMeasurement, encodeMeasurement, type MeasurementShape } from "../summaries/measurement-codec.ts";
import { defaultKeep, type Keep, ledgerRetentionRules } from "./ledger-retention-rules.ts";
import { type MonitoredModel, referenceFromModelLedger } from "./model-ledger.ts";
import type { RollingReference } from "./rolling-reference.ts";
import { admitByUpdateRules, type ByHand, decideByUpdateRules, type Verdict } from "./update-rules.ts";

/** The part of a stream's state that a decision can use. A batch in both references is the same object in both. */
export interface StreamMemory<E> {
  /** Summaries of the last N accepted batches, oldest first: the rolling reference. */
  readonly rolling: readonly BatchMeasurement[];
  /** Summaries of the first N accepted batches, oldest first: the anchor. The anchor is complete once it contains N batches. */
  readonly anchor: readonly BatchMeasurement[];
  /** Evidence from the previous decision; null for the first batch and after a reset. */
  readonly evidence: E | null;
  /** Number of earlier batches, whatever their status. */
  readonly batchesBefore: number;
  /** Id of an earlier batch with the same content as the batch to be judged; absent if there is none. */
  readonly sameContent?: string;
}

/** The decision about a batch. For a rejected batch, only the row and the result are kept. */
export type Decision<R, E> =
  | {
      readonly verdict: Exclude<Verdict, "rejected">;
      readonly reason: string | null;
      /** Whether the batch is kept out of the references even if it raises no alarm. */
      readonly doubtful?: boolean;
      readonly summary: BatchMeasurement;
      readonly evidence: E;
      readonly result: R;
    }
  | { readonly verdict: "rejected"; readonly reason: string; readonly result: R };

export interface BroughtBatch {
  readonly batchId: string;
  readonly contentHash: string;
  /** When its data was recorded; null if unknown (default: null). */
  readonly dataTime?: DataTime | null;
  /** Who accepts the batch into the references even if it raises an alarm, and why; absent if no one does. */
  readonly accept?: DecidedBy;
}

/** Who made a manual decision, and why; the ledger records both. */
export interface DecidedBy {
  /** Name of the author; by default, the account that runs the process. */
  readonly who?: string;
  readonly reason?: string | null;
}

/** Schemas of a decision's stored JSON, and conversions of its parts. */
export interface StreamSchemas<R, E> {
  readonly result: z.ZodType<R>;
  readonly evidence: z.ZodType<E>;
  /**
   * Converts evidence to the form in which it is stored and which the `evidence` schema reads. Default: the evidence is stored
   * unchanged.
   */
  readonly storedEvidence?: (evidence: E) => unknown;
  /**
   * Returns a result's headline, which is shown in lists of streams; see `DecidedBatch`. Default: no headline.
   * @param before the headline of the stream's previous batch, as stored; null if there is none
   */
  readonly headline?: (result: R, before: unknown, receivedAt: string) => unknown;
  /** Returns the part of a result that is kept after the full result is deleted. */
  readonly shorten: (result: R) => R;
}

export interface MonitorStreamOptions<R, E> {
  readonly stream: string;
  readonly schemas: StreamSchemas<R, E>;
  /** Default: `defaultKeep`. */
  readonly keep?: Keep;
  readonly now?: () => Date;
}

export class MonitorStream<R, E> {
  readonly name: string;
  readonly #store: StreamStore;
  readonly #model: MonitoredModel;
  readonly #schemas: StreamSchemas<R, E>;
  readonly #keep: Keep;
  readonly #now: () => Date;

  /** @throws UserError if the stream name is invalid */
  constructor(store: StreamStore, model: MonitoredModel, options: MonitorStreamOptions<R, E>) {
    this.name = checkStreamName("stream", options.stream);
    this.#store = store;
    this.#model = model;
    this.#schemas = options.schemas;
    this.#keep = options.keep ?? defaultKeep;
    this.#now = options.now ?? (() => new Date());
  }

  /**
   * Judges a batch and records it atomically. If a batch with the same id and content is already recorded, returns the stored
   * result and changes nothing.
   * @param decide a pure, synchronous function
   * @returns the stored result, and whether the batch was already known
   * @throws UserError if the id was already used for a batch with different content
   */
  async record(batch: BroughtBatch, decide: (memory: StreamMemory<E>) => Decision<R, E>): Promise<Recorded<R>> {
    const { batchId, contentHash, dataTime = null, accept } = batch;
    checkStreamName("batch id", batchId);
    const now = this.#now();
    const receivedAt = now.toISOString();
    let result: R | undefined;
    const recorded = await this.#store.record(
      { stream: this.name, batchId, contentHash, receivedAt, dataTime },
      (records, sameContent) => {
        const memory = { ...this.#memory(records), ...(sameContent !== null && { sameContent }) };
        const entry = this.#entry(decide(memory), accept);
        result = entry.result;
        const headline = this.#schemas.headline?.(entry.result, records.headline, receivedAt) ?? null;
        return { ...entry.decided, headline };
      },
      this.#rules(now),
    );
    if (recorded.known) return { known: true, result: this.#sameBatch(recorded.batch, contentHash) };
    return { known: false, result: result as R };
  }

  /**
   * Applies a manual decision about a batch: adds it to the references (`accept`) or removes it (`exclude`).
   * @returns false if there was nothing to change
   */
  async decideByHand(action: ByHand, batchId: string, by: DecidedBy = {}): Promise<boolean> {
    return this.#store.decideByHand(
      { stream: this.name, batchId },
      (batch) => {
        if (batch === undefined) {
          throw new UserError(`batch "${batchId}" of stream "${this.name}": the ledger has no such batch`, {
            advice: "Check the id and --stream; `tidemark reference show` lists the batches of a stream's reference.",
          });
        }
        const decision = decideByUpdateRules(action, batch);
        if ("refused" in decision) {
          throw new UserError(
            `batch "${batchId}" of stream "${this.name}" cannot be ${action === "accept" ? "accepted into" : "excluded from"} the references: ${decision.refused}`,
          );
        }
        return decision.change && { ...decision.change, reason: by.reason ?? "by hand" };
      },
      { ...this.#note(by), action },
    );
  }

  /**
   * Restarts the stream with empty references and no evidence. Its rows stay in the ledger, and its batch ids cannot be used
   * again.
   */
  async reset(by: DecidedBy = {}): Promise<void> {
    await this.#store.reset([this.name], this.#note(by));
  }

  async memory(): Promise<StreamMemory<E>> {
    return this.#memory(await this.#store.memory(this.name, this.#model));
  }

  /** The measurement of a batch; null if the batch is unknown or was rejected, or if its summary has been deleted. */
  async measurement(batchId: string): Promise<BatchMeasurement | null> {
    const summary = await this.#store.summary(this.name, batchId);
    return summary && decodeMonitoredBatch(summary, this.#model.shape, `batch "${batchId}"`);
  }

  async reference(): Promise<RollingReference> {
    const memory = await this.#store.memory(this.name, this.#model);
    return referenceFromModelLedger({ stream: this.name, ...memory }, this.#model);
  }

  async page(options: PageOptions = {}): Promise<StreamPage> {
    return this.#store.page(this.name, options);
  }

  #note({ who = accountName(), reason = null }: DecidedBy): ActionNote {
    return { at: this.#now().toISOString(), who, reason };
  }

  #rules(now: Date): ReturnType<typeof ledgerRetentionRules> {
    const { result, shorten } = this.#schemas;
    return ledgerRetentionRules(this.#model, (value) => shorten(result.parse(value)), this.#keep, now);
  }

  /** The record of a decision. The schemas reject anything that JSON cannot represent (NaN becomes null). */
  #entry(decision: Decision<R, E>, accept: DecidedBy | undefined): { decided: DecidedBatch; result: R } {
    const result = monitoredThroughJson(this.#schemas.result, decision.result);
    const { reason } = decision;
    if (decision.verdict === "rejected") {
      return { decided: { ...admitByUpdateRules("rejected"), reason, summary: null, figures: null, result }, result };
    }
    const { verdict, doubtful = false, summary } = decision;
    const evidence = monitoredThroughJson(this.#schemas.evidence, decision.evidence);
    const admission = admitByUpdateRules(verdict, { doubtful });
    const by = admission.inReferences ? undefined : accept;
    return {
      result,
      decided: {
        ...(by === undefined ? admission : admitByUpdateRules(verdict, { accept: true, doubtful })),
        ...(by !== undefined && { by: { ...this.#note(by), action: "accept" } }),
        reason,
        summary: encodeMeasurement(summary),
        figures: batchFiguresOf(summary.byClass),
        result,
        state: this.#schemas.storedEvidence?.(evidence) ?? evidence,
      },
    };
  }

  #memory({ rolling, anchor, state, batches }: StoredMemory): StreamMemory<E> {
    const decoded = new Map<string, BatchMeasurement>();
    const measurementOf = ({ batchId, summary }: ReferenceSummary): BatchMeasurement => {
      const measurement =
        decoded.get(batchId) ?? decodeMonitoredBatch(summary, this.#model.shape, `batch "${batchId}"`);
      decoded.set(batchId, measurement);
      return measurement;
    };
    return {
      rolling: rolling.map(measurementOf),
      anchor: anchor.map(measurementOf),
      evidence: this.#evidence(state),
      batchesBefore: batches,
    };
  }

  #evidence(state: unknown): E | null {
    if (state === null) return null;
    const parsed = this.#schemas.evidence.safeParse(state);
    if (parsed.success) return parsed.data;
    const words = ["--model", shellPath(this.#model.directory), "--stream", this.name];
    const reset = shellCommand("tidemark", "reference", "reset", ...words);
    throw new UserError(`stream "${this.name}": its stored evidence does not have the expected form`, {
      advice: `Another version of Tidemark wrote it. Restart the stream: ${reset}`,
      cause: parsed.error,
    });
  }

  #sameBatch(earlier: StoredBatch, contentHash: string): R {
    const { batchId, receivedAt, contentHash: expected, result } = earlier;
    if (contentHash === expected) return parseStoredValue(this.#schemas.result, result, `batch "${batchId}"`);
    throw new OtherContent(
      `batch "${batchId}" of stream "${this.name}" was already checked at ${receivedAt}, with different content`,
      {
        details: [`expected ${expected}`, `found    ${contentHash}`],
        advice:
          "Each batch needs its own id. Give this batch a different id with --batch-id, or check the intended file.",
      },
    );
  }
}

/** Thrown if a batch id already belongs to a batch with different content. */
export class OtherContent extends UserError {
  override readonly name: string = "OtherContent";
}

interface Recorded<R> {
  readonly known: boolean;
  readonly result: R;
}

function decodeMonitoredBatch(bytes: Uint8Array, shape: MeasurementShape, what: string): BatchMeasurement {
  try {
    return decodeMeasurement(bytes, shape);
  } catch (error) {
    if (error instanceof RangeError) throw damagedStoredValue(what, error.message, error);
    throw error;
  }
}

/** Returns the value as it will be read back from the ledger. */
function monitoredThroughJson<T>(schema: z.ZodType<T>, value: T): T {
  return schema.parse(JSON.parse(JSON.stringify(value)));
}
