// A `StreamStore` made of plain objects, which illustrates the contract and serves tests that need no disk.

import type { ActionNote, DecisionNote, StreamAction } from "../../src/storage/stream-actions.ts";
import {
  type BatchStanding,
  type CompactedLedger,
  type DecidedBatch,
  type FleetOptions,
  type IncomingBatch,
  type PageOptions,
  type RecordedBatch,
  type ReferenceSummary,
  type StoredBatch,
  type StoredMemory,
  type StreamOverview,
  type StreamPage,
  type StreamRules,
  type StreamStore,
  shortenedPerBatch,
} from "../../src/storage/stream-store.ts";

interface Row extends Required<IncomingBatch>, BatchStanding {
  readonly sequence: number;
  summary: Uint8Array | null;
  whole: boolean;
  figures: unknown;
  result: unknown;
  headline: unknown;
}

interface Stream {
  version: number;
  batches: number;
  state: unknown;
  referencesChangedAt: string | null;
  retiredAt: string | null;
}

/** The records that several connections share. */
export interface MemoryPlace {
  readonly rows: Row[];
  readonly streams: Map<string, Stream>;
  readonly actions: StreamAction[];
  /** Sequence number of the last batch, even if it was erased. */
  sequence: number;
}

export class MemoryStreamStore implements StreamStore {
  readonly #place: MemoryPlace;

  constructor(place: MemoryPlace = { rows: [], streams: new Map(), actions: [], sequence: 0 }) {
    this.#place = place;
  }

