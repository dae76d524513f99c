// Tests the behaviour that every adapter of `StreamStore` must have, wherever it keeps its records. A new adapter needs no
// other tests for this behaviour.
import { describe, expect, it, onTestFinished } from "vitest";
import type { ActionNote, DecisionNote } from "../../src/storage/stream-actions.ts";
import type {
  DecidedBatch,
  IncomingBatch,
  StoredBatch,
  StoredMemory,
  StreamRules,
  StreamStore,
} from "../../src/storage/stream-store.ts";

/** Creates an empty stream store, and returns a function that opens a new connection to this store. */
export type NewPlace = () => () => Promise<StreamStore>;

const first = "2026-11-24T05:00:00.000Z";
const daysLater = (days: number): string => new Date(Date.parse(first) + days * 86_400_000).toISOString();

function rules(changes: Partial<StreamRules> = {}): StreamRules {
  const shorten = (result: unknown): unknown => ({ short: result });
  return { referenceBatches: 3, keptAtEnds: 6, since: first, bytes: 1e9, shorten, ...changes };
}

function batch(batchId: string, changes: Partial<IncomingBatch> = {}): IncomingBatch {
  return { stream: "a", batchId, contentHash: `hash of ${batchId}`, receivedAt: first, ...changes };
}

const noteAt = (at: string): ActionNote => ({ at, who: "ann", reason: "tried" });
const excludedAt = (at: string): DecisionNote => ({ ...noteAt(at), action: "exclude" });

function decided(batchId: string, changes: Partial<DecidedBatch> = {}): DecidedBatch {
  return {
    status: "accepted",
    reason: null,
    inReferences: true,
    summary: Buffer.from(batchId),
    figures: { mean: 1 },
    result: { of: batchId },
    state: { last: batchId },
    ...changes,
  };
}

const rejected: Partial<DecidedBatch> = { status: "rejected", reason: "gap", inReferences: false, summary: null };
const alarmed: Partial<DecidedBatch> = { status: "alarmed", reason: "jump", inReferences: false };

const idsOf = (batches: readonly { batchId: string }[]): string[] => batches.map(({ batchId }) => batchId);
const textsOf = (batches: StoredMemory["rolling"]): string[] =>
  batches.map(({ summary }) => Buffer.from(summary).toString());

/** A decision whose result is the number of batches judged so far, taken from the state that the previous decision left. */
const counting =
  (batchId: string) =>
  ({ state, batches }: StoredMemory): DecidedBatch => {
    const judged = typeof state === "number" ? state + 1 : 1;
    return decided(batchId, { state: judged, result: { place: batches + 1, judged } });
  };

