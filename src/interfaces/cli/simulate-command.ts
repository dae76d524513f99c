import { Command } from "commander";
import { resolveSimulateConfig } from "../../config.ts";
import { counted } from "../../counted.ts";
import { duration } from "./format.ts";
import { numberOption, textOption } from "./options.ts";
import { print } from "./terminal.ts";

const closing = `
Example:
  tidemark simulate --out recordings.parquet --users 12 --minutes 6 --seed 7

Equal options give equal recordings. The signals are plausible and no more: use
them to try things out, not to judge a model.

Exit codes:
  0    done
  1    a defect of tidemark
  2    wrong use`;

/** `tidemark simulate` */
export function simulateCommand(): Command {
  const defaults = resolveSimulateConfig({ out: "-.csv" });
  const command = new Command("simulate")
    .summary("write plausible wrist recordings, for demos and tests")
    .description("Writes plausible wrist recordings: gravity, gait harmonics, people who differ, sensor noise.")
    .usage("--out <file> [options]")
    .option("--out <file>", "the table to write: .parquet, .csv or .tsv (also .gz) (required)")
    .option("--overwrite", "replace the file if it exists");
  numberOption(command, "--users <n>", "how many people", defaults.users);
  numberOption(
    command,
    "--first-person <n>",
    "number of the first: other numbers are other people",
    defaults.firstPerson,
  );
  numberOption(command, "--minutes <x>", "of recording for each person", defaults.minutes);
  numberOption(command, "--rate <hz>", "samples a second", defaults.rate);
  textOption(command, "--activities <names>", "with commas, as walking,sitting", "all");
  numberOption(command, "--seed <n>", "equal seeds give equal recordings", defaults.seed);
  return command
    .option("--json", "print the summary as one line of JSON")
    .addHelpText("after", closing)
    .action(async ({ json, ...options }: Record<string, unknown>) => {
      const config = resolveSimulateConfig(options);
      const { simulate } = await import("../../pipelines/simulate.ts");
      const result = await simulate(config);
      if (json === true) return print(JSON.stringify(result));
      print(
        `${counted(result.rows, "row")} of ${counted(config.users, "person", "people")}, ${result.activities.join(", ")}, ` +
          `in ${duration(result.seconds)}`,
        result.out,
      );
    });
}
