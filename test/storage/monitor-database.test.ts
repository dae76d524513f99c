import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { deflateRawSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { UserError } from "../../src/errors.ts";
import type { NewBatch } from "../../src/storage/batch-ledger.ts";
import {
  createLedgerTablesOfVersion1,
  createLedgerTablesOfVersion2,
  createLedgerTablesOfVersion3,
} from "../../src/storage/ledger-tables.ts";
import { MonitorDatabase } from "../../src/storage/monitor-database.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const modelVersion = "walk-1";

/** A version 1 summary may be any JSON; its text is kept. */
const upgradeSummary = (json: unknown): { summary: Uint8Array; figures: unknown } => ({
  summary: Buffer.from(JSON.stringify(json)),
  figures: json,
});
const upgradeHeadline = (result: unknown, before: unknown): unknown => ({ of: result, after: before });
const upgrade = { upgradeSummary, upgradeHeadline };

function opened(directory: string = temporaryDirectory()): MonitorDatabase {
  const database = MonitorDatabase.open(directory, { modelVersion, ...upgrade, busyTimeoutMs: 50 });
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
    inReferences: true,
    summary: Uint8Array.of(Number(batchId)),
    figures: { mean: Number(batchId) },
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
  it("returns what was written, even after it was closed and reopened", () => {
    const directory = temporaryDirectory();
    const first = MonitorDatabase.open(directory, { modelVersion, ...upgrade });
    const odd = batch("7", {
      stream: "κλμ\0'; --",
      batchId: "😀\n",
      reason: "…",
      status: "excluded",
      inReferences: false,
    });
    first.transaction((ledger) => ledger.append(odd));
    first.close();
    expect(existsSync(join(directory, "monitor.sqlite-wal"))).toBe(false);
    const { summary: _, ...row } = { ...odd, dataTime: null };
    opened(directory).transaction((ledger) => {
      expect(ledger.find(odd.stream, odd.batchId)).toEqual({ ...row, sequence: 1, hasSummary: true });
      expect(ledger.find("a", odd.batchId)).toBeUndefined();
      expect(ledger.streams()).toEqual([odd.stream]);
    });
  });

  it("reads the window from the end of a stream and the anchor from its start, both oldest first", () => {
    opened().transaction((ledger) => {
      for (const id of ["1", "2", "3", "4", "5"]) ledger.append(batch(id, { inReferences: id !== "4" }));
      ledger.append(batch("6", { stream: "b" }));
      const ids = (batches: { batchId: string }[]) => batches.map(({ batchId }) => batchId);
      expect(ids(ledger.newest("a", 3))).toEqual(["2", "3", "5"]);
      expect(ids(ledger.oldest("a", 2))).toEqual(["1", "2"]);
      expect(ids(ledger.newest("a", 100))).toEqual(["1", "2", "3", "5"]);
      const { receivedAt, summary, figures } = batch("6");
      expect(ledger.newest("b", 3)).toEqual([{ batchId: "6", receivedAt, summary, figures }]);
      expect(ledger.newestFigures("b", 3)).toEqual([{ batchId: "6", receivedAt, figures }]);
      expect(["a", "b", "c"].map((name) => ledger.stream(name)?.batches)).toEqual([5, 1, undefined]);
    });
  });

  it("is read page by page, from either end", () => {
    opened().transaction((ledger) => {
      for (let i = 1; i <= 7; i++) ledger.append(batch(`${i}`, { stream: i % 2 === 0 ? "even" : "odd" }));
      const ids = (options: object): string[] => ledger.page("odd", options).map(({ batchId }) => batchId);
      expect(ids({ limit: 2 })).toEqual(["1", "3"]);
      expect(ids({ skip: 2 })).toEqual(["5", "7"]);
      expect(ids({ limit: 2, fromEnd: true })).toEqual(["5", "7"]);
    });
  });

  it("accepts an id once per stream, and a batch of the window only with a summary", () => {
    const database = opened();
    database.transaction((ledger) => ledger.append(batch("1")));
    expect(() => database.transaction((ledger) => ledger.append(batch("1")))).toThrow(/UNIQUE/);
    expect(() => database.transaction((ledger) => ledger.append(batch("2", { summary: null })))).toThrow(
      /needs a summary/,
    );
    database.transaction((ledger) => ledger.append(batch("1", { stream: "b" })));
    const sequences = (stream: string) => database.snapshot((ledger) => ledger.page(stream).map((row) => row.sequence));
    expect([sequences("a"), sequences("b")]).toEqual([[1], [2]]);
  });

  it("changes a status on request, and returns when the window last changed", () => {
    opened().transaction((ledger) => {
      ledger.append(batch("1"));
      ledger.append(batch("2", { status: "alarmed", inReferences: false, receivedAt: later }));
      expect(ledger.stream("a")?.referencesChangedAt).toBe(batch("1").receivedAt);
      ledger.setStanding("a", "1", { status: "excluded", reason: "loose strap", inReferences: false, at: later });
      expect(ledger.find("a", "1")).toMatchObject({ status: "excluded", reason: "loose strap", inReferences: false });
      expect(ledger.stream("a")?.referencesChangedAt).toBe(later);
      const change = { status: "accepted", reason: null, inReferences: true, at: later } as const;
      expect(() => ledger.setStanding("a", "3", change)).toThrow(/"3"/);
    });
  });

  it("keeps a state for each stream; a reset deletes it with the window, but not the history", () => {
    opened().transaction((ledger) => {
      for (const stream of ["a", "b"]) ledger.append(batch("1", { stream }));
      expect(ledger.stream("a")).toMatchObject({ state: null, referencesChangedAt: batch("1").receivedAt });
      ledger.putState("a", { evidence: [1.5, null] });
      ledger.putState("b", 2);
      ledger.reset("a", later);
      expect(ledger.stream("a")).toMatchObject({ state: null, referencesChangedAt: later });
      expect(ledger.stream("b")?.state).toBe(2);
      expect(ledger.newest("a", 5)).toEqual([]);
      expect(ledger.find("a", "1")).toMatchObject({ status: "accepted", inReferences: false, hasSummary: false });
      expect(ledger.stream("c")).toBeUndefined();
    });
  });
});

