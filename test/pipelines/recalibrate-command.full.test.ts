// Tests the `baseline recalibrate` command on models from earlier versions, with different days, and on models that cannot be
// recalibrated.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { UserError } from "../../src/errors.ts";
import { showBaseline } from "../../src/pipelines/baseline.ts";
import { check } from "../../src/pipelines/check.ts";
import { recalibrateBaseline } from "../../src/pipelines/recalibrate-baseline.ts";
import { simulate } from "../../src/pipelines/simulate.ts";
import { writeTable } from "../../src/signals/files/write-table.ts";
import { sha256Bytes } from "../../src/storage/hash.ts";
import { readManifest } from "../../src/storage/manifest.ts";
import { openModelFolder } from "../../src/storage/model-folder.ts";
import { changeJson, reseal, unpackOldModel } from "./old-model.ts";
import { resident } from "./resident.ts";
import { copySharedModel } from "./shared-model.ts";
import { fileDirectory } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (...names: string[]): string => join(directory, ...names);
const run = resident(directory);
const fresh = "fresh";
const walk = at("walk");
const text = (model: string, name: string): string => readFileSync(at(model, name), "utf8");

/** Checks a batch of a new person in the default stream. */
async function bring(batch: string): Promise<unknown> {
  await simulate({ out: at(batch), users: 1, minutes: 1, rate: 20, seed: 31, activities: ["walking", "jogging"] });
  return check({ files: [at(batch)], model: walk, batchId: batch, accept: true });
}

/** The hash of each file that the manifest lists. */
async function contents(model: string): Promise<Record<string, string>> {
  const { files } = await readManifest(at(model));
  return Object.fromEntries(Object.keys(files).map((name) => [name, sha256Bytes(readFileSync(at(model, name)))]));
}

/** Turns the calibration into one from a version that did not rehearse days, with different figures. */
function makeOld(model: string): void {
  changeJson<{ drift: { calibration: { kinds: Record<string, Record<string, unknown>>; day?: unknown } } }>(
    model,
    "baseline_stats.json",
    ({ drift }) => {
      delete drift.calibration.day;
      for (const kind of Object.values(drift.calibration.kinds)) {
        for (const key of ["classes", "mixes", "streams"]) delete kind[key];
        const { rungs } = kind as { rungs: { reach: number; standard: Record<string, Record<string, unknown>> }[] };
        for (const rung of rungs) {
          rung.reach += 1;
          for (const own of Object.values(rung.standard)) {
            own.ks_within_classes = [0.1, 0.05];
            delete own.ks_by_class;
          }
        }
        kind.statistic = "ks_within_classes";
      }
    },
  );
  reseal(model);
}

beforeAll(() => copySharedModel("four people", directory, fresh));
beforeEach(() => {
  rmSync(walk, { recursive: true, force: true });
  cpSync(at(fresh), walk, { recursive: true });
});

describe("a model from before calibration", () => {
  it("gets the calibration that training would compute now, and nothing else changes", async () => {
    makeOld(walk);
    for (const batch of ["b0.csv", "b1.csv"]) await bring(batch);
    const rolling = text("walk", "rolling_reference.json");
    const before = await contents("walk");
    expect(text("walk", "baseline_stats.json")).not.toBe(text(fresh, "baseline_stats.json"));
    const { exitCode, stdout, stderr } = await run("baseline", "recalibrate", "walk");
    expect(stderr).toMatch(/^calibrating {2}0 %\n(calibrating {2}\d+ % {2}[\w. ]+ left\n)+calibrating {2}100 %\n$/);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^recalibrated fresh|^recalibrated model-/);
    expect(stdout).toMatch(/^rehearsed +4 people: days (in recorded order|with bouts of)/m);
    expect(stdout).toMatch(/^before +unknown days \(calibrated by an earlier/m);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("registered with MLflow, keep the previous calibration");
    expect(text("walk", "baseline_stats.json")).toBe(text(fresh, "baseline_stats.json"));
    expect({ ...(await contents("walk")), "baseline_stats.json": "" }).toEqual({
      ...before,
      "baseline_stats.json": "",
    });
    const { recalibrated, manifest_hash: _, ...manifest } = await readManifest(walk);
    const { manifest_hash: _h, ...original } = await readManifest(at(fresh));
    expect(manifest).toEqual(original);
    expect(recalibrated).toMatchObject({ tidemark_version: original.tidemark_version });
    expect(readdirSync(walk).filter((name) => /lock|tmp/.test(name))).toEqual([]);
    expect((await run("baseline", "validate", "walk")).stdout).toBe("valid\n");
    expect(text("walk", "rolling_reference.json")).toBe(rolling);
    expect(await bring("b2.csv")).toMatchObject({ known: false });
    expect(JSON.parse(text("walk", "rolling_reference.json")).batches).toHaveLength(3);
  });
});

