import type { Command } from "commander";
import { readConfigFile, resolveRetrainConfig } from "../../config.ts";
import { exitCodes } from "../../errors.ts";
import { retrainOptions } from "../../retrain-options.ts";
import { configFile, json } from "../../shared-options.ts";
import { defineCommand } from "./define-command.ts";
import { interruptible } from "./interrupt.ts";
import { trainRenderer } from "./train-renderer.ts";

const closing = `
Examples:
  tidemark retrain "june/*.parquet" --model models/walk --out models/walk-v2
  tidemark retrain june.parquet --model models/walk@champion \\
    --out models/walk-v2 --labelled ward.parquet --promote

The labelled recordings are those that the model learned from, unless others are
given. Some of their people decide, and are never learned from. A candidate that
is not better than the model is refused; its report then lies in OUT.refused.

Exit codes:
  0    the candidate passed, and OUT is a model; with --promote the champion
  20   not adopted: nothing was changed
  2    wrong use, or data that cannot be learned from
  130  stopped on request; resumable
  1    a defect of tidemark`;

/** `tidemark retrain` */
export function retrainCommand(): Command {
  return defineCommand({
    name: "retrain",
    summary: "learn from unlabelled recordings, and adopt the result only if labelled people say it is better",
    description:
      "Labels unlabelled recordings with the model, learns from the surest windows in growing shares, each cycle from fresh " +
      "weights, and writes a model folder if people whom it never learned from say that it is better.",
    options: retrainOptions,
    printing: { config: configFile, json: json("one JSON event per line instead of text") },
    closing,
    run: async (given, { config: path, json }) => {
      const file = path === undefined ? undefined : await readConfigFile(String(path));
      const config = resolveRetrainConfig(given, file);
      const renderer = trainRenderer({ json: json === true, output: process.stdout, errors: process.stderr });
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