describe("a transaction", () => {
  it("leaves nothing if its work throws or is asynchronous", () => {
    const database = opened();
    const failing = (): void =>
      database.transaction((ledger) => {
        ledger.append(batch("1"));
        throw new Error("in the middle");
      });
    expect(failing).toThrow("in the middle");
    expect(() => database.transaction(async (ledger) => ledger.append(batch("1")))).toThrow(/synchronous/);
    expect(database.transaction((ledger) => [ledger.streams(), ledger.page("a")])).toEqual([[], []]);
  });

  it("excludes every other transaction, and a waiting one fails after the time limit", () => {
    const directory = temporaryDirectory();
    const [one, other] = [opened(directory), opened(directory)];
    const error = one.transaction((ledger) => {
      ledger.append(batch("1"));
      return refusal(() => other.transaction(() => {}));
    });
    expect(error.message).toMatch(/monitor\.sqlite is locked by another process/);
    expect(other.transaction((ledger) => ledger.stream("a")?.batches)).toBe(1);
  });
});

/** Creates a ledger of version 1, as Tidemark did up to commit 85d68b1. */
function ledgerOfVersion1(directory: string, rows: number): void {
  const database = new DatabaseSync(join(directory, "monitor.sqlite"));
  database.exec("PRAGMA journal_mode = WAL; BEGIN");
  createLedgerTablesOfVersion1(database, modelVersion);
  database.exec(`INSERT INTO streams VALUES ('a', '{"judged":7}', '2026-11-24T05:00:00.000Z'), ('b', NULL, NULL)`);
  const insert = database.prepare("INSERT INTO batches VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (let i = 1; i <= rows; i++) {
    const [stream, id, at] = [i % 2 === 0 ? "b" : "a", `batch ${i}`, "2026-11-24T05:00:00.000Z"];
    const kept = i % 5 === 0 ? null : `{"mean":${i}}`;
    const status = kept === null ? "rejected" : "accepted";
    insert.run(
      stream,
      id,
      `hash ${i}`,
      at,
      status,
      kept === null ? "gap" : null,
      kept === null ? 0 : 1,
      kept,
      `{"i":${i}}`,
    );
  }
  database.exec("COMMIT");
  database.close();
}

