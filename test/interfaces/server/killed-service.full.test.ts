// Runs the short form of `npm run torture -- --only serve`.
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { Rng } from "../../../src/random.ts";
import { unpackOldModel } from "../../pipelines/old-model.ts";
import { fileDirectory } from "../../pipelines/tiny-run.ts";
import { killUnderLoad } from "./kill-under-load.ts";

it("a service that is killed under load loses no batch that it acknowledged, and judges none twice", async () => {
  const directory = fileDirectory();
  unpackOldModel(directory);
  cpSync(join(directory, "walk"), join(directory, "models", "walk"), { recursive: true });
  const body = gunzipSync(readFileSync(join(directory, "batch.csv.gz")));
  const rng = Rng.fromSeed(5);
  const { kills, answered, faults } = await killUnderLoad(directory, { kills: 5, body, random: () => rng.uniform() });
  expect(faults).toEqual([]);
  expect(kills).toBe(5);
  expect(answered).toBeGreaterThan(5);
}, 300_000);