it("a model from an earlier version is recalibrated, and everything else in it stays the same", async () => {
  mkdirSync(at("earlier"));
  unpackOldModel(at("earlier"));
  const model = at("earlier", "walk");
  const before = await showBaseline(model);
  const done = await recalibrateBaseline({ model, recordings: [at("earlier", "recordings.csv.gz")] });
  expect(done).toMatchObject({ people: 4, before: null, changed: true });
  const after = await showBaseline(model);
  const { calibration, accuracy } = after.drift;
  expect(calibration.day).toEqual(done.day);
  const { content_hash } = after.baseline;
  expect(after.baseline).toEqual({
    ...before.baseline,
    drift: { ...before.drift, calibration, accuracy },
    content_hash,
  });
  const batch = { files: [at("earlier", "batch.csv.gz")], model };
  const { result } = await check({ ...batch, batchId: "anew", stream: "other" });
  expect(JSON.stringify(result)).not.toContain("recalibrate");
  expect(await check({ ...batch, batchId: "batch.csv.gz" })).toMatchObject({ known: true });
  expect(await check({ ...batch, batchId: "again" })).toMatchObject({ known: false });
});

describe("a model that cannot be recalibrated stays as it is", () => {
  /** Changes a JSON file of the model and corrects the hashes. */
  const change = (name: string, own: (value: never) => unknown): void => {
    changeJson(walk, name, own as (value: Record<string, unknown>) => unknown);
    reseal(walk);
  };
  const cases: Record<string, [damage: () => void | Promise<void>, recordings: string | null, says: RegExp[]]> = {
    "recordings that are gone": [() => {}, null, [/there is no such file/, /--recordings/]],
    "other recordings": [
      () => simulate({ out: at("other.csv"), users: 3, minutes: 1, rate: 20, seed: 9 }).then(() => {}),
      "other.csv",
      [
        /other\.csv: the content differs/,
        /expected sha256:\w+\nfound {4}sha256/,
        /expected [\d,]+ rows, found [\d,]+ rows\nmissing people: \S+$/m,
        /--recordings/,
      ],
    ],
    "pseudo-labelled windows": [
      () =>
        change("manifest.json", (manifest: Record<string, unknown> & { data: { fingerprint: string } }) => ({
          ...manifest,
          retrained_from: {
            model_version: "a",
            model: "a",
            line: "a",
            files: [],
            fingerprint: manifest.data.fingerprint,
            pseudo_labelled: 7,
            holdout: [],
          },
        })),
      "r.parquet",
      [/pseudo-labelled windows/, /retrain/],
    ],
    "predictions of other windows": [
      async () => {
        const column = (name: string, type: "string" | "double", value: string | number) =>
          ({ name, type, values: [value] }) as Parameters<typeof writeTable>[1][number];
        await writeTable(join(walk, "out_of_fold.parquet"), [
          ...[column("user", "string", "a"), column("recording", "string", "a"), column("start_s", "double", 0)],
          column("label", "string", "walking"),
          ...["jogging", "sitting", "walking"].map((name) => column(`p_${name}`, "double", 0.3)),
        ]);
        reseal(walk);
      },
      "r.parquet",
      [/out_of_fold\.parquet: expected \d+ windows, as cut from the recordings, found 1/],
    ],
    "predictions that are no table": [
      () => {
        writeFileSync(join(walk, "out_of_fold.parquet"), "none");
        reseal(walk);
      },
      "r.parquet",
      [/out_of_fold\.parquet: expected out-of-fold predictions of jogging/],
    ],
    "another cut of windows": [
      () =>
        change("manifest.json", (manifest: { config: object }) => ({
          ...manifest,
          config: { ...manifest.config, overlap: 0 },
        })),
      "r.parquet",
      [/out_of_fold\.parquet: expected \d+ windows/],
    ],
    "an option of another version": [
      () =>
        change("manifest.json", (manifest: { config: object }) => ({
          ...manifest,
          config: { ...manifest.config, day: "sideways" },
        })),
      "r.parquet",
      [/cannot be recalibrated: it was trained with day "sideways"/],
    ],
  };

  it.each(Object.entries(cases))("%s", async (_, [damage, recordings, says]) => {
    await damage();
    const before = await contents("walk");
    const manifest = text("walk", "manifest.json");
    const error: unknown = await recalibrateBaseline({
      model: walk,
      ...(recordings !== null && { recordings: [at(recordings)] }),
    }).catch((own: unknown) => own);
    expect(error).toMatchObject({ name: "UserError", exitCode: 2 });
    const { message, advice, details = [] } = error as UserError;
    for (const own of says) expect([message, ...details, advice].join("\n")).toMatch(own);
    expect(await contents("walk")).toEqual(before);
    expect(text("walk", "manifest.json")).toBe(manifest);
    await openModelFolder(walk);
  });
});
