import type { Command } from "commander";
import { counted } from "../../counted.ts";
import { type SnakeKeys, snakeKeys } from "../../letter-case.ts";
import { evaluateOptions } from "../../options/batch-options.ts";
import { resolveEvaluateConfig } from "../../options/resolve-config.ts";
import type { EvaluateResult } from "../../pipelines/evaluate.ts";
import { defineCommand } from "./define-command.ts";
import { evaluateText } from "./evaluate-text.ts";
import type { Closing } from "./help-closing.ts";

const closing: Closing = {
  examples: ["tidemark evaluate labelled.parquet --model models/walk --out evaluation.html"],
  notes: [
    "Windows are cut as in training. Intervals cover 90 % and come from a bootstrap over people. A person is " +
      "outside the cross-validated spread if at most 5 % of people score as low, counting the cross-validated people " +
      "and that person. With fewer than 19 cross-validated people, a person is outside the spread if none of those " +
      "people scores as low.",
  ],
  exitCodes: [
    [0, "done, whatever the figures"],
    [1, "a defect in Tidemark"],
    [2, "wrong usage, unsuitable data, or a model with modified files"],
  ],
};

/** `tidemark evaluate` */
export function evaluateCommand(): Command {
  return defineCommand({
    name: "evaluate",
    summary: "measure a model on labelled recordings, and compare the result with its cross-validation",
    description:
      "Runs a trained model on labelled recordings, computes every metric of the training report per person and per " +
      "class, and compares the metrics with the results of the model's cross-validation.",
    options: evaluateOptions,
    resolve: resolveEvaluateConfig,
    json: "the metrics as one line of JSON (schema: evaluate_result.schema.json)",
    closing,
    run: async (config, { terminal, json }) => {
      const { evaluate } = await import("../../pipelines/evaluate.ts");
      const result = await evaluate(config, { reporter: { warn: terminal.warn } });
      terminal.detail(
        `read       ${counted(result.windows, "window")} of ${config.files.join(", ")}; model ${config.model}`,
      );
      if (json) terminal.json(snakeKeys(result) satisfies PrintedEvaluation);
      else terminal.print(...evaluateText(result));
      if (result.out !== null) terminal.inform(`report: ${result.out}`);
    },
  });
}

/** What --json prints. */
export type PrintedEvaluation = SnakeKeys<EvaluateResult>;
