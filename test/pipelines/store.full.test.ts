// Tests that `--store` gives the same answers as a ledger in the model folder, and that it writes nothing to that folder.
import { chmodSync, cpSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PostgresServer, postgresPassword, withoutPostgres } from "../storage/postgres-server.ts";
import { unpackOldModel } from "./old-model.ts";
import { fileDirectory, start } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (...names: string[]): string => join(directory, ...names);
const server = new PostgresServer();
let inFolder: string[];

/** Runs the commands that use streams. @returns their output */
async function everyVerb(...store: string[]): Promise<string[]> {
  const lines: string[] = [];
  const run = async (code: number, ...words: string[]): Promise<void> => {
    const {
      stdout,
      stderr,
      exitCode: found,
    } = await start([...words, "--json", ...store], at(store.length === 0 ? "inside" : "outside")).ended;
    expect(stderr).toBe("");
    expect(found).toBe(code);
    lines.push(stdout);
  };
  const model = ["--model", "walk"];
  const where = [...model, "--stream", "s"];
  await run(0, "check", "../batch.csv.gz", "--batch-id", "1", ...where);
  await run(0, "check", "../batch.csv.gz", "--batch-id", "1", ...where);
  await run(0, "check", "../batch.csv.gz", "--batch-id", "2", ...where);
  await run(0, "reference", "exclude", "1", ...where);
  await run(0, "reference", "show", ...where);
  await run(0, "streams", "list", ...model);
  await run(0, "streams", "show", "s", ...model);
  await run(0, "check", "../batch.csv.gz", "--stream-from", "{stream}.csv.gz", "--batch-id", "1", ...model);
  await run(0, "streams", "rename", "batch", "wrist", "--by", "ann", ...model);
  await run(0, "streams", "retire", "wrist", "--by", "ann", ...model);
  await run(0, "streams", "show", "wrist", ...model);
  await run(0, "streams", "erase", "wrist", "--by", "ann", "--reason", "withdrew", ...model);
  await run(0, "reference", "reset", ...where);
  await run(0, "streams", "list", ...model);
  return lines.map((line) =>
    line.replaceAll(/"\d{4}-\d\d-\d\dT[^"]*Z"/g, '"then"').replaceAll(/"silence":\{"seconds":[\d.]+/g, ""),
  );
}

const stampsOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => `${name} ${statSync(join(folder, name)).mtimeMs}`)
    .sort();

beforeAll(async () => {
  unpackOldModel(directory);
  rmSync(at("walk", "monitor.sqlite"));
  for (const folder of ["inside", "outside"]) cpSync(at("walk"), at(folder, "walk"), { recursive: true });
  if (withoutPostgres === "") await server.start();
  inFolder = await everyVerb();
});
afterAll(() => server.remove());

async function expectSame(store: string): Promise<void> {
  const before = stampsOf(at("outside", "walk"));
  chmodSync(at("outside", "walk"), 0o555);
  const elsewhere = await everyVerb("--store", store);
  expect(elsewhere).toEqual(inFolder);
  expect(stampsOf(at("outside", "walk"))).toEqual(before);
}

it("keeps streams in a folder of ledgers, and writes nothing into the model folder", async () => {
  await expectSame("sqlite:ledgers/here");
});

describe.skipIf(withoutPostgres !== "")(`PostgreSQL${withoutPostgres}`, () => {
  it("keeps streams in a database, and writes nothing into the model folder", async () => {
    await expectSame(server.address(await server.newDatabase()));
  });

  it("is printed without its password", async () => {
    const address = server.address("none");
    const words = ["check", "batch.csv.gz", "--model", "walk", "--store", address, "--verbose"];
    const { stdout, stderr, exitCode } = await start(words, directory).ended;
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/postgres:\/\/127\.0\.0\.1:\d+\/none has no such database/);
    expect(`${stdout}${stderr}`).not.toContain(encodeURIComponent(postgresPassword));
    expect(`${stdout}${stderr}`).not.toContain(postgresPassword);
  });
});
