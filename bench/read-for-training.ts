// Runs all steps of `train` before the first fit, in its own process.

import { prepareTraining } from "../src/pipelines/prepare-training.ts";
import { silent } from "../src/reporter.ts";
import { resolveTrainConfig } from "../src/resolve-train-config.ts";

await prepareTraining(resolveTrainConfig({ files: process.argv.slice(2), out: "-" }), silent);
