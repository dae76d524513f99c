import type { Command } from "commander";
import { counted } from "../../counted.ts";
import { UserError, verdictExitCodes } from "../../errors.ts";
import { checkOptions } from "../../options/batch-options.ts";
import { resolveCheckConfig } from "../../options/resolve-config.ts";
import { checkStreamsText } from "./check-streams-text.ts";
import { checkText, decisionCheckText } from "./check-text.ts";
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
    "All named files together form one batch, or one batch per stream with --stream-from. A batch id can be used once " +
      "per stream: the same data under the same id returns the stored result and is not judged again.",
    "Instead of recordings, a file may contain a summary that a device made with tidemark/device.",
    "If --model is given several times, each model judges the batch against its own references and gives its own result.",
  ],
  exitHeading: "Exit codes (the highest of all models and streams):",
  exitCodes: [
    [0, "normal"],
    [10, "gradual_drift"],
    [11, "sudden_change"],
    [12, "rejected by the quality gate; no reference was changed"],
    [2, "wrong usage, or (with --stream-from) a stream that could not be checked"],
    [1, "a defect in Tidemark"],
  ],
};

/** `tidemark check` */
export function checkCommand(): Command {
  return defineCommand({
    name: "check",
    summary: "compare an unlabelled batch with the training data and with the stream's own history",
    description:
      "Compares a batch of unlabelled recordings with the frozen baseline and with the first and the last batches " +
      "of its stream, and gives the verdict normal, gradual_drift or sudden_change; or rejects an unusable batch.",
    options: { ...checkOptions, model: { ...checkOptions.model, many: "repeated" } },
    resolve: (given) => {
      const { model, ...others } = given as Record<string, unknown>;
      const models: readonly unknown[] = Array.isArray(model) ? model : [undefined];
      if (models.length > 1 && others.out !== undefined) {
        throw new UserError(
          `--out: expected one --model, got ${models.length}, but a page shows the result of one model`,
          {
            advice: "Give one model, or leave out --out.",
          },
        );
      }
      return models.map((one) => resolveCheckConfig({ ...others, model: one }));
    },
    json: "the result as one line of JSON (schema: check_result.schema.json, or checked_streams with --stream-from)",
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
          else terminal.print(...heading, ...checkStreamsText(answers, config.model));
          codes.push(answers.exit_code);
          continue;
        }
        const answer = await check(config, { reporter: { warn: terminal.warn } });
        terminal.detail(...decisionCheckText(answer.result));
        if (json) terminal.json({ known: answer.known, ...answer.result });
        else terminal.print(...heading, ...checkText(answer, config.model));
        if (config.out !== undefined) terminal.inform(`report: ${config.out}`);
        codes.push(verdictExitCodes[answer.result.verdict]);
      }
      process.exitCode = Math.max(...codes);
    },
  });
}
