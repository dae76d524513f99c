// The streams of one model in a PostgreSQL database. As in `SqliteStreamStore`, decisions are made outside any lock, and the
// commit checks that the stream still has the version on which the decision was based. A commit is a single statement, so a
// batch is either stored or not, even if the process or the connection is killed. If a connection breaks before the commit is
// confirmed, the batch is looked up: the stored `attempt` shows whether it belongs to this call.
import { randomUUID } from "node:crypto";
import { deflateForLedgerCell, headlineAsLedgerCell } from "./ledger-cells.ts";
import type { PostgresConnection, PostgresQuery } from "./postgres-connection.ts";
import { PostgresRetention } from "./postgres-retention.ts";
import {
  overviewOfPostgresRow,
  postgresBatch,
  postgresJson,
  postgresStreamOfRow,
  referenceOfPostgresRow,
} from "./postgres-rows.ts";
import {
  beginStreamStatement,
  findStatement,
  fleetMarksStatement,
  fleetStatement,
  lockStreamStatement,
  lockStreamsStatement,
  postgresPageStatement,
  recordStatement,
  resetStatement,
  seenStatement,
  standingStatement,
  streamIdStatement,
  streamsStatement,
  summaryStatement,
} from "./postgres-statements.ts";
import { PostgresStreamActions } from "./postgres-stream-actions.ts";
import type { ActionNote, DecisionNote, StreamAction } from "./stream-actions.ts";
import type {
  BatchStanding,
  CompactedLedger,
  DecidedBatch,
  FleetOptions,
  IncomingBatch,
  PageOptions,
  RecordedBatch,
  StoredBatch,
  StoredMemory,
  StreamOverview,
  StreamPage,
  StreamRules,
  StreamStore,
} from "./stream-store.ts";

/** Maximum number of attempts to judge a batch without a lock, after which the batch is judged while its stream is locked. */
const mostRaces = 4;

type Decide = Parameters<StreamStore["record"]>[1];

interface Seen {
  /** Key of the stream's row; undefined if the stream has no row yet. */
  readonly streamId: number | undefined;
  readonly memory: StoredMemory;
  readonly isKnown: boolean;
  readonly sameContent: string | null;
}

/** The outcome of an attempt, and whether any of the model's batches is old enough to be shortened. */
interface Committed {
  readonly recorded: RecordedBatch;
  readonly isExpired: boolean;
}

export class PostgresStreamStore implements StreamStore {
  readonly #connection: PostgresConnection;
  readonly #model: number;
  readonly #retention: PostgresRetention;
  readonly #actions: PostgresStreamActions;

  /** @param model `model_id` in the models table */
  constructor(connection: PostgresConnection, model: number) {
    this.#connection = connection;
    this.#model = model;
    this.#retention = new PostgresRetention(connection, model);
    this.#actions = new PostgresStreamActions(connection, model);
  }

