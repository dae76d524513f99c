// One stream of batches under watch: joins the ledger, the update rules and the published reference. The decision about
// a batch is the caller's pure function; it runs inside one transaction with all that the stream remembers, so that each
// batch is judged by what came before it, however many processes bring batches at the same moment.

import type { z } from "zod";
import { UserError } from "../errors.ts";
import type { RollingReference } from "../monitoring/rolling-reference.ts";
import { type BatchMeasurement, batchMeasurementSchema } from "../monitoring/stored-summary.ts";
import { admit, type ByHand, decideByHand, type Verdict } from "../monitoring/update-rules.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import { type BatchLedger, type LedgerRow, stored, type WindowBatch } from "../store/batch-ledger.ts";
import { MonitorDatabase } from "../store/monitor-database.ts";
import { checkName } from "../store/stream-names.ts";
import { deriveReference, type MonitoredModel, publishReference } from "./publish-reference.ts";

/** What a stream remembers, as a decision sees it. */
export interface StreamMemory<E> {
  /** Of the last N accepted batches, oldest first: the rolling reference. */
  readonly window: readonly BatchMeasurement[];
  /** Of the first N accepted batches, oldest first: the anchor, complete once there are N. */
  readonly anchor: readonly BatchMeasurement[];
  /** What the decision before left; null for the first batch, and after a reset. */
  readonly evidence: E | null;
  /** How many batches came before this one, whatever became of them. */
  readonly batchesBefore: number;
}

/** What a check makes of a batch. A rejected one leaves nothing but its row. */
export type Decision<R, E> =
  | {
      readonly verdict: Exclude<Verdict, "rejected">;
      readonly reason: string | null;
      /** Stays out of the references though it is no alarm. */
      readonly doubtful?: boolean;
      readonly summary: BatchMeasurement;
      readonly evidence: E;
      readonly result: R;
    }
  | { readonly verdict: "rejected"; readonly reason: string; readonly result: R };

export interface IncomingBatch {
  readonly batchId: string;
  readonly contentHash: string;
  /** Enters the references even where it alarms: a person says so. */
  readonly accept?: boolean;
}

export interface StreamOptions<R, E> {
  readonly stream: string;
  /** JSON forms of what the decision gives; read back through these. */
  readonly schemas: { readonly result: z.ZodType<R>; readonly evidence: z.ZodType<E> };
  readonly now?: () => Date;
  readonly busyTimeoutMs?: number;
}

/** Opens a stream of the model's monitor, after bringing its published file up to date, for as long as `use` runs. */
export function withStream<R, E, T>(
  model: MonitoredModel,
  options: StreamOptions<R, E>,
  use: (stream: MonitorStream<R, E>) => T,
): T {
  checkName("stream", options.stream);
  return withMonitor(model, options, (database) => {
    publishReference(database, model, options.stream);
    return use(new MonitorStream(database, model, options));
  });
}

/** Opens the model's monitor for as long as `use` runs. */
export function withMonitor<T>(
  model: MonitoredModel,
  { busyTimeoutMs }: { busyTimeoutMs?: number },
  use: (database: MonitorDatabase) => T,
): T {
  const { directory, modelVersion } = model;
  const database = MonitorDatabase.open(directory, {
    modelVersion,
    ...(busyTimeoutMs === undefined ? {} : { busyTimeoutMs }),
  });
  try {
    return use(database);
  } finally {
    database.close();
  }
}

/** The streams that had a batch. */
export function listStreams(model: MonitoredModel): string[] {
  return withMonitor(model, {}, (database) => database.transaction((ledger) => ledger.streams()));
}

/** Every stream begins again, as after a training. */
export function resetStreams(model: MonitoredModel, now: () => Date = () => new Date()): void {
  withMonitor(model, {}, (database) => {
    const streams = database.transaction((ledger) => {
      const names = ledger.streams();
      for (const name of names) ledger.reset(name, now().toISOString());
      return names;
    });
    for (const name of streams) publishReference(database, model, name);
  });
}

export class MonitorStream<R, E> {
  readonly name: string;
  readonly #database: MonitorDatabase;
  readonly #model: MonitoredModel;
  readonly #schemas: StreamOptions<R, E>["schemas"];
  readonly #now: () => Date;

  constructor(database: MonitorDatabase, model: MonitoredModel, options: StreamOptions<R, E>) {
    this.name = options.stream;
    this.#database = database;
    this.#model = model;
    this.#schemas = options.schemas;
    this.#now = options.now ?? (() => new Date());
  }

