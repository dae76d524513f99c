import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { BatchSpool, type SpooledBatch } from "../../src/storage/batch-spool.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const add = (spool: BatchSpool, stream: string, batch_id: string): Promise<SpooledBatch> =>
  spool.add({ stream, batch_id, file: "f", content_type: null, content_encoding: null, query: {} }, (path) =>
    writeFile(path, batch_id),
  );
const ids = (spool: BatchSpool): string[] => spool.waiting.map(({ batch_id }) => batch_id);

it("keeps batches in order across restarts, and counts their bytes", async () => {
  const directory = join(temporaryDirectory(), "spool");
  const first = await BatchSpool.open(directory);
  const one = await add(first, "a", "1");
  await add(first, "b", "22");
  await add(first, "a", "333");
  expect([first.count, first.bytes, first.has("a", "333"), first.has("b", "1")]).toEqual([3, 6, true, false]);
  await first.remove(one);
  await first.close();
  const second = await BatchSpool.open(directory);
  expect([ids(second), second.bytes]).toEqual([["22", "333"], 5]);
  await add(second, "a", "4");
  expect(ids(second)).toEqual(["22", "333", "4"]);
  expect((await second.content(second.waiting[0]!)).toString()).toBe("22");
  await second.close();
});

it("belongs to one process at a time", async () => {
  const directory = temporaryDirectory();
  const spool = await BatchSpool.open(directory);
  await expect(BatchSpool.open(directory)).rejects.toThrow(/another push uses this folder: process \d+/);
  await spool.close();
  await (await BatchSpool.open(directory)).close();
});

it("sets a batch aside with the reason, and can return it to its old place in the queue", async () => {
  const directory = temporaryDirectory();
  const spool = await BatchSpool.open(directory);
  const one = await add(spool, "a", "1");
  await add(spool, "a", "2");
  const kept = await spool.refuse(one, "409 other content");
  expect(readFileSync(kept, "utf8")).toBe("1");
  expect(JSON.parse(readFileSync(kept.replace("body", "json"), "utf8"))).toMatchObject({
    batch_id: "1",
    refused_because: "409 other content",
  });
  expect([ids(spool), spool.has("a", "1"), spool.bytes]).toEqual([["2"], true, 1]);
  expect(await spool.retryRefused()).toBe(1);
  expect(ids(spool)).toEqual(["1", "2"]);
  expect(readdirSync(join(directory, "refused"))).toEqual([]);
  await spool.close();
});

it("completes each step that a killed process began", async () => {
  const name = "000000000001";
  const facts = { stream: "a", batch_id: "1", file: "f", content_type: null, content_encoding: null, query: {} };
  const json = JSON.stringify(facts);
  /** The files that the killed process left behind, and the batches that must then be waiting or refused. */
  const states: [Record<string, string>, waiting: string[], refused: string[]][] = [
    [{ [`waiting/${name}.body`]: "x" }, [], []],
    [{ [`waiting/${name}.body`]: "x", [`waiting/${name}.json`]: json }, ["1"], []],
    [{ [`waiting/${name}.body`]: "x", [`waiting/${name}.json`]: json, [`refused/${name}.json`]: json }, [], [name]],
    [{ [`refused/${name}.body`]: "x", [`waiting/${name}.json`]: json, [`refused/${name}.json`]: json }, [], [name]],
    [{ [`refused/${name}.body`]: "x", [`refused/${name}.json`]: json }, [], [name]],
    [{ [`waiting/${name}.body`]: "x", [`refused/${name}.json`]: json }, [], [name]],
    [{ [`waiting/${name}.json`]: json }, [], []],
  ];
  const directory = temporaryDirectory();
  for (const [files, waiting, refused] of states) {
    for (const folder of ["waiting", "refused"]) {
      rmSync(join(directory, folder), { recursive: true, force: true });
      mkdirSync(join(directory, folder));
    }
    for (const [path, content] of Object.entries(files)) writeFileSync(join(directory, path), content);
    const spool = await BatchSpool.open(directory);
    const label = Object.keys(files).join(" ");
    expect(ids(spool), label).toEqual(waiting);
    expect(readdirSync(join(directory, "waiting")).length, label).toBe(2 * waiting.length);
    expect(readdirSync(join(directory, "refused")), label).toEqual(
      refused.flatMap((own) => [`${own}.body`, `${own}.json`]),
    );
    const next = await add(spool, "a", "next");
    expect(next.number, label).toBe(waiting.length + refused.length + 1);
    await spool.close();
  }
});

it("remembers files that were split until they are deleted or changed", async () => {
  const directory = temporaryDirectory();
  const [here, gone] = ["here.csv", "gone.csv"].map((name) => {
    writeFileSync(join(directory, name), "x");
    return { path: join(directory, name), size: 1, modified_ms: 5, manner: "m" };
  }) as [never, never];
  const folder = join(directory, "spool");
  const first = await BatchSpool.open(folder);
  await first.take(here);
  await first.take(gone);
  await first.close();
  rmSync(join(directory, "gone.csv"));
  const second = await BatchSpool.open(folder);
  expect([second.hasTaken(here), second.hasTaken(gone)]).toEqual([true, false]);
  expect(readFileSync(join(folder, "taken.jsonl"), "utf8").trim().split("\n").length).toBe(1);
  const changed = { path: join(directory, "here.csv"), size: 1, modified_ms: 6, manner: "m" };
  expect([changed, { ...changed, modified_ms: 5, manner: "n" }].map((file) => second.hasTaken(file))).toEqual([
    false,
    false,
  ]);
  await second.forgetTaken();
  expect([second.hasTaken(here), existsSync(join(folder, "taken.jsonl"))]).toEqual([false, false]);
  await second.close();
});
