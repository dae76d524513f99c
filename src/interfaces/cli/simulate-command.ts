import type { Command } from "commander";
import { counted } from "../../counted.ts";
import { durationText } from "../../duration-text.ts";
import { simulateOptions } from "../../options/folder-options.ts";
import { resolveSimulateConfig } from "../../options/resolve-config.ts";
import { defineCommand } from "./define-command.ts";
import type { Closing } from "./help-closing.ts";

const closing: Closing = {
  examples: ["tidemark simulate --out recordings.parquet --users 12 --minutes 6 --seed 7"],
  notes: [
    "The same options give the same recordings. The signals are plausible but not real: use them for trying things " +
      "out, not for judging a model.",
  ],
  exitCodes: [
    [0, "done"],
    [1, "a defect in Tidemark"],
    [2, "wrong usage"],
  ],
};

/** `tidemark simulate` */
export function simulateCommand(): Command {
  return defineCommand({
    name: "simulate",
    summary: "write plausible wrist recordings for demos and tests",
    description:
      "Writes plausible wrist recordings, with gravity, gait harmonics, differences between people, and sensor noise.",
    options: simulateOptions,
    resolve: resolveSimulateConfig,
    json: "the summary as one line of JSON",
    closing,
    run: async (config, { terminal, json }) => {
      const { simulate } = await import("../../pipelines/simulate.ts");
      const result = await simulate(config);
      if (json) return terminal.json(result);
      terminal.print(
        `${counted(result.rows, "row")} of ${counted(config.users, "person", "people")}, ${result.activities.join(", ")}, ` +
          `in ${durationText(result.seconds)}`,
        result.out,
      );
    },
  });
}
