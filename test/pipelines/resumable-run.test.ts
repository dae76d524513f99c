// Like a model folder, an <out>.partial folder may come from an untrusted source.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { recordedConfigOfResult } from "../../src/options/recorded-options.ts";
import { resolveTrainConfig } from "../../src/options/resolve-train-config.ts";
import { enterResumableRun, resumableCheckpoints } from "../../src/pipelines/resumable-run.ts";
import { openStaging, type Staging } from "../../src/storage/staging.ts";
import { currentVersions } from "../../src/versions.ts";
import { temporaryDirectory } from "../storage/temporary-directory.ts";

it.skipIf(process.platform === "win32")(
  "reads no checkpoint that is a link out of the folder, or no file",
  async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "other"), "keys");
    const staging = await openStaging(join(directory, "walk"), { resume: false });
    const checkpoints = resumableCheckpoints(staging);
    expect(await checkpoints.read("final")).toBeNull();
    symlinkSync("../other", staging.path("final.checkpoint"));
    mkdirSync(staging.path("fold-1.checkpoint"));
    await expect(checkpoints.read("final")).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringMatching(/final\.checkpoint is a link that leads out of .*, to .*other$/),
    });
    await expect(checkpoints.read("fold-1")).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringMatching(/fold-1\.checkpoint: expected a file, found a folder$/),
    });
    await staging.release();
  },
);

describe("a training that was interrupted by commit 85d68b1", () => {
  /** The options in the run.json of the interrupted run, with camelCase names, one of which has changed since. */
  const config = {
    rate: 20,
    window: 40,
    overlap: 0.5,
    network: "compact",
    normalize: "zscore",
    split: "group",
    folds: 2,
    epochs: 3,
    batchSize: 32,
    learningRate: 0.001,
    patience: 15,
    classWeights: "balanced",
    augment: "rotate",
    seed: 42,
    windowSize: 4,
  };
  const { tidemark, onnxruntime } = currentVersions();
  const state = { config, data_fingerprint: "sha256:0", tidemark, engine: `onnxruntime ${onnxruntime}` };
  const words = { rate: 20, window: 40, network: "compact", folds: 2, epochs: 3, batchSize: 32 } as const;

  const asBefore = { units: "keep", resampling: "linear" } as const;

  async function enter(options: Record<string, unknown>, interrupted: unknown = state): Promise<void> {
    const out = join(temporaryDirectory(), "walk");
    const first = await openStaging(out, { resume: false });
    await first.saveState(interrupted);
    await first.release();
    const resolved = resolveTrainConfig({ files: ["r.csv"], out, ...words, classWeights: "balanced", ...options });
    const staging: Staging = await openStaging(out, { resume: true });
    try {
      await enterResumableRun(staging, recordedConfigOfResult(resolved), "sha256:0");
    } finally {
      await staging.release();
    }
  }

  it.each([{ referenceBatches: 4 }, { "window-size": 4 }])("continues with the same options, %j", async (options) => {
    await expect(enter({ ...options, ...asBefore })).resolves.toBeUndefined();
  });

  it("does not convert units or filter what that version neither converted nor filtered", async () => {
    await expect(enter({ referenceBatches: 4 })).rejects.toMatchObject({
      details: ['--units: was "keep", is "stated"', '--resampling: was "linear", is "low-pass"'],
    });
  });

  it("is rejected with each option that differs, under its current name", async () => {
    await expect(enter({ referenceBatches: 5, batchSize: 64, ...asBefore })).rejects.toMatchObject({
      name: "UserError",
      details: ["--batch-size: was 32, is 64", "--reference-batches: was 4, is 5"],
    });
  });

  it("is rejected if that version had an option that this one lacks, or vice versa", async () => {
    const { patience: _, ...known } = config;
    await expect(
      enter({ referenceBatches: 4, ...asBefore }, { ...state, config: { ...known, warmUp: 2 } }),
    ).rejects.toMatchObject({
      name: "UserError",
      details: ["--warm-up: was 2, is not given", "--patience: was not given, is 15"],
    });
  });
});
