// Runs the short form of `npm run torture -- --only disk,clock`.
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, expect, it } from "vitest";
import { Rng } from "../../../src/random.ts";
import { unpackOldModel } from "../../pipelines/old-model.ts";
import { fileDirectory } from "../../pipelines/tiny-run.ts";
import { fillDisk, jumpClock, withoutSmallDisk } from "./service-faults.ts";

const directory = fileDirectory();
let body: Uint8Array;

beforeAll(() => {
  unpackOldModel(directory);
  cpSync(join(directory, "walk"), join(directory, "models", "walk"), { recursive: true });
  body = gunzipSync(readFileSync(join(directory, "batch.csv.gz")));
});

const random = (): (() => number) => {
  const rng = Rng.fromSeed(7);
  return () => rng.uniform();
};

it.skipIf(withoutSmallDisk !== "")(
  `a full disk is answered with 503 and loses nothing, and batches are accepted again once there is room${withoutSmallDisk}`,
  async () => {
    const { answered, faults } = await fillDisk(directory, { times: 3, body, random: random() });
    expect(faults).toEqual([]);
    expect(answered).toBeGreaterThanOrEqual(12);
  },
);

it("a clock that jumps by days delays no batch, loses none and changes no order", async () => {
  const { answered, faults } = await jumpClock(directory, { times: 6, body, random: random() });
  expect(faults).toEqual([]);
  expect(answered).toBe(18);
});
