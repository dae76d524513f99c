import type { Command } from "commander";
import { type SnakeKeys, snakeKeys } from "../../letter-case.ts";
import type { TunedOptions, TuneResult, TuneTrial } from "../../pipelines/tune.ts";
import { resolveTuneConfig } from "../../resolve-config.ts";
import { tuneOptions } from "../../tune-options.ts";
import { defineCommand } from "./define-command.ts";
import type { Closing } from "./help-closing.ts";
import { interruptible } from "./interrupt.ts";

const closing: Closing = {
  examples: [
    "tidemark tune recordings.parquet --out tuned.yaml --minutes 60 \\\n    --search learning-rate=0.0003,0.001,0.003 --search augment=none,rotate",
    "tidemark train recordings.parquet --config tuned.yaml --out models/walk",
  ],
  notes: [
    "All candidates get a few epochs, and the best third of them three times as many (successive halving). Scores are macro-F1 on people held out. Each fold has a search of its own, so the people who judge its choice took no part in it. The cross-validation of a model trained with the chosen options is slightly too good, because its people did take part.",
    "Ctrl-C keeps every finished trial in OUT.trials.jsonl, and prints the command that continues. Time decides how many candidates are tried, so two searches may differ.",
  ],
  exitCodes: [
    [0, "searched, whether the choice is better or not"],
    [1, "a defect in Tidemark"],
    [2, "wrong usage, or data that cannot be trained on"],
    [130, "stopped on request; can be resumed"],
  ],
};

/** `tidemark tune` */
export function tuneCommand(): Command {
  return defineCommand({
    name: "tune",
    summary: "search options of train, and judge the choice on people who took no part in it",
    description:
      "Tries combinations of train's options on people held out, writes the best to a config file, and says how much the choice " +
      "gains for people who took no part in it.",
    options: tuneOptions,
    resolve: resolveTuneConfig,
    configFile: true,
    json: "the result as one line of JSON (schema: tune_result.schema.json)",
    closing,
    run: async (config, { terminal, json }) => {
      const [{ tune, tunedTrainCommand }, { tuneEventLine, tuneResultBlocks }] = await Promise.all([
        import("../../pipelines/tune.ts"),
        import("./tune-text.ts"),
      ]);
      const progress = json ? terminal.inform : terminal.progress;
      const reporter = {
        warn: terminal.warn,
        event: (event: Parameters<typeof tuneEventLine>[0]) => progress(tuneEventLine(event)),
      };
      const result = await interruptible((signal) => tune(config, { signal, reporter }), terminal.inform);
      terminal.detail(`read       ${config.files.join(", ")}; every trial is in ${result.trials}`);
      if (json) terminal.json(printedTuning(result));
      else terminal.print("", ...tuneResultBlocks(result, tunedTrainCommand(config)));
    },
  });
}

/** What --json prints. */
export type PrintedTuning = Omit<SnakeKeys<TuneResult>, "searches" | "chosen"> & {
  searches: { fold: number | null; trials: SnakeKeys<PrintedTrial>[]; chosen: PrintedOptions }[];
  chosen: PrintedOptions;
};

type PrintedOptions = SnakeKeys<TunedOptions>;
type PrintedTrial = Omit<TuneTrial, "options"> & { options: PrintedOptions };

function printedTuning({ searches, chosen, ...result }: TuneResult): PrintedTuning {
  return {
    ...snakeKeys(result),
    searches: searches.map((own) => ({
      fold: own.fold,
      trials: own.trials.map((trial) => snakeKeys({ ...trial, options: snakeKeys(trial.options) })),
      chosen: snakeKeys(own.chosen),
    })),
    chosen: snakeKeys(chosen),
  };
}
