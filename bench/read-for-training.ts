// Does everything that `train` does with its recordings before the first fit, in its own process.

import { resolveTrainConfig } from "../src/config.ts";
import { prepareTraining } from "../src/pipelines/prepare-training.ts";
import { silent } from "../src/reporter.ts";

await prepareTraining(resolveTrainConfig({ files: process.argv.slice(2), out: "-" }), silent);
