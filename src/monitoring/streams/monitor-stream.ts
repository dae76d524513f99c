// One stream of batches under watch: joins the ledger, the update rules and the published reference. The decision about
// a batch is the caller's pure function of what the stream remembers. It runs outside of the ledger's lock; the commit makes
// sure that the stream is still at the version it was judged by, and else the batch is judged again. So each batch is judged
// by what came before it, however many processes bring batches at the same moment, and nobody waits for another's judging.

import type { z } from "zod";
import { UserError } from "../../errors.ts";
import { shellCommand, shellPath } from "../../shell-words.ts";
import {
  type BatchLedger,
  damaged,
  type LedgerRow,
  type NewBatch,
  type SummarizedBatch,
  stored,
} from "../../storage/store/batch-ledger.ts";
import type { UpgradeSummary } from "../../storage/store/ledger-upgrade.ts";
import { MonitorDatabase } from "../../storage/store/monitor-database.ts";
import { checkName } from "../../storage/store/stream-names.ts";
import { figuresOf } from "../summaries/batch-figures.ts";
import type { BatchMeasurement } from "../summaries/batch-measurement.ts";
import { decodeMeasurement, encodeMeasurement, type MeasurementShape } from "../summaries/measurement-codec.ts";
import { batchMeasurementSchema } from "../summaries/summary-schemas.ts";
import { defaultKeep, type Keep, keptAtEnds, retention } from "./ledger-retention.ts";
import { deriveReference, type LedgerOwner, type MonitoredModel, publishReference } from "./publish-reference.ts";
import type { RollingReference } from "./rolling-reference.ts";
import { admit, type ByHand, decideByHand, type Verdict } from "./update-rules.ts";