  async record(batch: IncomingBatch, decide: Decide, rules: StreamRules): Promise<RecordedBatch> {
    const connection = this.#connection;
    const attempt = randomUUID();
    const judge = (query: PostgresQuery) => this.#judge(query, batch, decide, rules, attempt);
    let committed: Committed | null = null;
    for (let race = 0; committed === null && race < mostRaces; race++) {
      committed = await connection.repeat(() => judge(connection.query));
    }
    committed ??= await connection.repeat(() =>
      connection.transaction(async (query) => {
        await query(beginStreamStatement, [this.#model, batch.stream]);
        await query(lockStreamStatement, [this.#model, batch.stream]);
        const inside = await judge(query);
        if (inside === null) throw new Error(`stream "${batch.stream}" changed while it was locked`);
        return inside;
      }),
    );
    const { recorded, isExpired } = committed;
    if (!recorded.known) await this.#retention.afterBatch(rules, isExpired);
    return recorded;
  }

  async decideByHand(
    { stream, batchId }: Pick<IncomingBatch, "stream" | "batchId">,
    decide: (batch: StoredBatch | undefined) => BatchStanding | null,
    note: DecisionNote,
  ): Promise<boolean> {
    const { query } = this.#connection;
    for (;;) {
      const changed = await this.#connection.repeat(async () => {
        const [row] = await query(findStatement, [this.#model, stream, batchId]);
        const standing = decide(row && postgresBatch(row, stream));
        if (standing === null) return false;
        if (row === undefined) throw new RangeError(`ledger: expected batch "${batchId}" in stream "${stream}"`);
        const { status, reason, inReferences } = standing;
        const moved = [row.stream_id, row.version, batchId, status, reason, inReferences];
        const noted = [note.at, note.who, note.reason, note.action];
        return (await query(standingStatement, [...moved, ...noted])).length > 0 || null;
      });
      if (changed !== null) return changed;
    }
  }

  async reset(streams: readonly string[], { at, who, reason }: ActionNote): Promise<void> {
    await this.#connection.repeat(() =>
      this.#connection.transaction(async (query) => {
        const locked = await query(lockStreamsStatement, [this.#model, streams]);
        await query(resetStatement, [locked.map(({ stream_id }) => stream_id), at, who, reason]);
      }),
    );
  }

  async memory(stream: string, rules: Pick<StreamRules, "referenceBatches">): Promise<StoredMemory> {
    const { query } = this.#connection;
    return (await this.#connection.repeat(() => this.#seen(query, { stream }, rules))).memory;
  }

  async page(stream: string, { skip = 0, limit = 100, fromEnd = false }: PageOptions = {}): Promise<StreamPage> {
    const sql = postgresPageStatement(fromEnd ? "DESC" : "ASC");
    const rows = await this.#connection.repeat(() => this.#connection.query(sql, [this.#model, stream, limit, skip]));
    const batches = rows.flatMap((row) => (row.sequence === null ? [] : [postgresBatch(row, stream)]));
    return { total: Number(rows[0]?.total ?? 0), batches: fromEnd ? batches.reverse() : batches };
  }

  async find(stream: string, batchId: string): Promise<StoredBatch | null> {
    const { query } = this.#connection;
    const [row] = await this.#connection.repeat(() => query(findStatement, [this.#model, stream, batchId]));
    return row === undefined ? null : postgresBatch(row, stream);
  }

  async summary(stream: string, batchId: string): Promise<Uint8Array | null> {
    const { query } = this.#connection;
    const [row] = await this.#connection.repeat(() => query(summaryStatement, [this.#model, stream, batchId]));
    return row === undefined ? null : (row.summary as Uint8Array);
  }

  async streams(): Promise<string[]> {
    const rows = await this.#connection.repeat(() => this.#connection.query(streamsStatement, [this.#model]));
    return rows.map(({ name }) => String(name));
  }

  async fleet({ latest, streams }: FleetOptions): Promise<StreamOverview[]> {
    const { query } = this.#connection;
    const rows = await this.#connection.repeat(() => query(fleetStatement, [this.#model, streams ?? null, latest]));
    return rows.map(overviewOfPostgresRow);
  }

  async fleetMarks(): Promise<Map<string, string>> {
    const rows = await this.#connection.repeat(() => this.#connection.query(fleetMarksStatement, [this.#model]));
    return new Map(rows.map(({ name, mark }) => [String(name), String(mark)]));
  }

  async rename(stream: string, to: string, note: ActionNote): Promise<"renamed" | "unknown" | "taken"> {
    return this.#actions.rename(stream, to, note);
  }

  async retire(stream: string, note: ActionNote): Promise<boolean> {
    return this.#actions.retire(stream, note);
  }

  async erase(stream: string, note: ActionNote & { readonly recordedAs: string }): Promise<number | null> {
    return this.#actions.erase(stream, note);
  }

  async actions(stream?: string): Promise<StreamAction[]> {
    return this.#actions.list(stream);
  }

  async compact(rules: StreamRules): Promise<CompactedLedger> {
    return this.#retention.compact(rules, await this.streams());
  }

  /** Closes nothing: the connections belong to the `PostgresStore`, which other models share. */
  async close(): Promise<void> {}

  /** Judges a batch and stores the decision; null if another change of the stream was committed first. */
  async #judge(
    query: PostgresQuery,
    batch: IncomingBatch,
    decide: Decide,
    rules: StreamRules,
    attempt: string,
  ): Promise<Committed | null> {
    const { stream, batchId, contentHash, receivedAt, dataTime } = batch;
    const seen = await this.#seen(query, batch, rules);
    if (seen.isKnown) {
      const [row] = await query(findStatement, [this.#model, stream, batchId]);
      // Erased in between.
      if (row === undefined) return null;
      const isOwn = row.attempt === attempt;
      return {
        recorded: isOwn ? { known: false } : { known: true, batch: postgresBatch(row, stream) },
        isExpired: false,
      };
    }
    const decided = decide(seen.memory, seen.sameContent);
    const { status, reason, inReferences, figures, result, summary, state, headline } = decisionForPostgres(
      batchId,
      decided,
    );
    const { by } = decided;
    const streamId = seen.streamId ?? (await this.#begin(query, stream));
    const rows = await query(recordStatement, [
      ...[streamId, rules.keptAtEnds, seen.memory.version, batchId, contentHash, receivedAt, status, reason],
      ...[inReferences, figures, result, summary, state !== undefined, state ?? null, attempt, rules.since, headline],
      ...(by === undefined ? [null, null, null, null] : [by.at, by.who, by.reason, by.action]),
      ...[dataTime?.from ?? null, dataTime?.to ?? null],
    ]);
    return rows.length === 0 ? null : { recorded: { known: false }, isExpired: rows[0]!.expired === true };
  }

  async #begin(query: PostgresQuery, stream: string): Promise<unknown> {
    await query(beginStreamStatement, [this.#model, stream]);
    const [row] = await query(streamIdStatement, [this.#model, stream]);
    return row?.stream_id;
  }

  async #seen(
    query: PostgresQuery,
    { stream, batchId, contentHash }: Pick<IncomingBatch, "stream"> & Partial<IncomingBatch>,
    { referenceBatches }: Pick<StreamRules, "referenceBatches">,
  ): Promise<Seen> {
    const rows = await query(seenStatement, [
      ...[this.#model, stream, referenceBatches, batchId ?? null, contentHash ?? null],
    ]);
    const row = rows.find(({ stream_id }) => stream_id !== null);
    const own = row && postgresStreamOfRow(row, stream);
    const references = rows
      .filter((one) => one !== row)
      .sort((a, b) => Number(a.sequence) - Number(b.sequence))
      .map(referenceOfPostgresRow);
    return {
      streamId: own?.streamId,
      memory: {
        version: own?.version ?? 0,
        batches: own?.batches ?? 0,
        state: own?.state ?? null,
        headline: own?.headline ?? null,
        rolling: references.slice(-referenceBatches),
        anchor: references.slice(0, referenceBatches),
        referencesChangedAt: own?.referencesChangedAt ?? null,
      },
      isKnown: row?.known === true,
      sameContent: (row?.same_content ?? null) as string | null,
    };
  }
}

/** Converts a decision to column values. @throws RangeError if a value cannot be stored */
function decisionForPostgres(batchId: string, decided: DecidedBatch) {
  const { status, reason, inReferences, summary, figures, result, state, headline = null } = decided;
  if (inReferences && summary === null)
    throw new RangeError(`ledger: batch "${batchId}": a batch in the references needs a summary`);
  return {
    status,
    reason,
    inReferences,
    summary,
    figures: postgresJson(figures),
    result: deflateForLedgerCell(result),
    state: state === undefined ? undefined : postgresJson(state),
    headline: headline === null ? null : headlineAsLedgerCell(headline),
  };
}
