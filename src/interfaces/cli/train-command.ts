import { Command } from "commander";
import { readConfigFile, resolveTrainConfig } from "../../config.ts";
import { interruptible } from "./interrupt.ts";
import { formerOption, numberOption, pathColumnsOption, textOption, trackingOptions } from "./options.ts";
import { trainRenderer } from "./train-renderer.ts";

const closing = `
Examples:
  tidemark train recordings.parquet --out models/walk
  tidemark train "data/*.csv.gz" --out models/walk --network compact \\
    --group subject --channels ax,ay,az
  tidemark train s3://bucket/wrist.parquet --out models/walk --config walk.yaml

A config file holds one option a line, as "batch-size: 64"; the command line
wins over it. Ctrl-C writes a checkpoint and prints the command that resumes.
Equal data, options and seed give an equal model.

Exit codes:
  0    trained
  1    a defect of tidemark
  2    wrong use, or data that cannot be trained on
  130  stopped on request; resumable`;

/** `tidemark train` */
export function trainCommand(): Command {
  const defaults = resolveTrainConfig({ files: ["-"], out: "-" });
  const command = new Command("train")
    .summary("cross-validate a network by person, fit it on everything, write the model folder")
    .description(
      "Reads labelled recordings, cross-validates the network by person, fits the final one on everything and writes " +
        "a model folder: network, scaler, frozen baseline, figures and a report.",
    )
    .usage("<files...> --out <dir> [options]")
    .argument("[files...]", "CSV, TSV (also .gz) or Parquet: paths, globs, s3:// urls")
    .option("--out <dir>", "the model folder to write; must be new or empty (required)");
  command.optionsGroup("Columns (found by their usual names when not given):");
  textOption(command, "--label <name>", "what was done, as activity");
  textOption(command, "--group <name>", "who did it, as user; splits by person keep each one whole");
  textOption(command, "--recording <name>", "one uninterrupted recording");
  textOption(command, "--time <name>", "when the sample was taken, as timestamp_s");
  textOption(command, "--channels <names>", "sensor columns, with commas: Ax,Ay,Az,Gx,Gy,Gz");
  pathColumnsOption(command);
  command.optionsGroup("Windows:");
  numberOption(command, "--rate <hz>", "sampling rate; recordings of another rate are resampled", defaults.rate);
  numberOption(command, "--window <samples>", "length of a window, after resampling", defaults.window);
  numberOption(command, "--overlap <share>", "share that the next window repeats", defaults.overlap);
  textOption(command, "--normalize <method>", "zscore, robust or none", defaults.normalize);
  command.optionsGroup("Network and its training:");
  textOption(command, "--network <name>", "1dcnn-bilstm, or compact: smaller, twice as fast", defaults.network);
  numberOption(command, "--epochs <n>", "at most so many a fit", defaults.epochs);
  numberOption(command, "--batch-size <windows>", "windows a step", defaults.batchSize);
  numberOption(command, "--learning-rate <x>", "Adam's; halved on plateaus", defaults.learningRate);
  numberOption(command, "--patience <epochs>", "so many without improvement end a fit", defaults.patience);
  textOption(command, "--class-weights <how>", "none, or balanced for rare classes", defaults.classWeights);
  textOption(command, "--augment <how>", "none, or rotate: training windows are turned at random", defaults.augment);
  numberOption(command, "--seed <n>", "equal seeds give equal models", defaults.seed);
  command.optionsGroup("Monitoring:");
  numberOption(command, "--reference-batches <n>", "that a stream's references hold", defaults.referenceBatches);
  formerOption(command, "--window-size <n>");
  command.optionsGroup("Cross-validation:");
  textOption(command, "--split <how>", "group, leave-one-group-out, stratified (leaks) or blocks", defaults.split);
  numberOption(command, "--folds <n>", "how many; leave-one-group-out has one a person", defaults.folds);
  trackingOptions(command, { experiment: ["in which the run appears", defaults.experiment], register: "it" });
  command.optionsGroup("Running:");
  numberOption(command, "--jobs <n>", "worker threads; each trains a fold", defaults.jobs);
  return command
    .option("--resume", "go on with the interrupted run of the same --out")
    .option("--config <file>", "options from a YAML or JSON file")
    .option("--json", "print one JSON event a line instead of text")
    .addHelpText("after", closing)
    .action(async (files: string[], { config: path, json, ...options }: TrainArguments) => {
      const file = path === undefined ? undefined : await readConfigFile(path);
      const config = resolveTrainConfig({ ...options, ...(files.length > 0 && { files }) }, file);
      const renderer = trainRenderer({ json: json === true, output: process.stdout, errors: process.stderr });
      const { train } = await import("../../pipelines/train.ts");
      try {
        await interruptible((signal) => train(config, { signal, onEvent: renderer.onEvent }), renderer.onStopping);
      } finally {
        renderer.close();
      }
    });
}

interface TrainArguments extends Record<string, unknown> {
  config?: string;
  json?: boolean;
}