/** What a stream remembers, as a decision sees it. */
export interface StreamMemory<E> {
  /** Of the last N accepted batches, oldest first: the rolling reference. */
  readonly rolling: readonly BatchMeasurement[];
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

/** JSON forms of what a decision gives; read back through these. */
export interface StreamSchemas<R, E> {
  readonly result: z.ZodType<R>;
  readonly evidence: z.ZodType<E>;
  /** What stays of a result after some days. */
  readonly shorten: (result: R) => R;
}

export interface StreamOptions<R, E> {
  readonly stream: string;
  readonly schemas: StreamSchemas<R, E>;
  /** `defaultKeep` when not given. */
  readonly keep?: Keep;
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
  model: LedgerOwner,
  { busyTimeoutMs }: { busyTimeoutMs?: number },
  use: (database: MonitorDatabase) => T,
): T {
  const { directory, modelVersion } = model;
  const database = MonitorDatabase.open(directory, {
    ...{ modelVersion, upgradeSummary },
    ...(busyTimeoutMs === undefined ? {} : { busyTimeoutMs }),
  });
  try {
    return use(database);
  } finally {
    database.close();
  }
}

/** The streams that had a batch. */
export function listStreams(model: LedgerOwner): string[] {
  return withMonitor(model, {}, (database) => database.snapshot((ledger) => ledger.streams()));
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

/** Batches shortened with each new one: more than come, so that a longer past is caught up with. */
const shortenedPerBatch = 10;
/** Judged outside of the lock; a batch that lost so many races is judged inside it. */
const mostRaces = 4;

function upgradeSummary(json: unknown, what: string): ReturnType<UpgradeSummary> {
  const measurement = stored(batchMeasurementSchema, json, what);
  return { summary: encodeMeasurement(measurement), figures: figuresOf(measurement.byClass) };
}

export class MonitorStream<R, E> {
  readonly name: string;
  readonly #database: MonitorDatabase;
  readonly #model: MonitoredModel;
  readonly #schemas: StreamSchemas<R, E>;
  readonly #keep: Keep;
  readonly #now: () => Date;

  constructor(database: MonitorDatabase, model: MonitoredModel, options: StreamOptions<R, E>) {
    this.name = options.stream;
    this.#database = database;
    this.#model = model;
    this.#schemas = options.schemas;
    this.#keep = options.keep ?? defaultKeep;
    this.#now = options.now ?? (() => new Date());
  }

  /**
   * Judges a batch and remembers it, all or nothing. A batch that is known by its id and content is answered as before
   * and changes nothing.
   * @param decide pure and synchronous
   * @returns the result as it was stored, and whether the batch was known
   * @throws UserError where the id was given to other content
   */
  record(batch: IncomingBatch, decide: (memory: StreamMemory<E>) => Decision<R, E>): Recorded<R> {
    checkName("batch id", batch.batchId);
    let recorded: Recorded<R> | null = null;
    for (let race = 0; recorded === null && race < mostRaces; race++) recorded = this.#judgeAndCommit(batch, decide);
    recorded ??= this.#database.transaction((ledger) => {
      const known = this.#known(ledger, batch);
      if (known !== null) return known;
      const entry = this.#entry(batch, decide(this.#memory(ledger)));
      this.#append(ledger, entry);
      return { known: false, result: entry.result };
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
    return this.#database.snapshot((ledger) => ledger.find(this.name, batchId));
  }

  memory(): StreamMemory<E> {
    return this.#database.snapshot((ledger) => this.#memory(ledger));
  }

  reference(): RollingReference {
    return this.#database.snapshot((ledger) => deriveReference(ledger, this.#model, this.name));
  }

  /** The stream's last `limit` batches, oldest first. */
  newest(limit: number): LedgerRow[] {
    return this.#database.snapshot((ledger) => ledger.last(this.name, limit));
  }

  /** Up to `limit` rows of the stream's ledger in the order they came, after the one of that sequence. */
  page(options: { after?: number; limit?: number } = {}): LedgerRow[] {
    return this.#database.snapshot((ledger) => ledger.page({ ...options, stream: this.name }));
  }

  /** Null if the stream moved on between the judging and the commit. */
  #judgeAndCommit(batch: IncomingBatch, decide: (memory: StreamMemory<E>) => Decision<R, E>): Recorded<R> | null {
    const seen = this.#database.snapshot((ledger) => {
      const known = this.#known(ledger, batch);
      return known ?? { version: ledger.version(this.name), memory: this.#memory(ledger) };
    });
    if ("known" in seen) return seen;
    const entry = this.#entry(batch, decide(seen.memory));
    return this.#database.transaction((ledger) => {
      if (ledger.version(this.name) !== seen.version) return null;
      this.#append(ledger, entry);
      return { known: false, result: entry.result };
    });
  }

  #known(ledger: BatchLedger, { batchId, contentHash }: IncomingBatch): Recorded<R> | null {
    const earlier = ledger.find(this.name, batchId);
    return earlier === undefined ? null : { known: true, result: this.#sameBatch(earlier, contentHash) };
  }

  /** What a decision leaves in the ledger; whatever JSON cannot hold (NaN becomes null) does not get past the schemas. */
  #entry({ batchId, contentHash, accept = false }: IncomingBatch, decision: Decision<R, E>): Entry<R, E> {
    const kept = decision.verdict === "rejected" ? null : decision;
    const result = throughJson(this.#schemas.result, decision.result);
    return {
      result,
      evidence: kept === null ? null : throughJson(this.#schemas.evidence, kept.evidence),
      row: {
        ...{ stream: this.name, batchId, contentHash, receivedAt: this.#now().toISOString() },
        ...admit(decision.verdict, { accept, doubtful: kept?.doubtful ?? false }),
        reason: decision.reason,
        summary: kept === null ? null : encodeMeasurement(kept.summary),
        figures: kept === null ? null : figuresOf(kept.summary.byClass),
        result,
      },
    };
  }

  #append(ledger: BatchLedger, { row, evidence }: Entry<R, E>): void {
    ledger.append(row);
    if (evidence !== null) ledger.putState(this.name, evidence);
    if (row.inWindow) ledger.forgetMiddle(this.name, keptAtEnds(this.#model));
    const { result, shorten } = this.#schemas;
    const rules = retention(this.#model, (value) => shorten(result.parse(value)), this.#keep, this.#now());
    ledger.forget(rules, shortenedPerBatch);
  }

  #memory(ledger: BatchLedger): StreamMemory<E> {
    const { referenceBatches, shape } = this.#model;
    const summaries = (batches: SummarizedBatch[]): BatchMeasurement[] =>
      batches.map(({ batchId, summary }) => measurementOf(summary, shape, `batch "${batchId}"`));
    const stream = ledger.stream(this.name);
    return {
      rolling: summaries(ledger.newest(this.name, referenceBatches)),
      anchor: summaries(ledger.oldest(this.name, referenceBatches)),
      evidence: this.#evidence(stream?.state ?? null),
      batchesBefore: stream?.batches ?? 0,
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
      `batch "${batchId}" of stream "${this.name}" came before, at ${receivedAt}, with different content`,
      {
        details: [`expected ${expected}`, `found    ${contentHash}`],
        advice:
          "Each batch has an id of its own: give this one another (--batch-id), or check the file that was meant.",
      },
    );
  }
}

interface Recorded<R> {
  readonly known: boolean;
  readonly result: R;
}

interface Entry<R, E> {
  readonly row: NewBatch;
  readonly result: R;
  readonly evidence: E | null;
}

function measurementOf(bytes: Uint8Array, shape: MeasurementShape, what: string): BatchMeasurement {
  try {
    return decodeMeasurement(bytes, shape);
  } catch (error) {
    if (error instanceof RangeError) throw damaged(what, error.message, error);
    throw error;
  }
}

/** The value as the ledger will give it back. */
function throughJson<T>(schema: z.ZodType<T>, value: T): T {
  return schema.parse(JSON.parse(JSON.stringify(value)));
}
