// Tests a run that is stopped during the calibration: it stops at once, and a resumed run continues after the last fit.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Interrupted } from "../../src/errors.ts";
import { train } from "../../src/pipelines/train.ts";
import type { TrainEvent } from "../../src/pipelines/train-events.ts";
import { fileDirectory, simulateTiny, tinyOptions } from "./tiny-run.ts";

const directory = fileDirectory();

it("is resumed after its last fit, and then calibrates as if it had not been stopped", async () => {
  const files = [join(directory, "recordings.parquet")];
  await simulateTiny(files[0]!);
  const out = join(directory, "stopped");
  const controller = new AbortController();
  const stopped: TrainEvent[] = [];
  const event = (one: TrainEvent): void => {
    stopped.push(one);
    if (one.type === "calibration") controller.abort();
  };
  const run = train({ ...tinyOptions, files, out }, { signal: controller.signal, reporter: { event } });
  const error = await run.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Interrupted);
  expect((error as Interrupted).advice).toMatch(/^Continue with: tidemark train .*--resume/);
  expect(stopped.filter(({ type }) => type === "calibration")).toHaveLength(1);
  expect(existsSync(out)).toBe(false);
  expect(readdirSync(directory).sort()).toEqual(["recordings.parquet", "stopped.partial"]);

  const resumed: TrainEvent[] = [];
  await train({ ...tinyOptions, files, out, resume: true }, { reporter: { event: (one) => resumed.push(one) } });
  expect(resumed.some(({ type }) => type === "epoch")).toBe(false);
  expect(readdirSync(directory).sort()).toEqual(["recordings.parquet", "stopped"]);
});
