import { Command } from "commander";
import { resolveCheckConfig } from "../../config.ts";
import { verdictExitCodes } from "../../errors.ts";
import { checkLines } from "./check-text.ts";
import { keepOptions, numberOption, sensorColumnOptions, textOption, trackingOptions } from "./options.ts";
import { print, printError } from "./terminal.ts";

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

interface CheckArguments extends Record<string, unknown> {
  /** One for each time the option was given. */
  model?: string[];
  json?: boolean;
}

/** `tidemark check` */
export function checkCommand(): Command {
  const defaults = resolveCheckConfig({ files: ["-"], model: "-" });
  const command = new Command("check")
    .summary("compare a batch without labels with what the model learned and with the stream's own past")
    .description(
      "Compares a batch of unlabelled recordings with the frozen baseline and with the last batches of its stream, and " +
        "answers normal, gradual_drift or sudden_change.",
    )
    .usage("<files...> --model <dir> [options]")
    .argument("[files...]", "one batch; CSV, TSV (also .gz) or Parquet: paths, globs, s3:// urls")
    .option(
      "--model <dir>",
      "the model folder, or DIR/LINE@champion (required); the stream's memory lies there too; may be given again",
      (model: string, before: string[] = []) => [...before, model],
    );
  command.optionsGroup("Batch:");
  textOption(command, "--stream <name>", "whose batch it is: a device, a person, a site", defaults.stream);
  textOption(command, "--batch-id <name>", "its name in the stream's ledger", "the file's name");
  command.option("--accept", "let it into the stream's references even where it alarms");
  command.optionsGroup("Decision:");
  textOption(
    command,
    "--thresholds <which>",
    "calibrated on left-out people, or fixed: the textbook's constants",
    defaults.thresholds,
  );
  numberOption(command, "--arl <batches>", "between false alarms, on average at least", defaults.arl);
  numberOption(command, "--alpha <share>", "of drift-free strangers that are called unfamiliar", defaults.alpha);
  command.optionsGroup("Memory:");
  keepOptions(command, defaults);
  command.optionsGroup("Columns (found by their usual names when not given; channels by the model's):");
  sensorColumnOptions(command);
  trackingOptions(command, { experiment: ["streams appear in <name>/monitoring", "the one that train named"] });
  command.optionsGroup("Running:");
  numberOption(command, "--jobs <n>", "worker threads", defaults.jobs);
  return command
    .option("--json", "print the answer as one line of JSON (schema: check_result.schema.json)")
    .addHelpText("after", closing)
    .action(async (files: string[], { json, model, ...options }: CheckArguments) => {
      const given = { ...options, ...(files.length > 0 && { files }) };
      const configs = (model ?? [undefined]).map((one) => resolveCheckConfig({ ...given, model: one }));
      const { check } = await import("../../pipelines/check.ts");
      const codes: number[] = [];
      for (const config of configs) {
        const answer = await check(config, { onInfo: printError });
        for (const warning of answer.warnings) printError(`warning: ${warning}`);
        const heading = configs.length === 1 ? [] : [...(codes.length === 0 ? [] : [""]), `under ${config.model}:`];
        if (json === true) print(JSON.stringify({ known: answer.known, ...answer.result }));
        else print(...heading, ...checkLines(answer, config.model));
        codes.push(verdictExitCodes[answer.result.verdict]);
      }
      process.exitCode = Math.max(...codes);
    });
}
