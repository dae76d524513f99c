// Tests `baseline recalibrate` with different days and with a baseline that would differ. Each test rehearses days, which takes
// several seconds.
import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, expect, it } from "vitest";
import type { BaselineStats } from "../../src/monitoring/drift/baseline-stats.ts";
import { recalibrateBaseline } from "../../src/pipelines/recalibrate-baseline.ts";
import { readManifest } from "../../src/storage/manifest.ts";
import { changeJson, reseal } from "./old-model.ts";
import { resident } from "./resident.ts";
import { copySharedModel } from "./shared-model.ts";
import { fileDirectory } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (...names: string[]): string => join(directory, ...names);
const run = resident(directory);
const walk = at("walk");
const baseline = (model: string): BaselineStats => JSON.parse(readFileSync(at(model, "baseline_stats.json"), "utf8"));

beforeAll(() => copySharedModel("four people", directory, "fresh"));
beforeEach(() => {
  rmSync(walk, { recursive: true, force: true });
  cpSync(at("fresh"), walk, { recursive: true });
});

it("rehearses another day, says so, and keeps it for the next time", async () => {
  const { stdout } = await run("baseline", "recalibrate", "walk", "--day", "20-120", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ people: 4, day: { bout_seconds: [20, 120] }, changed: true });
  const { drift, content_hash: _, ...rest } = baseline("walk");
  const { drift: before, content_hash: _h, ...others } = baseline("fresh");
  expect(rest).toEqual(others);
  expect({ ...drift, calibration: null }).toEqual({ ...before, calibration: null });
  expect(drift?.calibration).not.toEqual(before?.calibration);
  expect((await readManifest(walk)).config.day).toBe("20-120");
  const again = await recalibrateBaseline({ model: walk, recordings: [at("r.parquet")] });
  expect(again).toMatchObject({ day: { bout_seconds: [20, 120] }, before: again.day, changed: false });
  expect((await run("baseline", "show", "walk")).stdout).toContain("rehearsed with bouts of 20 s to 2 min");
  await expect(recalibrateBaseline({ model: walk, day: "120-20" })).rejects.toThrow("--day: expected");
});

it("rejects a model whose recomputed baseline would differ", async () => {
  changeJson(walk, "cv_report.json", (report) => ({ ...report, temperature: 19 }));
  reseal(walk);
  const before = readFileSync(at("walk", "baseline_stats.json"));
  const running = recalibrateBaseline({ model: walk, recordings: [at("r.parquet")] });
  await expect(running).rejects.toMatchObject({
    name: "UserError",
    exitCode: 2,
    message: expect.stringMatching(/walk cannot be recalibrated: .*\(differences: signals\)/),
    advice: expect.stringContaining("still works without recalibration"),
  });
  expect(readFileSync(at("walk", "baseline_stats.json"))).toEqual(before);
});

it("accepts a baseline with signals that are no longer computed, against which batches are judged as before", async () => {
  const signal = "Gx coherence";
  changeJson<{ drift: { edges: object; by_class: (Record<string, { n: number }> | null)[] } }>(
    walk,
    "baseline_stats.json",
    ({ drift, ...rest }) => ({
      ...rest,
      drift: {
        ...drift,
        edges: { ...drift.edges, [signal]: [-0.5, 0, 0.5] },
        by_class: drift.by_class.map((summary) => {
          if (summary === null) return null;
          const [{ n }] = Object.values(summary) as [{ n: number }];
          const moments = { n, missing: 0, mean: 0.1, std: 0.4, min: -1, max: 1, excess_below: 0, excess_above: 0 };
          return { ...summary, [signal]: { ...moments, counts: [n, 0, 0, 0] } };
        }),
      },
    }),
  );
  reseal(walk);
  const first = JSON.parse((await run("check", "r.parquet", "--model", "walk", "--stream", "a", "--json")).stdout);
  const usual = JSON.parse((await run("check", "r.parquet", "--model", "fresh", "--stream", "a", "--json")).stdout);
  expect(first.comparisons).toEqual(usual.comparisons);
  expect(await recalibrateBaseline({ model: walk, recordings: [at("r.parquet")] })).toMatchObject({ changed: false });
  expect(baseline("walk").drift?.edges).toHaveProperty(signal);
  const second = await run("check", "r.parquet", "--model", "walk", "--stream", "a", "--batch-id", "again", "--json");
  expect(JSON.parse(second.stdout).verdict).toBe("normal");
});
