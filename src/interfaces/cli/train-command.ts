import type { Command } from "commander";
import { resolveTrainConfig } from "../../options/resolve-train-config.ts";
import { trainOptions } from "../../options/train-options.ts";
import { defineCommand } from "./define-command.ts";
import type { Closing } from "./help-closing.ts";
import { interruptible } from "./interrupt.ts";
import { trainRenderer } from "./train-renderer.ts";

const closing: Closing = {
  examples: [
    "tidemark train recordings.parquet --out models/walk",
    'tidemark train "data/*.csv.gz" --out models/walk --network compact \\\n    --group subject --channels ax,ay,az',
    "tidemark train s3://bucket/wrist.parquet --out models/walk --config walk.yaml",
  ],
  notes: [
    'A config file has one option per line, for example "batch-size: 64"; the command line takes precedence. Ctrl-C writes a checkpoint and prints the command that resumes the run. The same data, options and seed produce the same model.',
  ],
  exitCodes: [
    [0, "trained"],
    [1, "a defect in Tidemark"],
    [2, "wrong usage, or unsuitable training data"],
    [130, "stopped on request; the run can be resumed"],
  ],
};

/** `tidemark train` */
export function trainCommand(): Command {
  return defineCommand({
    name: "train",
    summary: "cross-validate a network by person, fit it on all data, and write the model folder",
    description:
      "Reads labelled recordings, cross-validates the network by person, fits it on all data, and writes " +
      "a model folder: network, scaler, frozen baseline, metrics and a report.",
    options: trainOptions,
    resolve: resolveTrainConfig,
    configFile: true,
    json: "one JSON event per line instead of text",
    closing,
    run: async (config, { terminal: { loudness }, json }) => {
      const renderer = trainRenderer({ json, loudness, output: process.stdout, errors: process.stderr });
      const { train } = await import("../../pipelines/train.ts");
      try {
        await interruptible((signal) => train(config, { signal, reporter: renderer }), renderer.onStopping);
      } finally {
        renderer.close();
      }
    },
  });
}
