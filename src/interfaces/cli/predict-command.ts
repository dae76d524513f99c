import { Command } from "commander";
import { resolvePredictConfig } from "../../config.ts";
import { counted } from "../../counted.ts";
import { count, duration, fixed } from "./format.ts";
import { numberOption, sensorColumnOptions } from "./options.ts";
import { snakeKeys } from "./snake-keys.ts";
import { tableLines } from "./table.ts";
import { print, printError } from "./terminal.ts";

const closing = `
Example:
  tidemark predict "batch/*.parquet" --model models/walk --out predictions.csv

The table has one row a window: user, recording, start_s, end_s, label,
confidence (the label's probability), entropy (nats), margin (to the second
label) and p_<class>, the probability of each class. Labels in the files are not
read.

Exit codes:
  0    done
  1    a defect of tidemark
  2    wrong use, data that does not fit, or a model whose files were changed`;

/** `tidemark predict` */
export function predictCommand(): Command {
  const command = new Command("predict")
    .summary("label the windows of recordings with a trained model")
    .description("Labels every window of recordings with a trained model.")
    .usage("<files...> --model <dir> --out <file> [options]")
    .argument("[files...]", "CSV, TSV (also .gz) or Parquet: paths, globs, s3:// urls")
    .option("--model <dir>", "the model folder (required)")
    .option("--out <file>", "the table to write: .parquet, .csv or .tsv (also .gz) (required)")
    .option("--overwrite", "replace the file if it exists")
    .option("--spreadsheet-safe", "quote texts that a spreadsheet would take for formulas (CSV and TSV)");
  command.optionsGroup("Columns (found by their usual names when not given; channels by the model's):");
  sensorColumnOptions(command);
  command.optionsGroup("Running:");
  numberOption(
    command,
    "--jobs <n>",
    "worker threads",
    resolvePredictConfig({ files: ["-"], model: "-", out: "-.csv" }).jobs,
  );
  return command
    .option("--json", "print the summary as one line of JSON")
    .addHelpText("after", closing)
    .action(async (files: string[], { json, ...options }: Record<string, unknown>) => {
      const config = resolvePredictConfig({ ...options, ...(files.length > 0 && { files }) });
      const { predict } = await import("../../pipelines/predict.ts");
      const result = await predict(config, { onWarning: (message) => printError(`warning: ${message}`) });
      if (json === true) return print(JSON.stringify(snakeKeys(result)));
      const rows = Object.entries(result.classes).map(([name, n]) => [name, count(n), fixed(n / result.windows)]);
      print(
        ...tableLines(["label", "windows", "share"], rows),
        "",
        `${counted(result.windows, "window")} labelled in ${duration(result.seconds)}, mean confidence ` +
          fixed(result.meanConfidence),
        result.out,
      );
    });
}
