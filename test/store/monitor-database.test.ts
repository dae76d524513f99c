import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { UserError } from "../../src/errors.ts";
import type { NewBatch } from "../../src/store/batch-ledger.ts";
import { MonitorDatabase } from "../../src/store/monitor-database.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const modelVersion = "walk-1";

function opened(directory: string = temporaryDirectory()): MonitorDatabase {
  const database = MonitorDatabase.open(directory, { modelVersion, busyTimeoutMs: 50 });
  onTestFinished(() => database.close());
  return database;
}

function batch(batchId: string, changes: Partial<NewBatch> = {}): NewBatch {
  return {
    stream: "a",
    batchId,
    contentHash: `hash of ${batchId}`,
    receivedAt: "2026-11-24T05:00:00.000Z",
    status: "accepted",
    reason: null,
    inWindow: true,
    summary: { mean: Number(batchId) },
    result: { verdict: "normal" },
    ...changes,
  };
}

function refusal(work: () => unknown): UserError {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("expected a UserError, got none");
}

const later = "2026-11-25T05:00:00.000Z";

describe("the ledger", () => {
  it("gives back what was written, after it was closed as well", () => {
    const directory = temporaryDirectory();
    const first = MonitorDatabase.open(directory, { modelVersion });
    const odd = batch("7", { stream: "κλμ\0'; --", batchId: "😀\n", reason: "…", status: "excluded", inWindow: false });
    first.transaction((ledger) => ledger.append(odd));
    first.close();
    expect(existsSync(join(directory, "monitor.sqlite-wal"))).toBe(false);
    const { summary: _, ...row } = odd;
    opened(directory).transaction((ledger) => {
      expect(ledger.find(odd.stream, odd.batchId)).toEqual({ ...row, sequence: 1, hasSummary: true });
      expect(ledger.find("a", odd.batchId)).toBeUndefined();
      expect(ledger.streams()).toEqual([odd.stream]);
    });
  });

  it("takes the window from a stream's end and the anchor from its start, both oldest first", () => {
    opened().transaction((ledger) => {
      for (const id of ["1", "2", "3", "4", "5"]) ledger.append(batch(id, { inWindow: id !== "4" }));
      ledger.append(batch("6", { stream: "b" }));
      const ids = (batches: { batchId: string }[]) => batches.map(({ batchId }) => batchId);
      expect(ids(ledger.newest("a", 3))).toEqual(["2", "3", "5"]);
      expect(ids(ledger.oldest("a", 2))).toEqual(["1", "2"]);
      expect(ids(ledger.newest("a", 100))).toEqual(["1", "2", "3", "5"]);
      const { receivedAt, summary } = batch("6");
      expect(ledger.newest("b", 3)).toEqual([{ batchId: "6", receivedAt, summary }]);
      expect([ledger.count("a"), ledger.count("b"), ledger.count("c")]).toEqual([5, 1, 0]);
    });
  });

  it("is read page by page, of one stream or of all", () => {
    opened().transaction((ledger) => {
      for (let i = 1; i <= 7; i++) ledger.append(batch(`${i}`, { stream: i % 2 === 0 ? "even" : "odd" }));
      const first = ledger.page({ limit: 4 });
      expect(first.map(({ batchId }) => batchId)).toEqual(["1", "2", "3", "4"]);
      expect(ledger.page({ after: first.at(-1)!.sequence }).map(({ batchId }) => batchId)).toEqual(["5", "6", "7"]);
      expect(ledger.page({ stream: "even", after: 2 }).map(({ batchId }) => batchId)).toEqual(["4", "6"]);
    });
  });

  it("takes an id once in its stream, and a window batch only with a summary", () => {
    const database = opened();
    database.transaction((ledger) => ledger.append(batch("1")));
    expect(() => database.transaction((ledger) => ledger.append(batch("1")))).toThrow(/UNIQUE/);
    expect(() => database.transaction((ledger) => ledger.append(batch("2", { summary: null })))).toThrow(/CHECK/);
    database.transaction((ledger) => ledger.append(batch("1", { stream: "b" })));
    expect(database.transaction((ledger) => ledger.page().map(({ sequence }) => sequence))).toEqual([1, 2]);
  });

  it("changes a status by hand, and says when the window last changed", () => {
    opened().transaction((ledger) => {
      ledger.append(batch("1"));
      ledger.append(batch("2", { status: "alarmed", inWindow: false, receivedAt: later }));
      expect(ledger.stream("a")?.referenceChangedAt).toBe(batch("1").receivedAt);
      ledger.setStatus("a", "1", { status: "excluded", reason: "loose strap", inWindow: false, at: later });
      expect(ledger.find("a", "1")).toMatchObject({ status: "excluded", reason: "loose strap", inWindow: false });
      expect(ledger.stream("a")?.referenceChangedAt).toBe(later);
      const change = { status: "accepted", reason: null, inWindow: true, at: later } as const;
      expect(() => ledger.setStatus("a", "3", change)).toThrow(/"3"/);
    });
  });

  it("keeps a state for each stream, and forgets it with the window on a reset; the history stays", () => {
    opened().transaction((ledger) => {
      for (const stream of ["a", "b"]) ledger.append(batch("1", { stream }));
      expect(ledger.stream("a")).toEqual({ state: null, referenceChangedAt: batch("1").receivedAt });
      ledger.putState("a", { evidence: [1.5, null] });
      ledger.putState("b", 2);
      ledger.reset("a", later);
      expect(ledger.stream("a")).toEqual({ state: null, referenceChangedAt: later });
      expect(ledger.stream("b")?.state).toBe(2);
      expect(ledger.newest("a", 5)).toEqual([]);
      expect(ledger.find("a", "1")).toMatchObject({ status: "accepted", inWindow: false, hasSummary: false });
      expect(ledger.stream("c")).toBeUndefined();
    });
  });
});

