import type { Command } from "commander";
import { resolveRetrainConfig } from "../../config.ts";
import { exitCodes } from "../../errors.ts";
import { retrainOptions } from "../../retrain-options.ts";
import type { Closing } from "./closing.ts";
import { defineCommand } from "./define-command.ts";
import { interruptible } from "./interrupt.ts";
import { trainRenderer } from "./train-renderer.ts";

const closing: Closing = {
  examples: [
    'tidemark retrain "june/*.parquet" --model models/walk --out models/walk-v2',
    "tidemark retrain june.parquet --model models/walk@champion \\\n    --out models/walk-v2 --labelled ward.parquet --promote",
  ],
  notes: [
    "The labelled recordings are those that the model learned from, unless others are given. Some of their people decide, and are never learned from. A candidate that is not better than the model is refused; its report then lies in OUT.refused.",
  ],
  exitCodes: [
    [0, "the candidate passed, and OUT is a model; with --promote the champion"],
    [20, "not adopted: nothing was changed"],
    [2, "wrong use, or data that cannot be learned from"],
    [130, "stopped on request; resumable"],
    [1, "a defect of tidemark"],
  ],
};

/** `tidemark retrain` */
export function retrainCommand(): Command {
  return defineCommand({
    name: "retrain",
    summary: "learn from unlabelled recordings, and adopt the result only if labelled people say it is better",
    description:
      "Labels unlabelled recordings with the model, learns from the surest windows in growing shares, each cycle from fresh " +
      "weights, and writes a model folder if people whom it never learned from say that it is better.",
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
