import type { Command } from "commander";
import { checkOptions } from "../../batch-options.ts";
import { counted } from "../../counted.ts";
import { UserError, verdictExitCodes } from "../../errors.ts";
import { resolveCheckConfig } from "../../resolve-config.ts";
import { checkStreamsLines } from "./check-streams-text.ts";
import { checkDecisionBlocks, checkLines } from "./check-text.ts";
import { defineCommand } from "./define-command.ts";
import type { Closing } from "./help-closing.ts";

const closing: Closing = {
  examples: [
    "tidemark check monday.parquet --model models/walk --out monday.html",
    'tidemark check "wrist-7/2026-05-04/*.csv" --model models/walk \\\n    --stream wrist-7 --batch-id 2026-05-04',
    "tidemark check monday.csv --model models/walk --stream-from device",
    'tidemark check "monday/*.csv" --model models/walk \\\n    --stream-from "device_{stream}.csv" --batch-id monday',
  ],
  notes: [
    "A batch is everything in the named files. A batch id can be used once per stream: the same data under the same id returns the earlier answer and changes nothing.",
    "In place of recordings, the file may be a summary that a device made with tidemark/device.",
    "If --model is given several times, each model judges the batch with its own memory and gives its own answer.",
  ],
  exitHeading: "Exit codes (with several models or streams, the highest):",
  exitCodes: [
    [0, "normal"],
    [10, "gradual_drift"],
    [11, "sudden_change"],
    [12, "rejected by the quality gate; no reference was changed"],
    [2, "wrong usage, or with --stream-from, a stream that could not be checked"],
    [1, "a defect in Tidemark"],
  ],
};

/** `tidemark check` */
export function checkCommand(): Command {
  return defineCommand({
    name: "check",
    summary: "compare an unlabelled batch with the training data and with the stream's own past",
    description:
      "Compares a batch of unlabelled recordings with the frozen baseline and with its stream's first and last batches, and " +
      "answers normal, gradual_drift or sudden_change.",
    options: { ...checkOptions, model: { ...checkOptions.model, many: "repeated" } },
    resolve: (given) => {
      const { model, ...others } = given as Record<string, unknown>;
      const models: readonly unknown[] = Array.isArray(model) ? model : [undefined];
      if (models.length > 1 && others.out !== undefined) {
        throw new UserError(`--out: expected one --model, got ${models.length}, and a page shows one answer`, {
          advice: "Give one model, or leave out --out.",
        });
      }
      return models.map((one) => resolveCheckConfig({ ...others, model: one }));
    },
    json: "the answer as one line of JSON (schema: check_result.schema.json, or with --stream-from checked_streams)",
    closing,
    run: async (configs, { terminal, json }) => {
      const { check } = await import("../../pipelines/check.ts");
      const codes: number[] = [];
      for (const config of configs) {
        const heading = configs.length === 1 ? [] : [...(codes.length === 0 ? [] : [""]), `under ${config.model}:`];
        if (config.streamFrom !== undefined) {
          const { checkStreams } = await import("../../pipelines/check-streams.ts");
          const answers = await checkStreams(config, { reporter: { warn: terminal.warn } });
          terminal.detail(`read       ${counted(answers.streams.length, "stream")} in ${config.files.join(", ")}`);
          if (json) terminal.json({ model: config.model, ...answers });
          else terminal.print(...heading, ...checkStreamsLines(answers, config.model));
          codes.push(answers.exit_code);
          continue;
        }
        const answer = await check(config, { reporter: { warn: terminal.warn } });
        terminal.detail(...checkDecisionBlocks(answer.result));
        if (json) terminal.json({ known: answer.known, ...answer.result });
        else terminal.print(...heading, ...checkLines(answer, config.model));
        if (config.out !== undefined) terminal.inform(`report: ${config.out}`);
        codes.push(verdictExitCodes[answer.result.verdict]);
      }
      process.exitCode = Math.max(...codes);
    },
  });
}