describe("a ledger of version 3", () => {
  it("keeps its batches without data times, and stores data times from now on", () => {
    const directory = temporaryDirectory();
    const database = new DatabaseSync(join(directory, "monitor.sqlite"));
    database.exec("PRAGMA journal_mode = WAL; BEGIN");
    createLedgerTablesOfVersion3(database, modelVersion);
    database.exec(
      "INSERT INTO streams VALUES ('a', NULL, NULL, 1, 1); INSERT INTO overviews (stream, accepted) VALUES ('a', 1)",
    );
    const insert = database.prepare(
      "INSERT INTO batches VALUES (NULL, 'a', '1', 'h', ?, 'accepted', NULL, 0, NULL, ?, 1, ?)",
    );
    insert.run(later, deflateRawSync("{}"), '"of 1"');
    database.exec("COMMIT");
    database.close();
    const dataTime = { from: "2026-11-23T05:00:00.000Z", to: "2026-11-23T05:05:00.000Z" };
    opened(directory).transaction((ledger) => ledger.append(batch("2", { dataTime })));
    const now = opened(directory);
    expect(now.snapshot((ledger) => ledger.page("a").map((own) => [own.batchId, own.dataTime]))).toEqual([
      ["1", null],
      ["2", dataTime],
    ]);
    const [a] = now.snapshot((ledger) => ledger.fleet({ latest: 1 }));
    expect(a!.counts.accepted).toBe(2);
    expect(now.snapshot((ledger) => ledger.lastHeadline("a"))).toBe(null);
  });
});

describe("a ledger of version 2", () => {
  it("is upgraded, with a headline for each undamaged batch and counts by status", () => {
    const directory = temporaryDirectory();
    const database = new DatabaseSync(join(directory, "monitor.sqlite"));
    database.exec("PRAGMA journal_mode = WAL; BEGIN");
    createLedgerTablesOfVersion2(database, modelVersion);
    database.exec("INSERT INTO streams VALUES ('a', '{}', NULL, 205, 205), ('b', NULL, NULL, 1, 1)");
    const insert = database.prepare("INSERT INTO batches VALUES (NULL, ?, ?, 'h', ?, ?, NULL, 0, NULL, ?, 1)");
    for (let i = 1; i <= 205; i++) {
      const result = i === 204 ? Buffer.from("no") : deflateRawSync(JSON.stringify({ i }));
      insert.run("a", `${i}`, later, i % 5 === 0 ? "alarmed" : "accepted", result);
    }
    insert.run("b", "1", later, "rejected", deflateRawSync("{}"));
    database.exec("COMMIT");
    database.close();
    const upgradeHeadline = (result: unknown, before: unknown, at: string): unknown => {
      const count = typeof before === "object" && before !== null && "count" in before ? Number(before.count) : 0;
      return { of: result, count: count + 1, at };
    };
    const now = MonitorDatabase.open(directory, { modelVersion, upgradeSummary, upgradeHeadline });
    onTestFinished(() => now.close());
    const [a, b] = now.snapshot((ledger) => ledger.fleet({ latest: 3 }));
    expect(a!.counts).toEqual({ accepted: 164, alarmed: 41, doubtful: 0, rejected: 0, excluded: 0 });
    expect(a!.latest.map(({ headline }) => headline)).toEqual([
      { of: { i: 203 }, count: 203, at: later },
      null,
      { of: { i: 205 }, count: 204, at: later },
    ]);
    expect(b).toMatchObject({ hasState: false, counts: { rejected: 1 }, latest: [{ headline: { count: 1 } }] });
    now.transaction((ledger) => ledger.append(batch("206")));
    expect(now.snapshot((ledger) => ledger.find("a", "206")?.sequence)).toBe(207);
  });
});

