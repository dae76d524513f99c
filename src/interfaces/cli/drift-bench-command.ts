import { Command } from "commander";
import { resolveDriftBenchConfig } from "../../config.ts";
import { counted } from "../../counted.ts";
import type { DriftBenchResult } from "../../pipelines/drift-bench.ts";
import { fixed } from "./format.ts";
import { numberOption, sensorColumnOptions, textOption } from "./options.ts";
import { tableLines } from "./table.ts";
import { print, printError } from "./terminal.ts";

const closing = `
Example:
  tidemark drift-bench others.parquet --model models/walk --seconds 300 --out bench.html

Batches are sessions drawn from each person's recordings; changes are injected
into the samples from --change-at on, and the network predicts them anew. Give
recordings of people whom the model did not learn from. Equal seeds give equal
tables.

Exit codes:
  0    done
  1    a defect of tidemark
  2    wrong use`;

/** `tidemark drift-bench` */
export function driftBenchCommand(): Command {
  const defaults = resolveDriftBenchConfig({ files: ["-"], model: "-" });
  const command = new Command("drift-bench")
    .summary("what would this monitor do on my data: false alarms, delays, names, beside the textbook's constants")
    .description(
      "Draws drift-free streams from recordings that the model was not trained on, injects changes, and measures what " +
        "check would have said, beside the textbook's constants, a KS p-value and an alarm in every hundredth batch.",
    )
    .usage("<files...> --model <dir> [options]")
    .argument("[files...]", "CSV, TSV (also .gz) or Parquet: paths, globs, s3:// urls")
    .option("--model <dir>", "the model folder (required)")
    .option("--out <file.html>", "draw the figures as a page too")
    .option("--overwrite", "replace the file if it exists");
  command.optionsGroup("Streams:");
  numberOption(command, "--seconds <s>", "length of a batch, in steps of 15", defaults.seconds);
  numberOption(command, "--batches <n>", "a stream", defaults.batches);
  numberOption(command, "--change-at <n>", "number of the first changed batch, from 0", defaults.changeAt);
  numberOption(command, "--streams <n>", "for each person and change", defaults.streams);
  numberOption(command, "--seed <n>", "equal seeds give equal tables", defaults.seed);
  command.optionsGroup("Decision:");
  numberOption(command, "--arl <batches>", "between false alarms, on average at least", defaults.arl);
  numberOption(command, "--alpha <share>", "significance of the KS p-value", defaults.alpha);
  command.optionsGroup("Columns (found by their usual names when not given; channels by the model's):");
  textOption(command, "--label <name>", "what was done; sessions are mixed by it, else by the prediction");
  sensorColumnOptions(command);
  command.optionsGroup("Running:");
  numberOption(command, "--jobs <n>", "worker threads", defaults.jobs);
  return command
    .option("--json", "print the figures as one line of JSON")
    .addHelpText("after", closing)
    .action(async (files: string[], { json, ...options }: Record<string, unknown>) => {
      const config = resolveDriftBenchConfig({ ...options, ...(files.length > 0 && { files }) });
      const { driftBench } = await import("../../pipelines/drift-bench.ts");
      const result = await driftBench(config);
      for (const warning of result.warnings) printError(`warning: ${warning}`);
      print(...(json === true ? [JSON.stringify(result)] : driftBenchLines(result)));
      if (config.out !== undefined) printError(`report: ${config.out}`);
    });
}

/** The figures as tables. */
function driftBenchLines(result: DriftBenchResult): string[] {
  const still = Object.entries(result.no_drift).map(([judge, { alarms_per_batch, run_length, batches }]) => [
    judge,
    fixed(alarms_per_batch),
    run_length === null ? `none in ${batches}` : fixed(run_length, 0),
    fixed(result.other_mix[judge as keyof DriftBenchResult["other_mix"]].alarms_per_batch),
  ]);
  const changes = result.changes.map(({ name, figures }) => {
    const { tidemark, ...others } = figures;
    return [
      name,
      fixed(tidemark.detected, 2),
      tidemark.median_delay === null ? "-" : String(tidemark.median_delay),
      fixed(tidemark.within_5, 2),
      fixed(tidemark.within_25, 2),
      fixed(tidemark.label_right, 2),
      ...Object.values(others).map(({ detected }) => fixed(detected, 2)),
    ];
  });
  const others = Object.keys(result.no_drift).filter((judge) => judge !== "tidemark");
  return [
    `${counted(result.people.length, "person", "people")}, batches of ${result.batch_seconds} s, streams of ${result.batches}`,
    "",
    "no drift",
    ...tableLines(["judge", "alarms a batch", "batches between alarms", "in half of the activities"], still),
    "",
    `changed from batch ${result.change_at} on: share detected, batches until then, share named right`,
    ...tableLines(["change", "detected", "delay", "in 5", "in 25", "named right", ...others], changes),
    "",
    "detected: an alarm began after the change; what is alarmed all the time detects nothing",
  ];
}
