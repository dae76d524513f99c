// Runs all steps of `train` that precede the first fit, in its own process.

import { resolveTrainConfig } from "../src/options/resolve-train-config.ts";
import { prepareTraining } from "../src/pipelines/prepare-training.ts";
import { silent } from "../src/reporter.ts";

await prepareTraining(resolveTrainConfig({ files: process.argv.slice(2), out: "-" }), silent);
