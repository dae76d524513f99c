// Promotes and rolls back champions, and kills the commands before each of their changes.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { listModels, promote } from "../../src/pipelines/models.ts";
import { registrySchema } from "../../src/storage/registry.ts";
import { makeVersion } from "./made-version.ts";
import { resident } from "./resident.ts";
import { copySharedModel } from "./shared-model.ts";
import { type Ended, endedBeforeChange, fileDirectory } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (...names: string[]): string => join(directory, ...names);
const run = resident(directory);
const champions = (): string[] =>
  registrySchema.parse(JSON.parse(readFileSync(at("models", "registry.json"), "utf8"))).lines.walk!.champions;

beforeAll(async () => {
  await copySharedModel("four people", directory, "models/walk");
  await makeVersion(at("models"), "walk-v2", "2100-01-01T00:00:00.000Z");
  await makeVersion(at("models"), "walk-v3", "2100-02-01T00:00:00.000Z");
});

it("kill -9 before each change leaves a complete state, before or after the command, and the next command works", async () => {
  await promote(at("models", "walk-v2"));
  let [nth, killed] = [1, 0];
  for (let ended: Ended | undefined; ended?.exitCode !== 0; nth++) {
    const before = champions();
    const isBack = before.at(-1) === "walk-v3";
    const after = isBack ? before.slice(0, -1) : [...before, "walk-v3"];
    const words = isBack ? ["rollback", "walk"] : ["promote", "models/walk-v3"];
    ended = await endedBeforeChange(nth, ["models", ...words], directory);
    if (ended.signal !== null) killed++;
    expect([before, after]).toContainEqual(champions());
    expect((await listModels(at("models"))).filter(({ champion }) => champion)).toHaveLength(1);
  }
  expect(killed).toBeGreaterThan(2);
  const last = champions().at(-1) === "walk-v3" ? ["rollback", "walk"] : ["promote", "models/walk-v3"];
  expect(await run("models", ...last)).toMatchObject({ exitCode: 0, stderr: "" });
  expect(readdirSync(at("models")).filter((name) => name.startsWith("lock-"))).toEqual([]);
  expect(await run("baseline", "validate", "models/walk@champion")).toMatchObject({ exitCode: 0, stdout: "valid\n" });
});
