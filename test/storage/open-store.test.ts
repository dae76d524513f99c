import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openStore } from "../../src/storage/open-store.ts";
import type { OpenedStore } from "../../src/storage/opened-store.ts";
import { parseStoreAddress } from "../../src/storage/store-address.ts";
import type { StreamRules } from "../../src/storage/stream-store.ts";
import { withoutPassword } from "../../src/without-password.ts";
import { streamStoreContract } from "./stream-store-contract.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const upgradeSummary = (): never => {
  throw new Error("no ledger of version 1 here");
};
const rules: StreamRules = {
  referenceBatches: 2,
  keptAtEnds: 4,
  since: "2026-01-01T00:00:00.000Z",
  bytes: 1e9,
  shorten: (result) => result,
};

const opened = (directory: string): Promise<OpenedStore> =>
  openStore(parseStoreAddress(`sqlite:${directory}`), { upgradeSummary, upgradeHeadline: upgradeSummary });

streamStoreContract("in a folder of ledgers", () => {
  const directory = temporaryDirectory();
  return async () => (await opened(directory)).streamsOf({ project: "p", model: "walk-1" });
});

it("keeps each model of each project in its own ledger", async () => {
  const directory = join(temporaryDirectory(), "new", "ledgers");
  const store = await opened(directory);
  const keys = ["a", "b"].flatMap((project) => ["walk-1", "../Walk"].map((model) => ({ project, model })));
  for (const [i, key] of keys.entries()) {
    const streams = await store.streamsOf(key);
    const batch = { stream: "s", batchId: "1", contentHash: `${i}`, receivedAt: "2026-02-01T00:00:00.000Z" };
    const decided = { status: "alarmed", reason: null, inReferences: false, summary: null, figures: null } as const;
    const recorded = await streams.record(batch, () => ({ ...decided, result: i }), rules);
    expect(recorded).toEqual({ known: false });
    expect((await streams.page("s")).batches.map(({ result }) => result)).toEqual([i]);
    await streams.close();
  }
  expect(existsSync(join(directory, "a", "walk-1", "monitor.sqlite"))).toBe(true);
  await store.close();
});

it("lists its projects and the models that have a ledger there, without creating one", async () => {
  const directory = temporaryDirectory();
  const store = await opened(directory);
  expect(await store.projects()).toEqual([]);
  for (const project of ["walks", "../Ann's", "a"]) await (await store.streamsOf({ project, model: "m" })).close();
  writeFileSync(join(directory, "tokens.json"), "{}");
  for (const folder of ["sessions", "earlier~0123456789abcdef/m"])
    mkdirSync(join(directory, folder), { recursive: true });
  const later = await opened(directory);
  expect(await later.projects()).toEqual(["../Ann's", "a", "walks"]);
  const keys = ["../Ann's", "b"].flatMap((project) => ["m", "n"].map((model) => ({ project, model })));
  expect(await Promise.all(keys.map((key) => later.has(key)))).toEqual([true, false, false, false]);
  expect(existsSync(join(directory, "b"))).toBe(false);
});

it("shows an address without its password", () => {
  for (const [written, shown] of [
    ["sqlite:ledgers", "sqlite:ledgers"],
    ["sqlite:/var/lib/tidemark", "sqlite:/var/lib/tidemark"],
    ["postgres://ann:se%40cret@db.example:5433/fleet?sslmode=require", "postgres://db.example:5433/fleet"],
    ["postgresql://db/fleet?user=ann&password=secret", "postgres://db/fleet"],
    ["postgres:///fleet?host=/run/postgresql", "postgres:///run/postgresql/fleet"],
  ] as const) {
    expect(parseStoreAddress(written)).toMatchObject({ shown });
    expect(withoutPassword(written)).not.toMatch(/se%40cret/);
  }
});

it("rejects what is not an address, without repeating a password", () => {
  for (const [written, message] of [
    ["ledgers", /expected sqlite:DIR or postgres:\/\/.*got "ledgers"/],
    ["mysql://ann:secret@db/fleet", /got an address that begins with mysql:/],
    ["sqlite:", /expected the path of a folder after sqlite:/],
    ["sqlite:///ledgers", /expected the path of a folder after sqlite:/],
    ["postgres://ann:secret@db", /got an address without a database/],
    ["postgres://ann:se/cret@db/fleet", /got an address that cannot be parsed/],
  ] as const) {
    const refused = (): unknown => parseStoreAddress(written);
    expect(refused).toThrow(message);
    expect(refused).toThrow(/^(?!.*(secret|cret@))/s);
  }
});
