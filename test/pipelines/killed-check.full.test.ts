// Kills `check` before each change that it makes to files.
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { checkResultSchema } from "../../src/monitoring/streams/check-result-schema.ts";
import { simulate } from "../../src/pipelines/simulate.ts";
import { copySharedModel } from "./shared-model.ts";
import { endedBeforeChange, fileDirectory, start } from "./tiny-run.ts";

const directory = fileDirectory();

beforeAll(() => copySharedModel("eight people", directory, "model"));

it("a check that is killed leaves nothing half done, and the batch can be brought again", async () => {
  const activities = ["walking", "jogging", "sitting"];
  await simulate({ out: join(directory, "b.csv"), users: 1, minutes: 2, rate: 20, seed: 11, activities });
  let killed = 0;
  let nth = 1;
  for (; ; nth++) {
    const words = ["check", "b.csv", "--model", "model", "--stream", "killed", "--batch-id", `${nth}`];
    const first = await endedBeforeChange(nth, words, directory);
    if (first.signal !== null) killed++;
    const { exitCode, stdout, stderr } = await start([...words, "--json"], directory).ended;
    expect({ exitCode, stderr }).toEqual({ exitCode: expect.any(Number), stderr: "" });
    const { known: _, ...result } = JSON.parse(stdout);
    expect(checkResultSchema.parse(result)).toMatchObject({ batch_id: `${nth}`, stream: "killed" });
    if (first.signal === null) break;
  }
  expect(killed).toBeGreaterThan(3);
  const shown = await start(["baseline", "validate", "model"], directory).ended;
  expect(shown).toMatchObject({ exitCode: 0, stdout: "valid\n" });
});
