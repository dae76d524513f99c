import type { Command } from "commander";
import { checkOptions } from "../../batch-options.ts";
import { resolveCheckConfig } from "../../config.ts";
import { verdictExitCodes } from "../../errors.ts";
import { json } from "../../shared-options.ts";
import { checkLines } from "./check-text.ts";
import { defineCommand } from "./define-command.ts";
import { print, printWarning } from "./terminal.ts";

const closing = `
Examples:
  tidemark check monday.parquet --model models/walk
  tidemark check "wrist-7/2026-05-04/*.csv" --model models/walk \\
    --stream wrist-7 --batch-id 2026-05-04

A batch is all that the named files hold. Its id is taken once in its stream:
the same data under the same id is answered as before and changes nothing.

With several --model each judges the batch, in its own memory: one answer each.

Exit codes (the highest, of several models):
  0    normal
  10   gradual_drift
  11   sudden_change
  12   rejected by the quality gate; no reference was changed
  2    wrong use
  1    a defect of tidemark`;

/** `tidemark check` */
export function checkCommand(): Command {
  return defineCommand({
    name: "check",
    summary: "compare a batch without labels with what the model learned and with the stream's own past",
    description:
      "Compares a batch of unlabelled recordings with the frozen baseline and with the last batches of its stream, and " +
      "answers normal, gradual_drift or sudden_change.",
    options: { ...checkOptions, model: { ...checkOptions.model, many: "repeated" } },
    printing: { json: json("the answer as one line of JSON (schema: check_result.schema.json)") },
    closing,
    run: async (given, { json }) => {
      const models: readonly unknown[] = Array.isArray(given.model) ? given.model : [undefined];
      const configs = models.map((model) => resolveCheckConfig({ ...given, model }));
      const { check } = await import("../../pipelines/check.ts");
      const codes: number[] = [];
      for (const config of configs) {
        const answer = await check(config, { reporter: { warn: printWarning } });
        const heading = configs.length === 1 ? [] : [...(codes.length === 0 ? [] : [""]), `under ${config.model}:`];
        if (json === true) print(JSON.stringify({ known: answer.known, ...answer.result }));
        else print(...heading, ...checkLines(answer, config.model));
        codes.push(verdictExitCodes[answer.result.verdict]);
      }
      process.exitCode = Math.max(...codes);
    },
  });
}
