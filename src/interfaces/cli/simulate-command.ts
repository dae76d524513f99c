import type { Command } from "commander";
import { resolveSimulateConfig } from "../../config.ts";
import { counted } from "../../counted.ts";
import { simulateOptions } from "../../folder-options.ts";
import { json } from "../../shared-options.ts";
import { defineCommand } from "./define-command.ts";
import { duration } from "./format.ts";
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
  return defineCommand({
    name: "simulate",
    summary: "write plausible wrist recordings, for demos and tests",
    description: "Writes plausible wrist recordings: gravity, gait harmonics, people who differ, sensor noise.",
    options: simulateOptions,
    printing: { json: json("the summary as one line of JSON") },
    closing,
    run: async (given, { json }) => {
      const config = resolveSimulateConfig(given);
      const { simulate } = await import("../../pipelines/simulate.ts");
      const result = await simulate(config);
      if (json === true) return print(JSON.stringify(result));
      print(
        `${counted(result.rows, "row")} of ${counted(config.users, "person", "people")}, ${result.activities.join(", ")}, ` +
          `in ${duration(result.seconds)}`,
        result.out,
      );
    },
  });
}
