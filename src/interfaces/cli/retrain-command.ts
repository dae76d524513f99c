import { Command } from "commander";
import { readConfigFile, resolveRetrainConfig } from "../../config.ts";
import { exitCodes } from "../../errors.ts";
import { interruptible } from "./interrupt.ts";
import { numberOption, sensorColumnOptions, textOption, trackingOptions } from "./options.ts";
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
  const defaults = resolveRetrainConfig({ files: ["-"], model: "-", out: "-" });
  const command = new Command("retrain")
    .summary("learn from unlabelled recordings, and adopt the result only where labelled people say it is better")
    .description(
      "Labels unlabelled recordings with the model, learns from the surest windows in growing shares, each cycle from fresh " +
        "weights, and writes a model folder if people whom it never learned from say that it is better.",
    )
    .usage("<files...> --model <dir> --out <dir> [options]")
    .argument("[files...]", "unlabelled; CSV, TSV (also .gz) or Parquet: paths, globs, s3:// urls")
    .option("--model <dir>", "the model folder to do better than, or DIR/LINE@champion (required)")
    .option("--out <dir>", "the model folder to write; must be new or empty (required)")
    .option("--labelled <files...>", "labelled recordings, instead of those the model learned from");
  command.optionsGroup("Curriculum:");
  numberOption(command, "--cycles <n>", "at most so many after the one without pseudo-labels", defaults.cycles);
  numberOption(command, "--step <share>", "of the unlabelled windows, more each cycle", defaults.step);
  textOption(command, "--select <how>", "percentile-per-class, percentile-global or fixed", defaults.select);
  numberOption(command, "--threshold <confidence>", "least, for --select fixed", defaults.threshold);
  textOption(command, "--restart <how>", "scratch, pretrained (as cycle 0) or none (as the last)", defaults.restart);
  textOption(command, "--adapt <how>", "adabn: new batch-norm statistics in place of cycles");
  numberOption(command, "--epochs <n>", "of each fit (default: those of the model's final fit)");
  command.optionsGroup("Who decides:");
  numberOption(command, "--holdout <share>", "of the labelled people; never learned from", defaults.holdout);
  textOption(command, "--truth <column>", "true labels of the unlabelled recordings, for the report alone");
  command.option("--promote", "make the candidate the champion of its line, if it passes");
  command.optionsGroup("Columns of <files...> and --labelled (those of the model's training when not given):");
  textOption(command, "--label <name>", "what was done, of --labelled");
  sensorColumnOptions(command);
  trackingOptions(command, {
    experiment: ["in which the run appears", defaults.experiment],
    register: "it, if it passes,",
  });
  command.optionsGroup("Running:");
  numberOption(command, "--seed <n>", "equal seeds give equal models", defaults.seed);
  numberOption(command, "--jobs <n>", "worker threads", defaults.jobs);
  return command
    .option("--resume", "go on with the interrupted run of the same --out")
    .option("--config <file>", "options from a YAML or JSON file")
    .option("--json", "print one JSON event a line instead of text")
    .addHelpText("after", closing)
    .action(async (files: string[], { config: path, json, ...options }: RetrainArguments) => {
      const file = path === undefined ? undefined : await readConfigFile(path);
      const config = resolveRetrainConfig({ ...options, ...(files.length > 0 && { files }) }, file);
      const renderer = trainRenderer({ json: json === true, output: process.stdout, errors: process.stderr });
      const { retrain } = await import("../../pipelines/retrain.ts");
      try {
        const run = (signal: AbortSignal) => retrain(config, { signal, onEvent: renderer.onEvent });
        const { adopted } = await interruptible(run, renderer.onStopping);
        if (!adopted) process.exitCode = exitCodes.notAdopted;
      } finally {
        renderer.close();
      }
    });
}

interface RetrainArguments extends Record<string, unknown> {
  config?: string;
  json?: boolean;
}
