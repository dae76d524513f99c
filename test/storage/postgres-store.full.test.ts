// Tests PostgreSQL as a stream store, with a real server.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { openStore } from "../../src/storage/open-store.ts";
import type { OpenedStore } from "../../src/storage/opened-store.ts";
import { PostgresAccessStore } from "../../src/storage/postgres-access-store.ts";
import { parseStoreAddress, type StoreAddress } from "../../src/storage/store-address.ts";
import { StoreUnavailable } from "../../src/storage/store-unavailable.ts";
import type { StreamStore } from "../../src/storage/stream-store.ts";
import { tidemarkVersion } from "../../src/versions.ts";
import { freePort } from "../free-port.ts";
import { accessStoreContract } from "./access-store-contract.ts";
import { PostgresServer, withoutPostgres } from "./postgres-server.ts";
import { countedBatch, writtenModel, writtenRules } from "./store-writer.ts";
import { streamStoreContract } from "./stream-store-contract.ts";

const refuse = (): never => {
  throw new Error("no ledger of an earlier version here");
};
const upgrade = { upgradeSummary: refuse, upgradeHeadline: refuse };

const open = (address: string): Promise<OpenedStore> => openStore(parseStoreAddress(address), upgrade);

function postgresAddress(written: string): Extract<StoreAddress, { kind: "postgres" }> {
  const address = parseStoreAddress(written);
  if (address.kind !== "postgres") throw new Error(`${written} is not the address of a database`);
  return address;
}