export function streamStoreContract(adapter: string, newPlace: NewPlace): void {
  async function connected(place = newPlace()): Promise<StreamStore> {
    const store = await place();
    onTestFinished(() => store.close());
    return store;
  }

  async function bring(
    store: StreamStore,
    batchId: string,
    decision: Partial<DecidedBatch> = {},
    incoming: Partial<IncomingBatch> = {},
    own: StreamRules = rules(),
  ): Promise<boolean> {
    const { known } = await store.record(batch(batchId, incoming), () => decided(batchId, decision), own);
    return known;
  }

  const memoryOf = (store: StreamStore, stream = "a"): Promise<StoredMemory> => store.memory(stream, rules());

  const summarised = async (store: StreamStore, stream = "a"): Promise<string[]> =>
    idsOf((await store.page(stream, { limit: 1000 })).batches.filter(({ hasSummary }) => hasSummary));

  /** Everything that the store's methods return about a stream. */
  const allOf = async (store: StreamStore, stream = "a") => [
    await store.memory(stream, { referenceBatches: 1000 }),
    await store.page(stream, { limit: 1000 }),
  ];

  describe(`${adapter}: a batch`, () => {
    it("is remembered as it was decided, under any name, and by whoever connects later", async () => {
      const place = newPlace();
      const store = await place();
      const dataTime = { from: "2026-11-23T05:00:00.123Z", to: daysLater(0) };
      const odd = batch("😀\n", { stream: "κλμ'; --", contentHash: "…", receivedAt: daysLater(1), dataTime });
      const excluded = decided("x", { status: "excluded", reason: "loose strap", inReferences: false });
      expect(await store.record(odd, () => excluded, rules())).toEqual({ known: false });
      const { summary: _, state, ...record } = excluded;
      const expected = { ...odd, ...record, hasSummary: true, sequence: expect.any(Number) };
      expect(await store.page(odd.stream)).toEqual({ total: 1, batches: [expected] });
      await store.close();
      const later = await connected(place);
      expect(await later.page(odd.stream)).toEqual({ total: 1, batches: [expected] });
      expect(await later.streams()).toEqual([odd.stream]);
      expect((await memoryOf(later, odd.stream)).state).toEqual(state);
    });

    it("is judged by what its stream remembers, and by nothing of other streams", async () => {
      const store = await connected();
      const seen: StoredMemory[] = [];
      const look = (stream: string, batchId: string) =>
        store.record(
          batch(batchId, { stream, receivedAt: daysLater(seen.length) }),
          (memory) => {
            seen.push(memory);
            return decided(batchId);
          },
          rules(),
        );
      await look("a", "1");
      await look("b", "1");
      await look("a", "2");
      const [begun, other, second] = seen;
      const nothing = {
        version: 0,
        batches: 0,
        state: null,
        headline: null,
        rolling: [],
        anchor: [],
        referencesChangedAt: null,
      };
      expect([begun, other]).toEqual([nothing, nothing]);
      const one = { batchId: "1", receivedAt: first, figures: { mean: 1 }, summary: expect.anything() };
      expect(second).toMatchObject({ batches: 1, state: { last: "1" }, rolling: [one], anchor: [one] });
      expect(second!.referencesChangedAt).toBe(first);
      expect(second!.version).toBeGreaterThan(0);
      expect(textsOf(second!.rolling)).toEqual(["1"]);
    });

    it("is told the id of one with the same content, but not after a reset, or if that one could not be summarised", async () => {
      const store = await connected();
      const seen: (string | null)[] = [];
      const twice = async (batchId: string, content: string, decision: Partial<DecidedBatch> = {}, stream = "a") =>
        store.record(
          batch(batchId, { stream, contentHash: content }),
          (_, sameContent) => {
            seen.push(sameContent);
            return decided(batchId, decision);
          },
          rules(),
        );
      await twice("1", "x");
      await twice("2", "y", alarmed);
      await twice("3", "x", { status: "doubtful", inReferences: false });
      await twice("4", "x");
      await twice("5", "y");
      await twice("6", "x", {}, "b");
      await twice("7", "z", rejected);
      await twice("8", "z");
      await store.reset(["a"], noteAt(daysLater(1)));
      await twice("9", "x");
      expect(seen).toEqual([null, null, "1", "1", "2", null, null, null, null]);
    });

    it("that came before is given back, and changes nothing, whatever is decided now", async () => {
      const store = await connected();
      await bring(store, "1");
      await bring(store, "2");
      const before = await allOf(store);
      const unasked = (): never => expect.unreachable("judged again");
      const answer = await store.record(
        batch("1", { contentHash: "other", receivedAt: daysLater(9) }),
        unasked,
        rules(),
      );
      expect(answer).toMatchObject({ known: true, batch: { contentHash: "hash of 1", result: { of: "1" } } });
      expect(await allOf(store)).toEqual(before);
      expect(await bring(store, "1", {}, { stream: "b" })).toBe(false);
    });

    it("changes nothing if its decision throws, or gives what cannot be kept", async () => {
      const store = await connected();
      await bring(store, "1");
      const before = await allOf(store);
      const failing = store.record(
        batch("2"),
        () => {
          throw new Error("no such channel");
        },
        rules(),
      );
      await expect(failing).rejects.toThrow("no such channel");
      await expect(bring(store, "2", { summary: null })).rejects.toThrow(RangeError);
      await expect(bring(store, "2", { result: undefined })).rejects.toThrow(TypeError);
      await expect(bring(store, "2", { state: () => 1 })).rejects.toThrow(TypeError);
      expect(await allOf(store)).toEqual(before);
      expect(await bring(store, "2")).toBe(false);
    });

    it("leaves the state as it was, if it has none of its own", async () => {
      const store = await connected();
      await bring(store, "1");
      const { state: _, ...without } = decided("2", rejected);
      await store.record(batch("2"), () => without, rules());
      expect(await memoryOf(store)).toMatchObject({ batches: 2, state: { last: "1" } });
      expect(idsOf((await memoryOf(store)).rolling)).toEqual(["1"]);
    });

    it("is kept apart from what its caller does with the same objects later", async () => {
      const store = await connected();
      const summary = Buffer.from("one");
      const result = { of: "1" };
      await bring(store, "1", { summary, result });
      summary.fill(0);
      result.of = "changed";
      expect(textsOf((await memoryOf(store)).rolling)).toEqual(["one"]);
      const [kept] = (await store.page("a")).batches;
      expect(kept!.result).toEqual({ of: "1" });
    });

    it("may be copied from a record: what is not asked for is not looked at", async () => {
      const store = await connected();
      await bring(store, "1");
      const [record] = (await store.page("a")).batches;
      await store.record({ ...record!, batchId: "2" }, () => ({ ...record!, ...decided("2", alarmed) }), rules());
      const { batches } = await store.page("a");
      expect(batches.map(({ batchId, status }) => [batchId, status])).toEqual([
        ["1", "accepted"],
        ["2", "alarmed"],
      ]);
    });

    it("is judged once by all that came before it, however many are brought at once", async () => {
      const place = newPlace();
      const stores = [await connected(place), await connected(place), await connected(place)];
      const brought = Array.from({ length: 30 }, (_, i) => `${i}`);
      await Promise.all(
        brought.map((id, i) =>
          stores[i % 3]!.record(batch(id, { stream: i % 5 === 0 ? "b" : "a" }), counting(id), rules()),
        ),
      );
      for (const [stream, count] of [
        ["a", 24],
        ["b", 6],
      ] as const) {
        const { total, batches } = await stores[0]!.page(stream);
        expect(total).toBe(count);
        expect(batches.map(({ result }) => result)).toEqual(batches.map((_, i) => ({ place: i + 1, judged: i + 1 })));
        expect(await memoryOf(stores[1]!, stream)).toMatchObject({ batches: count, state: count });
      }
    });

    it("is taken once, however often it is brought at once", async () => {
      const place = newPlace();
      const stores = [await connected(place), await connected(place)];
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, i) => stores[i % 2]!.record(batch("1"), counting("1"), rules())),
      );
      expect(answers.filter(({ known }) => !known)).toHaveLength(1);
      expect(await memoryOf(stores[0]!)).toMatchObject({ batches: 1, state: 1 });
    });
  });

  describe(`${adapter}: memory`, () => {
    it("has the last N batches of the references and the first N, both oldest first", async () => {
      const store = await connected();
      for (const id of ["1", "2", "3", "4", "5"]) await bring(store, id, id === "4" ? alarmed : {});
      const { rolling, anchor } = await memoryOf(store);
      expect([idsOf(rolling), idsOf(anchor)]).toEqual([
        ["2", "3", "5"],
        ["1", "2", "3"],
      ]);
      expect(idsOf((await store.memory("a", { referenceBatches: 100 })).anchor)).toEqual(["1", "2", "3", "5"]);
    });

    it("has another version after whatever changes the stream, and no other stream's", async () => {
      const store = await connected();
      const versions = new Set<number>([(await memoryOf(store)).version]);
      const moved = async (): Promise<void> => void versions.add((await memoryOf(store)).version);
      await bring(store, "1");
      await moved();
      await bring(store, "2", rejected);
      await moved();
      await store.decideByHand(
        batch("1"),
        () => ({ status: "excluded", reason: null, inReferences: false }),
        excludedAt(first),
      );
      await moved();
      await store.reset(["a"], noteAt(first));
      await moved();
      expect(versions.size).toBe(5);
      await bring(store, "1", {}, { stream: "b" });
      await bring(store, "3");
      expect(versions.has((await memoryOf(store)).version)).toBe(false);
      const { version } = await memoryOf(store);
      await bring(store, "2", {}, { stream: "b" });
      expect((await memoryOf(store)).version).toBe(version);
    });

    it("says when the references last changed", async () => {
      const store = await connected();
      const changedAt = async (): Promise<unknown> => (await memoryOf(store)).referencesChangedAt;
      await bring(store, "1", rejected);
      expect(await changedAt()).toBeNull();
      await bring(store, "2", {}, { receivedAt: daysLater(1) });
      await bring(store, "3", alarmed, { receivedAt: daysLater(2) });
      expect(await changedAt()).toBe(daysLater(1));
      await store.reset(["a"], noteAt(daysLater(3)));
      expect(await changedAt()).toBe(daysLater(3));
    });
  });

  describe(`${adapter}: what a person decides`, () => {
    it("takes a batch out of the references, and back in at its place", async () => {
      const store = await connected();
      for (const id of ["1", "2", "3"]) await bring(store, id);
      const set = (inReferences: boolean, status: "accepted" | "excluded") =>
        store.decideByHand(batch("2"), () => ({ status, reason: "by hand", inReferences }), excludedAt(daysLater(1)));
      expect(await set(false, "excluded")).toBe(true);
      expect(idsOf((await memoryOf(store)).rolling)).toEqual(["1", "3"]);
      expect((await memoryOf(store)).referencesChangedAt).toBe(daysLater(1));
      const { batches } = await store.page("a");
      expect(batches[1]).toMatchObject({ batchId: "2", status: "excluded", reason: "by hand", inReferences: false });
      await set(true, "accepted");
      expect(idsOf((await memoryOf(store)).rolling)).toEqual(["1", "2", "3"]);
    });

    it("is decided by the batch as it is, or that there is none; null and an error change nothing", async () => {
      const store = await connected();
      await bring(store, "1", alarmed);
      const before = await allOf(store);
      const seen: unknown[] = [];
      const look = (found: StoredBatch | undefined): null => {
        seen.push(found?.status);
        return null;
      };
      const decide = (id: string): Promise<boolean> => store.decideByHand(batch(id), look, excludedAt(first));
      expect([await decide("1"), await decide("2")]).toEqual([false, false]);
      expect(seen).toEqual(["alarmed", undefined]);
      const refused = store.decideByHand(
        batch("1"),
        () => {
          throw new Error("refused");
        },
        excludedAt(first),
      );
      await expect(refused).rejects.toThrow("refused");
      expect(await allOf(store)).toEqual(before);
    });

    it("lets streams begin again; what came stays, and ids stay taken", async () => {
      const store = await connected();
      for (const stream of ["a", "b", "c"]) await bring(store, "1", {}, { stream });
      await store.reset(["a", "b", "unknown"], noteAt(daysLater(1)));
      for (const stream of ["a", "b"]) {
        expect(await memoryOf(store, stream)).toMatchObject({ batches: 1, state: null, rolling: [], anchor: [] });
        const [kept] = (await store.page(stream)).batches;
        expect(kept).toMatchObject({ status: "accepted", inReferences: false, hasSummary: false, result: { of: "1" } });
      }
      expect(await bring(store, "1")).toBe(true);
      expect(idsOf((await memoryOf(store, "c")).rolling)).toEqual(["1"]);
      expect(await store.streams()).toEqual(["a", "b", "c"]);
    });
  });

  describe(`${adapter}: a page`, () => {
    it("has a stream's batches in the order they came, from either end", async () => {
      const store = await connected();
      for (let i = 1; i <= 7; i++) await bring(store, `${i}`, {}, { stream: i === 4 ? "b" : "a" });
      const idsOn = async (options: object): Promise<string[]> => idsOf((await store.page("a", options)).batches);
      expect(await idsOn({})).toEqual(["1", "2", "3", "5", "6", "7"]);
      expect(await idsOn({ skip: 1, limit: 2 })).toEqual(["2", "3"]);
      expect(await idsOn({ limit: 2, fromEnd: true })).toEqual(["6", "7"]);
      expect(await idsOn({ skip: 1, limit: 2, fromEnd: true })).toEqual(["5", "6"]);
      expect(await idsOn({ skip: 6 })).toEqual([]);
      expect(await store.page("a", { limit: 0 })).toEqual({ total: 6, batches: [] });
      expect(await store.page("none")).toEqual({ total: 0, batches: [] });
      const sequences = (await store.page("a")).batches.map(({ sequence }) => sequence);
      expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
    });

    it("has one batch by its id, and none of another stream", async () => {
      const store = await connected();
      await store.record(batch("monday"), () => decided("monday"), rules());
      const { batches } = await store.page("a");
      expect(await store.find("a", "monday")).toEqual(batches[0]);
      expect(await store.find("a", "tuesday")).toBeNull();
      expect(await store.find("b", "monday")).toBeNull();
    });
  });

  describe(`${adapter}: the fleet`, () => {
    it("has every stream with its last batches and its number of batches by status", async () => {
      const store = await connected();
      expect(await store.fleet({ latest: 3 })).toEqual([]);
      await bring(store, "1", { headline: { evidence: 0.5 } }, { stream: "b'\n" });
      for (const [i, decision] of [{}, alarmed, rejected, alarmed].entries())
        await bring(store, `${i}`, { ...decision, headline: [i, "\u0000é"] }, { receivedAt: daysLater(i) });
      const none = { accepted: 0, doubtful: 0, alarmed: 0, rejected: 0, excluded: 0 };
      const shown = (i: number, status: string) => ({
        batchId: `${i}`,
        receivedAt: daysLater(i),
        status,
        headline: [i, "\u0000é"],
      });
      const a = {
        stream: "a",
        counts: { ...none, accepted: 1, alarmed: 2, rejected: 1 },
        hasState: true,
        retiredAt: null,
        latest: [shown(1, "alarmed"), shown(2, "rejected"), shown(3, "alarmed")],
      };
      const only = { batchId: "1", receivedAt: first, status: "accepted", headline: { evidence: 0.5 } };
      const b = { stream: "b'\n", counts: { ...none, accepted: 1 }, hasState: true, retiredAt: null, latest: [only] };
      expect(await store.fleet({ latest: 3 })).toEqual([a, b]);
      expect(await store.fleet({ latest: 1, streams: ["b'\n", "none"] })).toEqual([b]);
      expect(await store.fleet({ latest: 0, streams: ["a"] })).toEqual([{ ...a, latest: [] }]);
      expect(await store.fleet({ latest: 1, streams: [] })).toEqual([]);
    });

    it("shows what a person decides about a batch, and that a stream begins again", async () => {
      const store = await connected();
      await bring(store, "1", alarmed);
      const own = async () => (await store.fleet({ latest: 1 }))[0]!;
      expect(await own()).toMatchObject({ latest: [{ status: "alarmed", headline: null }], hasState: true });
      const accepted = { status: "accepted", reason: "by hand", inReferences: true } as const;
      await store.decideByHand(batch("1"), () => accepted, excludedAt(first));
      expect(await own()).toMatchObject({ counts: { alarmed: 0, accepted: 1 }, latest: [{ status: "accepted" }] });
      await store.reset(["a"], noteAt(first));
      expect(await own()).toMatchObject({ counts: { accepted: 1 }, hasState: false, latest: [{ batchId: "1" }] });
      await bring(store, "1");
      expect(await own()).toMatchObject({ counts: { accepted: 1 } });
    });

    it("marks each change of a stream, and gives no mark twice, also after an erasure", async () => {
      const store = await connected();
      await bring(store, "1", {}, { stream: "b" });
      const b = (await store.fleetMarks()).get("b");
      const note = noteAt(first);
      const accepted = { status: "accepted", reason: "by hand", inReferences: true } as const;
      const erase = (): Promise<unknown> => store.erase("a", { ...note, recordedAs: "erased" });
      const changes: (() => Promise<unknown>)[] = [
        () => bring(store, "1", alarmed),
        () => store.decideByHand(batch("1"), () => accepted, excludedAt(first)),
        () => store.reset(["a"], note),
        () => store.retire("a", note),
        () => bring(store, "2", rejected),
        async () => {
          await store.rename("a", "c", note);
          await store.rename("c", "a", note);
        },
        ...[1, 2, 3, 4].map((batches) => async () => {
          await erase();
          for (let i = 0; i < batches; i++) await bring(store, `${i}`);
        }),
      ];
      const marks: (string | undefined)[] = [];
      for (const change of changes) {
        await change();
        const now = await store.fleetMarks();
        expect([...now.keys()].sort()).toEqual(["a", "b"]);
        expect(now.get("b")).toBe(b);
        marks.push(now.get("a"));
      }
      expect(new Set(marks).size).toBe(changes.length);
      await erase();
      expect([...(await store.fleetMarks()).keys()]).toEqual(["b"]);
    });

    it("gives the headline of a stream's last batch to the next decision, whatever its status", async () => {
      const store = await connected();
      const seen: unknown[] = [];
      for (const id of ["1", "2", "3"]) {
        const look = ({ headline }: StoredMemory): DecidedBatch => {
          seen.push(headline);
          return decided(id, id === "2" ? rejected : { headline: { of: id } });
        };
        await store.record(batch(id), look, rules());
      }
      expect([...seen, (await memoryOf(store)).headline]).toEqual([null, { of: "1" }, null, { of: "3" }]);
      await expect(bring(store, "4", { headline: "x".repeat(5000) })).rejects.toThrow(RangeError);
    });
  });

  describe(`${adapter}: what a user does to a stream`, () => {
    const note = { at: daysLater(5), who: "ann", reason: "moved" };
    const fleetNames = async (store: StreamStore): Promise<string[]> =>
      (await store.fleet({ latest: 0 })).map(({ stream }) => stream);

    it("records who decided about its batches, and who let it begin again, only if that changed anything", async () => {
      const store = await connected();
      for (const id of ["1", "2"]) await bring(store, id);
      await bring(store, "1", {}, { stream: "b" });
      const out = { status: "excluded", reason: "loose", inReferences: false } as const;
      await store.decideByHand(batch("2"), () => out, { ...note, reason: "loose strap", action: "exclude" });
      await store.decideByHand(batch("1"), () => null, { ...note, action: "accept" });
      const failed = store.decideByHand(
        batch("3"),
        (found) => {
          expect(found).toBeUndefined();
          throw new Error("none");
        },
        { ...note, action: "accept" },
      );
      await expect(failed).rejects.toThrow("none");
      const back = { status: "accepted", reason: null, inReferences: true } as const;
      await store.decideByHand(batch("2"), () => back, { ...note, who: "bob", reason: null, action: "accept" });
      await store.reset(["b", "a", "unknown"], note);
      const decided = [
        { ...note, reason: "loose strap", action: "exclude", stream: "a", subject: "2" },
        { ...note, who: "bob", reason: null, action: "accept", stream: "a", subject: "2" },
        { ...note, action: "reset", stream: "a", subject: null },
      ];
      expect(await store.actions("a")).toEqual(decided);
      expect(await store.actions("b")).toEqual([{ ...note, action: "reset", stream: "b", subject: null }]);
      expect(await store.actions("unknown")).toEqual([]);
      await store.erase("a", { ...note, recordedAs: "no. 1" });
      expect(await store.actions("no. 1")).toEqual([
        ...decided.map((own) => ({ ...own, stream: "no. 1", subject: null })),
        { ...note, action: "erase", stream: "no. 1", subject: null },
      ]);
    });

    it("keeps a record of a decision that came with a batch", async () => {
      const store = await connected();
      const by: DecisionNote = { ...note, action: "accept" };
      await bring(store, "1", { by });
      await bring(store, "1", { by });
      await bring(store, "2");
      expect(await store.actions()).toEqual([{ ...note, action: "accept", stream: "a", subject: "1" }]);
    });

    it("gives it another name, with all that it has, and keeps the record", async () => {
      const store = await connected();
      for (const id of ["1", "2"]) await bring(store, id, { headline: { of: id } });
      await bring(store, "3", alarmed);
      await bring(store, "1", {}, { stream: "b" });
      const { version, ...memory } = await memoryOf(store);
      const { batches } = await store.page("a");
      expect(await store.rename("a", "b", note)).toBe("taken");
      expect(await store.rename("c", "d", note)).toBe("unknown");
      expect(await store.actions()).toEqual([]);
      expect(await store.rename("a", "κ'", note)).toBe("renamed");
      const after = await memoryOf(store, "κ'");
      expect(after).toEqual({ ...memory, version: after.version });
      expect(after.version).not.toBe(version);
      expect((await store.page("κ'")).batches).toEqual(batches.map((own) => ({ ...own, stream: "κ'" })));
      expect(await store.page("a")).toEqual({ total: 0, batches: [] });
      expect(await store.streams()).toEqual(["b", "κ'"]);
      expect(await fleetNames(store)).toEqual(["b", "κ'"]);
      expect(await bring(store, "1", {}, { stream: "κ'" })).toBe(true);
      expect(await bring(store, "1")).toBe(false);
      expect(await store.rename("κ'", "e", { ...note, reason: null })).toBe("renamed");
      expect(await store.actions("e")).toEqual([
        { ...note, action: "rename", stream: "e", subject: "a" },
        { ...note, reason: null, action: "rename", stream: "e", subject: "κ'" },
      ]);
      expect(await store.actions("a")).toEqual([]);
    });

    it("retires it until its next batch", async () => {
      const store = await connected();
      await bring(store, "1");
      const retiredAt = async () => (await store.fleet({ latest: 0 })).map((own) => own.retiredAt);
      expect(await store.retire("b", note)).toBe(false);
      expect(await store.retire("a", note)).toBe(true);
      expect(await retiredAt()).toEqual([note.at]);
      expect(await store.retire("a", note)).toBe(false);
      expect(await store.page("a")).toMatchObject({ total: 1 });
      await bring(store, "1");
      expect(await retiredAt()).toEqual([note.at]);
      await bring(store, "2");
      expect(await retiredAt()).toEqual([null]);
      expect(await store.actions()).toEqual([{ ...note, action: "retire", stream: "a", subject: null }]);
    });

    it("erases it: nothing is left but the record, without the names, and the ids are free again", async () => {
      const store = await connected();
      for (const id of ["1", "2", "3"]) await bring(store, id);
      await bring(store, "1", {}, { stream: "b" });
      await store.rename("a", "ann", note);
      expect(await store.erase("a", { ...note, recordedAs: "no. 1" })).toBeNull();
      expect(await store.erase("ann", { ...note, recordedAs: "no. 1" })).toBe(3);
      expect(await store.streams()).toEqual(["b"]);
      expect(await store.find("ann", "1")).toBeNull();
      expect(await store.memory("ann", rules())).toMatchObject({ version: 0, batches: 0, state: null, rolling: [] });
      const same = { ...note, stream: "no. 1", subject: null };
      expect(await store.actions()).toEqual([
        { ...same, action: "rename" },
        { ...same, action: "erase" },
      ]);
      expect(await bring(store, "1", {}, { stream: "ann" })).toBe(false);
      expect(await memoryOf(store, "ann")).toMatchObject({ batches: 1 });
      expect(await store.page("b")).toMatchObject({ total: 1 });
    });
  });

  describe(`${adapter}: what is kept`, () => {
    it("is a summary for as long as a reference needs it or may need it again", async () => {
      const store = await connected();
      for (let i = 1; i <= 20; i++) await bring(store, `${i}`);
      expect(await summarised(store)).toEqual(["1", "2", "3", "4", "5", "6", "15", "16", "17", "18", "19", "20"]);
      const out = { status: "excluded", reason: null, inReferences: false } as const;
      for (const id of ["1", "20", "19"]) await store.decideByHand(batch(id), () => out, excludedAt(first));
      const { rolling, anchor } = await memoryOf(store);
      expect([textsOf(rolling), textsOf(anchor)]).toEqual([
        ["16", "17", "18"],
        ["2", "3", "4"],
      ]);
    });

    it("gives a batch's summary by its id, for as long as it is kept", async () => {
      const store = await connected();
      await bring(store, "1");
      await bring(store, "2", alarmed);
      await bring(store, "3", rejected);
      await bring(store, "1", { summary: Buffer.from("of b") }, { stream: "b" });
      const summaryOf = async (id: string, stream = "a"): Promise<string | null> => {
        const bytes = await store.summary(stream, id);
        return bytes && Buffer.from(bytes).toString();
      };
      expect([await summaryOf("1"), await summaryOf("2"), await summaryOf("1", "b")]).toEqual(["1", "2", "of b"]);
      expect([await summaryOf("3"), await summaryOf("4"), await summaryOf("2", "b")]).toEqual([null, null, null]);
      await store.reset(["a"], noteAt(daysLater(1)));
      expect([await summaryOf("1"), await summaryOf("1", "b")]).toEqual([null, "of b"]);
    });

    it("is the whole result, and an alarm's summary, for some days", async () => {
      const store = await connected();
      await bring(store, "good");
      await bring(store, "jump", alarmed);
      const since = daysLater(1);
      await bring(store, "later", {}, { receivedAt: since }, rules({ since }));
      expect(await summarised(store)).toEqual(["good", "later"]);
      const { batches } = await store.page("a");
      expect(batches.map(({ result }) => result)).toEqual([
        { short: { of: "good" } },
        { short: { of: "jump" } },
        { of: "later" },
      ]);
      expect(batches[1]).toMatchObject({ status: "alarmed", figures: { mean: 1 } });
      expect(await bring(store, "jump")).toBe(true);
    });

    it("is less if all together takes too many bytes", async () => {
      const store = await connected();
      for (const id of ["1", "2", "3"]) await bring(store, id, alarmed, { stream: id });
      await bring(store, "4", alarmed, {}, rules({ bytes: 1 }));
      for (const stream of ["1", "2", "3", "a"]) expect(await summarised(store, stream)).toEqual([]);
    });

    it("is shortened whole by a compaction, which gives the space back and is done then", async () => {
      const store = await connected();
      const long = { of: "x".repeat(2000) };
      for (let i = 0; i < 30; i++)
        await bring(store, `${i}`, { ...alarmed, result: long, summary: Buffer.alloc(5000, i) });
      const own = rules({ since: daysLater(1), shorten: () => ({}) });
      const { shortened, bytesBefore, bytesAfter } = await store.compact(own);
      expect(shortened).toBe(30);
      expect(bytesAfter).toBeLessThan(bytesBefore);
      expect(await summarised(store)).toEqual([]);
      expect((await store.page("a")).batches.map(({ result }) => result)).toEqual(
        Array.from({ length: 30 }, () => ({})),
      );
      expect((await store.compact(own)).shortened).toBe(0);
    });
  });
}
