// `sync` of folders that somebody else may have prepared, to a server that counts what it is asked.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sync } from "../../src/pipelines/sync.ts";
import { FakeMlflow } from "../tracking/fake-mlflow.ts";
import { unpackOldModel } from "./old-model.ts";

const server = new FakeMlflow();
let directory = "";
let model = "";

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "tidemark-sync-"));
  unpackOldModel(directory);
  model = join(directory, "walk");
  server.asked.length = 0;
  await server.open();
});
afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

const synced = () => sync({ directory: model, tracking: server.uri });

describe("a damaged ledger row", () => {
  it.each([
    ["a result that is no JSON", "UPDATE batches SET result = substr(result, 1, 40)", /result: expected JSON/],
    ["a result of another form", "UPDATE batches SET result = '{}'", /result: /],
  ])("is named: %s", async (_, change, says) => {
    const database = new DatabaseSync(join(model, "monitor.sqlite"));
    database.exec(change);
    database.close();
    const error = await synced().catch((error: unknown) => error);
    expect(error).toMatchObject({ name: "UserError", exitCode: 2 });
    expect(String(error)).toMatch(/the ledger is damaged: batch "batch\.csv\.gz"/);
    expect(String(error)).toMatch(says);
  });
});
