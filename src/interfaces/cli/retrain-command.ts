import type { Command } from "commander";
import { exitCodes } from "../../errors.ts";
import { resolveRetrainConfig } from "../../options/resolve-config.ts";
import { retrainOptions } from "../../options/retrain-options.ts";
import { defineCommand } from "./define-command.ts";
import type { Closing } from "./help-closing.ts";
import { interruptible } from "./interrupt.ts";
import { trainRenderer } from "./train-renderer.ts";

const closing: Closing = {
  examples: [
    'tidemark retrain "june/*.parquet" --model models/walk --out models/walk-v2',
    "tidemark retrain june.parquet --model models/walk@champion \\\n    --out models/walk-v2 --labelled ward.parquet --promote",
  ],
  notes: [
    "By default, the labelled recordings are the model's training data. Some of their people form the holdout: the " +
      "gate compares both models on them, and no cycle trains on them. A candidate that fails a rule of the gate is " +
      "rejected, and its report is written to OUT.refused.",
  ],
  exitCodes: [
    [0, "the candidate was adopted, and OUT is a model; with --promote, it is the champion"],
    [20, "the candidate was not adopted; no model was changed"],
    [2, "wrong usage, or unsuitable training data"],
    [130, "stopped on request; the run can be resumed"],
    [1, "a defect in Tidemark"],
  ],
};

/** `tidemark retrain` */
export function retrainCommand(): Command {
  return defineCommand({
    name: "retrain",
    summary: "train on unlabelled recordings, and adopt the result only if it is better on the holdout",
    description:
      "Labels unlabelled recordings with the model, and trains on the windows with the most confident labels. Each " +
      "cycle uses a larger share of the windows than the one before and, by default, starts from fresh weights. Writes a " +
      "model folder if the result is better on people whom it was never trained on.",
    options: retrainOptions,
    resolve: resolveRetrainConfig,
    configFile: true,
    json: "one JSON event per line instead of text",
    closing,
    run: async (config, { terminal: { loudness }, json }) => {
      const renderer = trainRenderer({ json, loudness, output: process.stdout, errors: process.stderr });
      const { retrain } = await import("../../pipelines/retrain.ts");
      try {
        const run = (signal: AbortSignal) => retrain(config, { signal, reporter: renderer });
        const { adopted } = await interruptible(run, renderer.onStopping);
        if (!adopted) process.exitCode = exitCodes.notAdopted;
      } finally {
        renderer.close();
      }
    },
  });
}