describe.skipIf(withoutPostgres !== "")(`PostgreSQL${withoutPostgres}`, () => {
  const server = new PostgresServer();
  let database: string;
  let places = 0;
  beforeAll(async () => {
    await server.start();
    database = await server.newDatabase();
  });
  afterAll(() => server.remove());

  /** Opens the streams of a project through a separate connection, which closes together with them. */
  async function connect(project: string): Promise<StreamStore> {
    const store = await open(server.address(database));
    const streams = await store.streamsOf({ project, model: "walk-1" });
    streams.close = () => store.close();
    return streams;
  }

  streamStoreContract("in PostgreSQL", () => {
    const project = `p${++places}`;
    return () => connect(project);
  });

  accessStoreContract("in PostgreSQL", async () => {
    const fresh = await server.newDatabase();
    return {
      open: async () => PostgresAccessStore.open(postgresAddress(server.address(fresh))),
      audited: async () => {
        const columns = "at, actor, action, target, details";
        const rows = await server.sql(`SELECT ${columns} FROM tidemark.audit ORDER BY sequence`, [], fresh);
        return rows.map(({ at, details, ...row }) => ({
          ...row,
          at: (at as Date).toISOString(),
          details: JSON.parse(String(details)),
        }));
      },
    };
  });

  it("refuses every token if the tokens disappear, instead of becoming open to everyone", async () => {
    const fresh = await server.newDatabase();
    const access = await PostgresAccessStore.open(postgresAddress(server.address(fresh)));
    await access.changeTokens(() => {});
    await access.tokens();
    await server.sql("DELETE FROM tidemark.tokens", [], fresh);
    expect(await access.tokens()).toEqual([]);
    await access.close();
  });

  describe("a database", () => {
    it("gets its tables only once, however many processes open it at the same time", async () => {
      const fresh = await server.newDatabase();
      const stores = await Promise.all(Array.from({ length: 6 }, () => open(server.address(fresh))));
      for (const store of stores) await store.close();
      const rows = await server.sql("SELECT version, applied_by FROM tidemark.versions", [], fresh);
      expect(rows).toEqual([1, 2, 3].map((version) => ({ version, applied_by: `tidemark ${tidemarkVersion}` })));
      await server.sql("UPDATE tidemark.versions SET applied_at = '2026-01-01'", [], fresh);
      await (await open(server.address(fresh))).close();
      const [row] = await server.sql("SELECT applied_at < '2026-01-02' AS old FROM tidemark.versions", [], fresh);
      expect(row).toEqual({ old: true });
    });

    it("with tables of version 1 keeps its batches without data times, and stores data times from now on", async () => {
      const fresh = await server.newDatabase();
      const dataTime = { from: "2026-11-23T05:00:00.000Z", to: "2026-11-23T05:05:00.000Z" };
      const bring = async (batchId: string) => {
        const store = await open(server.address(fresh));
        const streams = await store.streamsOf(writtenModel);
        const own = { stream: "a", batchId, contentHash: batchId, receivedAt: "2026-11-24T05:00:00.000Z", dataTime };
        await streams.record(own, countedBatch, writtenRules);
        const { batches } = await streams.page("a");
        await store.close();
        return batches.map((batch) => [batch.batchId, batch.dataTime]);
      };
      await bring("1");
      await server.sql("ALTER TABLE tidemark.batches DROP COLUMN data_from, DROP COLUMN data_to", [], fresh);
      await server.sql("DROP TABLE tidemark.tokens, tidemark.sessions, tidemark.audit", [], fresh);
      await server.sql("DELETE FROM tidemark.versions WHERE version >= 2", [], fresh);
      expect(await bring("2")).toEqual([
        ["1", null],
        ["2", dataTime],
      ]);
    });

    it("lists its projects and the models that have streams there, without adding any", async () => {
      const store = await open(server.address(await server.newDatabase()));
      for (const project of ["walks", "Ann's"]) await store.streamsOf({ project, model: "m" });
      const keys = ["Ann's", "b"].flatMap((project) => ["m", "n"].map((model) => ({ project, model })));
      expect(await Promise.all(keys.map((key) => store.has(key)))).toEqual([true, false, false, false]);
      expect(await store.projects()).toEqual(["Ann's", "walks"]);
      await store.close();
    });

    it("is left alone if a newer version of Tidemark wrote its tables", async () => {
      const fresh = await server.newDatabase();
      await (await open(server.address(fresh))).close();
      await server.sql("INSERT INTO tidemark.versions (version, applied_by) VALUES (99, 'tidemark 9.9.0')", [], fresh);
      const refused = await refusal(server.address(fresh));
      expect(refused.message).toBe(
        `postgres://127.0.0.1:${server.port}/${fresh}: expected a schema version up to 3, got 99`,
      );
      expect(refused.advice).toMatch(/^Its tables were written by tidemark 9\.9\.0: update Tidemark/);
    });

    it("whose tables could not be created has none", async () => {
      const fresh = await server.newDatabase();
      await server.sql("CREATE SCHEMA tidemark; CREATE VIEW tidemark.summaries AS SELECT 1", [], fresh);
      await expect(open(server.address(fresh))).rejects.toThrow(/summaries/);
      const tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'tidemark'";
      expect(await server.sql(tables, [], fresh)).toEqual([{ table_name: "summaries" }]);
    });

    it("is named if it cannot be used, but without its password", async () => {
      const ascii = await server.newDatabase("ENCODING 'SQL_ASCII' TEMPLATE template0");
      const good = server.address(database);
      const port = await freePort();
      await server.sql("CREATE ROLE guest LOGIN PASSWORD 'p@ss/word'", [], "postgres");
      const guest = good.replace(/\/\/[^:]*:/, "//guest:").replace(database, await server.newDatabase());
      for (const [address, message, advice, isPassing] of [
        [good.replace(database, "none"), /\/none has no such database/, /createdb/, false],
        [good.replace("word", "words"), /rejects the user or the password/, /PGPASSWORD/, false],
        [good.replace(database, ascii), /expected a database in UTF8.*got one in SQL_ASCII/, /createdb/, false],
        [guest, /denies permission/, /GRANT CREATE ON DATABASE/, false],
        [good.replace(`:${server.port}/`, `:${port}/`), /cannot be reached.*ECONNREFUSED/, /runs/, true],
        [good.replace("127.0.0.1", "no.such.host.invalid"), /cannot be reached/, /runs/, true],
      ] as const) {
        const refused = await refusal(address);
        expect(refused.message).toMatch(message);
        expect(refused.message).toMatch(/^postgres:\/\/[\w.]+:\d+\/\w+/);
        expect(refused.advice).toMatch(advice);
        expect(refused instanceof StoreUnavailable).toBe(isPassing);
        expect(`${refused.message}${refused.advice}${refused.stack}`).not.toMatch(/p@ss|p%40ss/);
      }
    });

    it("contains the same streams after pg_dump and pg_restore", async () => {
      const [from, to] = [await server.newDatabase(), await server.newDatabase()];
      const written: unknown[] = [];
      for (const name of [from, to]) {
        if (name === to) {
          server.run("pg_dump", "--format", "custom", "--schema", "tidemark", "--file", "fleet.dump", from);
          server.run("pg_restore", "--clean", "--if-exists", "--dbname", to, "fleet.dump");
        }
        const store = await open(server.address(name));
        const streams = await store.streamsOf(writtenModel);
        const bring = (batchId: string) => {
          const batch = { stream: "a", batchId, contentHash: batchId, receivedAt: "2026-11-24T05:00:00.000Z" };
          return streams.record(batch, countedBatch, writtenRules);
        };
        if (name === from) for (let i = 0; i < 15; i++) await bring(`${i}`);
        written.push([await streams.page("a"), await streams.memory("a", writtenRules)]);
        // The restored store continues from the state of the original at the time of the backup.
        if (name === to) {
          expect(await bring("7")).toMatchObject({ known: true });
          expect(await bring("15")).toEqual({ known: false });
          expect((await streams.find("a", "15"))?.result).toEqual({ place: 16, judged: 16 });
        }
        await store.close();
      }
      expect(written[1]).toEqual(written[0]);
    });

    it("rejects a name that it cannot store", async () => {
      const streams = await connect("names");
      await expect(streams.find("a\0b", "1")).rejects.toThrow(/cannot hold a null character/);
      await streams.close();
    });
  });
});

async function refusal(address: string): Promise<UserError> {
  const refused = await openStore(parseStoreAddress(address), { ...upgrade, wait: async () => {} }).catch(
    (e: unknown) => e,
  );
  if (refused instanceof UserError) return refused;
  throw new Error(`expected a UserError, got ${refused}`);
}
