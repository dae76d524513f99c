// Many processes write to one store at once. Whatever happens to processes, connections and the server, no acknowledged batch
// is lost, no batch is stored twice, and each stream's batches have a single order.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openStore } from "../../src/storage/open-store.ts";
import { parseStoreAddress } from "../../src/storage/store-address.ts";
import { PostgresServer, withoutPostgres } from "./postgres-server.ts";
import { writtenModel, writtenRules } from "./store-writer.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const script = fileURLToPath(new URL("./store-writer.ts", import.meta.url));

interface Writer {
  readonly child: ChildProcess;
  /** The lines that the process has printed so far. */
  readonly lines: () => string[];
  readonly ended: Promise<{ readonly lines: string[]; readonly errors: string }>;
  /** Resolves once the process has printed `count` lines, or has ended. */
  readonly printed: (count: number) => Promise<void>;
}

function startWriter(address: string, name: string, streams: readonly string[], count: number): Writer {
  const child = spawn(process.execPath, [script, address, name, streams.join(","), String(count)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [output, errors] = ["", ""];
  const lines = (): string[] => output.split("\n").slice(0, -1);
  let waiting: { readonly wanted: number; readonly resolve: () => void }[] = [];
  const wake = (isOver: boolean): void => {
    const isDone = ({ wanted }: { readonly wanted: number }): boolean => isOver || lines().length >= wanted;
    for (const { resolve } of waiting.filter(isDone)) resolve();
    waiting = waiting.filter((one) => !isDone(one));
  };
  child.stdout.on("data", (chunk) => {
    output += chunk;
    wake(false);
  });
  child.stderr.on("data", (chunk) => (errors += chunk));
  let isOver = false;
  const closed = once(child, "close").then(() => {
    isOver = true;
    wake(true);
  });
  const printed = (wanted: number): Promise<void> =>
    new Promise((resolve) => {
      waiting.push({ wanted, resolve });
      wake(isOver);
    });
  return { child, lines, printed, ended: closed.then(() => ({ lines: lines(), errors })) };
}

/**
 * Compares the store with what the writers printed; each of the writers `names` must have stored `count` batches in each
 * stream.
 */
async function expectEachOnce(
  address: string,
  streams: readonly string[],
  { names, count, lines }: { names: readonly string[]; count: number; lines: readonly string[] },
): Promise<void> {
  const refuse = (): never => expect.unreachable("no ledger of an earlier version here");
  const opened = await openStore(parseStoreAddress(address), { upgradeSummary: refuse, upgradeHeadline: refuse });
  const store = await opened.streamsOf(writtenModel);
  const news = lines.filter((line) => line.endsWith(" new"));
  expect(news).toEqual([...new Set(news)]);
  for (const stream of streams) {
    const { total, batches } = await store.page(stream, { limit: 1e6 });
    const expected = names.flatMap((name) => Array.from({ length: count }, (_, i) => `${name}-${i}`));
    expect(batches.map(({ batchId }) => batchId).sort()).toEqual(expected.sort());
    expect(batches.map(({ result }) => result)).toEqual(batches.map((_, i) => ({ place: i + 1, judged: i + 1 })));
    const { version, rolling, anchor, ...memory } = await store.memory(stream, writtenRules);
    const places = [...anchor, ...rolling].map(({ figures }) => figures);
    expect(places).toEqual([1, 2, 3, total - 2, total - 1, total].map((judged) => ({ judged })));
    expect(memory).toMatchObject({ batches: total, state: total, headline: { judged: total } });
    const kept = batches.flatMap(({ hasSummary }, i) => (hasSummary ? [i] : []));
    expect(kept).toEqual(batches.flatMap((_, i) => (i < 6 || i >= total - 6 ? [i] : [])));
    const [overview] = await store.fleet({ latest: 0, streams: [stream] });
    expect(overview!.counts).toMatchObject({ accepted: total });
  }
  await store.close();
  await opened.close();
}

const streams = ["one", "two", "three"];

describe("a folder of ledgers", () => {
  it("stores batches from several processes for the same streams once, in one order", async () => {
    const address = `sqlite:${join(temporaryDirectory(), "ledgers")}`;
    const names = ["a", "b", "c"];
    const ended = await Promise.all(names.map((name) => startWriter(address, name, streams, 15).ended));
    expect(ended.map(({ errors }) => errors)).toEqual(["", "", ""]);
    await expectEachOnce(address, streams, { names, count: 15, lines: ended.flatMap(({ lines }) => lines) });
  });
});

describe.skipIf(withoutPostgres !== "")(`PostgreSQL${withoutPostgres}`, () => {
  const server = new PostgresServer();
  beforeAll(() => server.start());
  afterAll(() => server.remove());
  const names = ["a", "b", "c", "d"];
  const count = 20;

  it("stores batches from several processes for the same streams once, in one order", async () => {
    const address = server.address(await server.newDatabase());
    const ended = await Promise.all(names.map((name) => startWriter(address, name, streams, count).ended));
    expect(ended.map(({ errors }) => errors)).toEqual(["", "", "", ""]);
    const lines = ended.flatMap((writer) => writer.lines);
    expect(lines).toHaveLength(names.length * count * streams.length);
    expect(lines.filter((line) => line.endsWith("known"))).toEqual([]);
    await expectEachOnce(address, streams, { names, count, lines });
  });

  it("loses no batch and stores none twice if connections break repeatedly", async () => {
    const address = server.address(await server.newDatabase());
    const writers = names.map((name) => startWriter(address, name, streams, count));
    let broken = 0;
    for (let printed = 1; printed <= count * streams.length; printed += 3) {
      await Promise.race(writers.map((writer) => writer.printed(printed)));
      broken += await server.breakConnections();
    }
    const ended = await Promise.all(writers.map((writer) => writer.ended));
    expect(broken).toBeGreaterThan(40);
    expect(ended.map(({ errors }) => errors)).toEqual(["", "", "", ""]);
    const lines = ended.flatMap((writer) => writer.lines);
    expect(lines.filter((line) => line.endsWith("known"))).toEqual([]);
    await expectEachOnce(address, streams, { names, count, lines });
  });

  it("loses no acknowledged batch if writers are killed and their successors send everything again", async () => {
    const address = server.address(await server.newDatabase());
    const lines: string[] = [];
    const one = async (name: string, place: number): Promise<void> => {
      for (const killedAfter of [1, 7 + place, 20 + 5 * place]) {
        const writer = startWriter(address, name, streams, count);
        await writer.printed(killedAfter);
        writer.child.kill("SIGKILL");
        lines.push(...(await writer.ended).lines);
      }
      const last = await startWriter(address, name, streams, count).ended;
      expect(last.errors).toBe("");
      expect(last.lines).toHaveLength(count * streams.length);
      lines.push(...last.lines);
    };
    await Promise.all(names.map(one));
    await expectEachOnce(address, streams, { names, count, lines });
  });

  it("is waited for while the server crashes and restarts", async () => {
    const address = server.address(await server.newDatabase());
    const writers = names.map((name) => startWriter(address, name, streams, count));
    for (const lines of [5, 25]) {
      await writers[0]!.printed(lines);
      await server.kill();
      await server.start();
    }
    const ended = await Promise.all(writers.map((writer) => writer.ended));
    expect(ended.map(({ errors }) => errors)).toEqual(["", "", "", ""]);
    const lines = ended.flatMap((writer) => writer.lines);
    expect(lines.filter((line) => line.endsWith("known"))).toEqual([]);
    await expectEachOnce(address, streams, { names, count, lines });
  });
});
