// The schema of the output of `tune --json`.
import { z } from "zod";
import type { PrintedTuning } from "../src/interfaces/cli/tune-command.ts";
import { trainOptions } from "../src/options/train-options.ts";

const share = z.number().min(0).max(1);
const { window, overlap, network, normalize, epochs } = trainOptions;
const { batchSize, learningRate, patience, classWeights, augment } = trainOptions;
const options = z
  .object({
    window: window.check.exactOptional(),
    overlap: overlap.check.exactOptional(),
    network: network.check.exactOptional(),
    normalize: normalize.check.exactOptional(),
    epochs: epochs.check.exactOptional(),
    batch_size: batchSize.check.exactOptional(),
    learning_rate: learningRate.check.exactOptional(),
    patience: patience.check.exactOptional(),
    class_weights: classWeights.check.exactOptional(),
    augment: augment.check.exactOptional(),
  })
  .describe("values of the searched options");

export const tuningSchema: z.ZodType<PrintedTuning> = z.object({
  out: z.string().describe("path of the config file with the selected options"),
  trials: z.string().describe("path of the file with every trial"),
  candidates: z.int().min(2),
  searches: z
    .array(
      z.object({
        fold: z
          .int()
          .min(1)
          .nullable()
          .describe("number of the fold, counting from 1; null for the last search, which uses all people"),
        trials: z.array(
          z.object({
            options,
            epochs: z.int().min(1),
            macro_f1: share.describe("mean macro-F1 over the held-out people"),
          }),
        ),
        chosen: options,
      }),
    )
    .min(2),
  chosen: options,
  judged: z
    .object({
      people: z.array(z.object({ person: z.string(), first: share, second: share })),
      first: share,
      second: share,
      difference: z.number(),
      interval: z
        .object({ low: z.number(), high: z.number() })
        .nullable()
        .describe("90 % interval; null for a single person"),
      verdict: z.enum(["better", "worse", "open"]).nullable(),
    })
    .describe(
      "macro-F1 of people who were not used to select the options: with the given options (first) and with the " +
        "selected ones (second)",
    ),
  seconds: z.number().min(0),
});