describe("a ledger of version 1", () => {
  const rows = 40;

  function expectWhole(database: MonitorDatabase): void {
    database.transaction((ledger) => {
      const page = ["a", "b"].flatMap((stream) => ledger.page(stream, { limit: 1000 }));
      page.sort((one, other) => one.sequence - other.sequence);
      expect(page).toHaveLength(rows);
      for (const [k, row] of page.entries()) {
        const i = k + 1;
        const rejected = i % 5 === 0;
        expect(row).toEqual({
          sequence: i,
          stream: i % 2 === 0 ? "b" : "a",
          batchId: `batch ${i}`,
          contentHash: `hash ${i}`,
          receivedAt: "2026-11-24T05:00:00.000Z",
          dataTime: null,
          status: rejected ? "rejected" : "accepted",
          reason: rejected ? "gap" : null,
          inReferences: !rejected,
          hasSummary: !rejected,
          figures: rejected ? null : { mean: i },
          result: { i },
        });
      }
      const summaries = ledger.newest("a", 3).map(({ summary }) => Buffer.from(summary).toString());
      expect(summaries).toEqual(['{"mean":33}', '{"mean":37}', '{"mean":39}']);
      expect(ledger.stream("a")).toMatchObject({ state: { judged: 7 }, batches: rows / 2 });
      ledger.append(batch("new"));
      expect(ledger.find("a", "new")?.sequence).toBe(rows + 1);
    });
  }

  it("is upgraded with its whole content when it is opened", () => {
    const directory = temporaryDirectory();
    ledgerOfVersion1(directory, rows);
    expectWhole(opened(directory));
  });

  it("loses nothing if the process is killed at any row of the upgrade", () => {
    const source = new URL("../../src/storage/monitor-database.ts", import.meta.url).href;
    for (const killedAt of [0, 1, 17, 31]) {
      const directory = temporaryDirectory();
      ledgerOfVersion1(directory, rows);
      const script = `const { MonitorDatabase } = await import(${JSON.stringify(source)});
        let row = 0;
        const upgradeSummary = (json) => {
          if (row++ === ${killedAt}) process.kill(process.pid, "SIGKILL");
          return { summary: Buffer.from(JSON.stringify(json)), figures: json };
        };
        MonitorDatabase.open(${JSON.stringify(directory)}, { modelVersion: "walk-1", upgradeSummary, upgradeHeadline: () => null });`;
      const { signal, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
        encoding: "utf8",
      });
      expect([signal, stderr]).toEqual(["SIGKILL", ""]);
      expectWhole(opened(directory));
    }
  });

  it("stays as it is if a summary is damaged", () => {
    const directory = temporaryDirectory();
    ledgerOfVersion1(directory, rows);
    const path = join(directory, "monitor.sqlite");
    const raw = new DatabaseSync(path);
    raw.exec("UPDATE batches SET summary = '{' WHERE sequence = 7");
    raw.close();
    expect(refusal(() => opened(directory)).message).toBe(
      'the ledger is damaged: batch "batch 7": summary: expected JSON',
    );
    const again = new DatabaseSync(path);
    expect(again.prepare("PRAGMA user_version").get()).toEqual({ user_version: 1 });
    expect(again.prepare("SELECT count(*) AS n FROM batches").get()).toEqual({ n: rows });
    again.close();
  });
});

