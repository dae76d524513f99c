import type { Command } from "commander";
import { readConfigFile, resolveTrainConfig } from "../../config.ts";
import { configFile, json } from "../../shared-options.ts";
import { trainOptions } from "../../train-options.ts";
import { defineCommand } from "./define-command.ts";
import { interruptible } from "./interrupt.ts";
import { trainRenderer } from "./train-renderer.ts";

const closing = `
Examples:
  tidemark train recordings.parquet --out models/walk
  tidemark train "data/*.csv.gz" --out models/walk --network compact \\
    --group subject --channels ax,ay,az
  tidemark train s3://bucket/wrist.parquet --out models/walk --config walk.yaml

A config file holds one option a line, as "batch-size: 64"; the command line
wins over it. Ctrl-C writes a checkpoint and prints the command that resumes.
Equal data, options and seed give an equal model.

Exit codes:
  0    trained
  1    a defect of tidemark
  2    wrong use, or data that cannot be trained on
  130  stopped on request; resumable`;

/** `tidemark train` */
export function trainCommand(): Command {
  return defineCommand({
    name: "train",
    summary: "cross-validate a network by person, fit it on everything, write the model folder",
    description:
      "Reads labelled recordings, cross-validates the network by person, fits the final one on everything and writes " +
      "a model folder: network, scaler, frozen baseline, figures and a report.",
    options: trainOptions,
    printing: { config: configFile, json: json("one JSON event per line instead of text") },
    closing,
    run: async (given, { config: path, json }) => {
      const file = path === undefined ? undefined : await readConfigFile(String(path));
      const config = resolveTrainConfig(given, file);
      const renderer = trainRenderer({ json: json === true, output: process.stdout, errors: process.stderr });
      const { train } = await import("../../pipelines/train.ts");
      try {
        await interruptible((signal) => train(config, { signal, reporter: renderer }), renderer.onStopping);
      } finally {
        renderer.close();
      }
    },
  });
}
