// npx node bench/drift-refreeze.ts MODEL RECORDINGS: refreezes the drift baseline of MODEL, which should be a copy of a model,
// so that signals can be compared without training. The script uses the signals that training currently computes, the
// recordings on which the model was trained, and the predictions in the model's folder. Unlike `tidemark baseline recalibrate`,
// the script invalidates references, device.json and summaries, so never run it on a model in use.

import { storedBaselineStats } from "../src/monitoring/drift/baseline-stats.ts";
import { expectedBaseline } from "../src/monitoring/streams/baseline-faults.ts";
import { sealBaseline } from "../src/monitoring/streams/seal-baseline.ts";
import { openWatchedModel } from "../src/monitoring/streams/watched-model.ts";
import { resolveRecalibrateConfig } from "../src/options/resolve-config.ts";
import { freezeToRecalibrate } from "../src/pipelines/recalibrate-baseline.ts";
import { reporterOf } from "../src/reporter.ts";
import { jsonFileText } from "../src/storage/json-file.ts";
import { modelFiles } from "../src/storage/model-folder.ts";
import { replaceModelFile } from "../src/storage/replace-model-file.ts";

const [model, recordings] = process.argv.slice(2);
if (model === undefined || recordings === undefined) throw new Error("expected a model folder and its recordings");
const config = resolveRecalibrateConfig({ model, recordings: [recordings] });
const watched = await openWatchedModel(config.model);
const { fresh } = await freezeToRecalibrate(config, watched, undefined, reporterOf({}));
const { folder, baseline } = watched;
const sealed = sealBaseline(
  { ...baseline, drift: fresh },
  { ...expectedBaseline(folder.manifest), scalerHash: baseline.scaler_hash },
);
await replaceModelFile(folder.directory, modelFiles.baseline, jsonFileText(storedBaselineStats(sealed)), () => ({}));
console.log(`${model}: ${Object.keys(fresh.edges).join(", ")}`);
