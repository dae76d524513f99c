// An erased stream leaves no trace: its bytes are in none of the store's files.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { PublishedReference } from "../../src/storage/published-reference.ts";
import { SqliteStreamStore } from "../../src/storage/sqlite-stream-store.ts";
import type { DecidedBatch, StreamRules } from "../../src/storage/stream-store.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const at = "2026-11-24T05:00:00.000Z";
const refuse = (): never => {
  throw new Error("no ledger of an earlier version here");
};
const rules: StreamRules = {
  referenceBatches: 2,
  keptAtEnds: 2,
  since: "2026-12-24T05:00:00.000Z",
  bytes: 1e9,
  shorten: () => "short",
};

function filesWith(directory: string, text: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(text))
    .map(({ name }) => name);
}

it("is not published again by a process that had read it before it was erased", async () => {
  const directory = temporaryDirectory();
  const upgrade = { upgradeSummary: refuse, upgradeHeadline: refuse };
  const open = (published: PublishedReference) =>
    SqliteStreamStore.open(directory, { modelVersion: "walk-1", ...upgrade, published });
  const other = open({ referenceBatches: 2, text: () => "other\n" });
  const erase = () => other.erase("wrist", { at, who: "ann", reason: null, recordedAs: "sha256:1" });
  let erased: Promise<unknown> | undefined;
  const store = open({
    referenceBatches: 2,
    text: () => {
      erased ??= erase();
      return "read before the erasure\n";
    },
  });
  const decided = { status: "accepted", reason: null, inReferences: false, summary: null, figures: null } as const;
  await store.record(
    { stream: "wrist", batchId: "1", contentHash: "1", receivedAt: at },
    () => ({ ...decided, result: {} }),
    rules,
  );
  expect(await erased).toBe(1);
  expect(existsSync(join(directory, "streams"))).toBe(false);
  await store.close();
  await other.close();
});

it.each(["secret-stream", "default"])("is overwritten and unpublished: %s", async (stream) => {
  const directory = temporaryDirectory();
  const published = { referenceBatches: 2, text: (reference: object) => `${JSON.stringify(reference)}\n` };
  const upgrade = { upgradeSummary: refuse, upgradeHeadline: refuse };
  const open = () => SqliteStreamStore.open(directory, { modelVersion: "walk-1", ...upgrade, published });
  const store = open();
  const bring = (name: string, id: string, decided: Partial<DecidedBatch> = {}): Promise<unknown> => {
    const usual = { status: "accepted", reason: null, inReferences: true, result: {}, state: {} } as const;
    const summary = Buffer.from(`summary of ${name} `.repeat(1000));
    return store.record(
      { stream: name, batchId: `${name} ${id}`, contentHash: id, receivedAt: at },
      () => ({ ...usual, summary, figures: { of: name }, headline: { of: name }, ...decided }),
      rules,
    );
  };
  // There are so many batches that, before the erasure, summaries are dropped and results shortened; this frees pages.
  for (let i = 0; i < 12; i++) await bring(stream, `${i}`);
  await bring("other", "1");
  const path = stream === "default" ? "rolling_reference.json" : join("streams", stream, "rolling_reference.json");
  expect(readFileSync(join(directory, path), "utf8")).toContain(`${stream} 11`);
  expect(await store.erase(stream, { at, who: "ann", reason: "asked to", recordedAs: "sha256:1" })).toBe(12);
  expect(filesWith(directory, `${stream} 1`)).toEqual([]);
  expect(filesWith(directory, `summary of ${stream}`)).toEqual([]);
  if (stream !== "default") {
    expect(filesWith(directory, stream)).toEqual([]);
    expect(existsSync(join(directory, "streams", stream))).toBe(false);
  } else {
    expect(JSON.parse(readFileSync(join(directory, path), "utf8"))).toMatchObject({ rolling: [] });
  }
  expect(await store.page("other")).toMatchObject({ total: 1 });
  await store.close();
  expect(filesWith(directory, `${stream} 1`)).toEqual([]);
});