describe("a transaction", () => {
  it("leaves nothing where its work throws or goes on later", () => {
    const database = opened();
    const failing = (): void =>
      database.transaction((ledger) => {
        ledger.append(batch("1"));
        throw new Error("in the middle");
      });
    expect(failing).toThrow("in the middle");
    expect(() => database.transaction(async (ledger) => ledger.append(batch("1")))).toThrow(/synchronous/);
    expect(database.transaction((ledger) => [ledger.streams(), ledger.page()])).toEqual([[], []]);
  });

  it("keeps every other out, and tells one that waited too long", () => {
    const directory = temporaryDirectory();
    const [one, other] = [opened(directory), opened(directory)];
    const error = one.transaction((ledger) => {
      ledger.append(batch("1"));
      return refusal(() => other.transaction(() => {}));
    });
    expect(error.message).toMatch(/monitor\.sqlite is being written by another process/);
    expect(other.transaction((ledger) => ledger.count("a"))).toBe(1);
  });
});

describe("a file that cannot be used", () => {
  const open = (directory: string): void => MonitorDatabase.open(directory, { modelVersion }).close();

  it.each([
    ["text", (path: string) => writeFileSync(path, "no database ".repeat(1000)), /is not an SQLite database/],
    ["a directory", (path: string) => replaceByDirectory(path), /cannot be opened/],
    ["half a database", (path: string) => truncateSync(path, 6000), /is damaged/],
    ["a database with other pages", (path: string) => overwritePages(path), /is damaged/],
  ])("is refused where it is %s", (_, spoil, message) => {
    const directory = temporaryDirectory();
    const path = join(directory, "monitor.sqlite");
    const whole = MonitorDatabase.open(directory, { modelVersion });
    whole.transaction((ledger) => {
      for (let i = 0; i < 200; i++) ledger.append(batch(`${i}`, { result: "x".repeat(500) }));
    });
    whole.close();
    spoil(path);
    const error = refusal(() => opened(directory).transaction((ledger) => ledger.page({ limit: 1000 })));
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
    expect(error.advice).toBeDefined();
  });

  it("is refused where a newer Tidemark wrote it, or it belongs to another model, and stays as it is", () => {
    const directory = temporaryDirectory();
    open(directory);
    const path = join(directory, "monitor.sqlite");
    const other = refusal(() => MonitorDatabase.open(directory, { modelVersion: "walk-2" }));
    expect(other.message).toMatch(/another model\n {2}expected walk-2\n {2}found {4}walk-1/);
    const raw = new DatabaseSync(path);
    raw.exec("PRAGMA user_version = 2");
    raw.close();
    const before = readFileSync(path);
    expect(refusal(() => open(directory)).message).toMatch(/schema version 2, this Tidemark knows versions up to 1/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it("is refused where its folder is absent", () => {
    expect(refusal(() => open(join(temporaryDirectory(), "absent"))).message).toMatch(/cannot be opened or created/);
  });

  it.skipIf(process.platform === "win32").each([false, true])(
    "is refused in a read-only folder (there: %s)",
    (there) => {
      const directory = temporaryDirectory();
      if (there) open(directory);
      chmodSync(directory, 0o555);
      onTestFinished(() => chmodSync(directory, 0o755));
      const source = new URL("../../src/store/monitor-database.ts", import.meta.url).href;
      // root may write anywhere: the process becomes another user's once its code is loaded
      const script = `const { MonitorDatabase } = await import(${JSON.stringify(source)});
      if (process.getuid() === 0) process.setuid(65534);
      try { MonitorDatabase.open(${JSON.stringify(directory)}, { modelVersion: "walk-1" }).close(); console.log("opened"); }
      catch (error) { console.log(error.name, error.message, error.advice); }`;
      const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" });
      expect(stdout).toMatch(/^UserError .*monitor\.sqlite cannot be (opened or created|written).*folder/);
    },
  );
});

function replaceByDirectory(path: string): void {
  rmSync(path);
  mkdirSync(path);
}

/** All but the first page, which says that it is a database. */
function overwritePages(path: string): void {
  writeFileSync(path, readFileSync(path).fill(0xa5, 4096));
}
