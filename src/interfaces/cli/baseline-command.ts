import { Command } from "commander";
import { exitCodes } from "../../errors.ts";
import { count, fixed } from "./format.ts";
import { tableLines } from "./table.ts";
import { print } from "./terminal.ts";

const closing = `
Examples:
  tidemark baseline show models/walk
  tidemark baseline validate models/walk

The baseline is frozen: it is made once, by train, and by nothing else.

Exit codes:
  0    shown; or valid
  1    a defect of tidemark
  2    wrong use; or faults were found, one a line`;

/** `tidemark baseline` */
export function baselineCommand(): Command {
  const command = new Command("baseline")
    .summary("show or validate the frozen baseline of a model")
    .description("Shows what the model's training data looked like, or checks that the file is still valid.")
    .usage("show|validate <dir>")
    .addHelpText("after", closing);
  command
    .command("show")
    .summary("statistics by channel, and how far the calibration can be trusted")
    .argument("<dir>", "the model folder")
    .option("--json", "print baseline_stats.json as one line")
    .action(async (directory: string, { json }: { json?: boolean }) => {
      const { showBaseline } = await import("../../pipelines/baseline.ts");
      const { baseline, drift } = await showBaseline(directory);
      if (json === true) return print(JSON.stringify(baseline));
      const channels = Object.entries(baseline.per_channel).map(([name, own]) => [
        name,
        ...[own.mean, own.std, own.min, own.percentile_5, own.percentile_50, own.percentile_95, own.max].map((value) =>
          fixed(value),
        ),
      ]);
      const rungs = Object.entries(drift.calibration.kinds).flatMap(([kind, own]) =>
        own.rungs.map(({ seconds, scores, false_alarms }) => [
          kind.replace("_", " "),
          own.apart,
          own.statistic === "ks" ? "whole" : "within classes",
          fixed(seconds, 0),
          count(scores.flat().length),
          false_alarms === null ? "-" : fixed(false_alarms.p_at_most_5_percent),
        ]),
      );
      print(
        `baseline   ${baseline.model_version}, frozen ${baseline.created_at}`,
        `           ${count(baseline.n_samples)} rows of ${baseline.source_file}`,
        "",
        ...tableLines(["channel", "mean", "std", "min", "5 %", "50 %", "95 %", "max"], channels),
        "",
        ...(rungs.length === 0
          ? ["no calibration: too few recordings; check falls back on the KS test or on constants"]
          : [
              "calibration; of left-out people's drift-free batches, the last column had p <= .05",
              ...tableLines(["compared with", "apart by", "KS", "seconds", "batches", "alarms at 5 %"], rungs),
            ]),
      );
    });
  command
    .command("validate")
    .summary("one message per fault, exit code 2 if there is one")
    .argument("<dir>", "the model folder")
    .option("--json", "print the faults as one line of JSON")
    .action(async (directory: string, { json }: { json?: boolean }) => {
      const { validateBaseline } = await import("../../pipelines/baseline.ts");
      const faults = await validateBaseline(directory);
      if (json === true) print(JSON.stringify({ valid: faults.length === 0, faults }));
      else print(...(faults.length === 0 ? ["valid"] : faults));
      if (faults.length > 0) process.exitCode = exitCodes.usage;
    });
  return command;
}