  async record(
    batch: IncomingBatch,
    decide: (memory: StoredMemory, sameContent: string | null) => DecidedBatch,
    rules: StreamRules,
  ): Promise<RecordedBatch> {
    const { stream, batchId, contentHash, receivedAt, dataTime = null } = batch;
    const known = this.#find(batch);
    if (known !== undefined) return { known: true, batch: stored(known) };
    const same = this.#rows(batch.stream).find(
      (row) => row.contentHash === contentHash && (row.inReferences || row.summary !== null),
    );
    const { state, ...decided } = decide(this.#memory(batch.stream, rules.referenceBatches), same?.batchId ?? null);
    const { status, reason, inReferences, summary } = decided;
    if (JSON.stringify(decided.headline ?? null).length > 4000) throw new RangeError("a headline must be short");
    if (inReferences && summary === null) throw new RangeError("no summary to refer to");
    const row: Row = {
      stream,
      batchId,
      contentHash,
      receivedAt,
      dataTime,
      status,
      reason,
      inReferences,
      sequence: ++this.#place.sequence,
      whole: true,
      summary: summary && Uint8Array.from(summary),
      figures: throughJson(decided.figures),
      result: throughJson(decided.result),
      headline: throughJson(decided.headline ?? null),
    };
    const before = this.#place.streams.get(batch.stream);
    this.#place.streams.set(batch.stream, {
      version: (before?.version ?? 0) + 1,
      batches: (before?.batches ?? 0) + 1,
      state: state === undefined ? (before?.state ?? null) : throughJson(state),
      retiredAt: null,
      referencesChangedAt: inReferences ? batch.receivedAt : (before?.referencesChangedAt ?? null),
    });
    this.#place.rows.push(row);
    if (decided.by !== undefined) this.#act(decided.by.action, stream, batchId, decided.by);
    this.#forgetMiddle(batch.stream, rules);
    this.#forget(rules, shortenedPerBatch);
    return { known: false };
  }

  async decideByHand(
    batch: Pick<IncomingBatch, "stream" | "batchId">,
    decide: (batch: StoredBatch | undefined) => BatchStanding | null,
    note: DecisionNote,
  ): Promise<boolean> {
    const row = this.#find(batch);
    const standing = decide(row && stored(row));
    if (standing === null) return false;
    Object.assign(row!, standing);
    this.#changed(batch.stream, { referencesChangedAt: note.at });
    this.#act(note.action, batch.stream, batch.batchId, note);
    return true;
  }

  async reset(streams: readonly string[], note: ActionNote): Promise<void> {
    for (const stream of streams.filter((name) => this.#place.streams.has(name))) {
      for (const row of this.#rows(stream)) Object.assign(row, { inReferences: false, summary: null });
      this.#changed(stream, { state: null, referencesChangedAt: note.at });
      this.#act("reset", stream, null, note);
    }
  }

  async memory(stream: string, { referenceBatches }: Pick<StreamRules, "referenceBatches">): Promise<StoredMemory> {
    return this.#memory(stream, referenceBatches);
  }

  async page(stream: string, { skip = 0, limit = 100, fromEnd = false }: PageOptions = {}): Promise<StreamPage> {
    const rows = this.#rows(stream);
    const start = fromEnd ? Math.max(0, rows.length - skip - limit) : skip;
    const end = fromEnd ? Math.max(0, rows.length - skip) : skip + limit;
    return { total: rows.length, batches: rows.slice(start, end).map(stored) };
  }

  async find(stream: string, batchId: string): Promise<StoredBatch | null> {
    const row = this.#find({ stream, batchId });
    return row === undefined ? null : stored(row);
  }

  async summary(stream: string, batchId: string): Promise<Uint8Array | null> {
    return this.#find({ stream, batchId })?.summary?.slice() ?? null;
  }

  async streams(): Promise<string[]> {
    return [...this.#place.streams.keys()].sort();
  }

  async fleet({ latest, streams }: FleetOptions): Promise<StreamOverview[]> {
    const names = (await this.streams()).filter((name) => streams === undefined || streams.includes(name));
    return names.map((stream) => {
      const rows = this.#rows(stream);
      const count = (status: Row["status"]): number => rows.filter((row) => row.status === status).length;
      return {
        stream,
        counts: {
          accepted: count("accepted"),
          doubtful: count("doubtful"),
          alarmed: count("alarmed"),
          rejected: count("rejected"),
          excluded: count("excluded"),
        },
        hasState: this.#place.streams.get(stream)!.state !== null,
        retiredAt: this.#place.streams.get(stream)!.retiredAt,
        latest: rows
          .slice(Math.max(0, rows.length - latest))
          .map(({ batchId, receivedAt, status, headline }) =>
            structuredClone({ batchId, receivedAt, status, headline }),
          ),
      };
    });
  }

  async fleetMarks(): Promise<Map<string, string>> {
    return new Map(
      [...this.#place.streams].map(([name, { version }]) => [name, `${version} ${this.#rows(name).at(-1)?.sequence}`]),
    );
  }

  async rename(stream: string, to: string, note: ActionNote): Promise<"renamed" | "unknown" | "taken"> {
    const own = this.#place.streams.get(stream);
    if (own === undefined) return "unknown";
    if (this.#place.streams.has(to)) return "taken";
    for (const row of this.#rows(stream)) Object.assign(row, { stream: to });
    for (const action of await this.actions(stream)) Object.assign(action, { stream: to });
    this.#place.streams.delete(stream);
    this.#place.streams.set(to, { ...own, version: own.version + 1 });
    this.#act("rename", to, stream, note);
    return "renamed";
  }

  async retire(stream: string, note: ActionNote): Promise<boolean> {
    const own = this.#place.streams.get(stream);
    if (own === undefined || own.retiredAt !== null) return false;
    this.#changed(stream, { retiredAt: note.at });
    this.#act("retire", stream, null, note);
    return true;
  }

  async erase(stream: string, note: ActionNote & { readonly recordedAs: string }): Promise<number | null> {
    if (!this.#place.streams.delete(stream)) return null;
    const erased = this.#rows(stream);
    for (const row of erased) this.#place.rows.splice(this.#place.rows.indexOf(row), 1);
    for (const action of await this.actions(stream)) Object.assign(action, { stream: note.recordedAs, subject: null });
    this.#act("erase", note.recordedAs, null, note);
    return erased.length;
  }

  async actions(stream?: string): Promise<StreamAction[]> {
    return this.#place.actions.filter((own) => stream === undefined || own.stream === stream);
  }

  #act(action: StreamAction["action"], stream: string, subject: string | null, { at, who, reason }: ActionNote): void {
    this.#place.actions.push({ at, who, action, stream, subject, reason });
  }

  async compact(rules: StreamRules): Promise<CompactedLedger> {
    const bytesBefore = this.#bytes();
    for (const stream of await this.streams()) this.#forgetMiddle(stream, rules);
    const shortened = this.#forget(rules, Number.POSITIVE_INFINITY);
    return { shortened, damaged: [], bytesBefore, bytesAfter: this.#bytes() };
  }

  async close(): Promise<void> {}

  #memory(stream: string, referenceBatches: number): StoredMemory {
    const { retiredAt: _, ...own } = this.#place.streams.get(stream) ?? { retiredAt: null };
    const rows = this.#rows(stream).flatMap(({ batchId, receivedAt, figures, summary, inReferences }) =>
      inReferences && summary !== null ? [{ batchId, receivedAt, figures, summary } satisfies ReferenceSummary] : [],
    );
    return {
      version: 0,
      batches: 0,
      state: null,
      referencesChangedAt: null,
      ...structuredClone(own),
      headline: structuredClone(this.#rows(stream).at(-1)?.headline ?? null),
      rolling: rows.slice(-referenceBatches),
      anchor: rows.slice(0, referenceBatches),
    };
  }

  #rows(stream: string): Row[] {
    return this.#place.rows.filter((row) => row.stream === stream);
  }

  #find({ stream, batchId }: Pick<IncomingBatch, "stream" | "batchId">): Row | undefined {
    return this.#rows(stream).find((row) => row.batchId === batchId);
  }

  #changed(stream: string, changes: Partial<Stream>): void {
    const own = this.#place.streams.get(stream)!;
    Object.assign(own, changes, { version: own.version + 1 });
  }

  #forgetMiddle(stream: string, { keptAtEnds }: StreamRules): void {
    const rows = this.#rows(stream).filter(({ inReferences }) => inReferences);
    for (const row of rows.slice(keptAtEnds, Math.max(keptAtEnds, rows.length - keptAtEnds))) row.summary = null;
  }

  #forget({ since, bytes, keptAtEnds, shorten }: StreamRules, limit: number): number {
    const whole = this.#place.rows.filter((row) => row.whole);
    whole.sort((a, b) => a.receivedAt.localeCompare(b.receivedAt) || a.sequence - b.sequence);
    let done = 0;
    for (const row of whole) {
      if (done === limit || (row.receivedAt >= since && this.#bytes() <= bytes)) break;
      Object.assign(row, { whole: false, result: throughJson(shorten(row.result)) });
      const own = this.#rows(row.stream).filter(({ inReferences }) => inReferences);
      const place = own.indexOf(row);
      const isKept = place >= 0 && (place < keptAtEnds || place >= own.length - keptAtEnds);
      if (!isKept) row.summary = null;
      done++;
    }
    return done;
  }

  #bytes(): number {
    return this.#place.rows.reduce(
      (sum, row) => sum + JSON.stringify(stored(row)).length + (row.summary?.length ?? 0),
      0,
    );
  }
}

function stored({ summary, whole: _, headline: _headline, ...row }: Row): StoredBatch {
  return { ...structuredClone(row), hasSummary: summary !== null };
}

function throughJson(value: unknown): unknown {
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError("expected a JSON value");
  return JSON.parse(text);
}