describe("a file that cannot be used", () => {
  const open = (directory: string): void => MonitorDatabase.open(directory, { modelVersion, ...upgrade }).close();

  it.each([
    ["text", (path: string) => writeFileSync(path, "no database ".repeat(1000)), /is not an SQLite database/],
    ["a directory", (path: string) => replaceByDirectory(path), /expected a regular file, found a folder/],
    ["half a database", (path: string) => truncateSync(path, 6000), /is damaged/],
    ["a database with other pages", (path: string) => overwritePages(path), /is damaged/],
  ])("is refused if it is %s", (_, spoil, message) => {
    const directory = temporaryDirectory();
    const path = join(directory, "monitor.sqlite");
    const whole = MonitorDatabase.open(directory, { modelVersion, ...upgrade });
    whole.transaction((ledger) => {
      for (let i = 0; i < 200; i++) ledger.append(batch(`${i}`, { result: "x".repeat(500) }));
    });
    whole.close();
    spoil(path);
    const error = refusal(() => opened(directory).transaction((ledger) => ledger.page("a", { limit: 1000 })));
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
    expect(error.advice).toBeDefined();
  });

  it("is rejected if a newer version wrote it or it belongs to another model, and stays unchanged", () => {
    const directory = temporaryDirectory();
    open(directory);
    const path = join(directory, "monitor.sqlite");
    const other = refusal(() => MonitorDatabase.open(directory, { modelVersion: "walk-2", ...upgrade }));
    expect(other.message).toMatch(/another model\n {2}expected walk-2\n {2}found {4}walk-1/);
    const raw = new DatabaseSync(path);
    raw.exec("PRAGMA user_version = 5");
    raw.close();
    const before = readFileSync(path);
    expect(refusal(() => open(directory)).message).toMatch(/expected a schema version up to 4, got 5/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it("is rejected if it is empty, because a ledger is complete as soon as it exists", () => {
    const directory = temporaryDirectory();
    const path = join(directory, "monitor.sqlite");
    writeFileSync(path, "");
    const { message, advice } = refusal(() => open(directory));
    expect(message).toBe(`${path}: expected the ledger of this model's batches, found an empty file`);
    expect(advice).toMatch(/remove it to start with an empty ledger/);
    expect(readFileSync(path)).toHaveLength(0);
  });

  it("is rejected if only its log exists, or if it is a different kind of database", () => {
    const directory = temporaryDirectory();
    const path = join(directory, "monitor.sqlite");
    writeFileSync(`${path}-wal`, "batches");
    expect(refusal(() => open(directory)).message).toMatch(/monitor\.sqlite-wal exists without monitor\.sqlite/);
    rmSync(`${path}-wal`);
    const raw = new DatabaseSync(path);
    raw.exec("CREATE TABLE streams (name TEXT)");
    raw.close();
    expect(refusal(() => open(directory)).message).toMatch(/not the ledger of a model's batches/);
  });

  it.each(["", "-wal", "-shm"])(
    "is refused if monitor.sqlite%s is a link, and nothing is made where it leads",
    (own) => {
      const directory = temporaryDirectory();
      const outside = join(temporaryDirectory(), "outside");
      symlinkSync(outside, join(directory, `monitor.sqlite${own}`));
      expect(refusal(() => open(directory)).message).toMatch(/expected a regular file, found a symbolic link/);
      expect(existsSync(outside)).toBe(false);
    },
  );

  it("is rejected if there is a journal, which SQLite would roll back", () => {
    const directory = temporaryDirectory();
    open(directory);
    writeFileSync(join(directory, "monitor.sqlite-journal"), "");
    expect(refusal(() => open(directory)).message).toMatch(
      /monitor\.sqlite-journal exists, but no ledger has such a file/,
    );
  });

  it.each([
    [
      "a view that never ends",
      `DROP TABLE model; CREATE VIEW model AS WITH RECURSIVE t (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t)
       SELECT 'walk-1' AS version FROM t WHERE x < 0`,
    ],
    ["a trigger", "CREATE TRIGGER t AFTER INSERT ON batches BEGIN DELETE FROM summaries; END"],
    ["a table less", "DROP TABLE summaries"],
    ["a table more", "CREATE TABLE more (x)"],
    ["the version of another form", "PRAGMA user_version = 1"],
  ])("is refused with %s", (_, change) => {
    const directory = temporaryDirectory();
    open(directory);
    const raw = new DatabaseSync(join(directory, "monitor.sqlite"));
    raw.exec(change);
    raw.close();
    expect(refusal(() => open(directory)).message).toMatch(/not the ledger of a model's batches/);
  });

  it.each([
    ["a number beyond 2^53", "UPDATE streams SET version = 9223372036854775807", /is damaged/],
    ["a state of 20 MB", "UPDATE streams SET state = CAST(zeroblob(20000000) AS TEXT)", /damaged: stream "a": state/],
    ["a reason of 20 MB", "UPDATE batches SET reason = CAST(zeroblob(20000000) AS TEXT)", /damaged: batch "1": reason/],
    ["a summary of 20 MB", "UPDATE summaries SET summary = zeroblob(20000000)", /damaged: batch "1"/],
    ["a time that is none", "UPDATE batches SET received_at = 'yesterday'", /damaged: batch "1": received_at/],
  ])("is refused with %s", (_, change, message) => {
    const directory = temporaryDirectory();
    const first = MonitorDatabase.open(directory, { modelVersion, ...upgrade });
    first.transaction((ledger) => ledger.append(batch("1")));
    first.close();
    const raw = new DatabaseSync(join(directory, "monitor.sqlite"));
    raw.exec(change);
    raw.close();
    const error = refusal(() =>
      opened(directory).snapshot((ledger) => [ledger.stream("a"), ledger.newest("a", 5), ledger.page("a")]),
    );
    expect(error.message).toMatch(message);
  });

  it("is rejected if results decompress to a huge size: 30 results of 15 MB from one megabyte", () => {
    const directory = temporaryDirectory();
    const first = MonitorDatabase.open(directory, { modelVersion, ...upgrade });
    first.transaction((ledger) => {
      for (let i = 0; i < 30; i++) ledger.append(batch(`${i}`));
    });
    first.close();
    const raw = new DatabaseSync(join(directory, "monitor.sqlite"));
    raw.prepare("UPDATE batches SET result = ?").run(deflateRawSync(`[${"[],".repeat(5_000_000)}[]]`));
    raw.close();
    const error = refusal(() => opened(directory).snapshot((ledger) => ledger.page("a", { fromEnd: true })));
    expect(error.message).toMatch(/the ledger is damaged: batch "\d+": result: expected deflated JSON/);
  });

  it("leaves nothing else in a new folder", () => {
    const directory = temporaryDirectory();
    open(directory);
    expect(readdirSync(directory)).toEqual(["monitor.sqlite"]);
  });

  it("leaves nothing else either if a process was killed just after it had created the ledger", () => {
    const directory = temporaryDirectory();
    const source = new URL("../../src/storage/monitor-database.ts", import.meta.url).href;
    const script = `import fs from "node:fs";
      import { syncBuiltinESMExports } from "node:module";
      const { MonitorDatabase } = await import(${JSON.stringify(source)});
      fs.rmSync = () => process.kill(process.pid, "SIGKILL");
      syncBuiltinESMExports();
      MonitorDatabase.open(${JSON.stringify(directory)}, { modelVersion: "walk-1" });`;
    const { signal } = spawnSync(process.execPath, ["--input-type=module", "--eval", script]);
    expect([signal, readdirSync(directory).length]).toEqual(["SIGKILL", 2]);
    open(directory);
    expect(readdirSync(directory)).toEqual(["monitor.sqlite"]);
  });

  it("is rejected if its folder is missing", () => {
    expect(refusal(() => open(join(temporaryDirectory(), "absent"))).message).toMatch(/cannot be opened or created/);
  });

  it.skipIf(process.platform === "win32").each([false, true])(
    "is refused in a read-only folder (there: %s)",
    (there) => {
      const directory = temporaryDirectory();
      if (there) open(directory);
      chmodSync(directory, 0o555);
      onTestFinished(() => chmodSync(directory, 0o755));
      const source = new URL("../../src/storage/monitor-database.ts", import.meta.url).href;
      // root may write to every folder, so the process switches to another user once its code is loaded
      const script = `const { MonitorDatabase } = await import(${JSON.stringify(source)});
      if (process.getuid() === 0) process.setuid(65534);
      try { MonitorDatabase.open(${JSON.stringify(directory)}, { modelVersion: "walk-1", upgradeSummary() {}, upgradeHeadline() {} }).close(); console.log("opened"); }
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

/** Damages the entire file except its first page, which identifies it as a database. */
function overwritePages(path: string): void {
  writeFileSync(path, readFileSync(path).fill(0xa5, 4096));
}
