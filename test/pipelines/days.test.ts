// Tests the days that `train` rehearses by default, and the days that `drift-bench` draws. train.test.ts uses different days.
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { showBaseline } from "../../src/pipelines/baseline.ts";
import { driftBench } from "../../src/pipelines/drift-bench.ts";
import { simulate } from "../../src/pipelines/simulate.ts";
import { copySharedModel } from "./shared-model.ts";
import { fileDirectory } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (name: string): string => join(directory, name);

beforeAll(() => copySharedModel("four people", directory, "model"));

it("train rehearses bouts of up to 5 minutes by default if each recording has a single activity", async () => {
  expect((await showBaseline(at("model"))).day).toEqual({ bout_seconds: [expect.any(Number), 300] });
});

describe("drift-bench", () => {
  const bench = { model: at("model"), jobs: 1, seconds: 15, batches: 6 };
  beforeAll(async () => {
    const some = { rate: 20, seed: 5, activities: ["walking", "jogging", "sitting"] };
    // Three recordings of a minute each, and three of a quarter of a minute each.
    await simulate({ out: at("long.parquet"), users: 1, minutes: 3, firstPerson: 50, ...some });
    await simulate({ out: at("short.parquet"), users: 1, minutes: 0.75, firstPerson: 60, ...some });
  });

  it("says which days it drew", async () => {
    const { day, batches, people } = await driftBench({
      ...bench,
      files: [at("long.parquet")],
      changeAt: 3,
      day: "30-60",
    });
    expect({ day, batches, people }).toEqual({ day: { bout_seconds: [30, 60] }, batches: 6, people: ["person-50"] });
  });

  it("in recorded order leaves out people whose recordings end before the change, and says so", async () => {
    const files = [at("long.parquet"), at("short.parquet")];
    const result = await driftBench({ ...bench, files, changeAt: 3, day: "recorded" });
    expect(result).toMatchObject({ day: "recorded", people: ["person-50"] });
    expect(result.no_drift.tidemark).toMatchObject({ streams: 1, batches: 6 });
    expect(result.warnings).toContain(
      "person-60: left out, because their recordings do not contain more than 3 batches of 15 s.",
    );
  });

  it("in recorded order asks for longer recordings if none are long enough", async () => {
    const run = driftBench({ ...bench, files: [at("short.parquet")], changeAt: 3, day: "recorded" });
    await expect(run).rejects.toMatchObject({
      name: "UserError",
      message: "the recordings: expected more than 3 batches of 15 s of one person for --day recorded, found at most 3",
      advice: "Give longer recordings, or a lower --change-at or --seconds.",
    });
  });
});