  /**
   * Judges a batch and remembers it, all or nothing. A batch that is known by its id and content is answered as before
   * and changes nothing.
   * @param decide pure and synchronous
   * @returns the result as it was stored, and whether the batch was known
   * @throws UserError where the id was given to other content
   */
  record(
    batch: IncomingBatch,
    decide: (memory: StreamMemory<E>) => Decision<R, E>,
  ): { readonly known: boolean; readonly result: R } {
    const { batchId, contentHash, accept = false } = batch;
    checkName("batch id", batchId);
    const recorded = this.#database.transaction((ledger) => {
      const earlier = ledger.find(this.name, batchId);
      if (earlier !== undefined) return { known: true, result: this.#sameBatch(earlier, contentHash) };
      const decision = decide(this.#memory(ledger));
      const kept = decision.verdict === "rejected" ? null : decision;
      ledger.append({
        ...{ stream: this.name, batchId, contentHash },
        receivedAt: this.#now().toISOString(),
        ...admit(decision.verdict, { accept, doubtful: kept?.doubtful ?? false }),
        reason: decision.reason,
        summary: kept === null ? null : throughJson(batchMeasurementSchema, kept.summary),
        result: decision.result,
      });
      if (kept !== null) ledger.putState(this.name, throughJson(this.#schemas.evidence, kept.evidence));
      return { known: false, result: throughJson(this.#schemas.result, decision.result) };
    });
    publishReference(this.#database, this.#model, this.name);
    return recorded;
  }

  /**
   * A person's decision about a batch: into the references (`accept`) or out of them (`exclude`).
   * @returns false where it was so already
   */
  decideByHand(action: ByHand, batchId: string, reason: string | null = null): boolean {
    const changed = this.#database.transaction((ledger) => {
      const row = ledger.find(this.name, batchId);
      if (row === undefined) {
        throw new UserError(`batch "${batchId}" of stream "${this.name}": no such batch in the ledger`, {
          advice: "Check the id and --stream; `tidemark reference show` lists the batches of a stream's reference.",
        });
      }
      const decision = decideByHand(action, row);
      if ("refused" in decision) {
        throw new UserError(
          `batch "${batchId}" of stream "${this.name}" cannot be taken ${action === "accept" ? "in" : "out"}: ${decision.refused}`,
        );
      }
      if (decision.change === null) return false;
      ledger.setStatus(this.name, batchId, { ...decision.change, reason, at: this.#now().toISOString() });
      return true;
    });
    publishReference(this.#database, this.#model, this.name);
    return changed;
  }

  /** The stream begins again: references empty, evidence gone; its ledger stays, and its batch ids stay taken. */
  reset(): void {
    this.#database.transaction((ledger) => {
      if (ledger.stream(this.name) !== undefined) ledger.reset(this.name, this.#now().toISOString());
    });
    publishReference(this.#database, this.#model, this.name);
  }

  /** The batch's row in the ledger. */
  find(batchId: string): LedgerRow | undefined {
    return this.#database.transaction((ledger) => ledger.find(this.name, batchId));
  }

  memory(): StreamMemory<E> {
    return this.#database.transaction((ledger) => this.#memory(ledger));
  }

  reference(): RollingReference {
    return this.#database.transaction((ledger) => deriveReference(ledger, this.#model, this.name));
  }

  /** The stream's last `limit` batches, oldest first. */
  newest(limit: number): LedgerRow[] {
    return this.#database.transaction((ledger) => ledger.last(this.name, limit));
  }

  /** Up to `limit` rows of the stream's ledger in the order they came, after the one of that sequence. */
  page(options: { after?: number; limit?: number } = {}): LedgerRow[] {
    return this.#database.transaction((ledger) => ledger.page({ ...options, stream: this.name }));
  }

  #memory(ledger: BatchLedger): StreamMemory<E> {
    const { windowSize } = this.#model;
    const summaries = (batches: WindowBatch[]): BatchMeasurement[] =>
      batches.map(({ batchId, summary }) => stored(batchMeasurementSchema, summary, `batch "${batchId}"`));
    return {
      window: summaries(ledger.newest(this.name, windowSize)),
      anchor: summaries(ledger.oldest(this.name, windowSize)),
      evidence: this.#evidence(ledger.stream(this.name)?.state ?? null),
      batchesBefore: ledger.count(this.name),
    };
  }

  #evidence(state: unknown): E | null {
    if (state === null) return null;
    const parsed = this.#schemas.evidence.safeParse(state);
    if (parsed.success) return parsed.data;
    const words = ["--model", shellPath(this.#model.directory), "--stream", this.name];
    const reset = shellCommand("tidemark", "reference", "reset", ...words);
    throw new UserError(`stream "${this.name}": its evidence is not in the form that was expected`, {
      advice: `Another version of Tidemark wrote it. Begin the stream again: ${reset}`,
      cause: parsed.error,
    });
  }

  #sameBatch(earlier: LedgerRow, contentHash: string): R {
    const { batchId, receivedAt, contentHash: expected, result } = earlier;
    if (contentHash === expected) return stored(this.#schemas.result, result, `batch "${batchId}"`);
    throw new UserError(
      `batch "${batchId}" of stream "${this.name}" came before, at ${receivedAt}, with other content`,
      {
        details: [`expected ${expected}`, `found    ${contentHash}`],
        advice:
          "Each batch has an id of its own: give this one another (--batch-id), or check the file that was meant.",
      },
    );
  }
}

/** The value as the ledger will give it back; what JSON cannot hold (NaN becomes null) does not get past the schema. */
function throughJson<T>(schema: z.ZodType<T>, value: T): T {
  return schema.parse(JSON.parse(JSON.stringify(value)));
}
