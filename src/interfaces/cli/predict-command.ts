import type { Command } from "commander";
import { predictOptions } from "../../batch-options.ts";
import { resolvePredictConfig } from "../../config.ts";
import { counted } from "../../counted.ts";
import { snakeKeys } from "../../letter-case.ts";
import type { Closing } from "./closing.ts";
import { defineCommand } from "./define-command.ts";
import { countText, durationText, fixedText } from "./number-text.ts";

const closing: Closing = {
  examples: ['tidemark predict "batch/*.parquet" --model models/walk --out predictions.csv'],
  notes: [
    "The table has one row per window: user, recording, start_s, end_s, label, confidence (the label's probability), entropy (nats), margin (over the second most probable label) and p_<class>, the probability of each class. Labels in the files are not read.",
  ],
  exitCodes: [
    [0, "done"],
    [1, "a defect in Tidemark"],
    [2, "wrong usage, data that does not fit, or a model whose files have changed"],
  ],
};

/** `tidemark predict` */
export function predictCommand(): Command {
  return defineCommand({
    name: "predict",
    summary: "label every window of recordings with a trained model",
    description: "Labels every window of recordings with a trained model.",
    options: predictOptions,
    resolve: resolvePredictConfig,
    json: "the summary as one line of JSON",
    closing,
    run: async (config, { terminal, json }) => {
      const { predict } = await import("../../pipelines/predict.ts");
      const result = await predict(config, { reporter: { warn: terminal.warn } });
      terminal.detail(
        `read       ${counted(result.windows, "window")} of ${config.files.join(", ")}; model ${config.model}`,
      );
      if (json) return terminal.json(snakeKeys(result));
      const rows = Object.entries(result.classes).map(([name, n]) => [
        name,
        countText(n),
        fixedText(n / result.windows),
      ]);
      terminal.print(
        { headers: ["label", "windows", "share"], rows },
        "",
        `${counted(result.windows, "window")} labelled in ${durationText(result.seconds)}, mean confidence ` +
          fixedText(result.meanConfidence),
        result.out,
      );
    },
  });
}
