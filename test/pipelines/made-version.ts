// Creates a retrained model without retraining, which would take several seconds.
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RetrainReport } from "../../src/learning/training/retrain-report.ts";
import { jsonFileText } from "../../src/storage/json-file.ts";
import { readManifest, sealManifest } from "../../src/storage/manifest.ts";
import { modelFiles, retrainReportFile } from "../../src/storage/model-folder.ts";

/** Makes another version of the model "walk" next to it, with the same network and the files that retraining writes. */
export async function makeVersion(models: string, name: string, createdAt: string): Promise<void> {
  cpSync(join(models, "walk"), join(models, name), { recursive: true });
  const { manifest_hash: _, ...manifest } = await readManifest(join(models, name));
  const score = { n: 10, accuracy: 0.9, macro_f1: 0.9, expected_calibration_error: 0.1, log_loss: 0.4 };
  const report: RetrainReport = {
    schema_version: 1,
    created_at: createdAt,
    champion: manifest.model_version,
    candidate: name,
    config: {},
    classes: manifest.data.classes,
    seconds: 1,
    warnings: [],
    winner: 1,
    stopped: "cycles",
    proxies: null,
    labelled: { people: ["person-01"], windows: 10 },
    holdout: { people: ["person-02"], windows: 10 },
    unlabelled: { files: ["u.parquet"], fingerprint: manifest.data.fingerprint, windows: 10 },
    cycles: [
      {
        cycle: 0,
        share: 0,
        selection: null,
        holdout: score,
        unlabelled: {
          mean_confidence: 1,
          mean_entropy: 0,
          predicted: {},
          flipped: null,
          macro_f1: null,
          accuracy: null,
        },
      },
    ],
    comparison: {
      people: [],
      champion_macro_f1: 0.8,
      candidate_macro_f1: 0.9,
      mean_difference: 0.1,
      interval: [0.01, 0.19],
      cycles: 2,
      chance: 0.02,
    },
    gate: { passed: true, rules: [] },
  };
  writeFileSync(join(models, name, retrainReportFile), jsonFileText(report));
  const { model_version } = manifest;
  const retrained_from = {
    model_version,
    model: "models/walk",
    line: "walk",
    files: ["u.parquet"],
    pseudo_labelled: 7,
    fingerprint: manifest.data.fingerprint,
    holdout: ["person-02"],
  };
  const sealed = sealManifest({ ...manifest, created_at: createdAt, retrained_from });
  writeFileSync(join(models, name, modelFiles.manifest), jsonFileText(sealed));
}
